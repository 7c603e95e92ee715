import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { Qmp } from '../../../src/guest/qmp.ts';
import { Failure } from '../../../src/host/failure.ts';

const GREETING = '{"QMP": {"version": {}, "capabilities": []}}\r\n';
let directory: string;
let socket: string;
let server: Server;
let peer: Socket;

/** A QEMU that greets and answers each command by `answer`. */
async function serve(
  answer: (request: { execute: string; id: number; arguments?: unknown }) => unknown,
): Promise<void> {
  server.on('connection', (connected) => {
    peer = connected;
    peer.write(GREETING);
    peer.on('data', (data: Buffer) => {
      for (const line of data.toString().trim().split('\n')) {
        const request = JSON.parse(line) as { execute: string; id: number };
        const reply = request.execute === 'qmp_capabilities' ? { return: {} } : answer(request);
        if (reply !== undefined) peer.write(`${JSON.stringify({ ...(reply as object), id: request.id })}\r\n`);
      }
    });
  });
  server.listen(socket);
  await once(server, 'listening');
}

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'qmp-'));
  socket = path.join(directory, 'qmp');
  server = createServer();
});
afterEach(async () => {
  server.close();
  await rm(directory, { recursive: true });
});

test('answers and errors find their commands, events their listeners', async () => {
  await serve(({ execute }) =>
    execute === 'query-status'
      ? { return: { running: true, status: 'running' } }
      : { error: { class: 'GenericError', desc: 'no' } },
  );
  await using qmp = await Qmp.connect(socket, { guest: 'g' });
  const events: unknown[] = [];
  using _listening = qmp.onEvent((event) => events.push(event));
  const [status, refusal] = await Promise.allSettled([
    qmp.execute('query-status'),
    qmp.execute('device_del', { id: 'x' }),
  ]);
  assert.deepEqual(status.status === 'fulfilled' && status.value, { running: true, status: 'running' });
  assert.ok(refusal.status === 'rejected' && Failure.is(refusal.reason, 'qmp-error'));
  assert.deepEqual(refusal.reason.facts, { command: 'device_del', class: 'GenericError', description: 'no' });
  for (const part of ['{"event": "ST', 'OP", "timestamp": {}}\n', 'rubbish\n{"event":"RESUME","data":{"a":1}}\n']) {
    peer.write(part);
    await turn();
  }
  await qmp.execute('query-status');
  assert.deepEqual(events, [
    { event: 'STOP', data: {} },
    { event: 'RESUME', data: { a: 1 } },
  ]);
});

test('a line of many megabytes is read', async () => {
  await serve(() => ({ return: 'x'.repeat(8 * 1024 * 1024) }));
  await using qmp = await Qmp.connect(socket, { guest: 'g' });
  assert.equal((await qmp.execute('human-monitor-command', { 'command-line': 'info' })).length, 8 * 1024 * 1024);
});

test('who waits is told when the guest is gone, takes too long, or is called off', async () => {
  await serve(() => undefined);
  const qmp = await Qmp.connect(socket, { guest: 'g' });
  await assert.rejects(qmp.execute('stop', undefined, { timeoutMs: 20 }), (error) => Failure.is(error, 'timeout'));
  await assert.rejects(qmp.execute('stop', undefined, { signal: AbortSignal.abort() }), (error) =>
    Failure.is(error, 'cancelled'),
  );
  const waiting = qmp.execute('stop');
  peer.destroy();
  await assert.rejects(waiting, (error) => Failure.is(error, 'guest-gone'));
  await qmp.closed;
  await assert.rejects(qmp.execute('stop'), (error) => Failure.is(error, 'guest-gone'));
});

test('nobody at the other end, or one that keeps quiet', async () => {
  await assert.rejects(Qmp.connect(socket, { guest: 'g' }), (error) => Failure.is(error, 'guest-gone'));
  server.listen(socket);
  await once(server, 'listening');
  await assert.rejects(Qmp.connect(socket, { guest: 'g', timeoutMs: 20 }), (error) => Failure.is(error, 'timeout'));
});
