// A guest's memory, saved and opened without the guest.

import assert from 'node:assert/strict';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { sessionArguments } from '../../src/debug/session-arguments.ts';
import { kernelBase, kernelSymbols } from '../../src/debug/symbols.ts';
import { saveMemory } from '../../src/guest/memory-dump.ts';
import { Failure } from '../../src/host/failure.ts';
import { limit, spec, start, state, textUntil } from './emulated.ts';
import { gdbRelease } from './gdb.ts';
import { Client } from './gdb-client.ts';

test('the memory of a guest is saved while it runs, and shows where it was', limit, async () => {
  const guest = await start();
  const said = await textUntil(guest, '\n> ');
  const file = path.join(state, 'with blanks.core');
  await saveMemory(guest, file, { signal: new AbortController().signal, onProgress: () => undefined });
  assert.ok((await stat(file)).size > spec.memoryMiB * 1024 * 1024);
  const { status } = await guest.qmp.execute('query-status');
  assert.equal(status, 'running');
  await guest.stop();

  const symbols = await kernelSymbols(spec.source ?? spec.directory, kernelBase(said));
  await using client = new Client();
  await client.ask('initialize', { adapterID: 'barrelfish', linesStartAt1: true, pathFormat: 'path' });
  const attached = client.ask(
    'attach',
    sessionArguments({ gdb: 'gdb', gdbRelease: await gdbRelease(), socket: file, symbols, dump: true, commands: [] }),
  );
  await Promise.race([client.next('initialized'), attached]);
  await client.ask('configurationDone');
  await attached;
  const stop = await client.stopped();
  const { stackFrames } = await client.ask('stackTrace', { threadId: stop.threadId, levels: 8 });
  const names = (stackFrames as { name: string }[]).map(({ name }) => name);
  assert.ok(names.includes('run_shell'), names.join(' '));
  assert.equal(await client.value('kernel.commands_handled', await client.frame(stop)), '0');
  await client.ask('disconnect');
});

test('a dump that can not be written is said to be', limit, async () => {
  const guest = await start();
  await textUntil(guest, '\n> ');
  const options = { signal: new AbortController().signal, onProgress: () => undefined };
  await assert.rejects(saveMemory(guest, '/nowhere/at/all.core', options), (error) => Failure.is(error, 'qmp-error'));
});

test('a dump that is called off leaves nothing, nor takes the one before away', limit, async () => {
  const guest = await start();
  await textUntil(guest, '\n> ');
  const file = path.join(state, 'called-off.core');
  await writeFile(file, 'the one before');
  const controller = new AbortController();
  const saved = saveMemory(guest, file, { signal: controller.signal, onProgress: () => undefined });
  controller.abort();
  await assert.rejects(saved, (error) => Failure.is(error, 'cancelled'));
  // QEMU can't be stopped: its file goes when it is whole.
  for (;;) {
    const { status } = await guest.qmp.execute('query-dump');
    const left = (await readdir(state)).filter((name) => name.startsWith('called-off'));
    if (status === 'completed' && left.length === 1) break;
    await delay(50);
  }
  assert.equal(await readFile(file, 'utf8'), 'the one before');
  const { status } = await guest.qmp.execute('query-status');
  assert.equal(status, 'running');
});
