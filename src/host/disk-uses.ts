import { functionOfPath, type PciAddress } from './pci-address.ts';
import type { Use } from './snapshot.ts';
import { classDevices, lastName, text, type UseSources } from './uses.ts';

/** A line of mountinfo (proc(5)). */
interface Mount {
  /** `major:minor`. */
  number: string;
  point: string;
  type: string;
  source: string;
}

/** mountinfo writes space, tab, newline and backslash as octal. */
const unescape = (path: string): string =>
  path.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));

function readMounts(sources: UseSources): Mount[] {
  return text(sources, `${sources.roots.proc}/self/mountinfo`)
    .split('\n')
    .map((line) => {
      // 36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue
      const [left = '', right = ''] = line.split(' - ');
      const [, , number = '', , point = ''] = left.split(' ');
      const [type = '', source = ''] = right.split(' ');
      return { number, point: unescape(point), type, source };
    });
}

/** Mount points by device number and by source: btrfs and overlay have numbers of their own, there the source tells. */
function pointsByKey(mounts: readonly Mount[]): Map<string, string[]> {
  const points = new Map<string, string[]>();
  for (const { number, source, point } of mounts)
    for (const key of new Set([number, source])) points.set(key, [...(points.get(key) ?? []), point]);
  return points;
}

/** What is on what: partitions on disks, mappings on what they are made of, and the disks of one file system on each other. */
class Stack {
  readonly #above = new Map<string, Set<string>>();
  /** LVM, md, dm-crypt … */
  readonly mappings = new Set<string>();

  constructor(sources: UseSources, devices: ReadonlyMap<string, string>) {
    for (const [device, target] of devices) {
      const parent = parentOf(target);
      if (devices.has(parent)) this.#add(parent, device); // a partition lies below its disk
    }
    const { sys } = sources.roots;
    const fileSystems = new Map<string, string[]>();
    for (const path of sources.links.keys()) {
      const [, device = '', holder] = within(path, `${sys}/class/block/`, /^([^/]+)\/holders\/([^/]+)$/) ?? [];
      if (holder !== undefined) {
        this.#add(device, holder);
        this.mappings.add(holder);
      }
      // The kernel lists those that are mounted (Documentation/ABI/testing/sysfs-fs-btrfs).
      const [, id = '', member] = within(path, `${sys}/fs/btrfs/`, /^([^/]+)\/devices\/([^/]+)$/) ?? [];
      if (member !== undefined) fileSystems.set(id, [...(fileSystems.get(id) ?? []), member]);
    }
    // mountinfo names one of them only.
    for (const members of fileSystems.values())
      for (const one of members) for (const other of members) if (one !== other) this.#add(one, other);
  }

  /** A device and all that is on it. */
  from(device: string): Set<string> {
    const all = new Set([device]);
    for (const each of all) for (const child of this.#above.get(each) ?? []) all.add(child);
    return all;
  }

  #add(parent: string, child: string): void {
    this.#above.set(parent, (this.#above.get(parent) ?? new Set()).add(child));
  }
}

function within(path: string, head: string, pattern: RegExp): RegExpExecArray | null | undefined {
  return path.startsWith(head) ? pattern.exec(path.slice(head.length)) : undefined;
}

function parentOf(target: string): string {
  return lastName(target.slice(0, target.lastIndexOf('/')));
}

/**
 * The disk that people see. With several paths to a namespace, the one below the function is `nvme0c1n1`, and the disk,
 * `nvme0n1`, is nobody's (Documentation/admin-guide/nvme-multipath.rst).
 */
function diskOf(device: string, devices: ReadonlyMap<string, string>): string {
  const [, subsystem = '', namespace = ''] = /^nvme(\d+)c\d+n(\d+)$/.exec(device) ?? [];
  const disk = `nvme${subsystem}n${namespace}`;
  return devices.has(disk) ? disk : device;
}

/** What is on each disk of a function, and what of it is in use. */
export function* diskUses(sources: UseSources): Generator<[PciAddress, Use]> {
  const { sys, proc, run } = sources.roots;
  const devices = classDevices(sources, 'block');
  const stack = new Stack(sources, devices);
  const mounts = readMounts(sources);
  const points = pointsByKey(mounts);
  const swaps = new Set(
    text(sources, `${proc}/swaps`)
      .split('\n')
      .slice(1)
      .map((line) => unescape(line.split(/\s/)[0] ?? '')),
  );
  const mappedName = (device: string): string => text(sources, `${sys}/class/block/${device}/dm/name`);

  for (const [path, target] of devices) {
    const address = functionOfPath(target);
    if (!address || devices.has(parentOf(target))) continue;
    const device = diskOf(path, devices);
    const all = stack.from(device);
    const mounted = new Set<string>();
    const swapping: string[] = [];
    const contents: string[] = [];
    for (const each of all) {
      const mapped = mappedName(each);
      const names = [`/dev/${each}`, ...(mapped === '' ? [] : [`/dev/mapper/${mapped}`])];
      const number = text(sources, `${sys}/class/block/${each}/dev`);
      for (const key of number === '' ? names : [number, ...names])
        for (const point of points.get(key) ?? []) mounted.add(point);
      if (names.some((name) => swaps.has(name))) swapping.push(each);
      const found = contentOf(text(sources, `${run}/udev/data/b${number}`));
      contents.push(...found.words);
      for (const point of found.pool === undefined ? [] : poolPoints(mounts, found.pool)) mounted.add(point);
    }
    yield [
      address,
      {
        kind: 'block',
        device,
        bytes: Number(text(sources, `${sys}/class/block/${device}/size`)) * 512, // sysfs counts sectors of 512 always
        mounts: [...mounted],
        swaps: swapping,
        holders: [...all].filter((each) => stack.mappings.has(each)).map((each) => mappedName(each) || each),
        contents,
      },
    ];
  }
}

/** The kernel doesn't tell which disks a pool has; the disk tells which pool it is of. */
function poolPoints(mounts: readonly Mount[], pool: string): string[] {
  const isOf = ({ type, source }: Mount): boolean =>
    type === 'zfs' && (pool === '' || source === pool || source.startsWith(`${pool}/`));
  return mounts.filter(isOf).map(({ point }) => point);
}

/** What udev's blkid found on a device (systemd, rules.d/60-persistent-storage.rules), from its database. */
function contentOf(record: string): { words: string[]; pool?: string } {
  const property = (name: string): string | undefined => new RegExp(`^E:${name}=(.+)$`, 'm').exec(record)?.[1];
  const [type, label, table] = [property('ID_FS_TYPE'), property('ID_FS_LABEL'), property('ID_PART_TABLE_TYPE')];
  // A partition's record names the table that it is part of, too.
  const partition = property('ID_PART_ENTRY_NUMBER') !== undefined;
  const words = [
    ...(type === undefined ? [] : [label === undefined ? type : `${type} "${label}"`]),
    ...(table === undefined || partition ? [] : [`${table} partitions`]),
  ];
  return type === 'zfs_member' ? { words, pool: label ?? '' } : { words };
}
