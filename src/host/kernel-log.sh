#!/bin/sh
# The kernel's log, where this user may read it: sh -c "$(cat kernel-log.sh)" sh recent|follow
# Begins with "uptime SECONDS", or is "unavailable". Each line has its own uptime in brackets.
# What follows ends with its standard input, so that nothing stays behind on a host whose connection is gone.
PATH=/usr/sbin:/usr/bin:/sbin:/bin
LC_ALL=C
export PATH LC_ALL
read -r uptime _ </proc/uptime
# With kernel.dmesg_restrict=1 opening it fails for all but root (kernel/printk/printk.c, devkmsg_open).
if { : </dev/kmsg; } 2>/dev/null && command -v dmesg >/dev/null; then
  set -- "$1" dmesg
elif [ -n "$(journalctl -k -n 1 -q 2>/dev/null)" ]; then
  set -- "$1" journalctl -k -n 1000 -o short-monotonic
else
  echo unavailable
  exit 0
fi
echo "uptime $uptime"
case $* in
  'recent dmesg') exec dmesg ;;
  'follow dmesg') dmesg -w & ;;
  recent*) shift && exec "$@" ;;
  *) shift && "$@" -f & ;;
esac
reader=$!
trap 'kill $reader 2>/dev/null' EXIT
cat >/dev/null
