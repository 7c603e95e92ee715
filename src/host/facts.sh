#!/bin/sh
# What stays true of a host while we are connected: sh -c "$(cat facts.sh)" sh HELPER. One value a line, KEY VALUE.
PATH=/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/bin
LC_ALL=C
export PATH LC_ALL
echo "system $(uname -s)"
echo "kernel $(uname -r)"
echo "uid $(id -u)"
echo "user $(id -un)"
echo "groups $(id -Gn)"
echo "memlock $(ulimit -l)"
echo "ssh ${SSH_CONNECTION-}"
client=${SSH_CONNECTION-}
client=${client%% *}
[ -n "$client" ] && echo "route $(ip -o route get "$client" 2>/dev/null)"
echo "cpu $(grep -m 1 '^vendor_id' /proc/cpuinfo 2>/dev/null)"
echo "command-line $(cat /proc/cmdline 2>/dev/null)"
for f in /sys/bus/pci/drivers/vfio-pci /lib/modules/"$(uname -r)"/kernel/drivers/vfio/pci/vfio-pci.ko*; do
  [ -e "$f" ] && echo "vfio $f" && break
done
[ -d /sys/firmware/efi ] && echo "firmware efi"
for f in /usr/share/misc/pci.ids /usr/share/hwdata/pci.ids /var/lib/pciutils/pci.ids; do
  [ -r "$f" ] && echo "names $f" && break
done
if [ -f "$1" ] && [ ! -L "$1" ] && [ -x "$1" ]; then
  echo "helper $(sha256sum <"$1")"
  # Whoever else can write to it, or put another file in its place.
  echo "helper-open $(find -H / /usr /usr/local "${1%/*}" "$1" -maxdepth 0 \( ! -user 0 -o -perm /022 \) 2>&1 | head -n 1)"
fi
echo 'end '
