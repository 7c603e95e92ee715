// The main job as a person does it, step by step. The end-to-end tests check each step; the demo plays them.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Guest } from '../guest/build.ts';
import type { Lab } from '../lab/lab.ts';
import type { Row } from '../vscode/row-elements.ts';
import type { View } from '../vscode/view.ts';
import type { Workbench } from '../vscode/workbench.ts';

export interface Stage {
  workbench: Workbench;
  lab: Lab;
  guest: Guest;
  /** What sudo asks for; undefined for root. */
  password?: string;
  /** Takes a picture under a name; the demo and the README keep it. */
  picture: (name: string) => Promise<void>;
}

export interface Step {
  name: string;
  /** Does it and sees that it happened; returns what was seen. */
  run: (stage: Stage) => Promise<string>;
}

/** One of two identical network cards. */
export const NIC = '0000:01:00.0';
export const TWIN = '0000:02:00.0';
const SHORT = NIC.slice(5);
const SHORT_TWIN = TWIN.slice(5);
/** Where the device sits in the guest: the first slot that we give away. */
const GUEST_ADDRESS = '00:05.0';
// The lab is emulated, and the guest in it once more.
const PATIENCE_MS = 60_000;

const devices = (stage: Stage): View => stage.workbench.view('Devices');
const row = (address: string): RegExp => new RegExp(`^${address.replace('.', '\\.')} `);

/** The host's own word, read past the extension. */
async function onHost(stage: Stage, script: string): Promise<string> {
  const { stdout, stderr, code } = await stage.lab.run('root', ['sh', '-c', script]);
  assert.equal(code, 0, stderr);
  return stdout.trim();
}

export async function driverOf(stage: Stage, address: string): Promise<string> {
  return onHost(stage, `basename "$(readlink -f /sys/bus/pci/devices/${address}/driver)"`);
}

async function macOf(stage: Stage, address: string): Promise<string> {
  return onHost(stage, `cat /sys/bus/pci/devices/${address}/net/*/address`);
}

/** Groups and functions in the tree's own form: "Group 3", then each function indented. */
async function kernelListing(stage: Stage): Promise<string[]> {
  const script = `for g in $(ls /sys/kernel/iommu_groups | sort -n); do
    echo "Group $g"; for d in /sys/kernel/iommu_groups/$g/devices/*; do echo "  \${d##*/}"; done; done`;
  return (await onHost(stage, script)).split('\n').map((line) => (line.startsWith(' ') ? `  ${line.trim()}` : line));
}

/** By keyboard, as who doesn't use a mouse would: right unfolds a row, or goes on to its first child. */
async function confirm(stage: Stage, message: string | RegExp, button: string): Promise<string> {
  const { dialog } = stage.workbench;
  const { detail } = await dialog.read(message);
  await dialog.press(button);
  await answerSudo(stage);
  return detail;
}

/** Types the password where there is one to type. */
async function answerSudo({ workbench, password }: Stage): Promise<void> {
  if (password === undefined) return;
  await workbench.quickInput.waitFor('sudo on', PATIENCE_MS);
  assert.ok(await workbench.quickInput.isPassword(), 'the password shows');
  await workbench.quickInput.enter(password);
}

/** The line of a source file that contains a text, counted from 1. */
function lineOf(file: string, text: string): number {
  const index = readFileSync(file, 'utf8')
    .split('\n')
    .findIndex((line) => line.includes(text));
  assert.notEqual(index, -1, `${text} in ${file}`);
  return index + 1;
}

let mac = '';

