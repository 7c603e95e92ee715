import type { CodeAction, DocumentLink, Location } from 'vscode-languageserver-types';
import { changeMenu, type MenuChange } from '../../barrelfish/menu-variant.ts';
import type { Finding, ParsedFile, Workspace } from '../language.ts';
import type { SourceText, Span } from '../source-text.ts';
import { buildOf, stateOf } from './build-checks.ts';
import { databasesOf, entriesOf } from './driver-checks.ts';
import { lineAt, modulesOf, targetOf, type MenuTree, type ModuleLine } from './syntax.ts';

function moduleAt({ source, tree }: ParsedFile<MenuTree>, offset: number): ModuleLine | undefined {
  const file = lineAt(tree, source.positionAt(offset).line)?.file;
  return file && file.path.start <= offset && offset <= file.path.end ? file : undefined;
}

/** The Hakefiles that make a program, and the entries of the device database that name it. */
export function definitions(file: ParsedFile<MenuTree>, offset: number, workspace: Workspace): Location[] {
  const module = moduleAt(file, offset);
  if (!module) return databaseAt(file, offset, workspace);
  const { program } = module;
  const entries = databasesOf(file.tree, workspace).flatMap((uri) =>
    entriesOf(uri, workspace)
      .filter(({ binary }) => binary === program)
      .map(({ binaryAt: { line, column, length } }): Location => {
        const start = { line: line - 1, character: column - 1 };
        return { uri, range: { start, end: { line: start.line, character: start.character + length } } };
      }),
  );
  return [...madeBy(module, workspace), ...entries];
}

/** Where Hakefiles declare a program. */
function madeBy({ program }: ModuleLine, workspace: Workspace): Location[] {
  return workspace.declaring('barrelfish-hakefile', program).flatMap((uri): Location[] => {
    const declared = workspace.summary(uri)?.declared.filter(({ name }) => name === program) ?? [];
    return declared.slice(0, 1).map(({ range }) => ({ uri, range }));
  });
}

/** `add_device_db=NAME` */
function databaseAt(file: ParsedFile<MenuTree>, offset: number, workspace: Workspace): Location[] {
  const line = lineAt(file.tree, file.source.positionAt(offset).line);
  const word = line?.file?.arguments.find(({ start, end }) => start <= offset && offset <= end);
  const name = word && /^add_device_db=(.+)$/.exec(word.text)?.[1];
  if (name === undefined) return [];
  const start = { line: 0, character: 0 };
  return databasesOf(file.tree, workspace)
    .filter((uri) => uri.endsWith(`/${name}.pl`))
    .map((uri) => ({ uri, range: { start, end: start } }));
}

/** The other places where a program is a module. */
export function references(
  file: ParsedFile<MenuTree>,
  offset: number,
  menus: (uri: string) => ParsedFile<MenuTree> | undefined,
  workspace: Workspace,
): Location[] {
  const program = moduleAt(file, offset)?.program;
  if (program === undefined || program === '') return [];
  const uris = new Set([file.uri, ...workspace.using(program)]);
  return [...uris].flatMap((uri) => {
    const other = uri === file.uri ? file : menus(uri);
    return other
      ? modulesOf(other.tree)
          .filter((line) => line.file.program === program)
          .map((line) => ({ uri, range: other.source.range(line.file.path) }))
      : [];
  });
}

/** To the Hakefiles that make the programs: what has been built no editor can show. */
export function links(file: ParsedFile<MenuTree>, workspace: Workspace): DocumentLink[] {
  return modulesOf(file.tree).flatMap(({ file: module }): DocumentLink[] => {
    const [made] = madeBy(module, workspace);
    if (!made) return [];
    const { line, character } = made.range.start;
    const target = `${made.uri}#${String(line + 1)},${String(character + 1)}`;
    return [{ range: file.source.range(module.path), target, tooltip: `The Hakefile of ${module.program}` }];
  });
}

