#!/bin/sh
# Looks after guests that launch.sh has started: sh -c "$(cat guests.sh)" sh COMMAND …
#
#   list           a line "guest<TAB>DIR<TAB>PID<TAB>session.json" for each that lives
#   state DIR      "alive PID", "exit CODE" or "gone"; behind it, what QEMU said
#   end DIR        ends QEMU, and a keeper that still waits; answers like `state`
#   forget DIR     removes what a guest that has ended has left
set -u
LC_ALL=C
export LC_ALL

# The process number may be another's by now: only QEMU has this directory's socket among its arguments.
alive() { # DIR
  pid=$(cat "$1/pid" 2>/dev/null) && [ -n "$pid" ] && grep -qsF -- "/${1##*/}/qmp" "/proc/$pid/cmdline"
}

list() {
  usual=${HOME-}/.local/state/barrelfish/guests
  set -- "${XDG_STATE_HOME:-${HOME-}/.local/state}/barrelfish/guests" "/tmp/barrelfish-$(id -u)"
  [ "$1" = "$usual" ] || set -- "$@" "$usual"
  for base in "$@"; do
    [ -d "$base" ] && [ ! -L "$base" ] && [ -O "$base" ] || continue
    for dir in "$base"/*; do
      if ! alive "$dir"; then
        # A week is enough to look at the log of one that has ended.
        [ -n "$(find "$dir" -maxdepth 0 -mtime +7)" ] && rm -rf -- "$dir"
        continue
      fi
      printf 'guest\t%s\t%s\t' "$dir" "$pid"
      cat "$dir/session.json"
      echo
    done
  done
}

report() { # DIR
  if [ -s "$1/exit" ]; then echo "exit $(cat "$1/exit")"; elif alive "$1"; then echo "alive $pid"; else echo gone; fi
  tail -c 65536 "$1/qemu.log" 2>/dev/null
}

# Waits until QEMU has gone and its keeper has written down how.
settle() { # DIR TENTHS
  tenths=$2
  while [ "$tenths" -gt 0 ] && [ ! -s "$1/exit" ]; do
    # A keeper that was killed writes nothing.
    alive "$1" || [ -d "/proc/$(cat "$1/keeper" 2>/dev/null || echo none)" ] || return 0
    tenths=$((tenths - 1))
    sleep 0.1
  done
}

state() { # DIR
  settle "$1" 10
  report "$1"
}

end() { # DIR
  if [ -p "$1/go" ] && timeout 5 /bin/sh -c 'echo stop >"$1"' sh "$1/go"; then
    tenths=20
    while [ -d "$1" ] && [ ! -s "$1/pid" ] && [ "$tenths" -gt 0 ]; do
      tenths=$((tenths - 1))
      sleep 0.1
    done
  fi
  # A keeper that has just been started, or got the word, writes QEMU's number in a moment.
  tenths=100
  while [ ! -s "$1/pid" ] && [ -d "/proc/$(cat "$1/keeper" 2>/dev/null || echo none)" ] && [ "$tenths" -gt 0 ]; do
    tenths=$((tenths - 1))
    sleep 0.1
  done
  for signal in TERM KILL; do
    alive "$1" || break
    kill -s "$signal" "$pid"
    settle "$1" 30
  done
  report "$1"
}

forget() { # DIR
  case $1 in
    */barrelfish/guests/?* | /tmp/barrelfish-*/?*) alive "$1" || rm -rf -- "$1" ;;
  esac
}

command=$1
shift
"$command" "$@"
