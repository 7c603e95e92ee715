// A flood over the serial line into terminal and log, against socat on the same kind of socket into a file.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { flood, floodEnd } from '../guest/flood.ts';
import { until } from '../vscode/until.ts';
import { endQemu, openGuestWindow, startFromShell, type GuestWindow, type RunningQemu } from './guest-window.ts';
import { compared, limited, type Measurement } from './measurement.ts';

const MIB = 1024 * 1024;
const MOST = 1.2;
const MOST_PALETTE_MS = 1000;
const PROMPT = '\n> ';
/** An emulated UART takes a few microseconds for each byte. */
const PATIENCE_MS_PER_MIB = 30_000;
const PATIENCE_MS = 60_000;

function endOf(file: string, bytes: number): string {
  const { size } = statSync(file);
  const buffer = Buffer.alloc(Math.min(bytes, size));
  const descriptor = openSync(file, 'r');
  try {
    readSync(descriptor, buffer, 0, buffer.length, size - buffer.length);
  } finally {
    closeSync(descriptor);
  }
  return buffer.toString('latin1');
}

/** Throws when a byte of the flood is missing, or is there twice. */
function check(file: string, bytes: number): void {
  const text = readFileSync(file, 'latin1');
  const start = text.indexOf('flood begins');
  if (!text.startsWith(flood(bytes), start)) throw new Error(`What the guest has sent is not what is in ${file}.`);
}

/** Opens the palette, looks for a command and closes it, as somebody would who goes on working. */
async function paletteRoundTrip({ workbench: { page, quickInput } }: GuestWindow): Promise<number> {
  const start = performance.now();
  await page.keyboard.press('F1');
  await quickInput.type('>Developer: Reload Window');
  await quickInput.list.find(/^Developer: Reload Window/);
  await quickInput.cancel();
  return performance.now() - start;
}

async function inWindow(window: GuestWindow, { log }: RunningQemu, bytes: number): Promise<[number, number]> {
  const { terminal } = window.workbench;
  const patience = PATIENCE_MS + (PATIENCE_MS_PER_MIB * bytes) / MIB;
  await terminal.waitForText('fish v0.2', PATIENCE_MS);
  const start = performance.now();
  await terminal.enter(`flood ${String(bytes / 1024)}k`);
  await until('the flood to begin', () => Promise.resolve(endOf(log, MIB).includes('flood begins')));
  await delay(1000);
  const palette = await paletteRoundTrip(window);
  if (endOf(log, MIB).includes(floodEnd(bytes))) throw new Error('The flood was over too soon: make it larger.');
  await terminal.waitForText(floodEnd(bytes).trim(), patience);
  const time = performance.now() - start;
  check(log, bytes);
  return [time, palette];
}

async function withSocat(window: GuestWindow, like: RunningQemu, bytes: number): Promise<number> {
  const qemu = await startFromShell(like, window.guest);
  const socket = path.join(qemu.directory, 'serial');
  const file = path.join(qemu.directory, 'received');
  // The line has one client at a time.
  qemu.serial.destroy();
  await delay(200);
  const output = openSync(file, 'w');
  const socat = spawn('socat', ['-', `UNIX-CONNECT:${socket}`], { stdio: ['pipe', output, 'inherit'] });
  closeSync(output);
  try {
    await delay(3000); // until the guest has booted
    socat.stdin.write('\r');
    await until('the prompt', () => Promise.resolve(endOf(file, 64).endsWith(PROMPT)), PATIENCE_MS);
    const start = performance.now();
    socat.stdin.write(`flood ${String(bytes / 1024)}k\r`);
    await until(
      'the flood to end',
      () => Promise.resolve(endOf(file, 1024).includes(floodEnd(bytes))),
      PATIENCE_MS + (PATIENCE_MS_PER_MIB * bytes) / MIB,
    );
    const time = performance.now() - start;
    check(file, bytes);
    return time;
  } finally {
    socat.kill();
    await once(socat, 'exit');
    await qemu.end();
  }
}

export const serial: Measurement = {
  name: 'serial',
  title: 'a flood over the serial line into terminal and log, against socat into a file',
  run: async ({ serialMiB }) => {
    const bytes = serialMiB * MIB;
    await using window = await openGuestWindow();
    const { qemu } = await window.boot();
    const [ours, palette] = await inWindow(window, qemu, bytes);
    const reference = await withSocat(window, qemu, bytes);
    await endQemu(qemu);
    const size = `${String(serialMiB)} MiB`;
    return [
      compared(`serial line, ${size}, every byte there`, ours / 1000, reference / 1000, 's', MOST),
      limited(`command palette during ${size}`, palette, 'ms', MOST_PALETTE_MS),
    ];
  },
};
