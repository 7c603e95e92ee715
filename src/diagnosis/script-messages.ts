import type { Diagnosis, Message } from './diagnosis.ts';

type SriovProblem = Extract<Diagnosis, { code: 'sriov-refused' }>['problem'];

/**
 * `PATH/sriov_numvfs: WHY`, from us or from `echo` and `tee` of a shell ("echo: write error: WHY"). Of a path with a
 * colon, as a device's has, tee (coreutils, quotef) puts the whole in quotation marks.
 */
function sriov(why: string, problem: SriovProblem): Message {
  return {
    pattern: new RegExp(`sriov_numvfs'?: (?:echo: )?(?:write error: )?${why}`),
    meaning: (address) => ({ code: 'sriov-refused', address, problem }),
  };
}

/**
 * What a step that runs as root answers with, and what people's own scripts print when they write to the same files of
 * sysfs: the path, and strerror() in the C locale. The more specific first: of a line only the first that fits counts.
 */
export const scriptMessages: readonly Message[] = [
  {
    // Of vfio: it would wait for the group's user.
    pattern: /process (\d{1,9}) has group (\d{1,9}) open/,
    meaning: (address, pid, group) => ({ code: 'group-held', address, group: Number(group), pid: Number(pid) }),
  },
  {
    // The write to sysfs has not come back: /proc/PID/wchan says in which function of the kernel.
    pattern: /\/(?:unbind|drivers_probe|sriov_numvfs): process (\d{1,9}) waits in/,
    meaning: (address, pid) => ({ code: 'unbind-blocked', address, pid: Number(pid) }),
  },
  {
    // drivers/pci/pci-driver.c reports success whether or not a driver took the device: only the link tells.
    pattern: /(?:drivers_probe|after the probe).{0,160}its driver is ([\w-]{1,64}), not ([\w-]{1,64})/,
    meaning: (address, driver, wanted) => ({
      code: 'probe-took-nothing',
      address,
      driver: driver === '-' ? undefined : driver,
      wanted,
    }),
  },
  {
    pattern: /its driver is (?:still ([\w-]{1,64})|([\w-]{1,64}), not -(?![\w-]))/,
    meaning: (address, still, driver) => ({ code: 'driver-stayed', address, driver: still || driver }),
  },
  {
    pattern: /its driver is ([\w-]{1,64}), not ([\w-]{1,64})/,
    meaning: (address, driver, expected) => ({
      code: 'driver-changed',
      address,
      driver: driver === '-' ? undefined : driver,
      expected,
    }),
  },
  {
    // What a device had is noted before it is touched, and so that can stop all the rest.
    pattern: /(\/run\/barrelfish)\/[^ ]{1,64}: No space left on device/,
    meaning: (_, directory) => ({ code: 'notes-full', directory }),
  },
  // drivers/base/bus.c, bind_store and new_id_store of drivers/pci/pci-driver.c
  {
    pattern: /drivers\/(vfio_pci|pci_stub)\/(?:bind|unbind|new_id)/,
    meaning: (_, written) => ({ code: 'driver-misspelt', written, driver: written.replace('_', '-') }),
  },
  {
    pattern: /drivers\/([\w-]{1,64})\/new_id: (?:echo: )?(?:write error: )?File exists/,
    meaning: (_, driver) => ({ code: 'new-id-known', driver }),
  },
  {
    pattern: /drivers\/([\w-]{1,64})\/bind: (?:echo: )?(?:write error: )?(?:Invalid argument|No such device)/,
    meaning: (_, driver) => ({ code: 'bind-refused', driver }),
  },
  {
    pattern: /drivers\/([\w-]{1,64})\/bind: (?:echo: )?(?:write error: )?Device or resource busy/,
    meaning: (_, driver) => ({ code: 'bind-busy', driver }),
  },
  // drivers/pci/iov.c, sriov_numvfs_store, and what the file's mode forbids
  sriov('No such file or directory', 'driver'),
  sriov('Numerical result out of range', 'too-many'),
  sriov('(?:Permission denied|Read-only file system)', 'forbidden'),
  sriov('No space left on device', 'exhausted'),
  sriov('Device or resource busy', 'already-set'),
  sriov('Cannot allocate memory', 'no-addresses'),
  {
    // "Directory nonexistent" is dash's for ENOENT when it was to create the file.
    pattern:
      /(?:(?:drivers_probe|\/unbind)'?: No such device|driver_override'?: (?:No such file or directory|Directory nonexistent))/,
    meaning: (address) => ({ code: 'device-gone', address }),
  },
  { pattern: /there is no device at [0-9a-f]{4}/, meaning: (address) => ({ code: 'device-gone', address }) },
  {
    pattern: /\/dev\/vfio\/(\d{1,9}): there is none/,
    meaning: (address, group) => ({ code: 'group-node-missing', address, group: Number(group) }),
  },
  // kmod's modprobe and rmmod
  {
    pattern: /Module (\w[\w-]{0,63}) is builtin/,
    meaning: (_, module) => ({ code: 'module-builtin', module }),
  },
  {
    pattern: /Module (\w[\w-]{0,63}) not found in directory/,
    meaning: (_, module) => ({ code: 'module-missing', module }),
  },
];
