import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { Failure } from '../host/failure.ts';
import { pythonStatements, type SourceProblem, type Statement } from './harness-source.ts';

/** A test of the tree's harness, as `scalebench.py -L` lists it. */
interface HarnessTest {
  /** What `scalebench.py -t` takes. */
  name: string;
  /** First line of its docstring; empty when it has none. */
  summary: string;
  /** Lines, counted from 1, of its class; for one that is made while the file runs, of what registers it. */
  line: number;
  lastLine: number;
}

/** A file of tools/harness/tests. */
export interface HarnessFile {
  tests: readonly HarnessTest[];
  /** It registers tests that can't be known without running it: the lines that do. */
  made: readonly number[];
  problems: readonly (SourceProblem | { line: number; code: 'same-name' })[];
}

/** Where they are, below a source tree. */
export const TESTS_DIRECTORY = path.join('tools', 'harness', 'tests');
/** No test file of the tree has a tenth of it. */
const LARGEST_FILE = 4 * 1024 * 1024;

const REGISTERS = /^@\s*(?:tests\s*\.\s*)?add_test\b/;
const CALLS = /(?:^|[^\w@.])(?:tests\s*\.\s*)?add_test\s*\(/;
const CLASS = /^class\s+(\w+)\s*(?:\(([^()]*)\))?\s*:/;
const DEFINITION = /^(?:async\s+)?def\b/;
const NAME = /^name\s*=\s*([^]*)$/;
const LITERAL = /^[uUrRbB]{0,2}("""|'''|["'])([^]*)\1$/;

interface ClassDraft {
  name: string;
  bases: readonly string[];
  indent: number;
  line: number;
  lastLine: number;
  registered: boolean;
  /** In a function: what it will be is known when that runs. */
  inFunction: boolean;
  bodyIndent?: number;
  summary: string;
  /** What `name` is set to; undefined within when that isn't a plain string. */
  test?: { name: string | undefined };
}

/** What a Python string says, when it is a single plain one. */
function literal(text: string): string | undefined {
  const [, quote = '', body = ''] = LITERAL.exec(text.trim()) ?? [];
  if (quote === '' || (quote.length === 1 && body.includes(quote)) || body.includes('\\')) return undefined;
  return body.includes(quote) ? undefined : body;
}

function firstLine(text: string): string {
  return text.trim().split('\n', 1)[0]?.trim() ?? '';
}

/** Reads which tests a file registers, without running it. Damage is noted, and the rest still read. */
export function parseHarnessTests(text: string): HarnessFile {
  const { statements, problems } = pythonStatements(text);
  const classes: ClassDraft[] = [];
  const made: number[] = [];
  // What the statement at hand is inside of, the innermost last.
  let around: ({ kind: 'function'; indent: number } | { kind: 'class'; indent: number; draft: ClassDraft })[] = [];
  let registers = false;
  for (const statement of statements) {
    const { indent, line, text: code } = statement;
    if (around.length > 0) around = around.filter((each) => each.indent < indent);
    for (const each of around) if (each.kind === 'class') each.draft.lastLine = lastLineOf(statement);
    if (code.startsWith('@')) {
      registers ||= REGISTERS.test(code);
      continue;
    }
    const header = CLASS.exec(code);
    const innermost = around.at(-1);
    if (header) {
      const draft: ClassDraft = {
        name: header[1] ?? '',
        bases: (header[2] ?? '').split(',').flatMap((base) => base.trim() || []),
        indent,
        line,
        lastLine: line,
        registered: registers,
        inFunction: around.some(({ kind }) => kind === 'function'),
        summary: '',
      };
      classes.push(draft);
      around.push({ kind: 'class', indent, draft });
    } else if (DEFINITION.test(code)) around.push({ kind: 'function', indent });
    else if (innermost?.kind === 'class') readBody(innermost.draft, statement);
    if (CALLS.test(code) && !DEFINITION.test(code)) made.push(line);
    registers = false;
  }
  return { ...registeredOf(classes, made), made, problems: [...problems, ...twins(classes)] };
}

function lastLineOf({ line, text }: Statement): number {
  return line + (text.match(/\n/g)?.length ?? 0);
}

/** A statement directly in the body of a class. */
function readBody(draft: ClassDraft, { indent, text }: Statement): void {
  const isFirst = draft.bodyIndent === undefined;
  draft.bodyIndent ??= indent;
  if (indent !== draft.bodyIndent) return;
  if (isFirst) draft.summary = firstLine(literal(text) ?? '');
  const value = NAME.exec(text)?.[1];
  if (value === undefined) return;
  if (value.trim() === 'None') delete draft.test;
  else draft.test = { name: literal(value) };
}

/** Names may come from a class above. Undefined when that is in another file, or the name is made up as it runs. */
function testName(draft: ClassDraft, classes: ReadonlyMap<string, ClassDraft>): string | undefined {
  const seen = new Set<ClassDraft>();
  for (let each: ClassDraft | undefined = draft; each && !seen.has(each);) {
    if (each.test) return each.test.name;
    seen.add(each);
    each = each.bases.map((base) => classes.get(base)).find((base) => base !== undefined);
  }
  return undefined;
}

function registeredOf(drafts: readonly ClassDraft[], made: number[]): { tests: HarnessTest[] } {
  const classes = new Map<string, ClassDraft>();
  const tests: HarnessTest[] = [];
  const names = new Set<string>();
  for (const draft of drafts) {
    const name = draft.inFunction ? undefined : testName(draft, classes);
    classes.set(draft.name, draft); // a later one of the same name takes its place, as it does in Python
    if (!draft.registered) continue;
    const { line, lastLine, summary } = draft;
    if (name === undefined) made.push(line);
    else if (!names.has(name)) tests.push({ name, summary, line, lastLine });
    if (name !== undefined) names.add(name);
  }
  return { tests };
}

/** Registered tests whose name another one has: the harness would run both, and nobody could tell them apart. */
function twins(drafts: readonly ClassDraft[]): HarnessFile['problems'] {
  const names = new Set<string>();
  return drafts.flatMap(({ registered, test, line }) => {
    if (!registered || test?.name === undefined) return [];
    if (names.has(test.name)) return [{ line, code: 'same-name' as const }];
    names.add(test.name);
    return [];
  });
}

/** Names of the files in which a source tree has its tests, sorted; empty when it has none. */
export async function listHarnessFiles(tree: string): Promise<string[]> {
  const all = await readdir(path.join(tree, TESTS_DIRECTORY)).catch(() => []);
  return all.filter((file) => file.endsWith('.py') && file !== '__init__.py').sort();
}

/** Throws `bad-file` for a file that is far too large, and what the disk says. */
export async function readHarnessFile(tree: string, file: string): Promise<HarnessFile> {
  const whole = path.join(tree, TESTS_DIRECTORY, file);
  const bytes = await readFile(whole);
  if (bytes.length > LARGEST_FILE) throw new Failure('bad-file', { path: whole, line: 1, problem: 'too-large' });
  return parseHarnessTests(bytes.toString('utf8'));
}
