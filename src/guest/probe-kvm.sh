#!/bin/sh
# Does KVM run guests here? sh -c "$(cat probe-kvm.sh)" sh QEMU SECONDS [ACCELERATOR]
# Answers "no-device", "no-permission GROUP", or "ended CODE" with QEMU's output behind it.
#
# /dev/kvm being there says little: a host that is a guest itself may have it and yet never run an instruction. So a
# firmware of two instructions is run, which makes QEMU exit: mov al,0x10; out 0xf4,al. Code 0x10 << 1 | 1 = 33.
set -fu
LC_ALL=C
export LC_ALL
accelerator=${3:-kvm}
cpu=
if [ "$accelerator" = kvm ]; then
  [ -e /dev/kvm ] || { echo no-device; exit; }
  [ -r /dev/kvm ] && [ -w /dev/kvm ] || { echo "no-permission $(stat -c %G /dev/kvm)"; exit; }
  cpu='-cpu host'
fi
umask 077
dir=$(mktemp -d) || exit
trap 'rm -rf "$dir"' EXIT
trap 'exit 1' HUP INT TERM
# 64 KiB, at whose end less 16 bytes a processor starts; behind the two instructions it halts.
{
  dd if=/dev/zero bs=65520 count=1
  printf '\260\020\346\364\364\353\375\0\0\0\0\0\0\0\0\0'
} >"$dir/image" 2>/dev/null
timeout -k 1 "$2" "$1" -nodefaults -no-user-config -display none -machine q35 -accel "$accelerator" $cpu -m 16 \
  -bios "$dir/image" -device isa-debug-exit,iobase=0xf4,iosize=0x04 </dev/null >"$dir/log" 2>&1
echo "ended $?"
tail -c 4096 "$dir/log"
