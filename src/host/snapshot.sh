#!/bin/sh
# Reads what can change about a host's PCI devices and their use, in one go and with few processes:
#   sh -c "$(cat snapshot.sh)" sh BOUNDARY SYS PROC DEV RUN
# Writes sections, each headed by a line "BOUNDARY NAME". Reads only; needs no privilege.
B=$1 SYS=$2 PROC=$3 DEV=$4 RUN=$5 NOTES=$5/barrelfish
PATH=/usr/sbin:/usr/bin:/sbin:/bin
LC_ALL=C
export PATH LC_ALL
section() { printf '\n%s %s\n' "$B" "$1"; }

cd "$SYS/bus/pci/devices" 2>/dev/null || {
  section no-pci
  exit 0
}

set -- *

few() {
  # Where each function sits; its own name ends the path.
  section places
  readlink -- "$@" 2>/dev/null

  section groups
  printf '%s\n' "$SYS"/kernel/iommu_groups/*/devices/*

  # Whose function a class device is, and what stands above it.
  section links
  find */physfn "$SYS"/class/net/* "$SYS"/class/block/* "$SYS"/class/drm/card* "$SYS"/class/graphics/fb* \
    "$SYS"/class/net/*/upper_* "$SYS"/fs/btrfs/*/devices/* "$SYS"/class/block/*/holders/* "$SYS"/class/iommu/* \
    -maxdepth 0 -type l -printf '%p\t%l\n' 2>/dev/null

  section nodes
  [ -d "$DEV/vfio" ] && find "$DEV/vfio" -maxdepth 1 -type c -printf '%p\t%U\t%m\n' 2>/dev/null

  # Processes that have a group open. Another user's are seen by root only.
  section holders
  for f in "$DEV"/vfio/[0-9]*; do
    [ -e "$f" ] || continue
    find "$PROC"/[0-9]*/fd -lname "$DEV/vfio/[0-9]*" -printf '%h\t%l\n' 2>/dev/null | while IFS='	' read -r d l; do
      p=${d%/fd}
      printf '%s\t%s\t' "${p##*/}" "$l"
      tr '\0\n\t' '   ' <"$p/cmdline" 2>/dev/null
      echo
    done
    break
  done

  # Whether whoever noted that a device is being taken is still at it.
  section runners
  for f in "$NOTES"/[0-9a-f]*; do
    [ -e "$f" ] || break
    p=$(sed -n 's/^state [a-z]* \([0-9]*\) .*/\1/p' "$f" 2>/dev/null)
    [ -n "$p" ] && head -n 1 "$PROC/$p/stat" 2>/dev/null
  done

  section addresses
  [ "$PROC" = /proc ] && ip -o addr show 2>/dev/null # a made tree has no addresses of its own

  # Lines "start end flags"; those without flags are not implemented.
  section resources
  grep -Hsnv ' 0x0000000000000000$' */resource

  section files
  head -v -c 1048576 "$PROC/self/mountinfo" "$PROC/swaps" "$PROC/net/route" "$PROC/net/ipv6_route" \
    "$SYS"/class/net/*/operstate "$SYS"/class/block/*/dev "$SYS"/class/block/*/size \
    "$SYS"/class/block/dm-*/dm/name "$RUN"/udev/data/b* "$SYS"/kernel/iommu_groups/*/reserved_regions \
    "$SYS"/class/drm/card*-*/status "$NOTES"/[0-9a-f]* */boot_vga */sriov_numvfs */sriov_totalvfs 2>/dev/null

  # By itself, since a device gives its name as it likes: with line breaks, too.
  section inputs
  cat "$PROC/bus/input/devices" 2>/dev/null

  # The standard header (PCI 3.0, 6.1) is all that everybody may read, and each further byte is asked of the device.
  section headers
  head -v -c 64 */config 2>/dev/null
}

many() {
  section attributes
  for f in uevent numa_node driver_override reset_method d3cold_allowed \
    current_link_speed current_link_width max_link_speed max_link_width; do
    printf "%s/$f\0" "$@"
  done | xargs -0 head -v -c 4096 2>/dev/null
}

# Both at once; dd holds what the first says until its turn, which is more than fits into a pipe.
few "$@" | dd bs=32M iflag=fullblock 2>/dev/null | {
  many "$@"
  cat
}
section end
