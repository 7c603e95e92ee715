import { parsePciAddress, type PciAddress } from './pci-address.ts';
import type { PciFunction, Snapshot } from './snapshot.ts';

/** What the user has said about devices. A device is meant by `HOST/ADDRESS`, `ADDRESS` or `VENDOR:DEVICE`. */
export interface OwnDevices {
  nicknames: Readonly<Record<string, string>>;
  /** Never to be taken. */
  kept: readonly string[];
}

/** How the settings name one device of one host. */
export function ownKey(host: string, address: PciAddress): string {
  return `${host}/${address}`;
}

/** All that may mean a function, the most particular first. */
export function keysOf(host: string, { address, vendor, device }: PciFunction): string[] {
  return [ownKey(host, address), address, `${vendor}:${device}`];
}

/** An entry in the one spelling that is compared: people write `83:00.0`, and ids in capitals. */
export function spelt(entry: string): string {
  const [, host = '', rest = ''] = /^(?:(.*)\/)?([^/]*)$/.exec(entry.trim()) ?? [];
  const address = parsePciAddress(rest) ?? (/^[0-9a-f]{4}:[0-9a-f]{4}$/i.test(rest) ? rest.toLowerCase() : rest);
  return host === '' ? address : `${host}/${address}`;
}

/** The snapshot with what the user has said of its devices. */
export function withOwn(snapshot: Snapshot, host: string, { nicknames, kept }: OwnDevices): Snapshot {
  const names = new Map(Object.entries(nicknames).map(([entry, name]) => [spelt(entry), name]));
  const aside = new Set(kept.map(spelt));
  if (names.size + aside.size === 0) return snapshot;
  const functions = new Map(snapshot.functions);
  for (const fn of snapshot.functions.values()) {
    const keys = keysOf(host, fn);
    const nickname = keys.map((key) => names.get(key)).find((name) => name !== undefined);
    const isKept = keys.some((key) => aside.has(key));
    if (nickname === undefined && !isKept) continue;
    functions.set(fn.address, {
      ...fn,
      ...(nickname === undefined ? {} : { nickname }),
      ...(isKept ? { kept: true } : {}),
    });
  }
  return { ...snapshot, functions };
}
