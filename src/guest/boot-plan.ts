import path from 'node:path';
import { missingFiles, rootOf, type BuildDirectory } from '../barrelfish/build-directory.ts';
import { relativePath, type MenuFile, type MenuList } from '../barrelfish/menu-list.ts';
import type { Connection, FileToPut, PutProgress } from '../host/connection.ts';
import { Failure } from '../host/failure.ts';
import type { PciAddress } from '../host/pci-address.ts';
import { endpointsOf, isOnVfio, type PciFunction, type Snapshot } from '../host/snapshot.ts';
import type { EmulatedWish } from './emulated-wish.ts';
import type { Accelerator, BootFile, BootOrigin, MachineSpec, PassedDevice } from './machine.ts';
import { chooseSlots, emulatedDevices } from './slots.ts';

export interface BootOptions {
  name?: string;
  accelerator: Accelerator;
  /** `qemu-system-x86_64` unless set. */
  program?: string;
  memoryMiB?: number;
  cores?: number;
  /** Puts each device behind a root port, so that it can be taken away and given back while the guest runs. */
  hotplug?: boolean;
  /** The guest waits for a debugger at its first instruction. */
  paused?: boolean;
  /** What QEMU plays; nothing unless set: beside a passed device it may take the driver. */
  emulated?: readonly EmulatedWish[];
  extraArguments?: readonly string[];
  environment?: Readonly<Record<string, string>>;
  origin?: BootOrigin;
}

export interface BootRequest {
  build: Pick<BuildDirectory, 'path'>;
  menu: MenuList;
  /** For what a failure says. */
  menuPath: string;
  /** What is plugged in; needed when devices are passed. */
  snapshot?: Snapshot;
  devices: readonly PciAddress[];
  /** The devices are bound by whoever starts the machine, so that they may be on any driver yet. */
  boundLater?: boolean;
  options: BootOptions;
}

export interface BootPlan {
  /** Its `directory` is the one on the editor's side until `deliverFiles` has run. */
  spec: MachineSpec;
  /** Directory that the files are in, on the editor's side. */
  root: string;
  files: readonly FileToPut[];
}

const DEFAULT_PROGRAM = 'qemu-system-x86_64';
/** Enough for the modules of a whole Barrelfish, and for what its memory server wants to see. */
const DEFAULT_MEMORY_MIB = 2048;
const SPARE_PORTS = 2;
/** PCI base class of display controllers. */
const DISPLAY_CLASS = '03';
/** Drivers that may keep other functions of the group: they do no DMA of their own (drivers/pci: driver_managed_dma). */
const VIABLE_DRIVERS: ReadonlySet<string | undefined> = new Set([undefined, 'vfio-pci', 'pci-stub', 'pcieport']);

/**
 * Makes the machine that boots a menu.lst with devices of the host. Throws `bad-file` for a menu.lst that nothing can
 * be booted from, `not-built`, `no-slot`, `no-device`, `group-not-viable`, and `refused` for what is no endpoint or is held.
 */
export async function planBoot(request: BootRequest): Promise<BootPlan> {
  const { build, menu, menuPath, options } = request;
  const { kernel } = menu;
  if (!kernel) throw new Failure('bad-file', { path: menuPath, line: 1, problem: 'no-kernel' });
  if (kernel.keyword !== 'kernel')
    throw new Failure('bad-file', { path: menuPath, line: kernel.line, problem: 'not-x86' });
  const named = [kernel, ...menu.modules];
  for (const file of named) {
    if (path.posix.normalize(relativePath(file)).startsWith('..')) {
      throw new Failure('bad-file', { path: menuPath, line: file.line, problem: 'outside-root' });
    }
  }
  const missing = await missingFiles(build, menu);
  if (missing.length > 0)
    throw new Failure('not-built', { menu: menuPath, targets: missing.map((file) => file.target) });

  const root = rootOf(build, menu);
  const addresses = [...new Set(request.devices)];
  const functions = addresses.map((address) => passable(request.snapshot, address, request.boundLater ?? false));
  const { emulated = [], environment = {} } = options;
  const slots = chooseSlots(functions.length, emulated);
  const spec: MachineSpec = {
    name: options.name ?? menu.title ?? 'Barrelfish',
    program: options.program ?? DEFAULT_PROGRAM,
    directory: root,
    accelerator: options.accelerator,
    memoryMiB: options.memoryMiB ?? DEFAULT_MEMORY_MIB,
    cores: options.cores ?? 1,
    kernel: bootFile(kernel),
    modules: menu.modules.map(bootFile),
    passed: functions.map((fn, index) => passedDevice(fn, index, slots.passed[index] ?? 0, options.hotplug ?? false)),
    emulated: emulatedDevices(emulated, slots.emulated),
    sparePorts: options.hotplug === true ? SPARE_PORTS : 0,
    paused: options.paused ?? false,
    extraArguments: options.extraArguments ?? [],
    ...(Object.keys(environment).length === 0 ? {} : { environment }),
    ...(options.origin === undefined ? {} : { origin: options.origin }),
  };
  const targets = [...new Set(named.map(relativePath))];
  return { spec, root, files: targets.map((target) => ({ source: path.join(root, target), target })) };
}

/** Brings the files to the host; the spec that comes back is the one to start there. */
export async function deliverFiles(
  connection: Connection,
  plan: BootPlan,
  options: { signal?: AbortSignal; onProgress?: (progress: PutProgress) => void } = {},
): Promise<MachineSpec> {
  const { spec, root, files } = plan;
  const directory = await connection.put(root, files, options);
  if (directory === root) return { ...spec, directory };
  const firmware = files.find(({ source }) => source === spec.board?.firmware)?.target;
  const board = spec.board && { ...spec.board, ...(firmware === undefined ? {} : { firmware }) };
  return { ...spec, directory, source: root, ...(board ? { board } : {}) };
}

function bootFile(file: MenuFile): BootFile {
  return { path: relativePath(file), arguments: file.arguments };
}

function passable(snapshot: Snapshot | undefined, address: PciAddress, boundLater: boolean): PciFunction {
  const fn = snapshot?.functions.get(address);
  if (!snapshot || !fn) throw new Failure('no-device', { address });
  if (fn.bridge) throw new Failure('refused', { address, reasons: [{ address, code: 'bridge' }] });
  const { group } = fn;
  if (group === undefined) throw new Failure('refused', { address, reasons: [{ address, code: 'no-group' }] });
  if (boundLater) return fn;
  const member = [fn, ...endpointsOf(snapshot, group)].find((each) =>
    each === fn ? !isOnVfio(each) : !VIABLE_DRIVERS.has(each.driver),
  );
  if (member) {
    const driver = member.driver === undefined ? {} : { driver: member.driver };
    throw new Failure('group-not-viable', { address, group, member: member.address, ...driver });
  }
  const holders = snapshot.groups.get(group)?.holders ?? [];
  if (holders.length > 0) {
    const reasons = holders.map(({ pid, command }) => ({ address, code: 'held' as const, pid, command }));
    throw new Failure('refused', { address, reasons });
  }
  return fn;
}

function passedDevice(fn: PciFunction, index: number, slot: number, hotpluggable: boolean): PassedDevice {
  return {
    host: fn.address,
    id: `passed${index.toString()}`,
    slot,
    hotpluggable,
    // A display can't be used without the ROM that sets it up; a network card only boots from its.
    rom: fn.classCode.startsWith(DISPLAY_CLASS),
  };
}
