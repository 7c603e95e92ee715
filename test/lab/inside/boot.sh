#!/bin/sh
# What an init system does on a real host, as far as the lab needs it.
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

mkdir -p /dev/pts /dev/shm
mount -t devpts -o gid=5,mode=620,ptmxmode=666 devpts /dev/pts
mount -t tmpfs -o mode=1777 tmpfs /dev/shm
mount -t tmpfs -o mode=755 tmpfs /run
mkdir -m 755 /run/sshd /run/lock
mkdir -m 700 /run/sudo
hostname lab
ip link set lo up

# Device nodes that a module would bring, with the rights that udev's rules give them.
mkdir -p /run/tmpfiles.d
kmod static-nodes --format=tmpfiles --output=/run/tmpfiles.d/static-nodes.conf
while read -r kind path mode user group age numbers; do
  case $kind in
    d) mkdir -p -m "$mode" "$path" ;;
    c!) mknod -m "$mode" "$path" c "${numbers%:*}" "${numbers#*:}" ;;
  esac
done </run/tmpfiles.d/static-nodes.conf 2>/dev/null

/lib/systemd/systemd-udevd --daemon
udevadm trigger --type=subsystems --action=add
udevadm trigger --type=devices --action=add
udevadm settle

for interface in /sys/class/net/*; do
  if [ "$(cat "$interface/address")" = 52:54:00:00:00:99 ]; then
    name=${interface##*/}
    ip link set "$name" up
    ip address add 10.0.2.15/24 dev "$name"
    ip route add default via 10.0.2.2
  fi
done
mount -a
echo "LAB booted in $(cut -d' ' -f1 /proc/uptime) s" >/dev/console
