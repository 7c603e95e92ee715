#!/bin/sh
# Hook, run when all packages are installed: adds polkit and its bus, which a test starts when it needs them. They are
# unpacked and not installed, because Debian's polkitd asks for logind, and so for systemd in place of our init.
# usage: polkit.sh ROOT WORK
set -eu
root=$1 work=$2
export APT_CONFIG="$MMDEBSTRAP_APT_CONFIG"

echo 'LAB polkit'
mkdir "$work/polkit"
cd "$work/polkit"
apt-get download --quiet polkitd pkexec libpolkit-agent-1-0 libpolkit-gobject-1-0 libduktape207 \
  dbus-daemon dbus-system-bus-common dbus-session-bus-common libdbus-1-3 libapparmor1
for package in *.deb; do
  dpkg-deb --fsys-tarfile "$package" | tar --extract --keep-directory-symlink --directory "$root"
done
chmod 4755 "$root/usr/bin/pkexec" "$root/usr/lib/polkit-1/polkit-agent-helper-1"
for name in messagebus polkitd; do
  chroot "$root" useradd --system "$name"
done
