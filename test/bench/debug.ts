// The debugger against bare gdb, scripted to do the same on the same guest. Without the editor: what is measured is the
// debug adapter as it ships, from its start on.
import path from 'node:path';
import type { Guest } from '../../src/guest/guest.ts';
import { sessionAt, type Client } from '../guest-run/gdb-client.ts';
import { BareGdb, openDebugLab, said, type DebugLab } from './debug-guest.ts';
import { compared, limited, median, milliseconds, takeTurns, type Measurement, type Result } from './measurement.ts';

const dist = path.resolve(import.meta.dirname, '../../dist');
const ADAPTER = { adapter: path.join(dist, 'debug-adapter.cjs') };
const ROUNDS = 7;
const STEPS = 60;
const ATTACHES = 100;
const MOST_LAUNCH = 1.15;
const MOST_LAUNCH_MORE_MS = 300;
const MOST_STEP = 1.5;
/** In the driver: where `init` and `work` begin. */
const INIT = 17;
const WORK = 34;

const symbols = (lab: DebugLab, name: string, offset = ''): string => `add-symbol-file ${lab.program(name)}${offset}`;

/** By hand, as one does it who knows where everything is. */
function script(lab: DebugLab, socket: string): string[] {
  return [
    ...['set confirm off', 'set architecture i386:x86-64', 'set trust-readonly-sections on', `target remote ${socket}`],
    ...[symbols(lab, 'elver'), 'thbreak start_64', 'continue'],
    ...['set $base = $rcx - 0xc', `eval "${symbols(lab, 'cpu')} -o %ld", $base - 0x100000 + 0xfffffe0000000000`],
    ...[symbols(lab, 'e1000n'), 'thbreak kernel_startup', 'continue'],
    'hbreak e1000n.c:init if $_streq(((struct dispatcher_shared_generic *)dcb_current->disp)->name, "e1000n")',
  ];
}

async function byHand(lab: DebugLab): Promise<number> {
  const guest = await lab.guest('paused');
  const socket = await guest.gdbSocket();
  try {
    const start = performance.now();
    await using gdb = new BareGdb();
    for (const line of script(lab, socket.path)) {
      await gdb.run(line);
      if (line === 'continue') await gdb.until(/^\*stopped.*\n/m);
    }
    gdb.send('continue');
    await gdb.until(/^\*stopped,reason="breakpoint-hit".*func="init".*\n/m);
    return performance.now() - start; // without the end of the session
  } finally {
    await guest.kill();
  }
}

async function byUs(lab: DebugLab): Promise<number> {
  const guest = await lab.guest('paused');
  try {
    const start = performance.now();
    await using session = await sessionAt(guest, lab.wish('launch', 'e1000n'), ADAPTER);
    const { client } = session;
    await setLine(lab, client, INIT);
    await session.run();
    const frame = await client.frame(await client.stopped());
    if (frame.name !== 'init') throw new Error(`It has stopped in ${frame.name}.`);
    return performance.now() - start;
  } finally {
    await guest.kill();
  }
}

async function setLine(lab: DebugLab, client: Client, ...lines: number[]): Promise<void> {
  const breakpoints = lines.map((line) => ({ line }));
  await client.ask('setBreakpoints', { source: { path: lab.source('domain/e1000n.c') }, breakpoints });
}

async function launch(lab: DebugLab): Promise<Result> {
  const { ours, reference } = await takeTurns(
    ROUNDS,
    () => byUs(lab),
    () => byHand(lab),
  );
  const result = compared('F5 to the first stop, in a driver’s init', median(ours), median(reference), 'ms');
  return {
    ...result,
    bar: `≤ ${String(MOST_LAUNCH)}× + ${String(MOST_LAUNCH_MORE_MS)} ms`,
    ok: result.ours <= MOST_LAUNCH * (result.reference ?? NaN) + MOST_LAUNCH_MORE_MS,
  };
}