export const mainJob: readonly Step[] = [
  {
    name: 'the tree is the kernel’s own listing',
    run: async (stage) => {
      const { workbench } = stage;
      await workbench.openContainer('Barrelfish');
      const view = devices(stage);
      await view.find(row(SHORT), PATIENCE_MS);
      await stage.picture('devices');
      await view.expandAll();
      const kernel = await kernelListing(stage);
      const listed = (rows: readonly Row[]): string[] =>
        rows.map(({ label }) => (label.startsWith('Group') ? label : `  0000:${label.split(' ')[0] ?? ''}`));
      // Children come a moment after their group has unfolded.
      const same = (rows: readonly Row[]): boolean => isDeepStrictEqual(listed(rows), kernel);
      const rows = await view.waitFor('all rows', same).catch(() => view.rows());
      assert.deepEqual(listed(rows), kernel);
      return `${String(kernel.filter((line) => line.startsWith('Group')).length)} groups, ${String(kernel.filter((line) => line.startsWith(' ')).length)} functions`;
    },
  },
  {
    name: 'Bind takes one of two identical cards',
    run: async (stage) => {
      mac = await macOf(stage, NIC);
      const view = devices(stage);
      await view.pressInlineButton(row(SHORT), 'Bind to vfio-pci', 2); // a double click asks once
      const { message, detail } = await stage.workbench.dialog.read('to vfio-pci?');
      await stage.picture('bind');
      for (const write of ['unbind from e1000e', 'driver_override ← vfio-pci', 'probe → vfio-pci'])
        assert.ok(detail.includes(write), detail);
      assert.ok(message.includes(SHORT), message);
      await confirm(stage, 'to vfio-pci?', 'Bind');
      await view.find(new RegExp(`^${SHORT} .*vfio-pci`), PATIENCE_MS);
      assert.equal(await driverOf(stage, NIC), 'vfio-pci');
      assert.equal(await driverOf(stage, TWIN), 'e1000e');
      const twin = await view.find(row(SHORT_TWIN));
      assert.match(twin.description, /^e1000e/);
      return `${NIC} on vfio-pci, ${TWIN} still on e1000e`;
    },
  },
  {
    name: 'Boot shows the device at the address that we gave it',
    run: async (stage) => {
      const { workbench } = stage;
      const view = devices(stage);
      await view.pressInlineButton(row(SHORT), 'Boot with This Device');
      await answerSudo(stage);
      await workbench.terminal.waitForText('fish v0.2', PATIENCE_MS);
      await workbench.terminal.enter('pci');
      await workbench.terminal.waitForText(
        new RegExp(`pci ${GUEST_ADDRESS.replace('.', '\\.')} 8086:10d3`),
        PATIENCE_MS,
      );
      await workbench.terminal.enter('nic');
      await workbench.terminal.waitForText(new RegExp(`> nic\\s[^]*mac ${mac}`), PATIENCE_MS);
      await workbench.view('Guests').find(/^Barrelfish 01:00\.0 fish/);
      await stage.picture('serial');
      return `8086:10d3 at ${GUEST_ADDRESS} with MAC ${mac}`;
    },
  },
  {
    name: 'what is typed reaches the guest, and its questions the terminal',
    run: async ({ workbench }) => {
      await workbench.terminal.enter('echo Hello, "fish" \\0');
      await workbench.terminal.waitForText(/\nHello, "fish" \\0\n/, PATIENCE_MS);
      await workbench.terminal.enter('query');
      const text = await workbench.terminal.waitForText(/terminal answers ESC\[\d+;\d+R/, PATIENCE_MS);
      return /terminal answers (\S+)/.exec(text)?.[0] ?? '';
    },
  },
  {
    name: 'a breakpoint stops in the guest’s source, with locals',
    run: async (stage) => {
      const { workbench, guest } = stage;
      const { debugging } = workbench;
      const file = path.join(guest.sourceDirectory, 'cpu/shell.c');
      const line = lineOf(file, 'kernel.commands_handled++');
      await workbench.openFile('shell.c', line);
      await workbench.page.keyboard.press('F9');
      await workbench.page.keyboard.press('F5');
      await debugging.waitUntilRunning(PATIENCE_MS);
      await workbench.terminal.enter('echo stop here');
      await debugging.waitForStop(PATIENCE_MS);
      await debugging.callStack.find(/^handle_command/, PATIENCE_MS);
      await debugging.variables.expand('Local');
      const length = await debugging.variables.find((each) => each.label === 'length', PATIENCE_MS);
      assert.equal(length.description, '14');
      await stage.picture('debug');
      await debugging.stepOver(PATIENCE_MS);
      await debugging.press('Continue');
      await workbench.terminal.waitForText(/\nstop here\n/, PATIENCE_MS);
      await debugging.press('Disconnect');
      await debugging.waitForEnd(PATIENCE_MS);
      return `stopped in handle_command at ${path.basename(file)}:${String(line)}, length = ${length.description}`;
    },
  },
  {
    name: 'Stop ends the guest',
    run: async (stage) => {
      const { workbench } = stage;
      await workbench.openContainer('Barrelfish');
      await workbench.view('Guests').pressInlineButton(/^Barrelfish 01:00\.0/, 'Stop Guest');
      await workbench.view('Guests').find(/^Barrelfish 01:00\.0 ended/, PATIENCE_MS);
      const left = await onHost(stage, 'pgrep -x qemu-system-x86 || echo none');
      assert.equal(left, 'none');
      return 'QEMU is gone from the host';
    },
  },
  {
    name: 'Release gives the card back to its driver',
    run: async (stage) => {
      const view = devices(stage);
      await view.pressInlineButton(row(SHORT), 'Release to Host');
      await confirm(stage, 'to e1000e?', 'Release');
      await view.find(new RegExp(`^${SHORT} .*e1000e`), PATIENCE_MS);
      assert.equal(await driverOf(stage, NIC), 'e1000e');
      assert.equal(await macOf(stage, NIC), mac);
      await view.find(new RegExp(`^${SHORT} .* (eth|en)\\w+ `), PATIENCE_MS);
      await stage.picture('released');
      return `${NIC} on e1000e, its interface is back`;
    },
  },
];

/** A real Barrelfish takes minutes in the lab, and has no commands that we know: seeing its driver start is the proof. */
const REAL_PATIENCE_MS = 20 * 60_000;

const bootRealBarrelfish: Step = {
  name: 'Boot starts the device’s driver at the address that we gave it',
  run: async (stage) => {
    const { workbench } = stage;
    await devices(stage).pressInlineButton(row(SHORT), 'Boot with This Device');
    await answerSudo(stage);
    const text = await workbench.terminal.waitForText(/Kaluga: Starting "\w+" .*dev=5/, REAL_PATIENCE_MS);
    await stage.picture('serial');
    return /Kaluga: Starting .*/.exec(text)?.[0] ?? '';
  },
};

const withoutTestGuest = new Set([2, 3, 4]);

/** The main job with a real Barrelfish build. */
export const realBarrelfishJob: readonly Step[] = mainJob.flatMap((step, index) =>
  index === 2 ? [bootRealBarrelfish] : withoutTestGuest.has(index) ? [] : [step],
);
