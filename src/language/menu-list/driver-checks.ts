import { parseDeviceDatabase, type DriverEntry, type PciCard } from '../../barrelfish/device-db.ts';
import { Drivers } from '../../barrelfish/drivers.ts';
import { deviceDb } from '../device-db/device-db.ts';
import type { Finding, ParsedFile, Workspace } from '../language.ts';
import { madeOnce } from '../made-once.ts';
import type { SourceText } from '../source-text.ts';
import { findingAt } from '../wrong.ts';
import { findings } from './findings.ts';
import { modulesOf, type MenuTree, type ModuleLine } from './syntax.ts';
import { MODES } from './words.ts';

/** Where the database is in a source tree, and what Kaluga's add_device_db= is looked for in. */
const DIRECTORY = '/usr/skb/programs/';

const entriesIn = madeOnce(({ text }: SourceText): readonly DriverEntry[] => parseDeviceDatabase(text).entries);
const driversOf = madeOnce((entries: readonly DriverEntry[]) => new Drivers(entries));

/** Files of the database that this menu makes the SKB load, in their order. */
export function databasesOf({ lines }: MenuTree, workspace: Workspace): string[] {
  const all = workspace.files('barrelfish-device-db').filter((uri) => uri.includes(DIRECTORY));
  const added = lines
    .filter(({ file }) => file?.program === 'kaluga')
    .flatMap(({ file }) => file?.arguments ?? [])
    .flatMap(({ text }) => /^add_device_db=(.+)$/.exec(text)?.[1] ?? []);
  // A menu may name the one that is loaded anyway.
  const names = new Set(['device_db', ...added].map((name) => `/${name}.pl`));
  return [...names].flatMap((name) => all.filter((uri) => uri.endsWith(name)).slice(0, 1));
}

/** Entries of one file of the database; read once for each version. */
export function entriesOf(uri: string, workspace: Workspace): readonly DriverEntry[] {
  const source = workspace.parsed(deviceDb, uri)?.source;
  return source ? entriesIn(source) : [];
}

export function driverFindings({ tree }: ParsedFile<MenuTree>, workspace: Workspace): Finding[] {
  if (tree.kernel?.file.architecture === 'k1om') return []; // no Kaluga there
  const files = databasesOf(tree, workspace).map((uri) => entriesOf(uri, workspace));
  const entries = files.length === 1 ? (files[0] ?? []) : files.flat();
  if (entries.length === 0) return [];
  const modules = modulesOf(tree).filter(({ file }) => file.keyword.startsWith('module'));
  return [
    ...modules.flatMap(({ file }) => withoutAuto(file, entries)),
    ...claimedByTwo(
      modules.map(({ file }) => file),
      entries,
    ),
  ];
}

function isAutoModule({ arguments: args }: ModuleLine): boolean {
  return args.some(({ text }) => text === 'auto');
}

function withoutAuto(file: ModuleLine, entries: readonly DriverEntry[]): Finding[] {
  if (isAutoModule(file) || !entries.some(({ binary, kind }) => kind !== 'cpu' && binary === file.program)) return [];
  const mode = file.arguments.map(({ text }) => text).find((text) => Object.hasOwn(MODES, text));
  return [findingAt(file.path, findings.driverWithoutAuto(file.program, mode))];
}

/** The database names one driver for a device, whatever the menu has: the other one is never asked. */
function claimedByTwo(modules: readonly ModuleLine[], entries: readonly DriverEntry[]): Finding[] {
  const drivers = driversOf(entries);
  const autos = new Map<string, ModuleLine>();
  for (const file of modules) if (isAutoModule(file) && !autos.has(file.program)) autos.set(file.program, file);
  const found: Finding[] = [];
  for (const [program, file] of autos) {
    for (const entry of entries.filter(({ binary, kind }) => binary === program && kind === 'pci')) {
      const lost = entry.cards.flatMap((card) => {
        const winner = winnerOf(card, drivers);
        return winner !== undefined && winner !== program && autos.has(winner) ? [{ winner, ids: idsOf(card) }] : [];
      });
      const [first] = lost;
      if (!first) continue;
      const more = lost.length > 1 ? ` and ${String(lost.length - 1)} more` : '';
      found.push(findingAt(file.path, findings.claimedByTwo(program, first.winner, `${first.ids}${more}`)));
      break;
    }
  }
  return found;
}

function winnerOf({ vendor, device }: PciCard, drivers: Drivers): string | undefined {
  if (vendor === undefined || device === undefined) return undefined; // open: it depends on the device
  return drivers.for({ vendor: hex(vendor), device: hex(device) })?.entry.binary;
}

function idsOf({ vendor = 0, device = 0 }: PciCard): string {
  return `${hex(vendor)}:${hex(device)}`;
}

function hex(value: number): string {
  return value.toString(16).padStart(4, '0');
}