/** Both stand in `work` of the driver, on a guest of their own, and step; at its end they go on to the next. */
async function steps(lab: DebugLab): Promise<Result> {
  const [guest, other] = [await lab.guest('at its prompt'), await lab.guest('at its prompt')];
  await using session = await sessionAt(guest, lab.wish('attach', 'e1000n'), ADAPTER);
  const { client } = session;
  await setLine(lab, client, WORK);
  await session.run();
  await guest.serial.write('turn\r');
  await client.stopped();

  const socket = await other.gdbSocket();
  await using gdb = new BareGdb();
  for (const line of ['set confirm off', 'set architecture i386:x86-64', `target remote ${socket.path}`])
    await gdb.run(line);
  await gdb.run(symbols(lab, 'e1000n'));
  const [, base = ''] = /Kernel starting at address (0x\w+)/.exec(await said(other, '\n> ')) ?? [];
  await gdb.run(symbols(lab, 'cpu', ` -o ${String(BigInt(base) - 0x100000n)}`));
  await gdb.run(
    'break e1000n.c:work if $_streq(((struct dispatcher_shared_generic *)dcb_current->disp)->name, "e1000n")',
  );
  await gdb.run('continue');
  await other.serial.write('turn\r');
  await gdb.until(/^\*stopped,reason="breakpoint-hit".*\n/m);

  const { ours, reference } = await takeTurns(
    STEPS,
    () =>
      milliseconds(async () => {
        await client.ask('next', { threadId: 1 });
        await client.stopped();
      }),
    () =>
      milliseconds(async () => {
        gdb.send('-exec-next');
        await gdb.until(/^\*stopped.*\n/m);
      }),
  );
  await Promise.all([guest.kill(), other.kill()]);
  return compared('a step over, median', median(ours), median(reference), 'ms', MOST_STEP);
}

const turnsEnd = (count: number): string => `turn ends: ${String(count)} rounds`;

/** How many of so many sessions in a row left something wrong: the guest's memory, its serial line, or itself. */
async function attaches(lab: DebugLab): Promise<Result[]> {
  const guest = await lab.guest('at its prompt');
  const before = await codeOf(guest);
  let bad = 0;
  const times: number[] = [];
  for (let round = 1; round <= ATTACHES; round += 1) {
    times.push(
      await milliseconds(async () => {
        await using session = await sessionAt(guest, lab.wish('attach', 'e1000n'), ADAPTER);
        const { client } = session;
        await setLine(lab, client, WORK);
        await session.run();
        await client.ask('disconnect');
      }),
    );
    await guest.resume();
    await guest.serial.write(`turn ${String(round)}\r`);
    await said(guest, turnsEnd(round));
    if ((await codeOf(guest)) !== before) bad += 1;
  }
  const all = await said(guest, turnsEnd(ATTACHES));
  const expected = Array.from(
    { length: ATTACHES },
    (_, index) => `> turn ${String(index + 1)}\r\n${turnsEnd(index + 1)}\r\n`,
  );
  const talk = all.slice(all.indexOf('> turn 1\r'));
  if (!talk.startsWith(expected.join(''))) bad += 1;
  await guest.kill();
  return [
    limited(`attaches and detaches that left something wrong, of ${String(ATTACHES)}`, bad, '', 0),
    {
      name: 'an attach and a detach',
      ours: median(times),
      reference: null,
      ratio: null,
      unit: 'ms',
      bar: '',
      ok: true,
    },
  ];
}

/** What is in memory where domains have their code, and the kernel its own: as QEMU's monitor reads it. */
async function codeOf(guest: Guest): Promise<string> {
  const [, base = ''] = /Kernel starting at address (0x\w+)/.exec(await said(guest, '\n> ')) ?? [];
  const dump = (where: string): Promise<unknown> =>
    guest.qmp.execute('human-monitor-command', { 'command-line': where });
  return JSON.stringify(await Promise.all([dump(`x /4096xb ${base}`), dump('x /2048xb 0x401000')]));
}

export const debug: Measurement = {
  name: 'debug',
  title: 'the debugger, against bare gdb',
  run: async () => {
    await using lab = await openDebugLab(dist);
    return [await launch(lab), await steps(lab), ...(await attaches(lab))];
  },
};
