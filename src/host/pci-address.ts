import { Failure } from './failure.ts';

/** `domain:bus:device.function` in lower-case hexadecimal with the domain, as sysfs writes it: `0000:83:00.0`. */
export type PciAddress = string & { readonly __brand: 'PciAddress' };

// Domains of more than four digits exist (Intel VMD, Hyper-V): the kernel prints at least four.
const PATTERN = /^(?:([0-9a-f]{4,8}):)?([0-9a-f]{1,2}):([01]?[0-9a-f])\.([0-7])$/i;

/** Reads an address in any of the usual spellings (`83:00.0`, `0000:83:00.0`); undefined when it is none. */
export function parsePciAddress(text: string): PciAddress | undefined {
  const match = PATTERN.exec(text.trim());
  if (!match) return undefined;
  const [, domain = '0000', bus = '', device = '', fn = ''] = match;
  return `${domain}:${bus.padStart(2, '0')}:${device.padStart(2, '0')}.${fn}`.toLowerCase() as PciAddress;
}

/** As {@link parsePciAddress}, for values that have to be addresses: throws `bad-address`. */
export function pciAddress(text: string): PciAddress {
  const address = parsePciAddress(text);
  if (!address) throw new Failure('bad-address', { text });
  return address;
}

/** Without the domain where it is 0000, as people say it. */
export function shortAddress(address: PciAddress): string {
  return address.startsWith('0000:') ? address.slice(5) : address;
}

/** The last PCI address in a path below /sys/devices: the function that a device belongs to. */
export function functionOfPath(path: string): PciAddress | undefined {
  return path
    .split('/')
    .filter((part) => PATTERN.test(part) && part.length >= 12)
    .pop() as PciAddress | undefined;
}

export function comparePciAddresses(a: PciAddress, b: PciAddress): number {
  // Same width in all but VMD-like domains, where the longer one is the larger.
  return a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);
}
