// A flood over the serial line into terminal and log, against socat on the same kind of socket into a file.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { flood, floodEnd } from '../guest/flood.ts';
import { until } from '../vscode/until.ts';
import { endQemu, openGuestWindow, startFromShell, type GuestWindow, type RunningQemu } from './guest-window.ts';
import { compared, median, type Measurement } from './measurement.ts';

const KIB = 1024;
const MIB = KIB * KIB;
/** In turns, so that whatever else the machine does hits both alike. */
const ROUNDS = 2;
const MOST = 1.2;
/** The guest's emulator has one of two cores to itself then. */
const MOST_PALETTE = 2;
const PALETTE_ROUNDS = 5;
const PROMPT = '\n> ';
/** An emulated UART takes a few microseconds for each byte. */
const PATIENCE_MS_PER_MIB = 60_000;
/** Until the flood is in full spate. */
const FLOOD_START_MS = 500;
/** Until the guest listens. */
const BOOT_MS = 3000;
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
  if (!readFileSync(file, 'latin1').includes(flood(bytes)))
    throw new Error(`What the guest has sent is not what is in ${file}.`);
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

/** The guest never sleeps: one that isn't being measured is stopped, so that it takes nothing from the other. */
async function awake<T>(pid: number, work: () => Promise<T>): Promise<T> {
  process.kill(pid, 'SIGCONT');
  try {
    return await work();
  } finally {
    process.kill(pid, 'SIGSTOP');
  }
}

/** Waits until the whole flood has arrived. */
async function arrived(file: string, bytes: number): Promise<void> {
  const patience = PATIENCE_MS + (PATIENCE_MS_PER_MIB * bytes) / MIB;
  await until(`a flood in ${file}`, () => Promise.resolve(endOf(file, 1024).includes(floodEnd(bytes))), patience);
}

/** Seconds until all has arrived in the log and the end of it shows in the terminal. */
async function inWindow(window: GuestWindow, { log }: RunningQemu, bytes: number): Promise<number> {
  const { terminal } = window.workbench;
  await terminal.type(`flood ${String(bytes / KIB)}k`);
  const start = performance.now();
  await terminal.press('Enter');
  await arrived(log, bytes);
  await terminal.waitForText(floodEnd(bytes).trim(), PATIENCE_MS);
  const time = performance.now() - start;
  check(log, bytes);
  return time;
}

async function paletteTime(window: GuestWindow): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < PALETTE_ROUNDS; round += 1) times.push(await paletteRoundTrip(window));
  return median(times);
}

async function paletteDuring(window: GuestWindow, { log }: RunningQemu, bytes: number): Promise<number> {
  await window.workbench.terminal.enter(`flood ${String(bytes / KIB)}k`);
  await delay(FLOOD_START_MS);
  const time = await paletteTime(window);
  if (endOf(log, MIB).includes(floodEnd(bytes))) throw new Error('The flood was over too soon: make it larger.');
  await arrived(log, bytes);
  return time;
}

interface Socat extends AsyncDisposable {
  readonly pid: number;
  flood(bytes: number): Promise<number>;
}

async function startSocat(window: GuestWindow, like: RunningQemu): Promise<Socat> {
  const qemu = await startFromShell(like, window.guest);
  const file = path.join(qemu.directory, 'received');
  // The line has one client at a time.
  qemu.serial.destroy();
  await delay(200);
  const output = openSync(file, 'w');
  const argv = ['-', `UNIX-CONNECT:${path.join(qemu.directory, 'serial')}`];
  const socat = spawn('socat', argv, { stdio: ['pipe', output, 'inherit'] });
  closeSync(output);
  const type = (line: string): void => {
    socat.stdin?.write(`${line}\r`);
  };
  await delay(BOOT_MS);
  type('');
  await until('the prompt', () => Promise.resolve(endOf(file, 64).endsWith(PROMPT)), PATIENCE_MS);
  return {
    pid: qemu.pid,
    flood: async (bytes) => {
      const start = performance.now();
      type(`flood ${String(bytes / KIB)}k`);
      await arrived(file, bytes);
      const time = performance.now() - start;
      check(file, bytes);
      return time;
    },
    [Symbol.asyncDispose]: async () => {
      socat.kill();
      await once(socat, 'exit');
      await qemu.end();
    },
  };
}

export const serial: Measurement = {
  name: 'serial',
  title: 'a flood over the serial line into terminal and log, against socat into a file',
  run: async ({ serialMiB }) => {
    await using window = await openGuestWindow();
    const { qemu } = await window.boot();
    await window.workbench.terminal.waitForText('fish v0.2', PATIENCE_MS);
    process.kill(qemu.pid, 'SIGSTOP');
    await using socat = await startSocat(window, qemu);
    process.kill(socat.pid, 'SIGSTOP');
    // Each is a little longer than the last, so that its end is told from that of the last.
    const bytesOf = (round: number): number => Math.round((serialMiB * KIB) / ROUNDS + round) * KIB;
    let [ours, reference] = [0, 0];
    for (let round = 0; round < ROUNDS; round += 1) {
      ours += await awake(qemu.pid, () => inWindow(window, qemu, bytesOf(round)));
      reference += await awake(socat.pid, () => socat.flood(bytesOf(round)));
    }
    const quietPalette = await paletteTime(window);
    const palette = await awake(qemu.pid, () => paletteDuring(window, qemu, bytesOf(ROUNDS)));
    process.kill(qemu.pid, 'SIGCONT');
    await endQemu(qemu);
    const size = `${String(serialMiB)} MiB`;
    return [
      compared(`serial line, ${size}, every byte there`, ours / 1000, reference / 1000, 's', MOST),
      compared('command palette during a flood, against none', palette, quietPalette, 'ms', MOST_PALETTE),
    ];
  },
};
