import { Failure } from './failure.ts';
import { comparePciAddresses, functionOfPath, parsePciAddress, type PciAddress } from './pci-address.ts';
import { files, filesByDirectory, lines, rows, sections } from './section-reader.ts';
import type { Bar, Holder, IommuGroup, Link, PciFunction, Snapshot } from './snapshot.ts';
import { readRunners, readTaking } from './taking.ts';
import { readUses, type UseSources } from './uses.ts';

/** Where things are: the real roots, or those of a made tree. */
export interface Roots {
  sys: string;
  proc: string;
  dev: string;
  /** Where udev keeps what it found on disks, and the elevated script what a device had before it was taken. */
  run: string;
}

// Flags of <linux/ioport.h>, which the kernel prints in `resource`.
const IORESOURCE_IO = 0x100;
const IORESOURCE_MEM = 0x200;
const IORESOURCE_PREFETCH = 0x2000;
const IORESOURCE_MEM_64 = 0x100000;
const ROM_RESOURCE = 6;

/** Reads lines `ADDRESS/resource:NUMBER:start end flags`. */
function parseBars(resources: readonly string[]): Map<string, Bar[]> {
  const found = new Map<string, Bar[]>();
  for (const line of resources) {
    const match = /^([^/]+)\/resource:(\d+):(0x[0-9a-f]+) (0x[0-9a-f]+) (0x[0-9a-f]+)$/i.exec(line);
    if (!match) continue;
    const [, address = '', number, first = '', last = '', bits = ''] = match;
    const index = Number(number) - 1;
    if (index > ROM_RESOURCE) continue; // behind the six BARs and the ROM come SR-IOV's and a bridge's windows
    const [start, end, flags] = [BigInt(first), BigInt(last), Number(bits)];
    if (end < start || (start === 0n && end === 0n)) continue;
    if (!(flags & (IORESOURCE_IO | IORESOURCE_MEM))) continue;
    const list = found.get(address) ?? [];
    found.set(address, list);
    list.push({
      index,
      kind: index === ROM_RESOURCE ? 'rom' : flags & IORESOURCE_IO ? 'io' : 'memory',
      start,
      size: end - start + 1n,
      prefetchable: Boolean(flags & IORESOURCE_PREFETCH),
      is64Bit: Boolean(flags & IORESOURCE_MEM_64),
    });
  }
  return found;
}

interface Identity {
  vendor: string;
  device: string;
  classCode: string;
  subsystem?: { vendor: string; device: string };
  revision?: string;
  bridge?: boolean;
  interruptLine?: boolean;
}

/**
 * Who a function is. What the kernel says comes first: a virtual function's configuration space has ffff for its ids
 * (SR-IOV 1.1, 3.4.1). The header type is only in the configuration space.
 */
function identity(uevent: string, config: string | undefined): Identity | undefined {
  // A device that doesn't answer reads as all ones.
  const answers = config !== undefined && config.length >= 0x30 && !config.startsWith('\xff\xff\xff\xff', 0x08);
  const header = answers ? config : undefined;
  const hex = (offset: number): string => header?.charCodeAt(offset).toString(16).padStart(2, '0') ?? '';
  const hex16 = (offset: number): string => hex(offset + 1) + hex(offset);
  const type = header ? header.charCodeAt(0x0e) & 0x7f : undefined;
  const [vendor = '', device = ''] = variable(uevent, 'PCI_ID')?.toLowerCase().split(':') ?? [hex16(0x00), hex16(0x02)];
  if (vendor === '' || device === '') return undefined;
  const classCode = variable(uevent, 'PCI_CLASS')?.toLowerCase().padStart(6, '0') ?? hex16(0x0a) + hex(0x09);
  const [subVendor = '', subDevice = ''] =
    variable(uevent, 'PCI_SUBSYS_ID')?.toLowerCase().split(':') ?? (type === 0 ? [hex16(0x2c), hex16(0x2e)] : []);
  const found: Identity = { vendor, device, classCode };
  if (!['', '0000', 'ffff'].includes(subVendor)) found.subsystem = { vendor: subVendor, device: subDevice };
  if (header) found.revision = hex(0x08);
  if (type !== undefined) found.bridge = type === 1 || type === 2;
  if (header && header.length > 0x3d) found.interruptLine = header.charCodeAt(0x3d) !== 0;
  return found;
}

/** What a line `NAME=value` of a `uevent` file says. */
function variable(uevent: string, name: string): string | undefined {
  const head = uevent.startsWith(`${name}=`) ? 0 : uevent.indexOf(`\n${name}=`) + 1;
  if (head === 0 && !uevent.startsWith(`${name}=`)) return undefined;
  const start = head + name.length + 1;
  const end = uevent.indexOf('\n', start);
  return uevent.slice(start, end === -1 ? undefined : end);
}

function link(text: (name: string) => string | undefined): Link | undefined {
  const speed = text('current_link_speed');
  const width = Number(text('current_link_width'));
  // A port without a link, and functions inside the chip set, say "Unknown" and 0.
  if (speed === undefined || !(width > 0) || speed.startsWith('Unknown')) return undefined;
  return { speed, width, maxSpeed: text('max_link_speed') ?? speed, maxWidth: Number(text('max_link_width')) || width };
}

const lastPart = (target: string | undefined): string | undefined => target?.split('/').pop();

