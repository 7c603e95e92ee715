#!/bin/sh
# Starts QEMU so that it outlives the connection it was started over: sh -c "$(cat launch.sh)" sh COMMAND …
#
#   prepare ID                      make the guest's private directory; prints its path
#   start DIR WORKDIR PROGRAM …     leave a keeper behind that waits for the word; prints its pid. stdin: session.json
#   go DIR                          let the keeper start QEMU; prints "pid N", or "exit CODE" when QEMU ended at once
#
# A guest's directory holds: session.json, keeper (its pid), go (a FIFO), pid (of QEMU), the sockets serial, gdb and
# qmp, serial.log, qemu.log (what QEMU says), exit (its exit code).
set -fu
LC_ALL=C
export LC_ALL
umask 077

# The keeper is QEMU's parent, so that there is somebody who learns its exit code. Whatever limits it has been given
# while it waited are QEMU's too. It doesn't wait for ever: whoever started it may have died.
KEEPER='
dir=$1
shift
trap "" HUP
echo $$ >"$dir/keeper"
word=$(timeout 900 cat "$dir/go")
rm -f "$dir/go"
if [ "$word" != go ]; then
  rm -rf "$dir"
  exit
fi
"$@" </dev/null &
echo $! >"$dir/pid.part" && mv "$dir/pid.part" "$dir/pid"
wait $!
echo $? >"$dir/exit.part" && mv "$dir/exit.part" "$dir/exit"
'

fail() { echo "$1" >&2; exit 1; }

# Ours, no link, closed to others: in /tmp anybody may have been there before us.
is_private() { [ -d "$1" ] && [ ! -L "$1" ] && [ -O "$1" ] && [ "$(stat -c %a "$1")" = 700 ]; }

prepare() { # ID
  uid=$(id -u)
  case ${XDG_STATE_HOME-} in
    /*) state=$XDG_STATE_HOME ;;
    *) state=${HOME-}/.local/state ;;
  esac
  base=$state/barrelfish/guests
  longest=$base/$1/serial
  # sun_path of a unix socket holds 107 bytes and a NUL (unix(7)).
  if [ "${#longest}" -gt 107 ] || ! mkdir -p "$base" 2>/dev/null || ! chmod 700 "$base" || ! is_private "$base"; then
    base=/tmp/barrelfish-$uid
    mkdir -m 700 "$base" 2>/dev/null
    is_private "$base" || fail "$base is not a private directory of user $uid"
  fi
  mkdir -m 700 "$base/$1" || exit
  echo "$base/$1"
}

start() { # DIR WORKDIR PROGRAM …
  dir=$1
  workdir=$2
  shift 2
  cat >"$dir/session.json" && mkfifo "$dir/go" && cd -- "$workdir" || exit
  setsid /bin/sh -c "$KEEPER" barrelfish-keeper "$dir" "$@" </dev/null >"$dir/qemu.log" 2>&1 &
  tries=500
  until [ -s "$dir/keeper" ]; do
    tries=$((tries - 1))
    [ "$tries" -gt 0 ] || fail "$(cat "$dir/qemu.log")"
    sleep 0.01
  done
  cat "$dir/keeper"
}

go() { # DIR
  timeout 10 /bin/sh -c 'echo go >"$1"' sh "$1/go" || fail 'the keeper does not answer'
  # The control socket is the last that QEMU makes.
  tries=3000
  until [ -S "$1/qmp" ] && [ -s "$1/pid" ] || [ -s "$1/exit" ] || [ "$tries" -le 0 ]; do
    tries=$((tries - 1))
    sleep 0.01
  done
  if [ -s "$1/exit" ]; then echo "exit $(cat "$1/exit")"; else echo "pid $(cat "$1/pid")"; fi
}

command=$1
shift
"$command" "$@"
