#!/bin/sh
# Reads what can change about a host's PCI devices and their use, in one go and with few processes:
#   sh -c "$(cat snapshot.sh)" sh BOUNDARY SYS PROC DEV NOTES
# Writes sections, each headed by a line "BOUNDARY NAME". Reads only; needs no privilege.
B=$1 SYS=$2 PROC=$3 DEV=$4 NOTES=$5
PATH=/usr/sbin:/usr/bin:/sbin:/bin
LC_ALL=C
export PATH LC_ALL
section() { printf '\n%s %s\n' "$B" "$1"; }

cd "$SYS/bus/pci/devices" 2>/dev/null || {
  section no-pci
  exit 0
}

# Links: where each function sits, its driver and group, and whose function a class device is.
section links
{
  printf '%s\0' * "$SYS"/class/net/* "$SYS"/class/block/* "$SYS"/class/drm/card* "$SYS"/class/graphics/fb* \
    "$SYS"/class/net/*/master "$SYS"/class/block/*/holders/* "$SYS"/class/iommu/*
  for d in *; do
    printf "$d/%s\0" driver iommu_group
    [ -L "$d/physfn" ] && printf '%s\0' "$d/physfn" # most have none, and find complains at length of each
  done
} | xargs -0 sh -c 'exec find "$@" -maxdepth 0 \( -type l -o -type d \) -printf "%p\t%l\n" 2>/dev/null' sh

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

section addresses
[ "$PROC" = /proc ] && ip -o addr show 2>/dev/null # a made tree has no addresses of its own

section files
{
  printf '%s\0' "$PROC/self/mountinfo" "$PROC/swaps" "$PROC/net/route" "$PROC/net/ipv6_route" \
    "$PROC/bus/input/devices" "$SYS"/class/net/*/operstate "$SYS"/class/block/*/dev "$SYS"/class/block/*/size \
    "$SYS"/class/block/dm-*/dm/name "$SYS"/class/drm/card*-*/status \
    "$NOTES"/[0-9a-f]*
  for d in *; do
    printf "$d/%s\0" config modalias resource numa_node driver_override reset_method \
      current_link_speed current_link_width max_link_speed max_link_width
    [ -e "$d/boot_vga" ] && printf '%s\0' "$d/boot_vga"
    [ -e "$d/sriov_numvfs" ] && printf "$d/%s\0" sriov_numvfs sriov_totalvfs
    [ -e "$d/modalias" ] || printf "$d/%s\0" vendor device class
  done
} | xargs -0 sh -c 'echo; exec head -v -c 65536 "$@" 2>/dev/null' sh
section end
