// Rows of the failure table that need no lab: QEMU and gdb of this machine make them.

import assert from 'node:assert/strict';
import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { access, constants } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { test } from 'node:test';
import { buildGuest } from '../guest/build.ts';
import { means, Rows } from './failures.ts';

const rows = new Rows();
const DEADLINE_MS = 60_000;
const PASSED = 'vfio-pci,host=01:00.0';

/** What QEMU says before it ends, which it does by itself when it is told something that it cannot do. */
async function qemu(argv: readonly string[], cwd = '/'): Promise<string> {
  const common = ['-nodefaults', '-no-user-config', '-display', 'none', '-S'];
  return await new Promise((resolve, reject) => {
    const options = { cwd, timeout: DEADLINE_MS, env: { ...process.env, LC_ALL: 'C' } };
    execFile('qemu-system-x86_64', [...common, ...argv], options, (error, _, said) => {
      if (error === null || error.killed === true || error.code === 'ENOENT') reject(error ?? new Error('It started'));
      else resolve(said);
    });
  });
}

test('a machine without PCI takes no PCI device', async () => {
  means({ code: 'machine-without-pci', device: 'vfio-pci' }, { qemu: await qemu(['-M', 'isapc', '-device', PASSED]) });
  rows.add(28);
});

test('slots of the chip set and of other devices are taken', async () => {
  const q35 = ['-M', 'q35', '-accel', 'tcg'];
  const taken = { code: 'slot-taken', function: 0 } as const;
  means({ ...taken, slot: 0, by: 'mch' }, { qemu: await qemu([...q35, '-device', `${PASSED},addr=0x0`]) });
  const lpc = await qemu([...q35, '-device', `${PASSED},addr=0x1f`]);
  means({ ...taken, slot: 31, by: 'ICH9-LPC' }, { qemu: lpc });
  const other = await qemu([...q35, '-device', 'e1000e,addr=0x5', '-device', `${PASSED},addr=0x5`]);
  means({ ...taken, slot: 5, by: 'e1000e' }, { qemu: other });
  rows.add(29);
});

test('a TCP port that somebody else listens at', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const said = await qemu(['-accel', 'tcg', '-gdb', `tcp:127.0.0.1:${String(port)}`]);
  means({ code: 'port-taken', option: '-gdb' }, { qemu: said });
  server.close();
  rows.add(39);
});

test('a module and a kernel that are not built', async () => {
  const { buildDirectory } = await buildGuest();
  const [elver, absent] = ['x86_64/sbin/elver', 'x86_64/sbin/not_built'];
  const boot = ['-M', 'q35', '-accel', 'tcg', '-kernel'];
  const without = await qemu([...boot, elver, '-initrd', absent], buildDirectory);
  means({ code: 'module-not-built', path: absent }, { qemu: without });
  means({ code: 'module-not-built', path: absent }, { qemu: await qemu([...boot, absent], buildDirectory) });
  rows.add(46);
});

test('breakpoints that the debugger cannot set', () => {
  // An address of Barrelfish's kernel, where a program has no memory either.
  const commands = ['hbreak *0x1000', 'break *0xffffffff83b4da60', 'run'].flatMap((line) => ['-ex', line]);
  const { stderr } = spawnSync('gdb', ['-nx', '-batch', ...commands, '/bin/true'], {
    ...{ timeout: DEADLINE_MS, encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' } },
  });
  means([{ code: 'no-hardware-breakpoints' }, { code: 'breakpoint-unmapped', breakpoint: 1 }], { gdb: stderr });
  rows.add(40);
});

/** Whether KVM makes a machine here; what it makes need not run. */
async function kvmStarts(): Promise<boolean> {
  const allowed = await access('/dev/kvm', constants.R_OK | constants.W_OK).then(
    () => true,
    () => false,
  );
  if (!allowed) return false;
  const argv = ['-nodefaults', '-display', 'none', '-S', '-accel', 'kvm', '-M', 'q35', '-monitor', 'stdio'];
  const machine = spawn('qemu-system-x86_64', argv, { stdio: ['pipe', 'ignore', 'ignore'], timeout: DEADLINE_MS });
  machine.stdin.on('error', () => undefined).end('quit\n');
  const [code] = (await once(machine, 'exit')) as [number | null];
  return code === 0;
}

test('all interrupt controllers in KVM leave none to be remapped', async (context) => {
  if (!(await kvmStarts())) {
    context.skip('KVM makes no machine here');
    return;
  }
  const argv = ['-accel', 'kvm', '-M', 'q35,kernel-irqchip=on', '-device', 'intel-iommu,intremap=on'];
  means({ code: 'irqchip-in-kernel' }, { qemu: await qemu(argv) });
  rows.add(26);
});

test('the rows that were seen', (context) => {
  assert.ok(rows.report(context) >= 5);
});
