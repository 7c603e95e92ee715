// The lab's hardware as QEMU arguments: pure data, the same for saving and restoring.

import type { QmpCommand } from './qmp.ts';

/** `poor`: an Intel one that does not remap interrupts, and a port, of nic1, that lets peers talk to each other. */
export type Iommu = 'intel' | 'amd' | 'none' | 'poor';

/** What the machine is made of; machines with equal shapes can restore each other's state. */
export interface Shape {
  readonly iommu: Iommu;
  readonly memoryMiB: number;
  readonly processors: number;
  /** Lets KVM run in the lab itself. Quick when it works, which it does not always. */
  readonly nestedKvm: boolean;
}

const managementMac = '52:54:00:00:00:99';
const nvmeSubsystem = 'nvme-subsystem';
const nvmeController = 'nvme0';

/** QEMU's amd-iommu refuses to be saved. */
export const canBeSaved = ({ iommu }: Shape): boolean => iommu !== 'amd';

/** QEMU's amd-iommu takes devices behind bridges for others, so that their DMA fails and the driver would wait for ever. */
export const canPlugNvme = ({ iommu }: Shape): boolean => iommu !== 'amd';

export interface Disk {
  readonly path: string;
  readonly format: 'raw' | 'qcow2';
  /** Whether what is written stays in the file. */
  readonly keep: boolean;
}

/** Relative paths are below the working directory of QEMU. */
export interface Files {
  readonly kernel: string;
  readonly ramDisk: string;
  /** The memory as a file, so that a saved machine's is mapped when it is restored, not read. */
  readonly memory?: { readonly path: string; readonly keep: boolean };
  readonly console: string;
  readonly qmp: string;
  readonly root: Disk;
  readonly data: Disk;
  readonly nvme: Disk;
}

export function kernelCommandLine({ iommu }: Shape): string {
  const parameters = {
    intel: ['intel_iommu=on'],
    poor: ['intel_iommu=on'],
    // It is on unless told otherwise, and knows no word for "on".
    amd: [],
    none: [],
  };
  return [
    ...['root=/dev/vda', 'rw', 'quiet', 'console=ttyS0'],
    // On a loaded machine the timer does not tick often enough for the kernel, which panics: "timer doesn't work through
    // Interrupt-remapped IO-APIC". kernel-parameters.txt has this for "broken timer IRQ sources".
    'no_timer_check',
    // The mitigations cost time and protect nobody here; panic=-1 ends QEMU instead of hanging it.
    ...['mitigations=off', 'panic=-1'],
    // A namespace hangs below its controller, as with most real ones, not below a subsystem.
    'nvme_core.multipath=N',
    ...parameters[iommu],
  ].join(' ');
}

export function machineArguments(shape: Shape, files: Files): string[] {
  return [
    ...['-name', 'barrelfish-lab', '-nodefaults', '-no-user-config', '-no-reboot', '-display', 'none'],
    // Not a thread for each processor: booted so under load, QEMU 7.2 has hung (a timer interrupt that was never ended) and
    // died of a segmentation fault. Until 8.2 one processor may use the memory map from before another's change to it
    // ("softmmu: Use async_run_on_cpu in tcg_commit"), which would explain both.
    ...['-accel', 'tcg,thread=single', '-cpu', processor(shape), '-smp', String(shape.processors)],
    ...['-m', `${String(shape.memoryMiB)}M`, '-M', 'q35,kernel-irqchip=split,memory-backend=memory'],
    ...['-object', memory(shape, files)],
    ...['-kernel', files.kernel, '-initrd', files.ramDisk, '-append', kernelCommandLine(shape)],
    ...['-chardev', `file,id=console,path=${literal(files.console)}`, '-serial', 'chardev:console'],
    ...['-chardev', `socket,id=qmp,path=${literal(files.qmp)},server=on,wait=off`, '-mon', 'qmp,mode=control'],
    ...drive('root-drive', files.root),
    ...drive('data-drive', files.data),
    ...drive('nvme-drive', files.nvme),
    ...devices(shape),
  ];
}

function memory({ memoryMiB }: Shape, { memory: file }: Files): string {
  const size = `id=memory,size=${String(memoryMiB)}M`;
  if (file === undefined) return `memory-backend-ram,${size}`;
  return `memory-backend-file,${size},mem-path=${literal(file.path)},share=${onOff(file.keep)}`;
}

function processor({ iommu, nestedKvm }: Shape): string {
  if (nestedKvm) return 'EPYC,+svm,+npt';
  // Without hardware virtualisation, as when the firmware has it off: /dev/kvm does not appear.
  // Not "max": without svm it computes wrongly in QEMU 7.2.
  return iommu === 'amd' ? 'EPYC,-svm' : 'Skylake-Server-noTSX-IBRS';
}

