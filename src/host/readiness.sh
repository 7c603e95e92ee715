#!/bin/sh
# Reads what tells whether a host can give devices to guests, in one go and with few processes:
#   sh -c "$(cat readiness.sh)" sh BOUNDARY [ROOT]
# Writes sections, each headed by a line "BOUNDARY NAME". Reads only; needs no privilege. What isn't there, or isn't for
# this user to read, is left out; whatever is there, the output stays small.
B=$1 R=${2-}
PATH=/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/bin
LC_ALL=C
export PATH LC_ALL
section() { printf '\n%s %s\n' "$B" "$1"; }
existing() { for f; do [ -e "$f" ] && printf '%s\n' "$f"; done; }

# Who we are in this session, and who we would be in the next.
section identity
me=$(id)
printf '%s\n' "$me"
user=${me#*\(}
id -- "${user%%\)*}" 2>/dev/null

# Of the editor's side, when this runs there.
section environment
printf 'flatpak %s\nsnap %s\n' "${FLATPAK_ID-}" "${SNAP-}" | head -c 1024

section kernel
head -v -c 8192 "$R/proc/cmdline" "$R/proc/cpuinfo" "$R/proc/meminfo" "$R/proc/self/limits" \
  "$R/proc/sys/kernel/osrelease" "$R/proc/sys/kernel/modules_disabled" "$R/sys/kernel/security/lockdown" \
  "$R"/sys/class/dmi/id/sys_vendor "$R"/sys/class/dmi/id/product_name "$R"/sys/module/kvm_*/parameters/nested \
  "$R/sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts" \
  "$R/sys/module/iommufd/parameters/allow_unsafe_interrupts" \
  "$R/sys/module/vfio/parameters/enable_unsafe_noiommu_mode" 2>/dev/null
kernel=
read -r kernel 2>/dev/null <"$R/proc/sys/kernel/osrelease"
modules=$R/lib/modules/$kernel

section paths
existing "$R"/sys/class/iommu/* "$R"/sys/firmware/acpi/tables "$R"/sys/firmware/acpi/tables/DMAR \
  "$R"/sys/firmware/acpi/tables/IVRS "$R"/sys/bus/pci/drivers/vfio-pci "$R"/sys/module/vfio_pci/initstate \
  "$R"/sys/module/kvm_intel "$R"/sys/module/kvm_amd "$modules" "$modules"/kernel/drivers/vfio/pci/vfio-pci.ko* \
  "$R"/.flatpak-info "$R"/.dockerenv "$R"/run/.containerenv "$R"/run/ostree-booted \
  "$modules"/vmlinuz "$R/boot/vmlinuz-$kernel" 2>/dev/null | head -n 200
for p in update-grub grub2-mkconfig grub-mkconfig grubby kernel-install proxmox-boot-tool rpm-ostree; do
  existing "$R/usr/sbin/$p" "$R/usr/bin/$p" "$R/sbin/$p" "$R/bin/$p"
done
grep -m 1 -o 'kernel/.*/vfio-pci\.ko$' "$modules/modules.builtin" 2>/dev/null

# vfio names the groups that it makes itself for devices without an IOMMU (drivers/vfio/group.c).
section groups
set -- "$R"/sys/kernel/iommu_groups/[0-9]*
[ -e "$1" ] && echo "all $#"
echo "without-iommu $(grep -slx vfio-noiommu "$R"/sys/kernel/iommu_groups/[0-9]*/name | wc -l)"

# Interrupts that are remapped come through chips whose names begin with IR- (arch/x86/kernel/apic, drivers/iommu).
section interrupts
grep -oE '(v?IR-)?(IO-APIC|PCI-MSI)' "$R/proc/interrupts" 2>/dev/null | sort -u | head -n 10

section nodes
find "$R/dev/kvm" "$R/dev/vfio" -maxdepth 1 ! -type d \( -readable -writable -printf 'yes' -o -printf 'no' \) \
  -printf '\t%p\t%u\t%g\t%m\n' 2>/dev/null | head -n 200

# Faults of devices are left out: there may be thousands, and they are no matter of the host's readiness.
section log
{
  if [ -n "$R" ]; then
    echo dmesg
    cat "$R/kernel-log" # a made tree brings its own
  elif dmesg >/dev/null; then
    echo dmesg
    dmesg
  else
    echo journalctl
    timeout 5 journalctl -kbq --no-pager -o cat
  fi
} 2>/dev/null | grep -aE '^(dmesg|journalctl)$|DMAR|AMD-Vi|[Rr]emapping|vfio|RMRR|Lockdown: .*PCI' |
  grep -avE 'DMAR: (\[?DMA |DRHD: handling)|IO_PAGE_FAULT|Event logged' | head -n 60 | cut -b -300

section boot
head -v -c 65536 "$R"/etc/default/grub "$R"/etc/default/grub.d/*.cfg "$R"/etc/kernel/cmdline \
  "$R"/boot/loader/entries/*.conf "$R"/boot/efi/loader/entries/*.conf "$R"/efi/loader/entries/*.conf \
  "$R"/sys/firmware/efi/efivars/LoaderInfo-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f 2>/dev/null

section end
