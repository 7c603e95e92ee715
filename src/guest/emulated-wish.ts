import { isObject } from '../host/plain-object.ts';
import { ValueReader, type ValueProblem } from './value-reader.ts';
import type { DiskFormat, DiskMode, PortForward } from './machine.ts';

/** A device that QEMU is to play, wherever it finds room. */
export type EmulatedWish = {
  /** Slot on the guest's root bus; a free one unless set. */
  slot?: number;
  /** More of the device's properties, as QEMU names them. */
  properties: Readonly<Record<string, string>>;
} & (
  | { kind: 'nic'; model: string; forwards: readonly PortForward[] }
  | { kind: 'ahci'; image: string; format: DiskFormat; mode: DiskMode }
  | { kind: 'nvme'; image: string; format: DiskFormat; mode: DiskMode; serial?: string }
  | { kind: 'edu' }
);

const NIC_MODELS: readonly string[] = [
  'e1000',
  'e1000e',
  'igb',
  'rtl8139',
  'ne2k_pci',
  'pcnet',
  'i82557b',
  'vmxnet3',
  'virtio-net-pci',
];
const FORMATS: readonly DiskFormat[] = ['raw', 'qcow2'];
const MODES: readonly DiskMode[] = ['snapshot', 'read-only', 'write'];
/** Of q35's root bus: 0 is the host bridge, 0x1f the chip set. */
export const LAST_SLOT = 0x1e;

const COMMON = ['device', 'slot', 'properties'];
const OF_NIC = [...COMMON, 'mac', 'forward'];
const OF_DISK = [...COMMON, 'image', 'format', 'mode'];
/** What we set ourselves. */
const OWN_PROPERTIES = /^(?!(?:id|addr|bus|netdev|drive|mac|serial|multifunction)$)[A-Za-z][\w.-]*$/;
const MAC = /^[0-9a-f][02468ace](?::[0-9a-f]{2}){5}$/i;
const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/;

/** A network card on QEMU's own network. */
export function emulatedNic(model: string): EmulatedWish {
  return { kind: 'nic', model, properties: {}, forwards: [] };
}

/** Reads one of `emulated`; null when its problems have been noted. */
export function readEmulated(item: unknown, path: string, problems: ValueProblem[]): EmulatedWish | null {
  const device = isObject(item) ? item['device'] : undefined;
  const nic = typeof device === 'string' && NIC_MODELS.includes(device) ? device : undefined;
  const known =
    nic !== undefined ? OF_NIC : device === 'ahci' ? OF_DISK : device === 'nvme' ? [...OF_DISK, 'serial'] : COMMON;
  const before = problems.length;
  const reader = new ValueReader(item, known, path, problems);
  if (!isObject(item)) return null;
  if (nic === undefined && device !== 'ahci' && device !== 'nvme' && device !== 'edu') {
    // Which properties it may have depends on what it is.
    problems.splice(before);
    reader.note('device', 'device-kind', device, [...NIC_MODELS, 'ahci', 'nvme', 'edu']);
    return null;
  }
  const slot = reader.value('slot', 'slot', readSlot);
  const properties = reader.texts('properties', { pattern: OWN_PROPERTIES, expected: 'property-name' });
  const common = { ...(slot === undefined ? {} : { slot }), properties };
  if (nic !== undefined) {
    const mac = reader.text('mac', 'mac', MAC);
    const forwards = reader.list('forward', 'object', (each, at) => readForward(each, at, problems));
    return {
      ...common,
      kind: 'nic',
      model: nic,
      properties: { ...(mac === undefined ? {} : { mac }), ...properties },
      forwards,
    };
  }
  if (device === 'edu') return { ...common, kind: 'edu' };
  // A path that begins with "~" is for a shell, and there is none.
  const image = reader.text('image', 'image', /^(?!~)[^\0\r\n]+$/);
  if (!reader.has('image')) reader.note('image', 'image');
  const format = reader.oneOf('format', FORMATS) ?? 'raw';
  const mode = reader.oneOf('mode', MODES) ?? 'snapshot';
  // ide-hd wants to write (hw/ide/qdev.c, ide_dev_initfn).
  if (device === 'ahci' && mode === 'read-only') reader.note('mode', 'writable-or-snapshot', mode);
  if (image === undefined) return null;
  const disk = { ...common, image, format, mode };
  if (device === 'ahci') return { ...disk, kind: 'ahci' };
  // 20 bytes of ASCII in the controller's identification (NVM Express Base Specification, Identify Controller).
  const serial = reader.text('serial', 'serial-number', /^[ -~]{1,20}$/);
  return { ...disk, kind: 'nvme', ...(serial === undefined ? {} : { serial }) };
}

/** `6`, `"6"`, `"0x6"`. */
function readSlot(value: unknown): number | undefined {
  const slot = typeof value === 'string' && /^(?:0x[0-9a-f]{1,2}|\d{1,2})$/i.test(value) ? Number(value) : value;
  return typeof slot === 'number' && Number.isInteger(slot) && slot >= 1 && slot <= LAST_SLOT ? slot : undefined;
}

function readForward(item: unknown, path: string, problems: ValueProblem[]): PortForward | null {
  const reader = new ValueReader(item, ['host', 'guest', 'protocol', 'address'], path, problems);
  if (!isObject(item)) return null;
  const port = (key: string): number | undefined => {
    if (!reader.has(key)) reader.note(key, 'port');
    return reader.value(key, 'port', (value) =>
      typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 65535 ? value : undefined,
    );
  };
  const host = port('host');
  const guest = port('guest');
  const protocol = reader.oneOf('protocol', ['tcp', 'udp']) ?? 'tcp';
  // Nobody but this machine, unless that is asked for: the guest is not made to meet a network.
  const address = reader.text('address', 'ipv4', IPV4) ?? '127.0.0.1';
  return host === undefined || guest === undefined ? null : { protocol, address, host, guest };
}
