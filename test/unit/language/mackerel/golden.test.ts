import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import test from 'node:test';
import { layoutOf, defaultOf } from '../../../../src/language/mackerel/layout.ts';
import { bitsOf } from '../../../../src/language/mackerel/field-layout.ts';
import { mackerel } from '../../../../src/language/mackerel/mackerel.ts';
import { occurrencesIn } from '../../../../src/language/mackerel/occurrences.ts';
import { placeOf } from '../../../../src/language/mackerel/words.ts';
import { fixture, golden, Tree, type File } from './files.ts';

const NAMES = ['uart16550.dev', 'nvme.dev', 'pcicap.dev', 'faulty.dev', 'damaged.dev'];
const tree = new Tree(Object.fromEntries(NAMES.map((name) => [name, fixture(name)])));

function compare(name: string, text: string): void {
  const url = golden(name);
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(url, text);
  assert.equal(text, readFileSync(url, 'utf8'), `${name}: UPDATE_GOLDEN=1 writes it anew`);
}

for (const name of NAMES) {
  const file = tree.file(name);
  const stem = name.replace('.dev', '');
  test(`${name}: syntax tree`, () => {
    compare(`${stem}.tree.txt`, treeText(file));
  });
  test(`${name}: findings`, () => {
    const findings = [...mackerel.diagnose(file, tree)].sort((a, b) => a.start - b.start);
    const lines = findings.map(({ start, end, severity, code, message, related }) => {
      const { line, character } = file.source.positionAt(start);
      const others =
        related?.map((each) => ` (${each.message}, line ${String(each.location.range.start.line + 1)})`) ?? [];
      const text = JSON.stringify(file.source.slice({ start, end }).slice(0, 40));
      return `${String(line + 1)}:${String(character + 1)} ${severity} ${code} ${text}: ${message}${others.join('')}`;
    });
    compare(`${stem}.findings.txt`, `${lines.join('\n')}\n`);
  });
  test(`${name}: layout`, () => {
    compare(`${stem}.layout.txt`, layoutText(file));
  });
}

for (const name of ['uart16550.dev', 'nvme.dev']) {
  test(`${name}: hovers`, () => {
    const file = tree.file(name);
    const texts = occurrencesIn(file.tree).map(({ start, text }) => {
      const contents = mackerel.hover?.(file, start, tree)?.contents as { value: string } | undefined;
      return `=== ${text}, line ${String(file.source.positionAt(start).line + 1)}\n${contents?.value ?? '–'}\n`;
    });
    compare(`${name.replace('.dev', '')}.hovers.txt`, texts.join('\n'));
  });
}

/** Nodes as an indented list: what they are, where, and their plain members. */
function treeText({ tree: { imports, device }, source }: File): string {
  const lines: string[] = [];
  const visit = (value: unknown, name: string, depth: number): void => {
    if (Array.isArray(value)) {
      for (const each of value) visit(each, name, depth);
      return;
    }
    if (typeof value !== 'object' || value === null) {
      lines.push(`${'  '.repeat(depth)}${name} ${String(value)}`);
      return;
    }
    const { start, end, ...members } = value as { start?: number; end?: number };
    const where =
      start === undefined || end === undefined
        ? ''
        : ` ${String(start)}–${String(end)} ${JSON.stringify(source.slice({ start, end }).slice(0, 30))}`;
    lines.push(`${'  '.repeat(depth)}${name}${where}`);
    for (const [key, member] of Object.entries(members)) if (member !== undefined) visit(member, key, depth + 1);
  };
  visit(imports, 'import', 0);
  if (device) visit(device, 'device', 0);
  return `${lines.join('\n')}\n`;
}

function layoutText({ tree: parsed }: File): string {
  const layout = layoutOf(parsed);
  if (!layout) return 'no device\n';
  const lines = [`device ${layout.name}`];
  for (const type of layout.types) {
    if (type.kind === 'builtin') continue;
    const head = `${type.kind} ${type.name}: ${String(type.bits)} bits`;
    if (type.kind === 'constants') {
      lines.push('', head, ...type.values.map(({ name, value }) => `  ${name} = ${String(value)}`));
      continue;
    }
    lines.push('', `${head}, default 0x${defaultOf(type).toString(16)}, words of ${String(type.word)}`);
    lines.push(...type.fields.map((field) => `  ${bitsOf(field)} ${field.name} ${field.access}`));
  }
  for (const register of layout.registers) {
    const { name, access, bits, readable, writable, shadowed, fields } = register;
    const can = [readable && 'read', writable && 'write', shadowed && 'shadow'].filter((each) => each !== false);
    lines.push('', `register ${name} ${access} at ${placeOf(register)}: ${String(bits)} bits, ${can.join(' ')}`);
    lines.push(...fields.map((field) => `  ${bitsOf(field)} ${field.name} ${field.access}`));
  }
  return `${lines.join('\n')}\n`;
}