function drive(id: string, { path, format, keep }: Disk): string[] {
  return ['-drive', `if=none,id=${id},file=${literal(path)},format=${format},cache=unsafe,snapshot=${onOff(!keep)}`];
}

function devices({ iommu }: Shape): string[] {
  const units = {
    intel: ['intel-iommu,intremap=on,caching-mode=on'],
    amd: ['amd-iommu,intremap=on'],
    none: [],
    poor: ['intel-iommu,intremap=off,caching-mode=on'],
  };
  return [
    ...units[iommu].flatMap(device),
    ...device('VGA,id=vga,addr=0x5'),
    ...device('pci-testdev,id=driverless,addr=0x4'),
    ...rootPorts(iommu === 'poor' ? [1] : []),
    ...nic('e1000e', 'nic0', 'port0', '0a'),
    ...nic('e1000e', 'nic1', 'port1', '0b'),
    ...nic('e1000e', 'nic2', 'port2', '20', 'addr=0x0.0,multifunction=on'),
    ...nic('e1000e', 'nic3', 'port2', '21', 'addr=0x0.1'),
    ...device('pcie-pci-bridge,id=bridge,bus=port3'),
    ...nic('e1000', 'nic4', 'bridge', '30', 'addr=0x1'),
    ...nic('rtl8139', 'nic5', 'bridge', '31', 'addr=0x2'),
    ...device(`nvme-subsys,id=${nvmeSubsystem}`),
    ...device('qemu-xhci,id=usb,addr=0x14'),
    ...device('usb-tablet,bus=usb.0'),
    ...device('usb-kbd,bus=usb.0'),
    ...device('virtio-blk-pci,id=root-disk,bus=port6,drive=root-drive,disable-legacy=on'),
    ...['-netdev', 'user,id=management-net,hostfwd=tcp:127.0.0.1:0-:22'],
    ...device(`virtio-net-pci,id=management,bus=port7,netdev=management-net,mac=${managementMac},disable-legacy=on`),
    ...device('virtio-serial-pci,id=virtual-serial,bus=port8,disable-legacy=on'),
    ...['-chardev', 'null,id=nobody'],
    ...device('virtserialport,bus=virtual-serial.0,chardev=nobody,name=lab.port'),
    ...device('virtio-blk-pci,id=data-disk,bus=port9,drive=data-drive,disable-legacy=on'),
  ];
}

const device = (description: string): string[] => ['-device', description];

/** Twelve ports in two slots; port4 waits for the NVMe controller; port5, port10 and port11 are empty. */
function rootPorts(withoutAcs: readonly number[]): string[] {
  return Array.from({ length: 12 }, (_, number) => {
    const slot = String(number + 1);
    const address = `0x${String(2 + Math.floor(number / 8))}.${String(number % 8)}`;
    const multifunction = onOff(number % 8 === 0);
    const acs = withoutAcs.includes(number) ? ',disable-acs=on' : '';
    return `pcie-root-port,id=port${String(number)},chassis=${slot},slot=${slot},addr=${address},multifunction=${multifunction}${acs}`;
  }).flatMap(device);
}

function nic(model: string, id: string, bus: string, lastByte: string, ...rest: readonly string[]): string[] {
  const properties = [model, `id=${id}`, `bus=${bus}`, `netdev=${id}-net`, `mac=52:54:00:00:00:${lastByte}`, ...rest];
  return ['-netdev', `user,id=${id}-net`, ...device(properties.join(','))];
}

/**
 * Plugs an NVMe controller with SR-IOV and one namespace into the running
 * machine: with it there from the start, the machine could not be saved.
 */
export const plugNvme: readonly QmpCommand[] = [
  {
    execute: 'device_add',
    arguments: {
      ...{ driver: 'nvme', id: nvmeController, bus: 'port4', serial: 'LAB0', subsys: nvmeSubsystem },
      ...{ sriov_max_vfs: 2, sriov_vq_flexible: 4, sriov_vi_flexible: 2 },
    },
  },
  // The controller's own bus takes no late arrivals until someone answers for them; the machine nods everything through.
  {
    execute: 'qom-set',
    arguments: {
      path: `/machine/peripheral/${nvmeController}/${nvmeController}`,
      property: 'hotplug-handler',
      value: '/machine',
    },
  },
  { execute: 'device_add', arguments: { driver: 'nvme-ns', bus: nvmeController, drive: 'nvme-drive', nsid: 1 } },
];

/** In QEMU's option lists a comma is doubled. */
function literal(value: string): string {
  return value.replaceAll(',', ',,');
}

const onOff = (value: boolean): string => (value ? 'on' : 'off');
