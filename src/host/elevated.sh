#!/bin/sh
# All that Barrelfish for VS Code does to devices as root. It reads a plan from standard input, one step a line,
#   barrelfish-plan 2
#   STEP ARGUMENTS | STEP ARGUMENTS        what to do, and what takes it back ("-": nothing does)
#   end
# looks at all of it before anything is touched ("refused N": line N is not a step, and nothing is done), runs the steps
# in order, looks after each whether the kernel did it, and answers with a line for each:
#   ok N            step N is done; "done" comes after the last
#   failed N WHY    step N is not; what was done before is taken back: "undone M", "stuck M WHY", and "rolled-back"
#   hung N WHY      the kernel has not come back from step N; all is left as it is, with its note
# Nothing is evaluated, and a value only ever names a device, group or process that exists. "valid" lists the steps.
set -fu && umask 022 && IFS=' '
export PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C
trap '' HUP INT PIPE TERM # a lost connection must not stop us half way: the plan is run to its end, or taken back
PCI=/sys/bus/pci NOTES=/run/barrelfish
CALLER=${SUDO_UID:-${PKEXEC_UID:-$(id -u)}}

number() { case $1 in '' | *[!0-9]* | ???????????????????*) return 1 ;; esac; }
name() { case $1 in '' | *[!A-Za-z0-9_-]*) return 1 ;; esac; } # "-": none
address() {
  case $1 in *[!0-9a-f:.]* | *:*:*:* | *.*.* | ?????????????????*) return 1 ;; esac
  case $1 in [0-9a-f][0-9a-f][0-9a-f][0-9a-f]*:[0-9a-f][0-9a-f]:[0-9a-f][0-9a-f].[0-7]) ;; *) return 1 ;; esac
}
valid() {
  case ${1-}:$# in
    module:2) [ "$2" = vfio-pci ] ;; # load it, unless it is there
    record:5) address "$2" && name "$3" && name "$4" && name "$5" ;; # DRIVER OVERRIDE: note them, and who takes it FROM where
    mark:3) address "$2" && { [ "$3" = taken ] || [ "$3" = releasing ]; } ;; # note how far it got
    forget:2) address "$2" ;; # drop the note
    unbind:3) address "$2" && name "$3" ;; # take it from DRIVER, which must have it
    override:3) address "$2" && name "$3" ;; # let only DRIVER take it, or any again
    probe:3) address "$2" && { [ "$3" = '*' ] || name "$3"; } ;; # let a driver take it: DRIVER, or any ("*")
    d3cold:3) address "$2" && { [ "$3" = 0 ] || [ "$3" = 1 ]; } ;; # may its power be taken away altogether?
    vfs:3) address "$2" && number "$3" ;; # have COUNT virtual functions
    grant:3) number "$2" && number "$3" ;; # let /dev/vfio/GROUP belong to the caller's UID, or to root again
    memlock:4) number "$2" && number "$3" && number "$4" ;; # let PID lock BYTES: a process of the caller's UID
    *) false ;;
  esac
}

