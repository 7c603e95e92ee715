import type { Hover } from 'vscode-languageserver-types';
import type { ParsedFile, Workspace } from '../language.ts';
import { lookUp } from '../look-up.ts';
import { codeBlock, hoverOf, plain } from '../markdown.ts';
import { buildOf, stateOf } from './build-checks.ts';
import { databasesOf, entriesOf } from './driver-checks.ts';
import { argumentsOf, knownArgument, programSays } from './programs.ts';
import { isForStartd, lineAt, type MenuLine, type MenuTree, type ModuleLine, type Word } from './syntax.ts';
import { DIRECTIVES, MEMORY_TYPES, MODES, SPAWNING } from './words.ts';

export function hover(file: ParsedFile<MenuTree>, offset: number, workspace: Workspace): Hover | undefined {
  const { source, tree } = file;
  const line = lineAt(tree, source.positionAt(offset).line);
  if (!line) return undefined;
  const word = [line.keyword, ...line.words].find(({ start, end }) => start <= offset && offset <= end);
  if (!word) return undefined;
  const paragraphs = word === line.keyword ? keywordTexts(line) : wordTexts(file, line, word, workspace);
  return paragraphs.length === 0 ? undefined : hoverOf(source, word, paragraphs);
}

function keywordTexts({ keyword }: MenuLine): string[] {
  const directive = lookUp(DIRECTIVES, keyword.text);
  return directive ? [codeBlock('text', directive.form), directive.says] : [];
}

function wordTexts(file: ParsedFile<MenuTree>, line: MenuLine, word: Word, workspace: Workspace): string[] {
  if (line.file?.path === word) return pathTexts(file, line.file, workspace);
  if (line.file) return argumentTexts(line.file, word);
  if (line.keyword.text !== 'mmap') return [];
  const [, base, length, type] = line.words;
  if (word === type) return [lookUp(MEMORY_TYPES, word.text) ?? ''].filter((text) => text !== '');
  return word === base || word === length ? regionTexts(base?.text, length?.text) : [];
}

function pathTexts(file: ParsedFile<MenuTree>, module: ModuleLine, workspace: Workspace): string[] {
  const texts = [`**${plain(module.program)}**`];
  const says = programSays(module.program);
  if (says !== undefined) texts.push(says);
  const driven = databasesOf(file.tree, workspace)
    .flatMap((uri) => entriesOf(uri, workspace))
    .filter(({ binary }) => binary === module.program)
    .flatMap(({ cards }) => cards);
  if (driven.length > 0) {
    const ids = [...new Set(driven.map(({ vendor, device }) => `\`${id(vendor)}:${id(device)}\``))];
    const more = ids.length > 12 ? `, and ${String(ids.length - 12)} more` : '';
    texts.push(`Driver of ${ids.slice(0, 12).join(', ')}${more}.`);
  }
  const build = buildOf(file, workspace);
  const state = build ? stateOf(module, build) : undefined;
  if (state === 'built') texts.push('Built.');
  if (state === 'not-built') texts.push('Not built yet.');
  if (state === 'no-target') texts.push('The Makefile has no rule for it.');
  return texts;
}

function id(value: number | undefined): string {
  return value === undefined ? '*' : value.toString(16).padStart(4, '0');
}

function argumentTexts(module: ModuleLine, word: Word): string[] {
  const { program, architecture, arguments: args } = module;
  const known = knownArgument(word.text, argumentsOf(program, architecture));
  if (known) {
    const value = known.values && lookUp(known.values, word.text.slice(known.name.length));
    return [known.says, ...(value === undefined ? [] : [`\`${word.text}\`: ${value}`])];
  }
  if (args[0] === word && Object.hasOwn(MODES, word.text)) return [MODES[word.text] ?? ''];
  const spawning = isForStartd(module, word)
    ? Object.keys(SPAWNING).find((name) => word.text.startsWith(name))
    : undefined;
  return spawning === undefined ? [] : [SPAWNING[spawning] ?? ''];
}

function regionTexts(base: string | undefined, length: string | undefined): string[] {
  try {
    const [from, size] = [BigInt(base ?? ''), BigInt(length ?? '')];
    const end = from + size - 1n;
    return [`\`0x${from.toString(16)}\` to \`0x${end.toString(16)}\`, ${sizeText(size)}`];
  } catch {
    return []; // no numbers
  }
}

function sizeText(size: bigint): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];
  let unit = 0;
  let left = size;
  while (left > 0n && left % 1024n === 0n && unit < units.length - 1) {
    left /= 1024n;
    unit++;
  }
  return `${left.toString()} ${units[unit] ?? ''}`;
}