/** Reads the output of snapshot.sh. */
export function parseSnapshot(output: Buffer, boundary: string, roots: Roots): Snapshot {
  const parts = sections(output, boundary);
  if (parts.has('no-pci')) return { hasPci: false, iommus: [], functions: new Map(), groups: new Map() };

  const links = new Map(rows(parts.get('links')).map(([from = '', to = '']) => [from, to]));
  const contents = files(parts.get('files'));
  const attributes = filesByDirectory(parts.get('attributes'));
  const headers = files(parts.get('headers'));
  const runners = readRunners(lines(parts.get('runners')));
  const bars = parseBars(lines(parts.get('resources')));
  const sources: UseSources = {
    roots,
    links,
    files: contents,
    addresses: lines(parts.get('addresses')),
    inputs: parts.get('inputs')?.toString('utf8') ?? '',
  };
  // Without it every disk would look as if nothing were mounted.
  if (!contents.has(`${roots.proc}/self/mountinfo`))
    throw new Failure('command-failed', { command: 'snapshot.sh', exitCode: 0, output: 'mountinfo could not be read' });
  const uses = readUses(sources);

  const places = new Map<PciAddress, string>();
  for (const place of lines(parts.get('places'))) {
    const address = parsePciAddress(lastPart(place) ?? '');
    if (address) places.set(address, place);
  }
  const groupOf = new Map<string, number>();
  for (const member of lines(parts.get('groups'))) {
    const [address = '', , group] = member.split('/').reverse();
    if (group !== '*') groupOf.set(address, Number(group));
  }

  const functions = new Map<PciAddress, PciFunction>();
  for (const address of [...places.keys()].sort(comparePciAddresses)) {
    const own = attributes.get(address);
    const text = (name: string): string | undefined => own?.get(name)?.trim();
    const few = (name: string): string | undefined => contents.get(`${address}/${name}`)?.trim();
    const uevent = text('uevent') ?? '';
    const id = identity(uevent, headers.get(`${address}/config`));
    if (!id) continue; // it went away while we were reading
    const driver = variable(uevent, 'DRIVER');
    const override = text('driver_override');
    const group = groupOf.get(address);
    const place = places.get(address) ?? '';
    const parent = functionOfPath(place.slice(0, place.lastIndexOf('/')));
    const numaNode = Number(text('numa_node') ?? -1);
    const speeds = link(text);
    const total = Number(few('sriov_totalvfs') ?? 0);
    const resets = text('reset_method');
    const d3cold = text('d3cold_allowed');
    const note = contents.get(`${roots.run}/barrelfish/${address}`);
    const physicalFunction = parsePciAddress(lastPart(links.get(`${address}/physfn`)) ?? '');
    const fn: PciFunction = {
      address,
      vendor: id.vendor,
      device: id.device,
      classCode: id.classCode,
      bridge: id.bridge ?? (id.classCode.startsWith('0604') || id.classCode.startsWith('0607')),
      bars: bars.get(address) ?? [],
      bootVga: few('boot_vga') === '1',
      uses: uses.get(address) ?? [],
    };
    // One by one: spreading a dozen objects into each of thousands takes longer than all the rest.
    if (id.subsystem) fn.subsystem = id.subsystem;
    if (id.revision !== undefined) fn.revision = id.revision;
    if (id.interruptLine !== undefined) fn.interruptLine = id.interruptLine;
    if (parent !== undefined) fn.parent = parent;
    if (driver !== undefined) fn.driver = driver;
    // The kernel prints an unset override as "(null)".
    if (override !== undefined && override !== '' && override !== '(null)') fn.driverOverride = override;
    if (group !== undefined) fn.group = group;
    if (numaNode >= 0) fn.numaNode = numaNode;
    if (speeds) fn.link = speeds;
    if (resets !== undefined) fn.resetMethods = resets.split(/\s+/).filter((method) => method !== '');
    if (d3cold !== undefined) fn.d3coldAllowed = d3cold === '1';
    if (total > 0) fn.sriov = { current: Number(few('sriov_numvfs') ?? 0), total };
    if (physicalFunction !== undefined) fn.physicalFunction = physicalFunction;
    if (note !== undefined) fn.taking = readTaking(note, runners);
    functions.set(address, fn);
  }
  return {
    hasPci: true,
    iommus: [...links.keys()]
      .filter((name) => name.startsWith(`${roots.sys}/class/iommu/`))
      .map((name) => lastPart(name) ?? '')
      .sort(),
    functions,
    groups: readGroups(functions, parts, contents, roots),
  };
}

function readGroups(
  functions: ReadonlyMap<PciAddress, PciFunction>,
  parts: ReadonlyMap<string, Buffer>,
  contents: ReadonlyMap<string, string>,
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
      firmwareMemory: firmwareMemory(
        contents.get(`${roots.sys}/kernel/iommu_groups/${id.toString()}/reserved_regions`) ?? '',
      ),
    });
  }
  return groups;
}

/**
 * Lines `START END TYPE`. "direct" is memory that the firmware lets the device use; the kernel does not hand out such a
 * device unless the region is "direct-relaxable" (Documentation/ABI/testing/sysfs-kernel-iommu_groups).
 */
function firmwareMemory(regions: string): string[] {
  return regions
    .split('\n')
    .flatMap((line) => /^(0x[0-9a-f]{1,16}) (0x[0-9a-f]{1,16}) direct$/.exec(line)?.slice(1, 3).join('–') ?? []);
}
