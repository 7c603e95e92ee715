// Produces what goes wrong with passing devices on for real, and notes which rows of the failure table it was.

import assert from 'node:assert/strict';
import { after, type TestContext } from 'node:test';
import { diagnoseTogether, type Source } from '../../src/diagnosis/diagnose.ts';
import type { Diagnosis } from '../../src/diagnosis/diagnosis.ts';
import { runPlan } from '../../src/host/elevation.ts';
import { readFacts, type HostFacts } from '../../src/host/facts.ts';
import { Failure } from '../../src/host/failure.ts';
import type { PciAddress } from '../../src/host/pci-address.ts';
import type { Step } from '../../src/host/plan.ts';
import { readSnapshot } from '../../src/host/snapshot-reader.ts';
import type { Snapshot } from '../../src/host/snapshot.ts';
import { SshConnection } from '../../src/host/ssh-connection.ts';
import { verdictOf, type Reason } from '../../src/host/verdict.ts';
import { startLab, type Iommu, type Lab } from './lab.ts';

/** A script hangs where the kernel does; then the test shall fail instead. */
const DEADLINE_MS = 120_000;

/** Words of the scripts. What they print is in sections, so that one journey to the lab can make several failures. */
const WORDS = `
exec 2>&1
export LC_ALL=C D=/sys/bus/pci/devices B=/sys/bus/pci
section() { echo "@@ $1"; }
to() { # ADDRESS DRIVER, or '' for the one that the kernel finds
  echo "$2" >$D/$1/driver_override
  [ ! -e $D/$1/driver ] || echo $1 >$D/$1/driver/unbind
  echo $1 >$B/drivers_probe
}
group() { basename "$(readlink $D/$1/iommu_group)"; }
machine='qemu-system-x86_64 -nodefaults -no-user-config -display none -accel tcg -m 64 -M q35'
qemu() { echo quit | timeout 60 $machine -S -monitor stdio "$@"; } # ends when all devices are there
as_dev() { setpriv --reuid dev --regid dev --init-groups "$@"; }
logged=$(dmesg | wc -l)
log() { dmesg | tail -n "+$((logged + 1))"; } # what the kernel said since the script began
modprobe vfio-pci
`;

/** What each section of a script printed. */
export type Sections = ReadonlyMap<string, string>;

/** Runs a script as root in the lab. */
export async function produce(lab: Lab, script: string): Promise<Sections> {
  const { stdout, stderr } = await lab.run('root', ['sh', '-c', WORDS + script], { timeoutMs: DEADLINE_MS });
  assert.equal(stderr, '');
  return new Map(
    stdout.split(/^@@ /m).map((text) => {
      const end = text.indexOf('\n');
      return [text.slice(0, end), text.slice(end + 1)];
    }),
  );
}

/** The texts mean this and nothing else. */
export function means(
  expected: Diagnosis | readonly Diagnosis[],
  texts: Partial<Record<Source, string | undefined>>,
): void {
  const evidence = Object.entries(texts).map(([source, text]) => ({ source: source as Source, text: text ?? '' }));
  const found = diagnoseTogether(evidence);
  assert.deepEqual(found, 'code' in expected ? [expected] : expected, evidence.map(({ text }) => text).join('\n'));
}

/** Rows of the failure table, by number, that a test has seen diagnosed. */
export class Rows {
  readonly #produced = new Set<number>();

  /** To be called when the assertions of the rows have held. */
  add(...rows: readonly number[]): void {
    for (const row of rows) this.#produced.add(row);
  }

  report(context: TestContext): number {
    const rows = [...this.#produced].sort((a, b) => a - b);
    context.diagnostic(`${String(rows.length)} rows of the failure table were produced: ${rows.join(', ')}`);
    return rows.length;
  }
}

/** A lab as the extension sees it. */
export interface Stage {
  readonly lab: Lab;
  readonly connection: SshConnection;
  readonly facts: HostFacts;
  /** As it was before the first failure. */
  readonly untouched: Snapshot;
  readonly rows: Rows;
  readonly groupOf: (address: PciAddress) => number;
  readonly reasonsFor: (address: PciAddress, snapshot?: Snapshot, facts?: HostFacts) => readonly Reason[];
  /** What the extension says when a step of its own fails. */
  readonly failed: (step: Step) => Promise<string>;
}

/** Starts a lab that ends with the tests of the file. */
export async function openStage(iommu: Iommu): Promise<Stage> {
  const lab = await startLab({ name: `failures-${iommu}-${String(process.pid)}`, iommu, onProgress: console.log });
  const connection = new SshConnection('lab', lab.hosts.root, { configFile: lab.sshConfig });
  after(async () => {
    await connection[Symbol.asyncDispose]();
    await lab.stop();
  });
  const facts = await readFacts(connection);
  const untouched = await readSnapshot(connection);
  return {
    ...{ lab, connection, facts, untouched, rows: new Rows() },
    groupOf: (address) => {
      const group = untouched.functions.get(address)?.group;
      assert.ok(group !== undefined, address);
      return group;
    },
    reasonsFor: (address, snapshot = untouched, who = facts) => verdictOf(snapshot, who, address).reasons,
    failed: async (step) => {
      const said = await runPlan(connection, facts, { steps: [{ do: step }] }).catch((error: unknown) => error);
      if (Failure.is(said, 'plan-failed')) return `${said.facts.step}: ${said.facts.cause}`;
      throw said instanceof Error ? said : new Error(`${step.op} succeeded`);
    },
  };
}

/** The reason of this code, which has to be among them. */
export function reason<C extends Reason['code']>(code: C, reasons: readonly Reason[]): Extract<Reason, { code: C }> {
  const found = reasons.find((each) => each.code === code);
  assert.ok(found, `${code} is not in ${JSON.stringify(reasons)}`);
  return found as Extract<Reason, { code: C }>;
}
