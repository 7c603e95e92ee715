import { comparePciAddresses, functionOfPath, parsePciAddress, type PciAddress } from './pci-address.ts';
import { files, lines, rows, sections } from './section-reader.ts';
import type { Bar, Holder, IommuGroup, Link, PciFunction, Snapshot } from './snapshot.ts';
import { readUses, type UseSources } from './uses.ts';

/** Where things are: the real roots, or those of a made tree. */
export interface Roots {
  sys: string;
  proc: string;
  dev: string;
  /** Where the elevated script notes what a device had before it was taken. */
  notes: string;
}

// Flags of <linux/ioport.h>, which the kernel prints in `resource`.
const IORESOURCE_IO = 0x100n;
const IORESOURCE_MEM = 0x200n;
const IORESOURCE_PREFETCH = 0x2000n;
const IORESOURCE_MEM_64 = 0x100000n;
const ROM_RESOURCE = 6;

/** Reads the lines "start end flags" of a function's `resource`. */
function parseBars(resource: string): Bar[] {
  const bars: Bar[] = [];
  for (const [index, line] of resource.split('\n').entries()) {
    // Behind the six BARs and the ROM come SR-IOV's and a bridge's windows.
    if (index > ROM_RESOURCE) break;
    if (line.endsWith(' 0x0000000000000000')) continue; // no flags: not implemented
    const match = /^(0x[0-9a-f]+) (0x[0-9a-f]+) (0x[0-9a-f]+)$/i.exec(line.trim());
    if (!match) continue;
    const [start, end, flags] = match.slice(1).map(BigInt) as [bigint, bigint, bigint];
    if (flags === 0n || end < start || (start === 0n && end === 0n)) continue;
    if (!(flags & (IORESOURCE_IO | IORESOURCE_MEM))) continue;
    bars.push({
      index,
      kind: index === ROM_RESOURCE ? 'rom' : flags & IORESOURCE_IO ? 'io' : 'memory',
      start,
      size: end - start + 1n,
      prefetchable: Boolean(flags & IORESOURCE_PREFETCH),
      is64Bit: Boolean(flags & IORESOURCE_MEM_64),
    });
  }
  return bars;
}

interface Identity {
  vendor: string;
  device: string;
  classCode: string;
  subsystem?: { vendor: string; device: string };
  revision?: string;
  bridge?: boolean;
}

const MODALIAS = /^pci:v0000(\w{4})d0000(\w{4})sv(?:0000|FFFF)(\w{4})sd(?:0000|FFFF)(\w{4})bc(\w\w)sc(\w\w)i(\w\w)/;

/**
 * Who a function is. The kernel's `modalias` comes first: a virtual function's configuration space has ffff for its
 * ids (SR-IOV 1.1, 3.4.1). The header type is only in the configuration space.
 */
function identity(text: (name: string) => string | undefined, config: string | undefined): Identity | undefined {
  // A device that doesn't answer reads as all ones.
  const answers = config !== undefined && config.length >= 0x30 && !config.startsWith('\xff\xff\xff\xff', 0x08);
  const header = answers ? config : undefined;
  const hex = (offset: number): string => header?.charCodeAt(offset).toString(16).padStart(2, '0') ?? '';
  const hex16 = (offset: number): string => hex(offset + 1) + hex(offset);
  const type = header ? header.charCodeAt(0x0e) & 0x7f : undefined;
  const more = {
    ...(header ? { revision: hex(0x08) } : {}),
    ...(type === undefined ? {} : { bridge: type === 1 || type === 2 }),
  };
  const match = MODALIAS.exec(text('modalias') ?? '');
  if (match) {
    const [vendor, device, subVendor, subDevice, base, sub, interfaceCode] = match
      .slice(1)
      .map((part) => part.toLowerCase()) as [string, string, string, string, string, string, string];
    const known = !['0000', 'ffff'].includes(subVendor);
    return {
      vendor,
      device,
      classCode: base + sub + interfaceCode,
      ...(known ? { subsystem: { vendor: subVendor, device: subDevice } } : {}),
      ...more,
    };
  }
  const hexFile = (name: string): string | undefined => /^0x([0-9a-f]+)$/i.exec(text(name) ?? '')?.[1]?.toLowerCase();
  const vendor = hexFile('vendor') ?? hex16(0x00);
  const device = hexFile('device') ?? hex16(0x02);
  const classCode = hexFile('class') ?? hex16(0x0a) + hex(0x09);
  if (vendor === '' || device === '') return undefined;
  const subsystem = { vendor: hex16(0x2c), device: hex16(0x2e) };
  const known = type === 0 && !['0000', 'ffff'].includes(subsystem.vendor);
  return { vendor, device, classCode: classCode.padStart(6, '0'), ...(known ? { subsystem } : {}), ...more };
}

function link(text: (name: string) => string | undefined): Link | undefined {
  const speed = text('current_link_speed');
  const width = Number(text('current_link_width'));
  // A port without a link, and functions inside the chip set, say "Unknown" and 0.
  if (speed === undefined || !(width > 0) || speed.startsWith('Unknown')) return undefined;
  return { speed, width, maxSpeed: text('max_link_speed') ?? speed, maxWidth: Number(text('max_link_width')) || width };
}

