import path from 'node:path';
import { runsOnce, type DeviceIds, type DriverMatch, type Drivers } from '../barrelfish/drivers.ts';
import { relativePath, type MenuFile, type MenuList } from '../barrelfish/menu-list.ts';
import { isAuto, type MenuChange } from '../barrelfish/menu-variant.ts';
import { SKB_RAM_DISK } from '../barrelfish/skb-files.ts';
import type { PciAddress } from '../host/pci-address.ts';
import type { Snapshot } from '../host/snapshot.ts';
import { emulatedIds } from './emulated-ids.ts';
import { formatGuestAddress, guestAddressOf, type MachineSpec } from './machine.ts';

/** A device that the guest will find. */
interface GuestDevice {
  ids: DeviceIds;
  /** Slot on the guest's root bus: of the device, or of the root port that it is behind. */
  slot: number;
  /** `00:05.0`. */
  guest: string;
  /** The host's address, for a device of the host's; as QEMU calls it, for one that it plays. */
  name: string;
  emulated: boolean;
}

interface PassedDevice extends GuestDevice {
  address: PciAddress;
  interruptLine: boolean | undefined;
}

/** What is known of a boot before it. */
export interface BootFacts {
  menu: MenuList;
  drivers: Drivers;
  /** What `startFunctions` found; undefined when nobody knows. */
  starts: ReadonlyMap<string, string> | undefined;
  /** Where the passed devices' ids come from. */
  snapshot: Snapshot;
  machine: Pick<MachineSpec, 'passed' | 'emulated' | 'cores'>;
  /** Which of `programsInQuestion` have been built. */
  built: ReadonlySet<string>;
  /** The database is newer than what the guest gets of it. */
  databaseIsNewer: boolean;
  /** What the menu.lst names and is missing or too old is built before the boot anyway. */
  buildsMissing: boolean;
}

/** Why a device will not be driven, or not as it should. */
type Reason =
  /** device_db.pl has no such card. */
  | { code: 'no-entry'; ids: string }
  | { code: 'not-in-menu' }
  | { code: 'not-auto' }
  | { code: 'not-built'; target: string }
  /** The program runs once, and for the device that the guest finds first; `by` is its host address, or its model. */
  | { code: 'taken'; by: string; at: string; emulated: boolean }
  /** usr/kaluga/main.c does not say how the module is started, so Kaluga would start the program and no module. */
  | { code: 'no-start-function'; module: string }
  /** Kaluga waits for a core that the guest doesn't have. */
  | { code: 'no-core'; core: number; cores: number }
  | { code: 'unknown-interrupts' }
  /** The driver is started with legacy interrupts, and the device has no line for them. */
  | { code: 'no-interrupt-line' }
  /** Kaluga sets up nothing for MSI. */
  | { code: 'msi' }
  /** The driver would run, but nobody would serve its network. */
  | { code: 'no-network-server' }
  /** The guest knows an older database. */
  | { code: 'old-database' };

export interface BootFinding {
  address: PciAddress;
  /** Name of the driver's program, where there is one. */
  driver?: string;
  reason: Reason;
  /** What helps for this boot: lines of the menu.lst, and what make has to make. */
  fix?: { changes: readonly MenuChange[]; targets: readonly string[] };
}

const NETWORK_SERVER = 'net_sockets_server';
/** What is not of this shape is no program that a line could be made for. */
const PROGRAM_NAME = /^[\w.+-]+$/;
/** Start functions after which net_sockets_server is looked for (usr/kaluga/driver_startup.c). */
const NETWORKING: ReadonlySet<string> = new Set(['start_networking', 'start_networking_new']);

/** The disk controller that is part of QEMU's machine q35. */
const BUILT_IN = { model: 'ich9-ahci', slot: 0x1f, guest: '00:1f.2' };

type InQuestion = Pick<BootFacts, 'menu' | 'drivers' | 'snapshot' | 'machine'>;

/** What make calls the programs that may be missing, for `BootFacts.built`. */
export function programsInQuestion(facts: InQuestion): string[] {
  const { menu, drivers } = facts;
  const binaries = passedDevices(facts).flatMap(({ ids }) => drivers.for(ids)?.entry.binary ?? []);
  return [...new Set([...binaries, NETWORK_SERVER])].filter(isProgramName).map((name) => targetOf(menu, name));
}

/** What stands between the devices that are passed and their drivers, in the order of the devices. */
export function checkDrivers(facts: BootFacts): BootFinding[] {
  const passed = passedDevices(facts);
  const all = [...passed, ...emulatedDevices(facts)].sort((a, b) => a.slot - b.slot);
  const found = passed.flatMap((device) => findingsFor(facts, device, all));
  const [first] = passed;
  if (facts.databaseIsNewer && !facts.buildsMissing && first) {
    const fix = { changes: [], targets: [SKB_RAM_DISK] };
    found.push({ address: first.address, reason: { code: 'old-database' }, fix });
  }
  return found;
}

