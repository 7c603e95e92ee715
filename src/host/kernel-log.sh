#!/bin/sh
# The kernel's log, where this user may read it: sh -c "$(cat kernel-log.sh)" sh recent|follow
# Begins with "uptime SECONDS NEWEST", the second being the time of the newest line by the log's own clock, or is
# "unavailable". Each line has its time in brackets. What follows ends with its standard input, so that nothing stays
# behind on a host whose connection is gone.
PATH=/usr/sbin:/usr/bin:/sbin:/bin
LC_ALL=C
export PATH LC_ALL
read -r uptime _ </proc/uptime
# With kernel.dmesg_restrict=1 opening it fails for all but root (kernel/printk/printk.c, devkmsg_open). In a shell of its
# own: dash ends when a redirection of ":" fails.
if (: </dev/kmsg) 2>/dev/null && command -v dmesg >/dev/null; then
  all() { dmesg; }
  follow() { exec dmesg -w; }
elif [ -n "$(journalctl -k -n 1 -q 2>/dev/null)" ]; then
  all() { journalctl -k -n 1000 -o short-monotonic; }
  follow() { exec journalctl -k -n 1000 -o short-monotonic -f; }
else
  echo unavailable
  exit 0
fi
echo "uptime $uptime $(all | sed -n '$s/^\[ *\([0-9.]*\)\].*/\1/p')"
[ "$1" = follow ] || {
  all
  exit
}
exec 3<&0
reader= input= ended=
trap 'ended=yes' HUP INT TERM # kept until both are known: otherwise one would stay behind
trap 'kill -KILL $reader $input 2>/dev/null' EXIT # a child that isn't its program yet loses others
follow </dev/null 3<&- &
reader=$!
cat <&3 >/dev/null &
input=$!
trap 'exit 143' HUP INT TERM
if [ -n "$ended" ]; then exit 143; fi
wait "$input"
