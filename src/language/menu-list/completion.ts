import { CompletionItemKind, InsertTextFormat, type CompletionItem, type Range } from 'vscode-languageserver-types';
import type { ParsedFile, Workspace } from '../language.ts';
import { lookUp } from '../look-up.ts';
import { buildOf } from './build-checks.ts';
import { databasesOf } from './driver-checks.ts';
import { argumentsOf, isCpuDriver, programSays, type KnownArgument } from './programs.ts';
import { lineAt, modulesOf, type MenuLine, type MenuTree, type ModuleLine } from './syntax.ts';
import { DIRECTIVES, MEMORY_TYPES, MODES, SPAWNING } from './words.ts';

interface Place {
  readonly line: MenuLine;
  /** Which word behind the keyword is being written, counted from 0. */
  readonly index: number;
  /** What has been written of it. */
  readonly prefix: string;
  readonly range: Range;
}

export function complete(file: ParsedFile<MenuTree>, offset: number, workspace: Workspace): readonly CompletionItem[] {
  const { source, tree } = file;
  const position = source.positionAt(offset);
  const before = source.slice({ start: source.line(position.line).start, end: offset });
  if (/^\s*#/.test(before)) return [];
  const line = lineAt(tree, position.line);
  if (!line || offset <= line.keyword.end)
    return keywords(source.range({ start: offset - before.trimStart().length, end: line?.keyword.end ?? offset }));
  const written = line.words.find(({ start, end }) => start <= offset && offset <= end);
  const place: Place = {
    line,
    index: line.words.filter(({ end }) => end < offset).length,
    prefix: written ? source.slice({ start: written.start, end: offset }) : '',
    range: source.range(written ?? { start: offset, end: offset }),
  };
  if (!line.file && !isFileKeyword(line)) return others(place);
  return place.index === 0 ? paths(file, place, workspace) : args(file, place, workspace);
}

/** A line that says no more than that it will name a file. */
function isFileKeyword({ keyword }: MenuLine): boolean {
  return lookUp(DIRECTIVES, keyword.text)?.form.includes(' /PATH') === true;
}

function keywords(range: Range): CompletionItem[] {
  return Object.entries(DIRECTIVES).map(([label, { form, snippet, says }]) => ({
    label,
    kind: CompletionItemKind.Keyword,
    detail: form,
    documentation: says,
    insertTextFormat: InsertTextFormat.Snippet,
    textEdit: { range, newText: snippet },
  }));
}

function others({ line, index, range }: Place): CompletionItem[] {
  const values: Readonly<Record<string, string>> =
    line.keyword.text === 'root' && index === 0
      ? { '(nd)': 'Where the boot loader got the menu from.' }
      : line.keyword.text === 'mmap' && index === 0
        ? { map: 'A region of physical memory.' }
        : line.keyword.text === 'mmap' && index === 3
          ? MEMORY_TYPES
          : {};
  return Object.entries(values).map(([label, documentation]) => ({
    label,
    kind: CompletionItemKind.Value,
    documentation,
    textEdit: { range, newText: label },
  }));
}

/** What the Makefile can make, else what the Hakefiles of the tree declare. */
function paths(file: ParsedFile<MenuTree>, { line, range }: Place, workspace: Workspace): CompletionItem[] {
  const build = buildOf(file, workspace);
  // An image of a board is made from a menu, and is in none.
  const targets = (build?.targets('') ?? []).filter((target) => !/_image\.\w+$/.test(target));
  const own = new Set(
    modulesOf(file.tree)
      .filter((each) => each !== line)
      .map((each) => each.file.path.text),
  );
  const all = targets.length > 0 ? targets.map((target) => `/${target}`) : declared(file, workspace);
  return all.map((path) => {
    const program = path.slice(path.lastIndexOf('/') + 1);
    const says = programSays(program);
    return {
      label: path,
      kind: CompletionItemKind.File,
      // What is in the menu already comes last.
      sortText: `${own.has(path) ? '1' : '0'}${path}`,
      filterText: path,
      ...(build && !build.exists(path.slice(1)) ? { detail: 'not built yet' } : {}),
      ...(says === undefined ? {} : { documentation: says }),
      textEdit: { range, newText: path },
    };
  });
}

function declared({ tree }: ParsedFile<MenuTree>, workspace: Workspace): string[] {
  const architecture =
    modulesOf(tree).find(({ file }) => file.architecture !== undefined)?.file.architecture ?? 'x86_64';
  const names = workspace
    .files('barrelfish-hakefile')
    .flatMap((uri) => workspace.summary(uri)?.declared ?? [])
    .map(({ name }) => name)
    .filter((name) => /^[\w.+-]+$/.test(name));
  return [...new Set(names)].sort().map((name) => `/${architecture}/sbin/${name}`);
}

function args(file: ParsedFile<MenuTree>, place: Place, workspace: Workspace): CompletionItem[] {
  const module = place.line.file;
  if (!module) return [];
  const known = argumentsOf(module.program, module.architecture);
  const equals = place.prefix.indexOf('=');
  if (equals >= 0) {
    const name = place.prefix.slice(0, equals + 1);
    const argument = known.find((each) => each.name === name);
    const values = name === 'add_device_db=' ? databases(file, workspace) : argument?.values;
    return Object.entries(values ?? {}).map(([value, documentation]) =>
      item(place, `${name}${value}`, CompletionItemKind.Value, documentation),
    );
  }
  const own = known.map(({ name, says }) => item(place, name, kindOf(name), says));
  return place.index === 1 && isStarted(module) ? [...modes(place, module), ...own] : own;
}

/** The kernel and what the kernel starts have arguments of their own only. */
function isStarted({ keyword, program }: ModuleLine): boolean {
  return keyword.startsWith('module') && !isCpuDriver(program) && !['init', 'mem_serv', 'monitor'].includes(program);
}

function modes(place: Place, _module: ModuleLine): CompletionItem[] {
  return Object.entries({ ...MODES, ...SPAWNING }).map(([name, says], index) => ({
    ...item(place, name, kindOf(name), says),
    sortText: `0${String(index)}`,
  }));
}

function kindOf(name: KnownArgument['name']): CompletionItemKind {
  return name.endsWith('=') ? CompletionItemKind.Property : CompletionItemKind.EnumMember;
}

function item({ range }: Place, label: string, kind: CompletionItemKind, documentation: string): CompletionItem {
  return { label, kind, documentation, filterText: label, textEdit: { range, newText: label } };
}

/** Files that Kaluga can be told to load, by their names. */
function databases(file: ParsedFile<MenuTree>, workspace: Workspace): Readonly<Record<string, string>> {
  const [main] = databasesOf(file.tree, workspace);
  if (main === undefined) return {};
  const directory = main.slice(0, main.lastIndexOf('/') + 1);
  const files = [directory, `${directory}platforms/`].flatMap((each) => workspace.list(each));
  const names = files.filter((name) => /^(?:plat_|device_db_).*\.pl$/.test(name)).map((name) => name.slice(0, -3));
  return Object.fromEntries(names.map((name) => [name, `${name}.pl`]));
}
