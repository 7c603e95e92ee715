import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hakeCommand, makeCommand, pathMapOf, wrapped } from '../../../src/barrelfish/build-command.ts';
import { Failure } from '../../../src/host/failure.ts';
import { runProcess } from '../../../src/host/processes.ts';

const build = { path: '/home/me/build', sourceDirectory: '/home/me/bf', sourceReference: '../bf' };
const here = { wrapper: [], pathMap: {} };
const container = {
  wrapper: ['docker', 'run', '-v', '${source}:/source', '-v', '${build}:/build', 'image'],
  pathMap: { '/source': '${source}', '/build': '${build}' },
};
const docker = ['docker', 'run', '-v', '/home/me/bf:/source', '-v', '/home/me/build:/build', 'image'];

test('make runs in the build directory', () => {
  const { argv, directory } = makeCommand(build, ['x86_64/sbin/init', 'Small'], { place: here, jobs: 3 });
  assert.deepEqual(argv, ['make', '-C', '/home/me/build', '-j3', 'x86_64/sbin/init', 'Small']);
  assert.equal(directory, '/home/me/build');
  assert.match(makeCommand(build, ['x'], { place: here }).argv[3] ?? '', /^-j[1-9]/);
  assert.match(makeCommand(build, ['x'], { place: here, jobs: 0 }).argv[3] ?? '', /^-j[1-9]/);
});

test('a wrapper gets the words of the command, with paths as they are there', () => {
  const { argv, paths } = makeCommand(build, ['Small'], { place: container, jobs: 1 });
  assert.deepEqual(argv, [...docker, 'make', '-C', '/build', '-j1', 'Small']);
  assert.equal(paths.line('/source/x.c:1:2: error'), '/home/me/bf/x.c:1:2: error');
});

test('ssh gets one word, which its shell takes apart into what was meant', async () => {
  const odd = { ...build, path: '/tmp' };
  const wrappers = [
    ['ssh', 'box'],
    ['/usr/bin/ssh', '-p22', '-o', 'BatchMode=yes', '-Tp', '22', 'me@box', '--'],
    ['ssh', '--', 'box'],
    ['ssh', 'box', '-4'],
  ];
  for (const wrapper of wrappers) {
    const argv = wrapped(['printf', '<%s>', 'a  b', '$(x)', "'", ''], odd, { wrapper, pathMap: {} });
    assert.deepEqual(argv.slice(0, -1), wrapper);
    const { stdout } = await runProcess(['sh', '-c', argv.at(-1) ?? ''], { host: 'localhost' });
    assert.equal(stdout.toString(), "<a  b><$(x)><'><>");
  }
  const argv = wrapped(['a b'], odd, { wrapper: ['ssh', 'box', 'printf', '<%s>', 'in ${build}'], pathMap: {} });
  assert.deepEqual(argv.slice(0, -1), ['ssh', 'box']);
  const { stdout } = await runProcess(['sh', '-c', argv.at(-1) ?? ''], { host: 'localhost' });
  assert.equal(stdout.toString(), '<in /tmp><a b>');
  assert.deepEqual(wrapped(['make'], odd, { wrapper: ['./ssh.sh', 'x'], pathMap: {} }), ['./ssh.sh', 'x', 'make']);
});

test('a directory with a dollar sign is put in as it is', () => {
  const odd = { ...build, sourceDirectory: '/home/$&/bf' };
  assert.ok(makeCommand(odd, [], { place: container }).argv.includes('/home/$&/bf:/source'));
});

test('nothing reaches make that it would not take for a target', () => {
  for (const target of ['--eval=$(shell x)', 'CC=evil', '-f/tmp/x', 'a b', '../x'])
    assert.throws(
      () => makeCommand(build, ['ok', target], { place: here }),
      (error) => Failure.is(error, 'bad-target') && error.facts.target === target,
    );
});

test('hake makes a build directory here or there', () => {
  assert.deepEqual(hakeCommand(build, ['x86_64', 'armv8'], here).argv, [
    ...['/home/me/bf/hake/hake.sh', '-s', '../bf', '-a', 'x86_64', '-a', 'armv8'],
  ]);
  assert.deepEqual(hakeCommand(build, ['x86_64'], container).argv, [
    ...docker,
    ...['env', '-C', '/build', '/source/hake/hake.sh', '-s', '/source', '-a', 'x86_64'],
  ]);
});

test('a source that the Makefile calls otherwise is found in what gdb and the compiler say', () => {
  const moved = { ...build, sourceReference: '../source/' };
  assert.deepEqual(pathMapOf(moved, here).pairs, [{ there: '../source', here: '/home/me/bf' }]);
  assert.deepEqual(pathMapOf(build, here).pairs, []);
});