/** The file as `buildMissing` knows it: whatever its place, what is to be built is built in the directory of its build. */
export function actions(file: ParsedFile<MenuTree>, findings: readonly Finding[], workspace: Workspace): CodeAction[] {
  const { source, tree, uri } = file;
  const build = buildOf(file, workspace);
  const found: CodeAction[] = [];
  for (const finding of findings) {
    const module = lineAt(tree, source.positionAt(finding.start).line)?.file;
    const edit = (title: string, span: Span, newText: string): void => {
      const changes = { [uri]: [{ range: source.range(span), newText }] };
      found.push({ title, kind: 'quickfix', isPreferred: true, edit: { changes } });
    };
    if (finding.code === 'not-built' && module && build) {
      const targets = [targetOf(module)];
      const title = `Build ${targets.join(' ')}`;
      const argument = { menu: `${build.directory}/menu.lst`, targets };
      found.push({
        title,
        kind: 'quickfix',
        isPreferred: true,
        command: { title, command: 'barrelfish.buildMissing', arguments: [argument] },
      });
    } else if (finding.code === 'driver-without-auto' && module) {
      found.push(...changeActions(file, `Give ${module.program} the argument auto`, autoChange(module)));
    } else if (finding.code === 'indented') {
      edit(
        'Move the line to the first column',
        { start: source.line(source.positionAt(finding.start).line).start, end: finding.start },
        '',
      );
    } else if (finding.code === 'tab-before-arguments') edit('Replace by a blank', finding, ' ');
    else if (finding.code === 'no-line-end')
      edit('Add a newline', { start: source.text.length, end: source.text.length }, '\n');
    else if (finding.code === 'no-slash') edit('Begin with a slash', { start: finding.start, end: finding.start }, '/');
    else if (finding.code === 'comment-in-arguments')
      edit(
        'Remove',
        {
          start: module?.arguments.find(({ start }) => start < finding.start)
            ? lastBefore(module, finding.start)
            : (module?.path.end ?? finding.start),
          end: finding.end,
        },
        '',
      );
  }
  const missing = missingTargets(file, workspace);
  if (missing.length > 1 && build && findings.some(({ code }) => code === 'not-built')) {
    const title = `Build all ${String(missing.length)} that are missing`;
    const argument = { menu: `${build.directory}/menu.lst`, targets: missing };
    found.push({
      title,
      kind: 'quickfix',
      command: { title, command: 'barrelfish.buildMissing', arguments: [argument] },
    });
  }
  return found;
}

function lastBefore({ arguments: args }: ModuleLine, offset: number): number {
  return args.filter(({ end }) => end <= offset).at(-1)?.end ?? offset;
}

function missingTargets(file: ParsedFile<MenuTree>, workspace: Workspace): string[] {
  const build = buildOf(file, workspace);
  if (!build) return [];
  const modules = modulesOf(file.tree).map((line) => line.file);
  return [...new Set(modules.filter((module) => stateOf(module, build) === 'not-built').map(targetOf))];
}

/** A mode that isn't auto gives way to it; all else stays. */
function autoChange({ path, arguments: args }: ModuleLine): MenuChange {
  const [first] = args;
  const others = first && ['nospawn', 'boot'].includes(first.text) ? args.slice(1) : args;
  return {
    kind: 'set-arguments',
    program: path.text,
    arguments: ['auto', ...others.map(({ text }) => text)].join(' '),
  };
}

function changeActions({ uri, source }: ParsedFile<MenuTree>, title: string, change: MenuChange): CodeAction[] {
  const { changed } = changeMenu(source.text, [change]);
  const edits = changed.map(({ line, after }) => ({ range: source.range(lineSpan(source, line - 1)), newText: after }));
  return edits.length === 0
    ? []
    : [{ title, kind: 'quickfix', isPreferred: true, edit: { changes: { [uri]: edits } } }];
}

function lineSpan(source: SourceText, line: number): Span {
  return source.line(line);
}
