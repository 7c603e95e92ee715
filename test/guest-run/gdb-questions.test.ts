// What the views and commands ask of a session's gdb, through the debug adapter.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readCurrent, readDomains, readErrors, readLevels } from '../../src/debug/barrelfish-request.ts';
import { limit, start, textUntil } from './emulated.ts';
import { sessionAt } from './gdb-client.ts';
import { debugging, program, source } from './gdb-guest.ts';

test('a guest that has stopped is asked, and one that runs is left alone', limit, async () => {
  const guest = await start();
  await textUntil(guest, '\n> ');
  await using session = await sessionAt(guest, debugging());
  const { client } = session;
  await session.run();
  assert.deepEqual(await client.question(['domains']), { running: true, said: [] });

  const said = client.console().length;
  // A question that stops the guest for it: nobody is told of a stop.
  assert.deepEqual(await client.question(['debug', 'e1000n', program('e1000n')], { pause: true }), { said: [] });
  assert.deepEqual(
    await client.question(['debug', 'nothing', '/nowhere'], { pause: true }).then(({ said: [why] }) => why),
    "[Errno 2] No such file or directory: '/nowhere'",
  );
  assert.equal(client.events.filter(({ event }) => event === 'stopped').length, 0);
  assert.doesNotMatch(client.console().slice(said), /Barrelfish|Errno/);

  const { breakpoints } = await client.ask('setBreakpoints', {
    source: { path: source('domain/e1000n.c') },
    breakpoints: [{ line: 37 }],
  });
  assert.equal((breakpoints as { verified: boolean }[])[0]?.verified, true, client.console());
  await guest.serial.write('turn 1\r');
  const { threadId } = await client.stopped();

  const domains = readDomains((await client.question(['domains'], { threadId })).value);
  assert.deepEqual(
    domains.map(({ name, state }) => `${name} ${state}`),
    ['e1000n running', 'init runnable', 'kaluga runnable', 'monitor runnable', 'startd blocked'],
  );
  const current = readCurrent((await client.question(['current'], { threadId })).value);
  assert.equal(current, domains[0]?.dispatcher);
  assert.deepEqual(
    readErrors((await client.question(['errval', 'device.last_error'], { threadId })).value).map(
      ({ number }) => number,
    ),
    [7, 5],
  );
  const levels = readLevels((await client.question(['walk', '&device'], { threadId })).value);
  assert.deepEqual(
    levels.map(({ level }) => level),
    ['PML4', 'PDPT', 'PDIR', 'PTABLE'],
  );
  assert.match(levels.at(-1)?.physical ?? '', /^0x[0-9a-f]+$/);
  const { value, said: wrong } = await client.question(['walk', 'no_such_thing'], { threadId });
  assert.deepEqual([value, wrong], [undefined, ['No symbol "no_such_thing" in current context.']]);
  await client.ask('disconnect');
});
