import type { Source } from '../../../src/diagnosis/diagnose.ts';
import type { Diagnosis } from '../../../src/diagnosis/diagnosis.ts';
import type { Case } from './case.ts';

const address = '0000:01:00.0';
const DEVICE = '/sys/bus/pci/devices/0000:01:00.0';
const PROBE = 'echo 0000:01:00.0 > /sys/bus/pci/drivers_probe   # must be vfio-pci: ';
const UNBIND = `echo 0000:01:00.0 > ${DEVICE}/driver/unbind   # e1000e: `;

function cases(source: Source, rows: readonly [name: string, text: string, means: Diagnosis][]): Case[] {
  return rows.map(([name, text, means]) => ({ name, source, text, means }));
}

/** What steps that run as root answer with, and shells: `STEP: WHY`. */
export const scriptCases: readonly Case[] = cases('script', [
  [
    'a group that a process has open',
    `echo 0000:01:00.0 > ${DEVICE}/driver/unbind   # vfio-pci: process 4711 has group 14 open`,
    { code: 'group-held', address, group: 14, pid: 4711 },
  ],
  [
    'an unbind that does not come back',
    `${UNBIND}${DEVICE}/driver/unbind: process 815 waits in vfio_unregister_group_dev`,
    { code: 'unbind-blocked', address, pid: 815 },
  ],
  [
    'ids that are known',
    '/sys/bus/pci/drivers/vfio-pci/new_id: File exists',
    { code: 'new-id-known', driver: 'vfio-pci' },
  ],
  [
    'the same from tee',
    'tee: /sys/bus/pci/drivers/vfio-pci/new_id: File exists',
    { code: 'new-id-known', driver: 'vfio-pci' },
  ],
  [
    'a driver that refuses to be bound',
    '/sys/bus/pci/drivers/vfio-pci/bind: Invalid argument',
    { code: 'bind-refused', driver: 'vfio-pci' },
  ],
  [
    'a driver that has other ids',
    'bash: /sys/bus/pci/drivers/e1000e/bind: No such device',
    { code: 'bind-refused', driver: 'e1000e' },
  ],
  [
    'a driver reserved for another',
    '/sys/bus/pci/drivers/e1000e/bind: Device or resource busy',
    { code: 'bind-busy', driver: 'e1000e' },
  ],
  [
    'a probe after which there is no driver',
    `${PROBE}its driver is -, not vfio-pci`,
    { code: 'probe-took-nothing', address, wanted: 'vfio-pci' },
  ],
  [
    'a probe after which there is another driver',
    `${PROBE}its driver is e1000e, not vfio-pci`,
    { code: 'probe-took-nothing', address, driver: 'e1000e', wanted: 'vfio-pci' },
  ],
  ['a driver that stays', `${UNBIND}its driver is e1000e, not -`, { code: 'driver-stayed', address, driver: 'e1000e' }],
  [
    'a driver that somebody changed',
    `${UNBIND}its driver is igb, not e1000e`,
    { code: 'driver-changed', address, driver: 'igb', expected: 'e1000e' },
  ],
  [
    'a module for a driver',
    'Cannot open /sys/bus/pci/drivers/vfio_pci/bind',
    { code: 'driver-misspelt', written: 'vfio_pci', driver: 'vfio-pci' },
  ],
  [
    'no room for a note',
    'note in /run/barrelfish/0000:01:00.0: /run/barrelfish/.0000:01:00.0: No space left on device',
    { code: 'notes-full', directory: '/run/barrelfish' },
  ],
  ['a built-in module', 'modprobe: FATAL: Module vfio_pci is builtin.', { code: 'module-builtin', module: 'vfio_pci' }],
  [
    'a module that is not there',
    'modprobe vfio-pci: modprobe: FATAL: Module vfio-pci not found in directory /lib/modules/6.1.0-56-amd64',
    { code: 'module-missing', module: 'vfio-pci' },
  ],
  ['a device that is gone', `${PROBE}/sys/bus/pci/drivers_probe: No such device`, { code: 'device-gone', address }],
  [
    'a device that is gone when it is to be reserved',
    `echo vfio-pci > ${DEVICE}/driver_override: ${DEVICE}/driver_override: No such file or directory`,
    { code: 'device-gone', address },
  ],
  [
    'the same from dash',
    `sh: 1: cannot create ${DEVICE}/driver_override: Directory nonexistent`,
    { code: 'device-gone', address },
  ],
  [
    'the same from tee',
    `tee: '${DEVICE}/driver_override': No such file or directory`,
    { code: 'device-gone', address },
  ],
  [
    'a misspelt driver, from dash',
    'sh: 1: cannot create /sys/bus/pci/drivers/vfio_pci/bind: Directory nonexistent',
    { code: 'driver-misspelt', written: 'vfio_pci', driver: 'vfio-pci' },
  ],
  [
    'a number of virtual functions that is not ours to write, from dash',
    `sh: 1: cannot create ${DEVICE}/sriov_numvfs: Permission denied`,
    { code: 'sriov-refused', address, problem: 'forbidden' },
  ],
  [
    'a group node that is gone',
    'chown 1000 /dev/vfio/14: /dev/vfio/14: there is none',
    { code: 'group-node-missing', group: 14 },
  ],
  ['a device that was gone before', `${PROBE}there is no device at 0000:01:00.0`, { code: 'device-gone', address }],
  [
    'a driver that makes no virtual functions',
    `${DEVICE}/sriov_numvfs: No such file or directory`,
    { code: 'sriov-refused', address, problem: 'driver' },
  ],
  [
    'too many virtual functions',
    `echo 9 > ${DEVICE}/sriov_numvfs: ${DEVICE}/sriov_numvfs: Numerical result out of range`,
    { code: 'sriov-refused', address, problem: 'too-many' },
  ],
  [
    'a number that cannot be written',
    `${DEVICE}/sriov_numvfs: Permission denied`,
    { code: 'sriov-refused', address, problem: 'forbidden' },
  ],
  [
    'no interrupts for virtual functions',
    `tee: '${DEVICE}/sriov_numvfs': No space left on device`,
    { code: 'sriov-refused', address, problem: 'exhausted' },
  ],
  [
    'another number of them',
    `${DEVICE}/sriov_numvfs: Device or resource busy`,
    { code: 'sriov-refused', address, problem: 'already-set' },
  ],
  [
    'no room for their BARs',
    `${DEVICE}/sriov_numvfs: write error: Cannot allocate memory`,
    { code: 'sriov-refused', address, problem: 'no-addresses' },
  ],
]);

export const guestCases: readonly Case[] = [
  ...cases('gdb', [
    ['no hardware breakpoints', 'No hardware breakpoint support in the target.', { code: 'no-hardware-breakpoints' }],
    [
      'a breakpoint before the image is loaded',
      'Warning:\nCannot insert breakpoint 1.\nCannot access memory at address 0xffffffff83b4da60\n\n',
      { code: 'breakpoint-unmapped', breakpoint: 1 },
    ],
  ]),
];
