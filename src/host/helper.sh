#!/bin/sh
# Puts the helper of Barrelfish for VS Code on a host, or takes it away again, as root:
#   sh -c "$(cat helper.sh)" sh install GROUP ELEVATED SUDOERS POLICY      the texts of its three files
#   sh -c "$(cat helper.sh)" sh remove
# Answers "refused WHY" (nothing was touched), "failed WHY" (all has been put back as it was), or "done".
set -fu
PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C
export PATH LC_ALL && umask 022
trap '' HUP INT PIPE TERM # a lost connection must not stop us half way
DIRECTORY=/usr/local/libexec
HELPER=$DIRECTORY/barrelfish-elevated
SUDOERS=/etc/sudoers.d/barrelfish
POLICY=/usr/share/polkit-1/actions/org.barrelfish.vscode.policy
ALL="$HELPER $POLICY $SUDOERS"
NOTE='# /usr/local/libexec was made for it.'

refuse() { echo "refused $1" && exit 2; }
ours() { [ -f "$1" ] && [ ! -L "$1" ] && head -n 4 "$1" | grep -q 'Barrelfish for VS Code'; }
# Beside the file, so that it only has to be renamed; sudo reads no file whose name has a full stop (sudoers(5)).
new() { echo "${1%/*}/.${1##*/}.new"; }
old() { echo "${1%/*}/.${1##*/}.old"; }
write() { # MODE FILE TEXT
  printf %s "$3" >"$(new "$2")" && chown 0:0 "$(new "$2")" && chmod "$1" "$(new "$2")" && sync "$(new "$2")"
}
put() { # FILE: what is new takes its place
  { [ ! -e "$1" ] || ln "$1" "$(old "$1")"; } && mv -f "$(new "$1")" "$1"
}
take() { [ ! -e "$1" ] || mv -f "$1" "$(old "$1")"; }
tidy() { for file in $ALL; do rm -f "$(new "$file")" "$(old "$file")"; done; }

do_install() { # GROUP ELEVATED SUDOERS POLICY; the rule comes last: it never names what is not there
  [ -d "$DIRECTORY" ] || mkdir "$DIRECTORY" || return 1
  write 755 "$HELPER" "$2" && write 440 "$SUDOERS" "$3$note" && visudo -c -f "$(new "$SUDOERS")" && put "$HELPER" || return 1
  [ ! -d "${POLICY%/*}" ] || { write 644 "$POLICY" "$4" && put "$POLICY"; } || return 1
  put "$SUDOERS"
}
do_remove() { take "$SUDOERS" && take "$POLICY" && take "$HELPER"; }
take_back() {
  for file in $ALL; do
    if [ -e "$(old "$file")" ]; then
      mv -f "$(old "$file")" "$file"
    else
      case $before in *" $file "*) ;; *) rm -f "$file" ;; esac
    fi
  done
}

case ${1-}:$# in install:5 | remove:1) ;; *) refuse 'neither install nor remove' ;; esac
[ "$(id -u)" = 0 ] || refuse 'not root'
before=' ' note=
for file in $ALL; do
  [ -e "$file" ] || [ -L "$file" ] || continue
  ours "$file" || refuse "$file is not ours"
  before="$before$file "
done
! grep -qsxF "$NOTE" "$SUDOERS" || note="$NOTE
"
if [ "$1" = install ]; then
  case $2 in '' | *[!A-Za-z0-9_-]* | [!A-Za-z_]*) refuse 'not the name of a group' ;; esac
  getent group "$2" >/dev/null || refuse "there is no group $2"
  [ -d "${SUDOERS%/*}" ] && command -v visudo >/dev/null || refuse 'sudo is not installed'
  # Whoever can put another file in the helper's place would be root.
  open=$(find -H / /usr /usr/local "$DIRECTORY" -maxdepth 0 \( ! -user 0 -o -perm /022 \) 2>/dev/null)
  [ -z "$open" ] || refuse "others than root can write to $(echo $open)"
  [ -d "$DIRECTORY" ] || note="$NOTE
"
fi
mkdir -p /run/barrelfish && exec 9>/run/barrelfish/lock && flock -w 60 9 || refuse 'a plan is running'
tidy
what=$1 && shift
if why=$("do_$what" "$@" 2>&1); then answer=done code=0; else
  answer="failed $(echo $why)" code=1
  take_back
fi
tidy
# A directory that we made goes when the last of ours does.
[ -z "$note" ] || [ -e "$HELPER" ] || rmdir "$DIRECTORY" 2>/dev/null
echo "$answer"
exit $code
