#!/bin/sh
# The only thing that Barrelfish for VS Code ever runs as root. It reads a plan from standard input, one step a line,
#
#   barrelfish-plan 1
#   STEP ARGUMENTS | STEP ARGUMENTS        what to do, and what takes it back ("-": nothing does)
#   end
#
# runs the steps in order, looks after each whether the kernel did it, and answers with a line for each:
#
#   ok N            step N is done
#   failed N WHY    step N is not; what was done before is being taken back
#   undone N        step N is taken back
#   stuck N WHY     step N could not be taken back
#   done / rolled-back
#
# Steps and their arguments:
#   module vfio-pci               load the module, unless it is there
#   record ADDRESS DRIVER OVERRIDE    note what the device had, for whoever gives it back ("-": none)
#   forget ADDRESS                drop that note
#   unbind ADDRESS DRIVER         take the device from DRIVER, which must be the one that has it
#   override ADDRESS DRIVER       let only DRIVER take the device ("-": any again)
#   probe ADDRESS DRIVER          let the kernel look for a driver, which must turn out to be DRIVER ("*": any)
#   grant GROUP UID               make /dev/vfio/GROUP belong to a user
#   memlock PID BYTES UID         let one process of that user lock so much memory
#
# Nothing else is understood, nothing is evaluated, and a value only ever names a device, group or process that exists.
set -fu
PATH=/usr/sbin:/usr/bin:/sbin:/bin
LC_ALL=C
IFS=' '
export PATH LC_ALL
umask 022
# A lost connection must not stop us half way: the plan is run to its end, or taken back.
trap '' HUP INT PIPE TERM
PCI=/sys/bus/pci
NOTES=/run/barrelfish
why=

refuse() { why=$1; return 1; }
is_number() { case $1 in '' | *[!0-9]*) return 1 ;; esac; [ "${#1}" -le 18 ]; }
is_driver() { case $1 in '' | *[!A-Za-z0-9_-]*) return 1 ;; esac; }
is_address() {
  case $1 in
    *[!0-9a-f:.]* | .* | *..* | */*) return 1 ;;
    [0-9a-f][0-9a-f][0-9a-f][0-9a-f]*:[0-9a-f][0-9a-f]:[0-9a-f][0-9a-f].[0-7]) [ -d "$PCI/devices/$1" ] ;;
    *) return 1 ;;
  esac
}
check() { "is_$1" "$2" || refuse "not a $1 here: $2"; }
driver_of() {
  driver=$(readlink "$PCI/devices/$1/driver") && driver=${driver##*/} || driver=-
}
group_of() {
  group=$(readlink "$PCI/devices/$1/iommu_group") && group=${group##*/} || group=-
}
# The kernel's own word for what went wrong, as the shell prints it: "sh: 5: echo: echo: I/O error".
put() { # VALUE FILE
  said=$({ printf '%s\n' "$1" >"$2"; } 2>&1) && return 0
  refuse "$2: ${said##*: }"
}
held() { # GROUP: true when a process has it open; unbinding would then block until that process is gone
  [ "$1" != - ] && holder=$(find /proc -mindepth 3 -maxdepth 3 -path '/proc/[0-9]*/fd/*' -lname "/dev/vfio/$1" 2>/dev/null) &&
    [ -n "$holder" ] && holder=${holder#/proc/} && holder=${holder%%/*}
}

step_module() {
  [ "$*" = vfio-pci ] || refuse "unknown module $*" || return 1
  [ -d "$PCI/drivers/vfio-pci" ] && return 0
  said=$(modprobe vfio-pci 2>&1) || refuse "${said:-modprobe failed}" || return 1
  [ -d "$PCI/drivers/vfio-pci" ] || refuse 'the module is loaded, but registers no driver'
}
step_record() {
  check address "$1" && { [ "$2" = - ] || check driver "$2"; } && { [ "$3" = - ] || check driver "$3"; } || return 1
  mkdir -p "$NOTES" && printf 'driver %s\noverride %s\n' "$2" "$3" >"$NOTES/.$1" && sync "$NOTES/.$1" &&
    mv -f "$NOTES/.$1" "$NOTES/$1" || refuse "cannot write $NOTES/$1"
}
step_forget() {
  check address "$1" && rm -f "$NOTES/$1"
}
step_unbind() {
  check address "$1" && check driver "$2" || return 1
  driver_of "$1"
  [ "$driver" = "$2" ] || refuse "its driver is $driver, not $2" || return 1
  group_of "$1"
  if [ "$2" = vfio-pci ] && held "$group"; then refuse "process $holder has group $group open"; return 1; fi
  put "$1" "$PCI/devices/$1/driver/unbind" || return 1
  driver_of "$1"
  [ "$driver" = - ] || refuse "the kernel said yes, but its driver is still $driver"
}
step_override() {
  check address "$1" && { [ "$2" = - ] || check driver "$2"; } || return 1
  value=$2
  [ "$2" = - ] && value=
  put "$value" "$PCI/devices/$1/driver_override" || return 1
  read -r now <"$PCI/devices/$1/driver_override"
  [ "$now" = "${value:-(null)}" ] || [ "$now" = "$value" ] || refuse "driver_override reads $now"
}
step_probe() {
  check address "$1" && { [ "$2" = '*' ] || check driver "$2"; } || return 1
  put "$1" "$PCI/drivers_probe" || return 1
  # drivers_probe reports success also when no driver took the device: only the link tells.
  driver_of "$1"
  [ "$2" = '*' ] || [ "$driver" = "$2" ] || refuse "after the probe its driver is $driver, not $2"
}
step_grant() {
  check number "$1" && check number "$2" || return 1
  [ -c "/dev/vfio/$1" ] || refuse "there is no /dev/vfio/$1" || return 1
  said=$(chown "$2" "/dev/vfio/$1" 2>&1) || refuse "$said"
}
step_memlock() {
  check number "$1" && check number "$2" && check number "$3" || return 1
  owner=$(stat -c %u "/proc/$1") || refuse "process $1 is gone" || return 1
  [ "$owner" = "$3" ] || refuse "process $1 belongs to user $owner" || return 1
  said=$(prlimit --pid "$1" --memlock="$2:$2" 2>&1) || refuse "$said"
}
step() {
  case $1:$# in
    module:2 | record:4 | forget:2 | unbind:3 | override:3 | probe:3 | grant:3 | memlock:4)
      name=$1
      shift
      "step_$name" "$@"
      ;;
    *) refuse "not a step: $*" ;;
  esac
}

read -r head
[ "$head" = 'barrelfish-plan 1' ] || { echo 'failed 0 not a plan'; exit 2; }
plan=
while read -r line && [ "$line" != end ]; do
  plan="$plan$line
"
done
[ "$line" = end ] || { echo 'failed 0 the plan is cut short'; exit 2; }

# Done steps, last first: "N UNDO…" a line.
done_steps=
number=0
while read -r line <&3; do
  [ -n "$line" ] || continue
  number=$((number + 1))
  if step ${line%% | *}; then
    echo "ok $number"
    undo=${line#* | }
    [ "$undo" = - ] || done_steps="$number $undo
$done_steps"
    continue
  fi
  echo "failed $number $why"
  while read -r n undo <&4; do
    [ -n "$n" ] || continue
    if step $undo; then echo "undone $n"; else echo "stuck $n $why"; fi
  done 4<<UNDO
$done_steps
UNDO
  echo rolled-back
  exit 1
done 3<<PLAN
$plan
PLAN
echo done
