import { functionOfPath, type PciAddress } from './pci-address.ts';
import { utf8 } from './section-reader.ts';
import type { Roots } from './snapshot-parser.ts';
import type { Use } from './snapshot.ts';

export interface UseSources {
  roots: Roots;
  /** Links of sysfs, path → target. */
  links: ReadonlyMap<string, string>;
  files: ReadonlyMap<string, string>;
  /** Lines of `ip -o addr show`. */
  addresses: readonly string[];
}

/** What the host uses each function for, found by following every class device back to its function. */
export function readUses(sources: UseSources): Map<PciAddress, Use[]> {
  const found = new Map<PciAddress, Use[]>();
  for (const [address, use] of [
    ...netUses(sources),
    ...blockUses(sources),
    ...inputUses(sources),
    ...displayUses(sources),
  ]) {
    const list = found.get(address);
    if (list) list.push(use);
    else found.set(address, [use]);
  }
  return found;
}

const text = (sources: UseSources, path: string): string => utf8(sources.files.get(path) ?? '').trim();
const name = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

function classDevices(sources: UseSources, className: string): Map<string, string> {
  const head = `${sources.roots.sys}/class/${className}/`;
  const devices = new Map<string, string>();
  for (const [path, target] of sources.links) {
    if (path.startsWith(head) && !path.slice(head.length).includes('/')) devices.set(path.slice(head.length), target);
  }
  return devices;
}

/** Interfaces with a default route: destination and mask (or prefix length) zero, and not a reject route. */
function defaultRouteInterfaces(sources: UseSources): Set<string> {
  const { proc } = sources.roots;
  const found = new Set<string>();
  for (const line of text(sources, `${proc}/net/route`).split('\n').slice(1)) {
    const [device, destination, , , , , , mask] = line.trim().split(/\s+/);
    if (device !== undefined && destination === '00000000' && mask === '00000000') found.add(device);
  }
  for (const line of text(sources, `${proc}/net/ipv6_route`).split('\n')) {
    const columns = line.trim().split(/\s+/);
    const [destination = '', prefix] = columns;
    const device = columns[9];
    if (/^0{32}$/.test(destination) && prefix === '00' && device !== undefined && device !== 'lo') found.add(device);
  }
  return found;
}

/** Names an interface and all bonds and bridges above it: an address of theirs is reached through it. */
function withMasters(sources: UseSources, device: string): string[] {
  const chain = [device];
  for (let next = device; ;) {
    const master = sources.links.get(`${sources.roots.sys}/class/net/${next}/master`);
    if (master === undefined || chain.includes(name(master))) return chain;
    next = name(master);
    chain.push(next);
  }
}

function* netUses(sources: UseSources): Generator<[PciAddress, Use]> {
  const addresses = new Map<string, string[]>();
  for (const line of sources.addresses) {
    const match = /^\d+:\s+(\S+?)(?:@\S+)?\s+inet6?\s+(\S+)/.exec(line);
    if (!match) continue;
    const [, device = '', address = ''] = match;
    addresses.set(device, [...(addresses.get(device) ?? []), address]);
  }
  const routed = defaultRouteInterfaces(sources);
  for (const [device, target] of classDevices(sources, 'net')) {
    const address = functionOfPath(target);
    if (!address) continue;
    const chain = withMasters(sources, device);
    const own = chain.flatMap((each) => addresses.get(each) ?? []);
    yield [
      address,
      {
        kind: 'net',
        interface: device,
        up: text(sources, `${sources.roots.sys}/class/net/${device}/operstate`) === 'up',
        addresses: own,
        defaultRoute: chain.some((each) => routed.has(each)),
        ...(chain[1] === undefined ? {} : { master: chain[1] }),
      },
    ];
  }
}

/** mountinfo writes space, tab, newline and backslash as octal. */
const unescape = (path: string): string =>
  path.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));

