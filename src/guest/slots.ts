import { Failure } from '../host/failure.ts';
import { LAST_SLOT, type EmulatedWish } from './emulated-wish.ts';
import type { EmulatedDevice, MachineSpec } from './machine.ts';

// Passed devices are where they always were, and what is emulated beside them comes first as long as there is room.
const FIRST_EMULATED_SLOT = 2;
const FIRST_PASSED_SLOT = 5;

/** Slots on the guest's root bus: those that were asked for, else free ones. Throws `no-slot` when none is left. */
export function chooseSlots(
  passed: number,
  emulated: readonly Pick<EmulatedWish, 'slot'>[],
): { passed: readonly number[]; emulated: readonly number[] } {
  const taken = new Set(emulated.flatMap(({ slot }) => slot ?? []));
  const next = (from: number): number => {
    let slot = from;
    while (taken.has(slot)) slot += 1;
    if (slot > LAST_SLOT) throw new Failure('no-slot', { devices: passed + emulated.length });
    taken.add(slot);
    return slot;
  };
  return {
    passed: Array.from({ length: passed }, () => next(FIRST_PASSED_SLOT)),
    emulated: emulated.map(({ slot }) => slot ?? next(FIRST_EMULATED_SLOT)),
  };
}

/** Behind all devices, so that no bus of a passed one gets another number by them. */
export function spareSlots({
  passed,
  emulated,
  sparePorts,
}: Pick<MachineSpec, 'passed' | 'emulated' | 'sparePorts'>): number[] {
  const last = Math.max(FIRST_PASSED_SLOT - 1, ...[...passed, ...emulated].map(({ slot }) => slot));
  return Array.from({ length: sparePorts }, (_, index) => last + 1 + index).filter((slot) => slot <= LAST_SLOT);
}

/** The devices as QEMU knows them: `nic0`, `nic1`, `disk0` … */
export function emulatedDevices(wishes: readonly EmulatedWish[], slots: readonly number[]): EmulatedDevice[] {
  const counts = new Map<string, number>();
  return wishes.map((wish, index): EmulatedDevice => {
    const stem = wish.kind === 'nic' || wish.kind === 'edu' ? wish.kind : 'disk';
    const count = counts.get(stem) ?? 0;
    counts.set(stem, count + 1);
    const id = `${stem}${count.toString()}`;
    const { properties } = wish;
    const common = { id, slot: slots[index] ?? 0, properties };
    switch (wish.kind) {
      case 'nic':
        return { ...common, model: wish.model, network: { forwards: wish.forwards } };
      case 'edu':
        return { ...common, model: 'edu' };
      case 'ahci': {
        const { image, format, mode } = wish;
        return { ...common, model: 'ich9-ahci', disk: { image, format, mode, on: 'bus' } };
      }
      case 'nvme': {
        const { image, format, mode, serial = id } = wish;
        return { ...common, model: 'nvme', properties: { serial, ...properties }, disk: { image, format, mode } };
      }
    }
  });
}
