import type { MachineSpec, PassedDevice } from '../../../src/guest/machine.ts';
import { pciAddress } from '../../../src/host/pci-address.ts';

/** A small machine for tests. */
export function machineSpec(more: Partial<MachineSpec> = {}): MachineSpec {
  return {
    name: 'Barrelfish',
    program: 'qemu-system-x86_64',
    directory: '/build',
    accelerator: 'tcg',
    memoryMiB: 2048,
    cores: 1,
    kernel: { path: 'x86_64/sbin/elver', arguments: 'loglevel=3' },
    modules: [{ path: 'x86_64/sbin/cpu', arguments: 'loglevel=3' }],
    passed: [],
    emulated: [],
    sparePorts: 0,
    paused: false,
    extraArguments: [],
    ...more,
  };
}

export function passedDevice(slot: number, more: Partial<PassedDevice> = {}): PassedDevice {
  return {
    host: pciAddress(`0000:01:00.${(slot - 5).toString()}`),
    id: `passed${(slot - 5).toString()}`,
    slot,
    hotpluggable: false,
    rom: false,
    ...more,
  };
}