refuse() { why=$1; return 1; }
mine() { [ "$1" = "$CALLER" ] || [ "$CALLER" = 0 ] || refuse "user $CALLER may not act for user $1"; }
has_driver() { # ADDRESS DRIVER
  driver=$(readlink "$PCI/devices/$1/driver") && driver=${driver##*/} || driver=-
  [ "$driver" = "$2" ] || refuse "its driver is $driver, not $2"
}
put() { # VALUE FILE; what went wrong is the end of what is said. dash's own printf says nothing but "I/O error"
  said=$({ env printf '%s\n' "$1" >"$2"; } 2>&1) || refuse "$2: ${said##*: }"
}
put_patiently() { # VALUE FILE; what may wait in the kernel for ever has a process of its own, and ten seconds
  rm -f "$NOTES/.code" && read -r now _ </proc/uptime && end=$((${now%.*} + 10))
  (why= code=0; put "$1" "$2" || code=1; echo "$code $why" >"$NOTES/.said"; mv "$NOTES/.said" "$NOTES/.code") \
    </dev/null >/dev/null 2>&1 3<&- 9>&- &
  until [ -s "$NOTES/.code" ]; do
    [ "${now%.*}" -lt "$end" ] || { hung=1; refuse "$2: process $! waits in $(cat "/proc/$!/wchan")"; return 1; }
    sleep 0.05 && read -r now _ </proc/uptime
  done
  read -r code why <"$NOTES/.code"
  [ "$code" = 0 ]
}
runner() { read -r stat <"/proc/$$/stat" && set -- ${stat##*) } && shift 19 && echo "$$ $1"; } # pid, and when it started
write_note() { # ADDRESS TEXT: whole, or not at all
  put "$2" "$NOTES/.$1" && { sync "$NOTES/.$1" && mv -f "$NOTES/.$1" "$NOTES/$1" || refuse "cannot write $NOTES/$1"; }
}

do_module() {
  [ -d "$PCI/drivers/vfio-pci" ] || said=$(modprobe vfio-pci 2>&1) || refuse "$said" || return 1
  [ -d "$PCI/drivers/vfio-pci" ] || refuse 'the module is loaded, but registers no driver'
}
do_record() {
  [ ! -e "$NOTES/$1" ] || refuse "taken: $(sed -n 's/^\(uid\|user\|since\|from\) //p' "$NOTES/$1" | tr '\n' ' ')" || return 1
  has_driver "$1" "$2" && write_note "$1" "$(printf '%s\n' 'barrelfish-note 1' "driver $2" "override $3" "from $4" \
    "uid $CALLER" "user $(id -un "$CALLER")" "since $(date +%s)" "d3cold $(cat "$PCI/devices/$1/d3cold_allowed" 2>/dev/null)" \
    "state taking $(runner)")"
}
do_mark() {
  [ "$2" = taken ] && state=taken || state="$2 $(runner)"
  write_note "$1" "$(sed "s/^state .*/state $state/" "$NOTES/$1")"
}
do_forget() { rm -f "$NOTES/$1"; }
do_unbind() {
  has_driver "$1" "$2" || return 1
  group=$(readlink "$PCI/devices/$1/iommu_group")
  if [ "$2" = vfio-pci ]; then # while a process has the group open, unbinding would block
    holder=$(find /proc -mindepth 3 -maxdepth 3 -path '/proc/[0-9]*/fd/*' -lname "/dev/vfio/${group##*/}" 2>/dev/null)
    [ -z "$holder" ] || refuse "process $(echo "${holder#/proc/}" | sed 's,/.*,,;q') has group ${group##*/} open" || return 1
  fi
  put_patiently "$1" "$PCI/devices/$1/driver/unbind" && has_driver "$1" -
}
do_override() {
  [ "$2" = - ] && value= || value=$2
  put "$value" "$PCI/devices/$1/driver_override" && read -r now <"$PCI/devices/$1/driver_override" || return 1
  [ "$now" = "${value:-(null)}" ] || [ "$now" = "$value" ] || refuse "driver_override reads $now"
}
do_probe() { # drivers_probe reports success also when no driver took the device: only the link tells
  put_patiently "$1" "$PCI/drivers_probe" && { [ "$2" = '*' ] || has_driver "$1" "$2"; }
}
do_d3cold() { put "$2" "$PCI/devices/$1/d3cold_allowed" && { grep -qx "$2" "$PCI/devices/$1/d3cold_allowed" || refuse 'it stays'; }; }
do_vfs() { put_patiently "$2" "$PCI/devices/$1/sriov_numvfs"; }
do_grant() {
  [ "$2" = 0 ] || mine "$2" || return 1
  said=$([ -c "/dev/vfio/$1" ] && chown "$2" "/dev/vfio/$1" 2>&1) || refuse "/dev/vfio/$1: ${said:-there is none}"
}
do_memlock() {
  mine "$3" && { [ "$(stat -c %u "/proc/$1")" = "$3" ] || refuse "process $1 is not user $3's"; } || return 1
  said=$(prlimit --pid "$1" --memlock="$2:$2" 2>&1) || refuse "$said"
}
step() {
  hung= why= operation=$1 && shift
  case $1 in *:*) [ -d "$PCI/devices/$1" ] || refuse "there is no device at $1" || return 1 ;; esac
  "do_$operation" "$@"
}

read -r line && [ "$line" = 'barrelfish-plan 2' ] || { echo 'failed 0 not a plan'; exit 2; }
plan= number=0 bad=
while read -r line && [ "$line" != end ]; do
  number=$((number + 1)) undo=${line#* | }
  case $undo in "$line") false ;; -) valid ${line%% | *} ;; *) valid ${line%% | *} && valid $undo ;; esac ||
    { echo "refused $number"; bad=1; }
  plan="$plan$line
"
done
[ "$line" = end ] || { echo 'failed 0 the plan is cut short'; exit 2; }
[ -z "$bad" ] || exit 2
# One plan at a time: what a step finds is still so when the next one acts.
mkdir -p "$NOTES" && exec 9>"$NOTES/lock" && flock -w 60 9 || { echo 'failed 0 another plan is running'; exit 2; }
undos= number=0 stuck= # last first: "N UNDO…" a line
while read -r line <&3; do
  [ -n "$line" ] || continue
  number=$((number + 1)) undo=${line#* | }
  step ${line%% | *} || break
  echo "ok $number"
  [ "$undo" = - ] || undos="$number $undo
$undos"
  line=
done 3<<PLAN
$plan
PLAN
[ -n "$line" ] || { echo done; exit; }
[ -z "$hung" ] || { echo "hung $number $why"; exit 3; }
echo "failed $number $why"
while read -r number undo <&3; do
  case $stuck$undo in '' | '!' | '!forget'* | '!mark'*) continue ;; esac # the note says what is still to be put back
  if step $undo; then echo "undone $number"; else stuck='!' && echo "stuck $number $why"; fi
done 3<<PLAN
$undos
PLAN
echo rolled-back && exit 1
