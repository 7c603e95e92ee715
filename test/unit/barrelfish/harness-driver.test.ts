import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cp, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import {
  madeTests,
  parseHarnessEvent,
  runHarnessTest,
  type TestMachine,
  type TestPartner,
  type TestVerdict,
} from '../../../src/barrelfish/harness-driver.ts';
import { harnessCommand } from '../../../src/barrelfish/harness-python.ts';
import type { RunningProgram } from '../../../src/host/connection.ts';
import { Failure, type HarnessProblemCode } from '../../../src/host/failure.ts';
import { openProcess } from '../../../src/host/processes.ts';

const SAMPLE = path.join(import.meta.dirname, '../../guest/source');
const STARTED = 'Barrelfish CPU driver starting on x86_64 apic_id 0\r\n';
const FISH = 'fish v0.2 (sample)\r\n';

const works = (program: string, text: string): boolean => spawnSync(program, ['-c', text]).status === 0;
/** The tests of both Pythons, where they are. */
const pythons = ['python3', 'python2.7'].filter((python) => works(python, 'import json'));
const translates = works('python3', 'import lib2to3.refactor') || works('python3', 'import fissix.refactor');
const needsPython = { skip: pythons.length === 0 ? 'there is no Python' : false };

const usual = process.env['TMPDIR'];
let temporary: string;
let tree: string;

before(async () => {
  temporary = await mkdtemp(path.join(tmpdir(), 'harness-test-'));
  process.env['TMPDIR'] = temporary;
  tree = path.join(temporary, 'source');
  await cp(path.join(SAMPLE, 'tools'), path.join(tree, 'tools'), { recursive: true });
});
after(async () => {
  if (usual === undefined) delete process.env['TMPDIR'];
  else process.env['TMPDIR'] = usual;
  await rm(temporary, { recursive: true });
});

const addTest = (file: string, text: string): Promise<void> =>
  writeFile(path.join(tree, 'tools/harness/tests', file), text);

/** A machine that says this, and what it is then sent `answers`. */
class FakeMachine implements TestMachine {
  readonly sent: string[] = [];
  readonly #said: readonly string[];
  readonly #answers: Readonly<Record<string, string>>;
  readonly #listeners = new Set<(chunk: Buffer) => void>();
  readonly #end = Promise.withResolvers<undefined>();
  readonly ended = this.#end.promise;
  stopped = 0;

  constructor(said: readonly string[], options: { answers?: Record<string, string>; ends?: boolean } = {}) {
    this.#said = said;
    this.#answers = options.answers ?? {};
    if (options.ends === true) this.#end.resolve(undefined);
  }

