// From the click on "Boot" to the guest's first byte in the terminal, against the same QEMU started from a shell. The
// guest is emulated, so that no probe of KVM is part of it.
import { once } from 'node:events';
import { openGuestWindow, startFromShell, type GuestWindow, type RunningQemu } from './guest-window.ts';
import { compared, median, type Measurement, type Result } from './measurement.ts';

const ROUNDS = 9;
const MOST = 1.1;
const MOST_MORE_MS = 100;

async function fromShell(like: RunningQemu, window: GuestWindow): Promise<number> {
  const start = performance.now();
  const qemu = await startFromShell(like, window.guest);
  await once(qemu.serial, 'data');
  const time = performance.now() - start;
  await qemu.end();
  return time;
}

export const boot: Measurement = {
  name: 'boot',
  title: 'from the click on "Boot" to the first serial byte in the terminal',
  run: async () => {
    await using window = await openGuestWindow();
    const times = { ours: [] as number[], reference: [] as number[] };
    // The first boot of a window loads its terminal, which is the editor's work; it stands for itself.
    let first: Result | undefined;
    for (let round = 0; round <= ROUNDS; round += 1) {
      const { milliseconds, qemu } = await window.boot();
      const reference = await fromShell(qemu, window);
      await window.end(qemu);
      first ??= compared('click on Boot to the first serial byte, first of a window', milliseconds, reference, 'ms');
      if (round === 0) continue;
      times.ours.push(milliseconds);
      times.reference.push(reference);
    }
    const [ours, reference] = [median(times.ours), median(times.reference)];
    const ratio = ours / reference;
    return [
      ...(first ? [first] : []),
      {
        name: 'click on Boot to the first serial byte',
        ...{ ours, reference, ratio, unit: 'ms' },
        bar: `≤ ${String(MOST)}× or +${String(MOST_MORE_MS)} ms`,
        ok: ratio <= MOST || ours - reference <= MOST_MORE_MS,
      },
    ];
  },
};
