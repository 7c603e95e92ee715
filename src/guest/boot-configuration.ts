import path from 'node:path';
import {
  kernelArgumentChanges,
  kernelArgumentProblem,
  logLevel,
  logMask,
  subsystemBit,
} from '../barrelfish/kernel-arguments.ts';
import type { MenuChange } from '../barrelfish/menu-variant.ts';
import { Failure } from '../host/failure.ts';
import { parsePciAddress } from '../host/pci-address.ts';
import { isObject } from '../host/plain-object.ts';
import { BOOT_TARGETS, boardTarget } from './boards.ts';
import type { DeviceWish } from './device-choice.ts';
import { readEmulated, type EmulatedWish } from './emulated-wish.ts';
import { ValueReader, type Expected, type ValueProblem } from './value-reader.ts';

/** What a boot is to be, by a name. What is missing is as the other settings say. */
export interface BootConfiguration {
  name: string;
  host?: string;
  buildDirectory?: string;
  /** Relative to the build directory. */
  menuList?: string;
  /** One of BOOT_TARGETS. */
  bootTarget?: string;
  cores?: number;
  memoryMiB?: number;
  accelerator?: 'auto' | 'kvm' | 'tcg';
  devices: readonly DeviceWish[];
  /** Undefined: as without a configuration; empty: nothing but what is passed on. */
  emulated?: readonly EmulatedWish[];
  /** Kernel arguments and modules, for the menu.lst of this boot. */
  menuChanges: readonly MenuChange[];
  /** For QEMU, each as it is. */
  extraArguments: readonly string[];
  /** Variables that QEMU gets. */
  environment: Readonly<Record<string, string>>;
}

/** One entry of the setting. */
export interface ConfigurationEntry {
  /** As written, or undefined where it has none. */
  name: string | undefined;
  /** Undefined when something is wrong with it: a boot that is not quite what was asked for helps nobody. */
  configuration?: BootConfiguration;
  problems: readonly ValueProblem[];
}

const PROPERTIES = [
  'name',
  'host',
  'buildDirectory',
  'menuList',
  'bootTarget',
  'loglevel',
  'logmask',
  'kernelArguments',
  'cores',
  'memory',
  'accelerator',
  'devices',
  'emulated',
  'modules',
  'extraArguments',
  'environment',
];
/** What a board has of itself, or its image has in it. */
const NOT_OF_BOARDS = ['menuList', 'loglevel', 'logmask', 'kernelArguments', 'devices', 'emulated', 'modules'];
const IDS = /^([0-9a-f]{4}):([0-9a-f]{4})$/i;
const VARIABLE_NAME = /^[A-Za-z_]\w*$/;
/** A path as menu.lst has it, or a module's name. Programs of the tree end it at white space. */
const MODULE = /^(?:\/[^\s"#][^\s"]*|[^\s"/#][^\s"/]*)$/;

/** Whether a problem is only told: what it is about has no effect. */
export function isHarmless(problem: ValueProblem): boolean {
  return problem.expected === 'known-property';
}

/** Reads the setting, which anybody may have written by hand. Nothing is thrown: damage stays in its entry. */
export function readBootConfigurations(value: unknown): ConfigurationEntry[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value))
    return [{ name: undefined, problems: [{ property: '', expected: 'list', got: typeof value }] }];
  const seen = new Set<string>();
  return value.map((entry: unknown) => {
    const problems: ValueProblem[] = [];
    const reader = new ValueReader(entry, PROPERTIES, '', problems);
    const name = reader.text('name', 'name', /^(?=.*\S)[^\0\r\n]{1,200}$/)?.trim();
    if (name === undefined && !reader.has('name')) reader.note('name', 'name');
    if (name !== undefined && seen.has(name)) reader.note('name', 'unique-name', name);
    if (name !== undefined) seen.add(name);
    const configuration = name === undefined ? undefined : readConfiguration(name, reader, problems);
    const sound = configuration !== undefined && problems.every(isHarmless);
    return { name, problems, ...(sound ? { configuration } : {}) };
  });
}

function readConfiguration(name: string, reader: ValueReader, problems: ValueProblem[]): BootConfiguration {
  const host = reader.text('host');
  const buildDirectory = reader.text('buildDirectory');
  const menuList = reader.text('menuList');
  const cores = reader.number('cores', 1, 255);
  const memoryMiB = reader.number('memory', 64, 1_048_576);
  const accelerator = reader.oneOf('accelerator', ['auto', 'kvm', 'tcg']);
  const bootTarget = reader.oneOf('bootTarget', BOOT_TARGETS);
  noteNotOfBoards(bootTarget, reader);
  const emulated = reader.list('emulated', 'object', (item, at) => readEmulated(item, at, problems));
  noteTwins(emulated, reader);
  return {
    name,
    ...(host === undefined ? {} : { host }),
    ...(buildDirectory === undefined ? {} : { buildDirectory }),
    ...(menuList === undefined ? {} : { menuList }),
    ...(bootTarget === undefined ? {} : { bootTarget }),
    ...(cores === undefined ? {} : { cores }),
    ...(memoryMiB === undefined ? {} : { memoryMiB }),
    ...(accelerator === undefined ? {} : { accelerator }),
    devices: reader.list('devices', 'device', readDevice),
    ...(reader.has('emulated') ? { emulated } : {}),
    menuChanges: [
      ...kernelArgumentChanges(readKernelArguments(reader)),
      ...reader.list('modules', 'object', (item, at) => readModule(item, at, problems)),
    ],
    extraArguments: reader.list('extraArguments', 'argument', (item) =>
      typeof item === 'string' && !item.includes('\0') ? item : undefined,
    ),
    environment: reader.texts('environment', { pattern: VARIABLE_NAME, expected: 'variable-name' }),
  };
}

