import type { PciAddress } from './pci-address.ts';

/** One write, as the elevated script understands it. */
export type Step =
  | { op: 'module'; module: 'vfio-pci' }
  /** `from`: the machine with the editor, as a word of letters, digits, `_` and `-`. */
  | { op: 'record'; address: PciAddress; driver?: string; override?: string; from: string }
  | { op: 'mark'; address: PciAddress; state: 'taken' | 'releasing' }
  | { op: 'forget'; address: PciAddress }
  | { op: 'unbind'; address: PciAddress; driver: string }
  /** Without a driver: any may take the device again. */
  | { op: 'override'; address: PciAddress; driver?: string }
  /** Without a driver: whichever the kernel finds, or none. */
  | { op: 'probe'; address: PciAddress; driver?: string }
  /** Whether the kernel may take the device's power away altogether (D3cold). */
  | { op: 'd3cold'; address: PciAddress; allowed: boolean }
  | { op: 'vfs'; address: PciAddress; count: number }
  | { op: 'grant'; group: number; uid: number }
  | { op: 'memlock'; pid: number; bytes: number; uid: number };

/** A step and the one that takes it back; undefined where nothing has to be taken back. */
export interface PlannedStep {
  do: Step;
  undo?: Step;
}

/** Writes in their order. Run as a whole or taken back as a whole. */
export interface Plan {
  steps: readonly PlannedStep[];
}

function words(step: Step): string {
  switch (step.op) {
    case 'module':
      return `module ${step.module}`;
    case 'record':
      return `record ${step.address} ${step.driver ?? '-'} ${step.override ?? '-'} ${step.from}`;
    case 'mark':
      return `mark ${step.address} ${step.state}`;
    case 'forget':
      return `forget ${step.address}`;
    case 'unbind':
      return `unbind ${step.address} ${step.driver}`;
    case 'override':
      return `override ${step.address} ${step.driver ?? '-'}`;
    case 'probe':
      return `probe ${step.address} ${step.driver ?? '*'}`;
    case 'd3cold':
      return `d3cold ${step.address} ${step.allowed ? '1' : '0'}`;
    case 'vfs':
      return `vfs ${step.address} ${step.count.toString()}`;
    case 'grant':
      return `grant ${step.group.toString()} ${step.uid.toString()}`;
    case 'memlock':
      return `memlock ${step.pid.toString()} ${step.bytes.toString()} ${step.uid.toString()}`;
  }
}

/** The text that elevated.sh reads. */
export function planText(plan: Plan): string {
  const steps = plan.steps.map((step) => `${words(step.do)} | ${step.undo ? words(step.undo) : '-'}\n`);
  return `barrelfish-plan 2\n${steps.join('')}end\n`;
}

/** A step as the write to sysfs that it is: what a person would have typed. */
export function describeStep(step: Step): string {
  const device = (address: PciAddress): string => `/sys/bus/pci/devices/${address}`;
  switch (step.op) {
    case 'module':
      return `modprobe ${step.module}`;
    case 'record':
      return `note in /run/barrelfish/${step.address}: driver ${step.driver ?? 'none'}, override ${step.override ?? 'none'}`;
    case 'mark':
      return `note in /run/barrelfish/${step.address}: ${step.state}`;
    case 'forget':
      return `rm /run/barrelfish/${step.address}`;
    case 'unbind':
      return `echo ${step.address} > ${device(step.address)}/driver/unbind   # ${step.driver}`;
    case 'override':
      return `echo ${step.driver ?? '""'} > ${device(step.address)}/driver_override`;
    case 'probe':
      return `echo ${step.address} > /sys/bus/pci/drivers_probe   # ${step.driver === undefined ? 'any driver' : `must be ${step.driver}`}`;
    case 'd3cold':
      return `echo ${step.allowed ? '1' : '0'} > ${device(step.address)}/d3cold_allowed`;
    case 'vfs':
      return `echo ${step.count.toString()} > ${device(step.address)}/sriov_numvfs`;
    case 'grant':
      return `chown ${step.uid.toString()} /dev/vfio/${step.group.toString()}`;
    case 'memlock':
      return `prlimit --pid ${step.pid.toString()} --memlock=${step.bytes.toString()}`;
  }
}
