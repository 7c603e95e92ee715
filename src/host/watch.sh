#!/bin/sh
# Prints a line for each event of the kernel that concerns devices, as it comes: sh -c "$(cat watch.sh)" sh
# Ends with its standard input, so that nothing stays behind on a host whose connection is gone.
PATH=/usr/sbin:/usr/bin:/sbin:/bin:/lib/udev
export PATH
exec 3<&0
monitor= input= ended=
trap 'ended=yes' HUP INT TERM # kept until all are known: otherwise one would stay behind
trap 'kill -KILL $monitor $input 2>/dev/null' EXIT # a child that isn't its program yet loses others
if command -v udevadm >/dev/null; then
  udevadm monitor --kernel --subsystem-match=pci --subsystem-match=net --subsystem-match=block --subsystem-match=vfio &
elif command -v perl >/dev/null; then
  # AF_NETLINK, SOCK_RAW, NETLINK_KOBJECT_UEVENT; group 1 is what the kernel sends (netlink(7)).
  perl -e '$| = 1; socket(S, 16, 3, 15) && bind(S, pack("S2L2", 16, 0, 0, 1)) or die "$!\n";
    while (sysread(S, $_, 65536)) { print "KERNEL $1 ($2)\n" if /^(.*?)\0.*\0SUBSYSTEM=(pci|net|block|vfio)\0/s }' &
else
  echo unavailable
  exit 0
fi
monitor=$!
cat <&3 >/dev/null &
input=$!
trap 'exit 143' HUP INT TERM
if [ -n "$ended" ]; then exit 143; fi
wait "$input"
