// The kernel's own gdb stub, through the debug adapter: post-mortem.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kernelBase, kernelSymbols } from '../../src/debug/symbols.ts';
import { serialSocket } from '../../src/guest/serial-bridge.ts';
import { limit, spec, start, textUntil } from './emulated.ts';
import { Client } from './gdb-client.ts';
import { sessionArguments } from '../../src/debug/session-arguments.ts';

test(
  'a kernel that has faulted is looked at over its serial line, again and again, and stays as it is',
  limit,
  async () => {
    const guest = await start();
    await textUntil(guest, '\n> ');
    await guest.serial.write('fault\r');
    const said = await textUntil(guest, 'Waiting for GDB connection...');
    const symbols = await kernelSymbols(spec.source ?? spec.directory, kernelBase(said));
    for (let round = 0; round < 2; round += 1) {
      const socket = await serialSocket(guest.serial);
      await using client = new Client();
      await client.ask('initialize', { adapterID: 'barrelfish', linesStartAt1: true, pathFormat: 'path' });
      const session = sessionArguments({ gdb: 'gdb', socket: socket.path, symbols, stub: true, commands: [] });
      const attached = client.ask('attach', session);
      await client.next('initialized');
      await client.ask('configurationDone');
      await attached;
      const frame = await client.frame(await client.stopped());
      assert.equal(frame.name, 'run_fault');
      assert.equal(await client.value('nowhere', frame).then((value) => value.includes('deadbeef')), true);
      await client.ask('disconnect');
      await socket[Symbol.asyncDispose]();
    }
  },
);