/** Lines "driver NAME" and "override NAME", with "-" for none. */
function takenFrom(note: string): { driver?: string; override?: string } {
  const value = (key: string): string | undefined => {
    const found = new RegExp(`^${key} ([\\w-]+)$`, 'm').exec(note)?.[1];
    return found === '-' ? undefined : found;
  };
  const driver = value('driver');
  const override = value('override');
  return { ...(driver === undefined ? {} : { driver }), ...(override === undefined ? {} : { override }) };
}

const lastPart = (target: string | undefined): string | undefined => target?.split('/').pop();

/** Reads the output of snapshot.sh. */
export function parseSnapshot(output: Buffer, boundary: string, roots: Roots): Snapshot {
  const parts = sections(output, boundary);
  if (parts.has('no-pci')) return { hasPci: false, iommus: [], functions: new Map(), groups: new Map() };

  const links = new Map(rows(parts.get('links')).map(([from = '', to = '']) => [from, to]));
  const contents = files(parts.get('files'));
  const sources: UseSources = { roots, links, files: contents, addresses: lines(parts.get('addresses')) };
  const uses = readUses(sources);

  const addresses: PciAddress[] = [];
  for (const name of links.keys()) {
    const address = name.includes('/') ? undefined : parsePciAddress(name);
    if (address) addresses.push(address);
  }

  const functions = new Map<PciAddress, PciFunction>();
  for (const address of addresses.sort(comparePciAddresses)) {
    const text = (name: string): string | undefined => contents.get(`${address}/${name}`)?.trim();
    const id = identity(text, contents.get(`${address}/config`));
    if (!id) continue; // it went away while we were reading
    const driver = lastPart(links.get(`${address}/driver`));
    const override = text('driver_override');
    const group = Number(lastPart(links.get(`${address}/iommu_group`)));
    const place = links.get(address);
    const parent =
      place === undefined || place === '' ? undefined : functionOfPath(place.slice(0, place.lastIndexOf('/')));
    const numaNode = Number(text('numa_node') ?? -1);
    const speeds = link(text);
    const total = Number(text('sriov_totalvfs') ?? 0);
    const resets = text('reset_method');
    const note = contents.get(`${roots.notes}/${address}`);
    const physicalFunction = parsePciAddress(lastPart(links.get(`${address}/physfn`)) ?? '');
    functions.set(address, {
      address,
      vendor: id.vendor,
      device: id.device,
      ...(id.subsystem ? { subsystem: id.subsystem } : {}),
      ...(id.revision === undefined ? {} : { revision: id.revision }),
      classCode: id.classCode,
      bridge: id.bridge ?? (id.classCode.startsWith('0604') || id.classCode.startsWith('0607')),
      ...(parent === undefined ? {} : { parent }),
      ...(driver === undefined ? {} : { driver }),
      // The kernel prints an unset override as "(null)".
      ...(override === undefined || override === '' || override === '(null)' ? {} : { driverOverride: override }),
      ...(Number.isInteger(group) ? { group } : {}),
      bars: parseBars(text('resource') ?? ''),
      ...(numaNode >= 0 ? { numaNode } : {}),
      ...(speeds ? { link: speeds } : {}),
      ...(resets === undefined ? {} : { resetMethods: resets.split(/\s+/).filter((method) => method !== '') }),
      bootVga: text('boot_vga') === '1',
      ...(total > 0 ? { sriov: { current: Number(text('sriov_numvfs') ?? 0), total } } : {}),
      ...(physicalFunction === undefined ? {} : { physicalFunction }),
      uses: uses.get(address) ?? [],
      ...(note === undefined ? {} : { takenFrom: takenFrom(note) }),
    });
  }
  return {
    hasPci: true,
    iommus: [...links.keys()]
      .filter((name) => name.startsWith(`${roots.sys}/class/iommu/`))
      .map((name) => lastPart(name) ?? '')
      .sort(),
    functions,
    groups: readGroups(functions, parts, roots),
  };
}

function readGroups(
  functions: ReadonlyMap<PciAddress, PciFunction>,
  parts: ReadonlyMap<string, Buffer>,
  roots: Roots,
): Map<number, IommuGroup> {
  const members = new Map<number, PciAddress[]>();
  for (const fn of functions.values()) {
    if (fn.group === undefined) continue;
    const list = members.get(fn.group);
    if (list) list.push(fn.address);
    else members.set(fn.group, [fn.address]);
  }
  const nodes = new Map(
    rows(parts.get('nodes')).map(([path = '', owner, mode = '0']) => [
      path,
      { path, owner: Number(owner), mode: Number.parseInt(mode, 8) },
    ]),
  );
  const holders = new Map<string, Map<number, Holder>>();
  for (const [pid, node = '', command = ''] of rows(parts.get('holders'))) {
    const list = holders.get(node) ?? new Map<number, Holder>();
    list.set(Number(pid), { pid: Number(pid), command: command.trim() });
    holders.set(node, list);
  }
  const groups = new Map<number, IommuGroup>();
  for (const [id, list] of [...members].sort(([a], [b]) => a - b)) {
    const path = `${roots.dev}/vfio/${id.toString()}`;
    const node = nodes.get(path);
    groups.set(id, {
      id,
      functions: list,
      ...(node ? { node } : {}),
      holders: [...(holders.get(path)?.values() ?? [])],
    });
  }
  return groups;
}