function* blockUses(sources: UseSources): Generator<[PciAddress, Use]> {
  const { sys, proc, run } = sources.roots;
  const devices = classDevices(sources, 'block');
  const mounts = new Map<string, string[]>();
  for (const line of text(sources, `${proc}/self/mountinfo`).split('\n')) {
    // 36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue  (proc(5))
    const [left = '', right = ''] = line.split(' - ');
    const [, , number = '', , point = ''] = left.split(' ');
    const source = right.split(' ')[1] ?? '';
    // btrfs and overlay have a device number of their own: there the source tells the disk.
    for (const key of new Set([number, source])) mounts.set(key, [...(mounts.get(key) ?? []), unescape(point)]);
  }
  const swaps = new Set(
    text(sources, `${proc}/swaps`)
      .split('\n')
      .slice(1)
      .map((line) => unescape(line.split(/\s/)[0] ?? '')),
  );
  const children = new Map<string, Set<string>>();
  const addChild = (parent: string, child: string): void =>
    void children.set(parent, (children.get(parent) ?? new Set()).add(child));
  for (const [device, target] of devices) {
    const parent = name(target.slice(0, target.lastIndexOf('/')));
    if (devices.has(parent)) addChild(parent, device); // a partition lies below its disk
  }
  const holdersHead = `${sys}/class/block/`;
  for (const path of sources.links.keys()) {
    const match = path.startsWith(holdersHead)
      ? /^([^/]+)\/holders\/([^/]+)$/.exec(path.slice(holdersHead.length))
      : undefined;
    if (match) addChild(match[1] ?? '', match[2] ?? '');
  }
  const dmName = (device: string): string => text(sources, `${sys}/class/block/${device}/dm/name`);

  for (const [device, target] of devices) {
    const address = functionOfPath(target);
    const parent = name(target.slice(0, target.lastIndexOf('/')));
    if (!address || devices.has(parent)) continue;
    const all = new Set([device]);
    for (const each of all) for (const child of children.get(each) ?? []) all.add(child);
    const points: string[] = [];
    const swapping: string[] = [];
    const contents: string[] = [];
    for (const each of all) {
      const mapped = dmName(each);
      const sourceNames = [`/dev/${each}`, ...(mapped === '' ? [] : [`/dev/mapper/${mapped}`])];
      const number = text(sources, `${sys}/class/block/${each}/dev`);
      const keys = [number, ...sourceNames].filter((key) => key !== '');
      contents.push(...contentsOf(text(sources, `${run}/udev/data/b${number}`)));
      for (const key of keys)
        for (const point of mounts.get(key) ?? []) if (!points.includes(point)) points.push(point);
      if (sourceNames.some((key) => swaps.has(key))) swapping.push(each);
    }
    yield [
      address,
      {
        kind: 'block',
        device,
        bytes: Number(text(sources, `${sys}/class/block/${device}/size`)) * 512, // sysfs counts sectors of 512 always
        mounts: points,
        swaps: swapping,
        holders: [...all]
          .filter((each) => !functionOfPath(devices.get(each) ?? ''))
          .map((each) => dmName(each) || each),
        contents,
      },
    ];
  }
}

/** What udev's blkid found on a device (systemd, rules.d/60-persistent-storage.rules), from its database. */
function contentsOf(record: string): string[] {
  const property = (name: string): string | undefined => new RegExp(`^E:${name}=(.+)$`, 'm').exec(record)?.[1];
  const [type, label, table] = [property('ID_FS_TYPE'), property('ID_FS_LABEL'), property('ID_PART_TABLE_TYPE')];
  // A partition's record names the table that it is part of, too.
  const partition = property('ID_PART_ENTRY_NUMBER') !== undefined;
  return [
    ...(type === undefined ? [] : [label === undefined ? type : `${type} "${label}"`]),
    ...(table === undefined || partition ? [] : [`${table} partitions`]),
  ];
}

function* inputUses(sources: UseSources): Generator<[PciAddress, Use]> {
  for (const block of text(sources, `${sources.roots.proc}/bus/input/devices`).split('\n\n')) {
    const address = functionOfPath(/^S: Sysfs=(.*)$/m.exec(block)?.[1] ?? '');
    if (!address || !block.includes('/usb')) continue;
    const handlers = /^H: Handlers=(.*)$/m.exec(block)?.[1]?.split(/\s+/) ?? [];
    yield [
      address,
      {
        kind: 'input',
        name: /^N: Name="(.*)"$/m.exec(block)?.[1] ?? '',
        keyboard: handlers.includes('kbd'),
        mouse: handlers.some((handler) => handler.startsWith('mouse')),
      },
    ];
  }
}

function* displayUses(sources: UseSources): Generator<[PciAddress, Use]> {
  const { sys } = sources.roots;
  const drm = classDevices(sources, 'drm');
  for (const [card, target] of [...drm, ...classDevices(sources, 'graphics')]) {
    const address = functionOfPath(target);
    if (!address || /^card\d+-/.test(card)) continue; // connectors belong to their card
    const connected = [...drm.keys()].some(
      (connector) =>
        connector.startsWith(`${card}-`) && text(sources, `${sys}/class/drm/${connector}/status`) === 'connected',
    );
    yield [address, { kind: 'display', card, connected }];
  }
}