function passedDevices({ snapshot, machine }: InQuestion): PassedDevice[] {
  return machine.passed.flatMap((device): PassedDevice[] => {
    const fn = snapshot.functions.get(device.host);
    if (!fn) return [];
    const { address, interruptLine } = fn;
    const guest = formatGuestAddress(guestAddressOf(machine, device));
    return [{ ids: fn, slot: device.slot, guest, name: address, emulated: false, address, interruptLine }];
  });
}

function emulatedDevices({ machine }: InQuestion): GuestDevice[] {
  const played = machine.emulated.map((device) => {
    const { model, slot } = device;
    return { model, slot, guest: formatGuestAddress(guestAddressOf(machine, device)) };
  });
  return [...played, BUILT_IN].flatMap(({ model, slot, guest }): GuestDevice[] => {
    const ids = emulatedIds(model);
    return ids ? [{ ids, slot, guest, name: model, emulated: true }] : [];
  });
}

function findingsFor(facts: BootFacts, device: PassedDevice, all: readonly GuestDevice[]): BootFinding[] {
  const { menu, drivers, starts, machine, built } = facts;
  const { address, ids } = device;
  const match = drivers.for(ids);
  if (!match) return [{ address, reason: { code: 'no-entry', ids: `${ids.vendor}:${ids.device}` } }];
  const driver = match.entry.binary;
  const module = moduleOf(menu, driver);
  const before = runsOnce(match, starts ?? new Map())
    ? all.find((each) => each.slot < device.slot && drivers.for(each.ids)?.entry.binary === driver)
    : undefined;
  const findings: BootFinding[] = [];
  const add = (reason: Reason, fix?: BootFinding['fix']): void => {
    findings.push({ address, driver, reason, ...(fix ? { fix } : {}) });
  };

  // Also behind a device that takes the driver: once that is left out, it matters.
  if (!module) {
    const line: MenuChange = { kind: 'add-module', path: pathOf(menu, driver), arguments: 'auto' };
    add({ code: 'not-in-menu' }, isProgramName(driver) ? { changes: [line], targets: [] } : undefined);
  } else if (!isAuto(module.arguments)) {
    add({ code: 'not-auto' }, { changes: [{ kind: 'set-argument', program: driver, argument: 'auto' }], targets: [] });
  }
  if (before) add({ code: 'taken', by: before.name, at: before.guest, emulated: before.emulated });
  const target = module ? relativePath(module) : targetOf(menu, driver);
  if (isProgramName(driver) && !built.has(target) && !facts.buildsMissing)
    add({ code: 'not-built', target }, { changes: [], targets: [target] });
  if (match.coreHint >= machine.cores) add({ code: 'no-core', core: match.coreHint, cores: machine.cores });
  const interrupts = interruptReason(device, match);
  if (interrupts) add(interrupts);
  const start = starts?.get(driver);
  if (starts && start === undefined && match.entry.module !== undefined)
    add({ code: 'no-start-function', module: match.entry.module });
  // mlx4 serves its network itself.
  if (start !== undefined && NETWORKING.has(start) && !driver.startsWith('mlx4') && !moduleOf(menu, NETWORK_SERVER)) {
    const server = targetOf(menu, NETWORK_SERVER);
    const change: MenuChange = { kind: 'add-module', path: pathOf(menu, NETWORK_SERVER), arguments: 'nospawn' };
    add(
      { code: 'no-network-server' },
      { changes: [change], targets: built.has(server) || facts.buildsMissing ? [] : [server] },
    );
  }
  return findings;
}

function interruptReason({ interruptLine }: PassedDevice, { interrupts }: DriverMatch): Reason | undefined {
  switch (interrupts) {
    case undefined:
      return { code: 'unknown-interrupts' };
    case 'msi':
      return { code: 'msi' };
    case 'legacy':
      return interruptLine === false ? { code: 'no-interrupt-line' } : undefined;
    // Without a model Kaluga looks for a line, too, but such a driver may well do without interrupts.
    case 'none':
    case 'msix':
      return undefined;
  }
}

function moduleOf({ modules }: MenuList, program: string): MenuFile | undefined {
  return modules.find((file) => path.posix.basename(file.path) === program);
}

/** Where a program of this menu.lst is: beside its kernel. */
function pathOf(menu: MenuList, program: string): string {
  const beside = menu.kernel ?? menu.modules[0];
  return path.posix.join(beside ? path.posix.dirname(beside.path) : '/', program);
}

function targetOf(menu: MenuList, program: string): string {
  return relativePath({ path: pathOf(menu, program) });
}

function isProgramName(name: string): boolean {
  return PROGRAM_NAME.test(name);
}
