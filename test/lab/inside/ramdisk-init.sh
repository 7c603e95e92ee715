#!/bin/busybox sh
# First process of the lab: loads what the root disk needs and moves over to it.
b=/bin/busybox
$b mount -t proc proc /proc
$b mount -t sysfs sysfs /sys
$b mount -t devtmpfs devtmpfs /dev
for module in /modules/*; do
  $b insmod "$module"
done
tries=0
until [ -b /dev/vda ] || [ $tries = 200 ]; do
  $b usleep 20000
  tries=$((tries + 1))
done
$b mount -t ext4 -o rw /dev/vda /root || {
  echo 'LAB failed: no root disk'
  $b poweroff -f
}
for directory in proc sys dev; do
  $b mount --move /$directory /root/$directory
done
exec $b switch_root /root /sbin/init
