// The host loses its power while a device is being taken.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { bindPlan } from '../../src/host/bind-plan.ts';
import { runPlan } from '../../src/host/elevation.ts';
import { readFacts } from '../../src/host/facts.ts';
import { pciAddress } from '../../src/host/pci-address.ts';
import { readSnapshot } from '../../src/host/snapshot-reader.ts';
import type { PciFunction } from '../../src/host/snapshot.ts';
import { SshConnection } from '../../src/host/ssh-connection.ts';
import { temporaryDirectory } from '../temporary-directory.ts';
import { startLab, type Lab } from './lab.ts';

const TAKEN = pciAddress('02:00.0');
const HALF_TAKEN = pciAddress('01:00.0');
const directory = temporaryDirectory('power-cut-');
const labs: Lab[] = [];
after(async () => {
  for (const lab of labs) await lab.stop();
});

async function boot(): Promise<{ lab: Lab; connection: SshConnection }> {
  const name = `power-cut-${String(process.pid)}-${String(labs.length)}`;
  const lab = await startLab({ name, rootDisk: join(directory, 'root.qcow2'), withoutNvme: true });
  labs.push(lab);
  return { lab, connection: new SshConnection('lab', lab.hosts.root, { configFile: lab.sshConfig }) };
}

async function all(connection: SshConnection): Promise<PciFunction[]> {
  return [...(await readSnapshot(connection)).functions.values()];
}

test('after a power cut every device is as it was, and nothing is left over', { timeout: 300_000 }, async () => {
  const first = await boot();
  const before = await all(first.connection);
  const facts = await readFacts(first.connection);
  await runPlan(first.connection, facts, bindPlan(await readSnapshot(first.connection), facts, TAKEN, 'desk'));
  // The kernel does not come back from the last step of the second one.
  const stuck = 'sync; mkfifo /run/stuck && mount --bind /run/stuck /sys/bus/pci/drivers_probe';
  assert.equal((await first.lab.run('root', ['sh', '-c', stuck])).code, 0);
  const snapshot = await readSnapshot(first.connection);
  const taking = runPlan(first.connection, facts, bindPlan(snapshot, facts, HALF_TAKEN, 'desk'));
  taking.catch(() => undefined); // nobody hears its end
  const isHalfTaken = async (): Promise<boolean> => {
    const fn = (await readSnapshot(first.connection)).functions.get(HALF_TAKEN);
    return fn?.taking?.state === 'changing' && fn.driver === undefined && fn.driverOverride !== undefined;
  };
  while (!(await isHalfTaken())) await delay(100);
  await first.lab.stop(); // by SIGKILL: nothing in it is told
  await assert.rejects(taking);
  await first.connection[Symbol.asyncDispose]();

  const second = await boot();
  assert.deepEqual(await all(second.connection), before);
  const left = 'find /run/barrelfish /dev/vfio -mindepth 1 ! -name vfio 2>/dev/null; true';
  const { stdout } = await second.lab.run('root', ['sh', '-c', left]);
  assert.equal(stdout, '');
  await second.connection[Symbol.asyncDispose]();
});
