#!/bin/sh
# Hook, run when all packages are installed: adds kernel modules and users, and writes
# the disk images and the first part of the initial RAM disk.
# usage: finish.sh ROOT WORK OUTPUT
#   WORK    scratch directory, with the unpacked kernel and the keys
#   OUTPUT  where root.ext4, data.ext4, nvme.raw, vmlinuz and initrd go
set -eu
root=$1 work=$2 output=$3

echo 'LAB kernel modules'
while [ ! -e "$work/kernel/unpacked" ]; do
  if [ -e "$work/kernel/failed" ]; then
    cat "$work/kernel/unpack.log" >&2
    exit 1
  fi
  sleep 0.1
done
version=$(ls "$work/kernel/lib/modules")
from=$work/kernel/lib/modules/$version
to=$root/lib/modules/$version
mkdir -p "$to"
cp "$from"/modules.* "$to/"
(
  cd "$from"
  while read -r path; do
    find "kernel/$path" -name '*.ko' 2>/dev/null || echo "no such module: $path" >&2
  done <"${0%/*}/modules" | cpio --pass-through --make-directories --quiet "$to"
)
chroot "$root" depmod "$version"
cp "$work/kernel/boot/vmlinuz-$version" "$output/vmlinuz"

echo 'LAB users and settings'
for name in dev visitor; do
  chroot "$root" useradd --create-home --shell /bin/bash "$name"
done
# Not locked, which sshd would respect, but without a password.
chroot "$root" usermod --password '*' visitor
chroot "$root" usermod --append --groups sudo dev
printf 'dev:barrelfish\n' | chroot "$root" chpasswd
for home in root home/dev home/visitor; do
  mkdir -p "$root/$home/.ssh"
  cp "$work/keys/id.pub" "$root/$home/.ssh/authorized_keys"
  chmod 700 "$root/$home" "$root/$home/.ssh"
done
chroot "$root" chown -R dev:dev /home/dev
chroot "$root" chown -R visitor:visitor /home/visitor

rm -f "$root"/etc/ssh/ssh_host_*
install -m 600 "$work/keys/host" "$root/etc/ssh/ssh_host_ed25519_key"
install -m 644 "$work/keys/host.pub" "$root/etc/ssh/ssh_host_ed25519_key.pub"
ln -s /bin/busybox "$root/sbin/init"
echo lab >"$root/etc/hostname"
printf '127.0.0.1 localhost lab\n' >"$root/etc/hosts"
printf '/dev/vda / ext4 errors=remount-ro 0 1\nLABEL=data /mnt/data ext4 defaults 0 2\n' >"$root/etc/fstab"
ln -sf /proc/self/mounts "$root/etc/mtab"
mkdir -p "$root/mnt/data"

echo 'LAB initial RAM disk'
ramdisk=$work/ramdisk
mkdir -p "$ramdisk/bin" "$ramdisk/modules" "$ramdisk/proc" "$ramdisk/sys" "$ramdisk/dev" \
  "$ramdisk/root"
cp "$root/bin/busybox" "$ramdisk/bin/"
number=10
for module in virtio_pci virtio_blk ext4; do
  chroot "$root" modprobe --set-version "$version" --show-depends "$module"
done | while read -r keyword path rest; do
  [ "$keyword" = insmod ] || continue
  name=${path##*/}
  ls "$ramdisk/modules" | grep -q "^[0-9]*-$name\$" && continue
  cp "$root$path" "$ramdisk/modules/$number-$name"
  number=$((number + 1))
done
(cd "$ramdisk" && find . | cpio --create --format=newc --quiet) | gzip -1 >"$output/initrd"

echo 'LAB disk images'
rm -rf "$root"/usr/share/doc/* "$root"/usr/share/man/* "$root"/usr/share/locale/* "$root/etc/dpkg/dpkg.cfg.d/lab"
# A plain bind mount shows the tree without the /proc, /sys and /dev that are mounted in it for hooks.
mkdir "$work/tree"
mount --bind "$root" "$work/tree"
PATH=$PATH:/sbin:/usr/sbin
mkfs.ext4 -q -L root -O '^has_journal' -m 0 -d "$work/tree" "$output/root.ext4" 1G
umount "$work/tree"
mkdir "$work/data"
echo 'This disk is mounted: taking its controller away would lose this file.' >"$work/data/precious"
mkfs.ext4 -q -L data -O '^has_journal' -m 0 -d "$work/data" "$output/data.ext4" 64M
truncate -s 64M "$output/nvme.raw"
echo "$version" >"$output/kernel-version"
chmod 644 "$output"/*
