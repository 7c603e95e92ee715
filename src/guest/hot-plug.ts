import { setTimeout as delay } from 'node:timers/promises';
import { Failure } from '../host/failure.ts';
import { parsePciAddress, type PciAddress } from '../host/pci-address.ts';
import type { Guest } from './guest.ts';
import type { GuestAddress } from './machine.ts';
import type { QmpPciDevice } from './qmp.ts';

/** A device of the host that a running guest has. */
export interface AttachedDevice {
  host: PciAddress;
  /** Name in QEMU. */
  id: string;
  /** As the guest's own firmware or kernel has numbered it. */
  guest: GuestAddress;
  /** Behind a root port, from where it can be taken. */
  removable: boolean;
}

/** Names of the root ports that are kept free for what comes later. */
const SPARE = /^spare\d+$/;
/** A guest that knows of hot-plugging lets go of a device within a few seconds (PCIe Base Specification, 6.7.1.5: 5 s). */
const LET_GO_MS = 10_000;

/** QEMU pins the guest's memory first. */
const PLUG_MS = 60_000;

const PLUGGED = 'plugged-';

/** QEMU's ids have no colons (util/id.c). */
function idOf(address: PciAddress): string {
  return `${PLUGGED}${address.replaceAll(':', '_')}`;
}

interface Place {
  device: QmpPciDevice;
  port?: QmpPciDevice;
}

async function places(guest: Guest): Promise<Place[]> {
  const buses = await guest.qmp.execute('query-pci');
  const all = buses.flatMap(({ devices }) => devices);
  return all.flatMap((device) => [
    { device },
    ...(device.pci_bridge?.devices ?? []).map((below) => ({ device: below, port: device })),
  ]);
}

/** The host's devices that a guest has now, those included that came while it ran. */
export async function attachedDevices(guest: Guest): Promise<AttachedDevice[]> {
  const known = new Map(guest.spec.passed.map(({ id, host }) => [id, host]));
  return (await places(guest)).flatMap(({ device, port }) => {
    const id = device.qdev_id;
    const host =
      known.get(id) ??
      (id.startsWith(PLUGGED) ? parsePciAddress(id.slice(PLUGGED.length).replaceAll('_', ':')) : undefined);
    if (host === undefined) return [];
    if (!known.has(id)) guest.notePlugged(id, host);
    const address = { bus: device.bus, device: device.slot, function: device.function };
    return [{ host, id, guest: address, removable: port !== undefined }];
  });
}

/** Gives a device that is on vfio-pci to a running guest. Throws `no-free-port` and what QEMU says. */
export async function plug(guest: Guest, address: PciAddress): Promise<void> {
  const free = (await places(guest)).find(
    ({ device }) => device.pci_bridge && !device.pci_bridge.devices?.length && SPARE.test(device.qdev_id),
  );
  if (!free) throw new Failure('no-free-port', { guest: guest.spec.name });
  await guest.qmp.execute(
    'device_add',
    { driver: 'vfio-pci', host: address, id: idOf(address), bus: free.device.qdev_id, rombar: 0 },
    { timeoutMs: PLUG_MS },
  );
  guest.notePlugged(idOf(address), address);
}

/** Takes a device from a running guest, which has to let go of it. Throws `device-kept` when it doesn't. */
export async function unplug(guest: Guest, device: AttachedDevice, signal?: AbortSignal): Promise<void> {
  const gone = Promise.withResolvers<'gone'>();
  using _events = guest.qmp.onEvent(({ event, data }) => {
    if (event === 'DEVICE_DELETED' && data['device'] === device.id) gone.resolve('gone');
  });
  await guest.qmp.execute('device_del', { id: device.id }, { signal });
  const late = delay(LET_GO_MS, undefined, { ref: false, ...(signal ? { signal } : {}) }).catch(() => {
    throw new Failure('cancelled', undefined);
  });
  late.catch(() => undefined); // the guest may have let go of it
  if ((await Promise.race([gone.promise, late])) === undefined) {
    throw new Failure('device-kept', { guest: guest.spec.name, address: device.host });
  }
}