function noteNotOfBoards(bootTarget: string | undefined, reader: ValueReader): void {
  const target = boardTarget(bootTarget);
  if (!target) return;
  const { menuList, image } = target;
  for (const key of NOT_OF_BOARDS)
    if (reader.has(key)) reader.note(key, 'not-with-board', reader.raw(key), [target.name, image, menuList]);
  if (reader.raw('accelerator') === 'kvm') reader.note('accelerator', 'one-of', 'kvm', ['auto', 'tcg']);
  if (target.fixedCores && reader.has('cores') && reader.raw('cores') !== target.cores)
    reader.note('cores', 'one-of', reader.raw('cores'), [target.cores.toString()]);
}

function readDevice(item: unknown): DeviceWish | undefined {
  if (typeof item !== 'string') return undefined;
  const address = parsePciAddress(item);
  if (address) return { kind: 'address', address };
  const [, vendor, device] = IDS.exec(item.trim()) ?? [];
  if (vendor === undefined || device === undefined) return undefined;
  return { kind: 'ids', vendor: vendor.toLowerCase(), device: device.toLowerCase() };
}

function readKernelArguments(reader: ValueReader): string[] {
  const level = reader.value('loglevel', 'log-level', logLevel);
  const mask = Array.isArray(reader.raw('logmask'))
    ? reader.list('logmask', 'log-mask', subsystemBit).reduce((sum, bit) => sum | bit, 0)
    : reader.value('logmask', 'log-mask', logMask);
  const problems = { 'one-word': 'one-word', number: 'kernel-number', truth: 'kernel-truth' } as const;
  const others = reader.list('kernelArguments', 'one-word', (item, at) => {
    if (typeof item !== 'string') return undefined;
    const problem = kernelArgumentProblem(item);
    if (problem === undefined) return item;
    reader.note(at, problems[problem] satisfies Expected, item);
    return null;
  });
  return [
    ...(level === undefined ? [] : [`loglevel=${level.toString()}`]),
    ...(mask === undefined ? [] : [`logmask=${mask.toString()}`]),
    ...others,
  ];
}

function readModule(item: unknown, at: string, problems: ValueProblem[]): MenuChange | null {
  const reader = new ValueReader(item, ['path', 'arguments', 'remove'], at, problems);
  if (!isObject(item)) return null;
  const module = reader.text('path', 'module-path', MODULE);
  if (!reader.has('path')) reader.note('path', 'module-path');
  const args = reader.text('arguments', 'one-line', /^[^\0\r\n]*$/) ?? '';
  const remove = reader.value('remove', 'boolean', (value) => (typeof value === 'boolean' ? value : undefined));
  if (module === undefined) return null;
  if (remove === true) return { kind: 'remove-module', program: module };
  return module.startsWith('/')
    ? { kind: 'add-module', path: module, arguments: args }
    : { kind: 'set-arguments', program: module, arguments: args };
}

/** Two devices can't have one slot. */
function noteTwins(emulated: readonly EmulatedWish[], reader: ValueReader): void {
  const slots = emulated.flatMap(({ slot }) => slot ?? []);
  const twin = slots.find((slot, index) => slots.indexOf(slot) !== index);
  if (twin !== undefined) reader.note('emulated', 'free-slot', twin);
}

/**
 * The emulated devices with the paths of their images as the host has them: on the local one they may start from
 * `folder`. Throws `bad-configuration` for another that they can't be found on.
 */
export function locateImages(
  { name, emulated = [] }: BootConfiguration,
  where: { local: boolean; folder: string | undefined },
): EmulatedWish[] {
  return emulated.map((wish, index) => {
    if (!('image' in wish) || path.posix.isAbsolute(wish.image)) return wish;
    if (where.local && where.folder !== undefined) return { ...wish, image: path.resolve(where.folder, wish.image) };
    const property = `emulated[${index.toString()}].image`;
    const problem: ValueProblem = { property, expected: 'absolute-image', got: JSON.stringify(wish.image) };
    throw new Failure('bad-configuration', { configuration: name, problems: [problem] });
  });
}
