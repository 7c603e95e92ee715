import assert from 'node:assert/strict';
import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { CTypes, rpcFunction, rxHandler, txWrapper, wiresOf } from '../../../../src/language/flounder/c-types.ts';
import { flounder } from '../../../../src/language/flounder/flounder.ts';
import { generatedNames } from '../../../../src/language/flounder/generated-names.ts';
import { resolveInC } from '../../../../src/language/flounder/in-c.ts';
import { scopeOf } from '../../../../src/language/flounder/scope.ts';
import { SourceTree } from './source-tree.ts';

const source = process.env['BARRELFISH_SRC'];
const headers = join(process.env['BARRELFISH_BUILD'] ?? '', 'x86_64/include/if');
const hasHeaders = process.env['BARRELFISH_BUILD'] !== undefined && existsSync(headers);

/** Which of the tree's files Flounder's parser rejects, and which of the others its generator does. */
const UNPARSED = [
  'if/bfs.if',
  'xmpl-call-response/xmplcr.if',
  'xmpl-thc-binding/xmplthc.if',
  'xmpl-thc-lang/xmplthc.if',
];
const REJECTED_LATER = ['if/lpc_kbd.if', 'xmpl-msg/xmplmsg.if', 'xmpl-rpc/xmplrpc.if'];

function realTree(root: string): { tree: SourceTree; paths: readonly string[] } {
  const paths = globSync('{if,usr/examples}/**/*.if', { cwd: root }).sort();
  const texts = Object.fromEntries(paths.map((path) => [path, readFileSync(join(root, path), 'utf8')]));
  return { tree: new SourceTree(texts, { architectures: ['x86_64'] }), paths };
}

test('a real tree’s interfaces are accepted and rejected as by its compiler', { skip: source === undefined }, () => {
  const { tree, paths } = realTree(source ?? '');
  assert.equal(paths.length, 111);
  const endsWith = (path: string, list: readonly string[]): boolean => list.some((each) => path.endsWith(each));
  for (const path of paths) {
    const file = tree.interface(path);
    const unparsed = file.tree.problems.filter(({ severity }) => severity === 'error');
    assert.equal(unparsed.length > 0, endsWith(path, UNPARSED), `${path}: ${JSON.stringify(unparsed)}`);
    const errors = flounder.diagnose(file, tree).filter(({ severity }) => severity === 'error');
    assert.equal(
      errors.length > 0,
      endsWith(path, [...UNPARSED, ...REJECTED_LATER]),
      `${path}: ${JSON.stringify(errors)}`,
    );
  }
});

test('C names and signatures are those of the generated headers', { skip: source === undefined || !hasHeaders }, () => {
  const { tree, paths } = realTree(source ?? '');
  const plain = (text: string): string => text.replaceAll(/\s+/g, ' ').replaceAll('( ', '(');
  const all = readdirSync(headers);
  let names = 0;
  for (const path of paths) {
    const file = tree.interface(path);
    const name = file.tree.head?.name?.text ?? '';
    if (!path.startsWith('if/') || basename(path, '.if') !== name || !all.includes(`${name}_defs.h`)) continue;
    const own = generatedNames(file.tree);
    const text = readFileSync(join(headers, `${name}_defs.h`), 'utf8');
    const words = new Set(text.match(/\w+/g));
    for (const each of own) if (each.header === 'defs') assert.ok(words.has(each.name), each.name);
    // Names of arguments may begin as the interface does; they are no names of their own.
    const args = new Set(
      file.tree.messages.flatMap(({ arguments: list }) => list.flatMap((each) => [each.name?.text, each.length?.text])),
    );
    const messages = new Set(
      file.tree.messages.flatMap((message) => [message.name?.text, ...wiresOf(message).map((wire) => wire.name)]),
    );
    for (const header of [
      `${name}_defs.h`,
      ...all.filter(
        (each) =>
          each === `${name}_thc.h` ||
          new RegExp(`^${name}_(?:lmp|ump|multihop|local|loopback|ahci)_defs\\.h$`).test(each),
      ),
    ]) {
      const code = readFileSync(join(headers, header), 'utf8').replaceAll(
        /\/\*[^]*?\*\/|^#(?:include|ifndef|ifdef|endif|define __).*$/gm,
        '',
      );
      for (const word of new Set(code.match(/\b\w+\b/g))) {
        if (!word.replace(/^_|^ahci_/, '').startsWith(`${name}_`) || args.has(word) || messages.has(word)) continue;
        names++;
        assert.ok(resolveInC(word, [], tree), `${word} of ${header}`);
      }
    }
    const types = new CTypes(name, file, scopeOf(file, tree));
    const flat = plain(text);
    for (const message of file.tree.messages) {
      const expected = wiresOf(message).flatMap((wire) => [txWrapper(types, wire), rxHandler(types, wire)]);
      if (message.form === 'rpc') expected.push(rpcFunction(types, message, 'tx'), rpcFunction(types, message, 'rx'));
      for (const each of expected) assert.ok(flat.includes(plain(each).replace(/;$/, '')), each);
    }
  }
  assert.ok(names > 10_000);
});