  listen(listener: (chunk: Buffer) => void): Disposable {
    for (const text of this.#said) listener(Buffer.from(text));
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  hold(): Disposable {
    return { [Symbol.dispose]: () => undefined };
  }

  write(bytes: Buffer): Promise<void> {
    const text = bytes.toString();
    this.sent.push(text);
    const answer = this.#answers[text];
    if (answer !== undefined) for (const listener of this.#listeners) listener(Buffer.from(answer));
    return Promise.resolve();
  }

  stop(): Promise<void> {
    this.stopped += 1;
    return Promise.resolve();
  }
}

interface Played {
  verdict?: TestVerdict;
  failure?: unknown;
  built: readonly string[];
  menu: string;
}

function open(file: string, name?: string, python = pythons[0] ?? ''): Promise<RunningProgram> {
  const build = {
    path: path.join(temporary, 'build'),
    sourceDirectory: tree,
    sourceReference: tree,
    architectures: [],
  };
  const what = name === undefined ? { file } : { file, test: name, cores: 2 };
  return openProcess(harnessCommand(python, tree, { build }, what), { host: 'here' });
}

async function play(
  file: string,
  name: string,
  machines: readonly FakeMachine[],
  { python, partner = {} }: { python?: string; partner?: Partial<TestPartner> } = {},
): Promise<Played> {
  const left = [...machines];
  const played: Played = { built: [], menu: '' };
  await using driver = await open(file, name, python);
  try {
    played.verdict = await runHarnessTest(driver, name, {
      build: (targets) => {
        played.built = targets;
        return Promise.resolve();
      },
      boot: (menu) => {
        played.menu = menu;
        const machine = left.shift();
        return machine ? Promise.resolve(machine) : Promise.reject(new Error('no machine left'));
      },
      ...partner,
    });
  } catch (error) {
    played.failure = error;
  }
  return played;
}

function assertProblem(failure: unknown, code: HarnessProblemCode, detail: RegExp): void {
  assert.ok(Failure.is(failure, 'harness-failed'), String(failure));
  assert.equal(failure.facts.code, code);
  assert.match(failure.facts.detail, detail);
}

for (const python of pythons) {
  test(`${python}: the test says what it needs, and that it has passed`, async () => {
    const machine = new FakeMachine([STARTED, FISH.slice(0, 6), FISH.slice(6)]);
    const { verdict, built, menu } = await play('starting.py', 'starts_shell', [machine], { python });
    assert.equal(verdict?.passed, true);
    assert.equal(verdict.timedOut, false);
    assert.ok(built.includes('x86_64/sbin/elver') && built.includes('x86_64/sbin/fish'), built.join(' '));
    assert.match(menu, /^kernel \/x86_64\/sbin\/elver loglevel=3\nmodule \/x86_64\/sbin\/cpu /m);
    assert.ok(machine.stopped > 0);
  });

  test(`${python}: a test that has failed says why`, async () => {
    const machine = new FakeMachine([STARTED, FISH]);
    const { verdict } = await play('starting.py', 'starts_missing_driver', [machine], { python });
    assert.equal(verdict?.passed, false);
    assert.equal(verdict.reason, 'kaluga has not started e9999');
  });

  test(`${python}: what was measured comes as a table`, async () => {
    const machine = new FakeMachine([STARTED, 'module 0 12 bytes [x]\r\nmodule 1 3 bytes [y]\r\n', FISH]);
    const { verdict } = await play('starting.py', 'counts_modules', [machine], { python });
    assert.deepEqual(verdict?.data, [{ name: 'modules', text: 'module\t0\t12\tbytes\nmodule\t1\t3\tbytes\n' }]);
  });

  test(`${python}: a test types, and hears the answer`, async () => {
    const machine = new FakeMachine([STARTED, FISH], { answers: { 'echo two, again\n': 'two, again\r\n' } });
    const { verdict } = await play('talking.py', 'echoes_two', [machine], { python });
    assert.equal(verdict?.passed, true);
    assert.deepEqual(machine.sent, ['echo two, again\n']);
  });

  test(`${python}: tests that a file makes as it runs are listed with the line that registers them`, async () => {
    await using driver = await open('talking.py', undefined, python);
    assert.deepEqual(await madeTests(driver, 'talking.py'), [
      { name: 'echoes_one', doc: 'types one, which comes back', line: 30 },
      { name: 'echoes_two', doc: 'types two, which comes back', line: 30 },
    ]);
  });
}

test('a machine that is gone ends the test, which still judges', needsPython, async () => {
  const machine = new FakeMachine([STARTED], { ends: true });
  const { verdict } = await play('starting.py', 'starts_shell', [machine]);
  assert.equal(verdict?.passed, false);
});

test('a limit that is passed is told as such, and the machine is stopped', needsPython, async () => {
  await addTest(
    'short.py',
    'import tests\nfrom common import Common\n@tests.add_test\nclass Short(Common):\n    name = "short"\n' +
      '    def run(self, build, machine, testdir):\n        machine.get_test_timeout = lambda: 0.05\n' +
      '        return Common.run(self, build, machine, testdir)\n',
  );
  const machine = new FakeMachine([STARTED]);
  const { verdict } = await play('short.py', 'short', [machine]);
  assert.equal(verdict?.timedOut, true);
  assert.equal(verdict.reason, 'nothing more was said');
  assert.ok(machine.stopped > 0);
});

test('a second boot hears nothing of the first machine', needsPython, async () => {
  await addTest(
    'twice.py',
    'import tests\nfrom common import Common\nfrom results import Result\n@tests.add_test\nclass Twice(Common):\n' +
      '    name = "twice"\n    def lines(self):\n        self.read_line()\n        self.options.machines[0].reboot()\n' +
      '        yield self.read_line()\n    def process_data(self, testdir, rawiter):\n' +
      '        return Result(False, "".join(rawiter).strip())\n',
  );
  const first = new FakeMachine(['of the first\r\n', 'rest '.repeat(100_000)]);
  const second = new FakeMachine(['of the second\r\n']);
  const { verdict } = await play('twice.py', 'twice', [first, second]);
  assert.equal(verdict?.reason, 'of the second');
  assert.ok(first.stopped > 0 && second.stopped > 0);
});

test('bytes that are no text get through, and a reason may have any', needsPython, async () => {
  await addTest(
    'bytes.py',
    'import tests\nfrom common import Common\nfrom results import Result\n@tests.add_test\nclass Bytes(Common):\n' +
      '    name = "bytes"\n    def process_data(self, testdir, rawiter):\n        return Result(False, list(rawiter)[0])\n',
  );
  const { verdict } = await play('bytes.py', 'bytes', [
    new FakeMachine(['\u001b[1m\rx\u0000é {"event":"off"}\n', FISH]),
  ]);
  assert.equal(verdict?.reason, Buffer.from('\u001b[1m\rx\u0000é {"event":"off"}').toString('latin1'));
});

test('what building or booting throws is what comes out', needsPython, async () => {
  const refused = new Failure('bad-target', { target: 'x' });
  const refusing = { build: () => Promise.reject(refused) };
  assert.equal((await play('starting.py', 'starts_shell', [], { partner: refusing })).failure, refused);
  const { failure } = await play('starting.py', 'starts_shell', []);
  assert.match(String(failure), /no machine left/);
});

test('what is wrong with the test is told where it is', needsPython, async () => {
  await addTest(
    'raises.py',
    'import tests\nfrom common import Common\n@tests.add_test\nclass Raises(Common):\n' +
      '    name = "raises"\n    def get_modules(self, build, machine):\n        return 1 / 0\n',
  );
  const { failure } = await play('raises.py', 'raises', []);
  assertProblem(failure, 'failed', /^ZeroDivisionError/);
  assert.ok(Failure.is(failure, 'harness-failed'));
  assert.deepEqual([failure.facts.file?.endsWith('tests/raises.py'), failure.facts.line], [true, 7]);

  await addTest('damaged.py', 'import tests\nclass (:\n');
  assertProblem((await play('damaged.py', 'x', [])).failure, translates ? 'failed' : 'no-translator', /./);
});

test('a damaged file is no matter of the others', needsPython, async () => {
  await addTest('damaged.py', 'class (:\n');
  const { verdict } = await play('starting.py', 'starts_shell', [new FakeMachine([FISH])]);
  assert.equal(verdict?.passed, true);
});

test('what is missing is named', needsPython, async () => {
  await addTest('needs.py', 'import no_such_module\n');
  assertProblem((await play('needs.py', 'x', [])).failure, 'no-module', /^no_such_module$/);
  assertProblem((await play('starting.py', 'not_there', [])).failure, 'no-test', /^not_there$/);
});

test(
  'a Python 2 tree runs with Python 3',
  { skip: translates ? false : 'nothing here translates Python 2' },
  async () => {
    await addTest(
      'old.py',
      'import tests\nfrom common import Common\nfrom results import Result\n\n@tests.add_test\nclass Old(Common):\n' +
        '    """older than most"""\n    name = "old"\n\n    def process_data(self, testdir, rawiter):\n' +
        '\tif {1: 2}.has_key(1):\n            print "two", `1`\n        try:\n            raise ValueError, "new"\n' +
        '        except ValueError, e:\n            return Result(False, "old and %s" % e)\n',
    );
    const { verdict } = await play('old.py', 'old', [new FakeMachine([FISH])], { python: 'python3' });
    assert.equal(verdict?.reason, 'old and new');
  },
);

test('nothing is left behind, in the tree or beside it', needsPython, async () => {
  const beside = async (): Promise<string[]> =>
    (await readdir(temporary)).filter((file) => file.startsWith('barrelfish-harness-'));
  const left = await readdir(path.join(tree, 'tools/harness'), { recursive: true });
  assert.deepEqual(
    left.filter((file) => file.endsWith('.pyc')),
    [],
  );
  // A test that is called off is ended by a signal.
  const driver = await open('starting.py', 'starts_shell');
  const waiting = driver.lines[Symbol.asyncIterator]();
  const next = await waiting.next();
  assert.equal(parseHarnessEvent(String(next.value))?.event, 'build');
  await driver[Symbol.asyncDispose]();
  assert.equal((await driver.ended).exitCode, 143);
  assert.deepEqual(await beside(), []);
});
