#!/bin/sh
# Follows a guest's serial line for as long as its QEMU lives: sh -c "$(cat serial.sh)" sh DIR FROM
#
# Prints all that the guest has sent from byte FROM on, and sends it what comes on standard input. Says "full" on
# standard error while there is no room for more on the disk.
set -u
LC_ALL=C
export LC_ALL

# A signal that comes before all of them are known is kept until then, and a child that hasn't become its program yet would
# lose any signal but KILL: otherwise one would stay behind.
typing= reading= looking= ended=
trap 'ended=yes' HUP INT TERM
trap 'kill -KILL $typing $reading $looking 2>/dev/null' EXIT
exec 3<&0

# Opened both ways, a FIFO keeps nobody waiting, not even when QEMU is gone.
cat <&3 3<&- 1<>"$1/serial.in" &
typing=$!

# QEMU says nothing when it can't write: the byte is gone.
look() { # DIR
  while :; do
    timeout 15 tail -f -s 1 --pid="$$" /dev/null 2>&1 # a pause that ends with this shell
    kill -0 "$$" 2>/dev/null && [ -d "$1" ] || exit
    head -c 65536 /dev/zero 2>/dev/null >"$1/room" || echo full >&2
    rm -f "$1/room"
  done
}
look "$1" >/dev/null 3<&- &
looking=$!

tail -c "+$(($2 + 1))" -f -s 0.05 --pid="$(cat "$1/pid")" -- "$1/serial.out" 3<&- &
reading=$!
trap exit HUP INT TERM
if [ -n "$ended" ]; then exit; fi
wait "$reading"
