import { diskUses } from './disk-uses.ts';
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
  /** /proc/bus/input/devices. */
  inputs: string;
}

/** What the host uses each function for, found by following every class device back to its function. */
export function readUses(sources: UseSources): Map<PciAddress, Use[]> {
  const found = new Map<PciAddress, Use[]>();
  for (const [address, use] of [
    ...netUses(sources),
    ...diskUses(sources),
    ...inputUses(sources),
    ...displayUses(sources),
  ]) {
    const list = found.get(address);
    if (list) list.push(use);
    else found.set(address, [use]);
  }
  return found;
}

export const text = (sources: UseSources, path: string): string => utf8(sources.files.get(path) ?? '').trim();
export const lastName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

export function classDevices(sources: UseSources, className: string): Map<string, string> {
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

/** Names an interface and all that is above it (bonds, bridges, VLANs …): an address of theirs is reached through it. */
function withUppers(uppers: ReadonlyMap<string, readonly string[]>, device: string): string[] {
  const all = new Set([device]);
  for (const each of all) for (const upper of uppers.get(each) ?? []) all.add(upper);
  return [...all];
}

/** Interface → those right above it, by the links `upper_NAME` (net/core/dev.c, netdev_adjacent_sysfs_add). */
function readUppers(sources: UseSources): Map<string, string[]> {
  const head = `${sources.roots.sys}/class/net/`;
  const found = new Map<string, string[]>();
  for (const path of sources.links.keys()) {
    if (!path.startsWith(head)) continue;
    const [, device = '', upper = ''] = /^([^/]+)\/upper_(.+)$/.exec(path.slice(head.length)) ?? [];
    if (upper !== '') found.set(device, [...(found.get(device) ?? []), upper]);
  }
  return found;
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
  const uppers = readUppers(sources);
  for (const [device, target] of classDevices(sources, 'net')) {
    const address = functionOfPath(target);
    if (!address) continue;
    const chain = withUppers(uppers, device);
    const own = chain.flatMap((each) => addresses.get(each) ?? []);
    yield [
      address,
      {
        kind: 'net',
        interface: device,
        up: text(sources, `${sources.roots.sys}/class/net/${device}/operstate`) === 'up',
        addresses: own,
        defaultRoute: chain.some((each) => routed.has(each)),
        above: chain.slice(1),
      },
    ];
  }
}

function* inputUses(sources: UseSources): Generator<[PciAddress, Use]> {
  for (const block of sources.inputs.split('\n\n')) {
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
