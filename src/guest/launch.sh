#!/bin/sh
# Starts QEMU so that it outlives the connection it was started over: sh -c "$(cat launch.sh)" sh COMMAND …
#
#   start ID WHEN MARK WORKDIR SESSION PROGRAM …
#       makes the guest's private directory, with the text SESSION in it, and leaves a keeper behind that starts QEMU
#       now or (WHEN = later) when it gets the word. MARK in an argument stands for the directory.
#       Prints "KEEPER-PID DIR", and goes on like `go` when QEMU is started now
#   go DIR
#       gives the word and waits for QEMU; prints "pid N", or "exit CODE" when QEMU ended at once
#
# A guest's directory holds: session.json, keeper (its pid), go (a FIFO while it waits), pid (of QEMU), the sockets gdb
# and qmp, the serial line's two ends serial.in (a FIFO) and serial.out, qemu.log (what QEMU says), exit (its exit code).
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
if [ -p "$dir/go" ]; then
  word=$(timeout 900 cat "$dir/go")
  rm -f "$dir/go"
  if [ "$word" != go ]; then
    rm -rf "$dir"
    exit
  fi
fi
"$@" </dev/null &
echo $! >"$dir/pid.part" && mv "$dir/pid.part" "$dir/pid"
wait $!
echo $? >"$dir/exit.part" && mv "$dir/exit.part" "$dir/exit"
'

fail() { echo "$1" >&2; exit 1; }

# Ours, no link, closed to others: in /tmp anybody may have been there before us.
is_private() { [ -d "$1" ] && [ ! -L "$1" ] && [ -O "$1" ] && [ "$(stat -c %a "$1")" = 700 ]; }

make_directory() { # ID
  case ${XDG_STATE_HOME-} in
    /*) state=$XDG_STATE_HOME ;;
    *) state=${HOME-}/.local/state ;;
  esac
  base=$state/barrelfish/guests
  longest=$base/$1/qmp
  [ -d "$base" ] || mkdir -p "$base" 2>/dev/null
  # sun_path of a unix socket holds 107 bytes and a NUL (unix(7)).
  if [ "${#longest}" -gt 107 ] || [ ! -d "$base" ] || [ -L "$base" ] || [ ! -O "$base" ]; then
    uid=$(id -u)
    base=/tmp/barrelfish-$uid
    mkdir -m 700 "$base" 2>/dev/null
    is_private "$base" || fail "$base is not a private directory of user $uid"
  fi
  dir=$base/$1
  mkdir -m 700 "$dir" || fail "in $base"
}

start() { # ID WHEN MARK WORKDIR SESSION PROGRAM …
  command -v setsid >/dev/null || fail 'setsid is missing'
  make_directory "$1"
  when=$2
  mark=$3
  workdir=$4
  session=$5
  shift 5
  # QEMU ends values at commas; a doubled one stands for itself.
  escaped=$dir
  case $dir in *,*) escaped=$(echo "$dir" | sed 's/,/,,/g') ;; esac
  for word in "$@"; do
    shift
    while :; do
      case $word in
        *"$mark"*) word=${word%%"$mark"*}$escaped${word#*"$mark"} ;;
        *) break ;;
      esac
    done
    set -- "$@" "$word"
  done
  trap 'rm -rf "$dir"' EXIT
  cd -- "$workdir" && mkfifo "$dir/serial.in" && : >"$dir/serial.out" &&
    printf '%s\n' "$session" >"$dir/session.json" || fail "in $dir"
  if [ "$when" = later ]; then mkfifo "$dir/go" || fail "in $dir"; fi
  setsid /bin/sh -c "$KEEPER" barrelfish-keeper "$dir" "$@" </dev/null >"$dir/qemu.log" 2>&1 &
  keeper=$!
  # Not by itself: whoever calls the start off has to know of it before it runs.
  echo "$keeper" >"$dir/keeper"
  trap - EXIT
  echo "$keeper $dir"
  if [ "$when" = now ]; then go "$dir"; fi
}

go() { # DIR
  if [ -p "$1/go" ]; then
    timeout 10 /bin/sh -c 'echo go >"$1"' sh "$1/go" || fail 'the keeper does not answer'
  fi
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
