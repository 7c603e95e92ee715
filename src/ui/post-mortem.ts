import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { l10n, Uri, window, type Disposable } from 'vscode';
import { originFile, readOrigin, writeOrigin } from '../debug/memory-dump.ts';
import { sessionArguments, type SessionArguments } from '../debug/session-arguments.ts';
import { kernelSymbols } from '../debug/symbols.ts';
import type { Guest } from '../guest/guest.ts';
import { architectureOf } from '../guest/machine.ts';
import { saveMemory } from '../guest/memory-dump.ts';
import { serialSocket } from '../guest/serial-bridge.ts';
import { Failure } from '../host/failure.ts';
import { debugSourceMap } from './build-settings.ts';
import { formatBytes } from './device-row.ts';
import { gdbFor } from './gdb-choice.ts';
import type { RunningGuest } from './guest-list.ts';
import { directoryOf, kernelBaseOf, runningSymbols } from './guest-symbols.ts';
import { withLateProgress } from './late-progress.ts';

/** What a launch.json can say beside. */
interface Chosen {
  gdb: string | undefined;
  symbols: string | undefined;
  commands: readonly string[];
}

/** The stub of a kernel that waits for gdb on the serial line, which nobody else has meanwhile. Throws `no-serial-stub`. */
export async function stubSession(
  running: RunningGuest,
  chosen: Chosen,
  hold: (guest: Guest) => Disposable,
): Promise<{ session: SessionArguments; ended: () => Promise<void> }> {
  const { guest, findings } = running;
  const waits = findings.all().some(({ diagnosis }) => diagnosis.code === 'kernel-waits-for-gdb');
  const architecture = architectureOf(guest.spec);
  if (!waits || architecture !== 'x86_64') throw new Failure('no-serial-stub', { guest: guest.spec.name });
  const { symbols } = await runningSymbols(running, chosen.symbols);
  const { program } = await gdbFor(architecture, chosen.gdb);
  const sourceMap = await debugSourceMap(directoryOf(running));
  const socket = await serialSocket(guest.serial);
  const held = hold(guest);
  const { commands } = chosen;
  return {
    session: sessionArguments({ gdb: program, socket: socket.path, symbols, sourceMap, commands, stub: true }),
    ended: async () => {
      await socket[Symbol.asyncDispose]();
      held.dispose();
    },
  };
}

/** The memory that a guest had. Throws `file-missing`, for the dump or for what was kept beside it. */
export async function dumpSession(dump: string, chosen: Chosen): Promise<SessionArguments> {
  const file = path.resolve(dump);
  const text = await readFile(originFile(file), 'utf8').catch(() => {
    throw new Failure('file-missing', { path: originFile(file), neededBy: 'launch.json' });
  });
  const origin = readOrigin(text);
  if (!origin) throw new Failure('bad-file', { path: originFile(file), line: 1, problem: l10n.t('not of a dump') });
  const { buildDirectory, kernelBase } = origin;
  const { program, release } = await gdbFor('x86_64', chosen.gdb);
  return sessionArguments({
    ...{ gdb: program, gdbRelease: release, socket: file, dump: true, commands: chosen.commands },
    symbols: await kernelSymbols(buildDirectory, kernelBase, chosen.symbols),
    sourceMap: await debugSourceMap(buildDirectory),
  });
}

/** Saves the memory of a guest where the user says. The path of what gdb can open now; undefined when called off. */
export async function saveDump(running: RunningGuest, directory: string): Promise<string | undefined> {
  const { guest } = running;
  const proposed = Uri.file(path.join(directory, `${guest.session.id}.core`));
  const chosen = (await window.showSaveDialog({ defaultUri: proposed, title: l10n.t('Save Guest Memory') }))?.fsPath;
  if (chosen === undefined) return undefined;
  await withLateProgress(l10n.t('Saving the memory of {0}', guest.spec.name), (report, signal) =>
    saveMemory(guest, chosen, {
      signal,
      onProgress: (step, done, total) => {
        if (total === 0) return;
        const bytes = [formatBytes(done), formatBytes(total)];
        report(step === 'written' ? l10n.t('{0} of {1}', ...bytes) : l10n.t('{0} of {1} copied', ...bytes));
      },
    }),
  );
  const origin = { buildDirectory: directoryOf(running), kernelBase: await kernelBaseOf(running) };
  await writeFile(originFile(chosen), writeOrigin(origin), { mode: 0o600 });
  return chosen;
}
