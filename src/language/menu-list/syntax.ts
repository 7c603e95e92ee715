/*
  menu      = { line } ;
  line      = [ blank ] [ comment | directive ] end-of-line ;
  comment   = "#" { any } ;                                  (* only where a keyword could stand *)
  directive = ( "kernel" | "module" | "modulenounzip" | "bootdriver" | "cpudriver" ) path { argument }
            | "root" ( "(nd)" | directory )
            | "mmap" name base length type
            | "timeout" number | "stack" number
            | "title" { any } ;
  argument  = { character but blank or '"' | '"' { character but '"' } '"' } ;      (* no escapes *)
*/
import { parseMenuList, relativePath, type MenuFile, type MenuList } from '../../barrelfish/menu-list.ts';
import type { SourceText, Span } from '../source-text.ts';

export interface Word extends Span {
  readonly text: string;
}

/** A line that is neither empty nor a comment. */
export interface MenuLine extends Span {
  /** Counted from 0. */
  readonly number: number;
  readonly keyword: Word;
  /** What follows the keyword, split as the guest splits arguments: at white space outside of quotes. */
  readonly words: readonly Word[];
  /** Of a line that names a file. */
  readonly file?: ModuleLine;
}

export interface ModuleLine {
  readonly keyword: MenuFile['keyword'];
  readonly path: Word;
  readonly arguments: readonly Word[];
  /** `e1000n` */
  readonly program: string;
  /** `x86_64`; undefined for a file that lies elsewhere than a program. */
  readonly architecture?: string;
}

export type FileLine = MenuLine & { readonly file: ModuleLine };

export interface MenuTree {
  readonly menu: MenuList;
  readonly lines: readonly MenuLine[];
  readonly byNumber: ReadonlyMap<number, MenuLine>;
  /** The first line `kernel` or `cpudriver`. */
  readonly kernel?: FileLine;
  /** Line numbers of comments. */
  readonly comments: readonly Span[];
}

const FILES: ReadonlySet<string> = new Set(['kernel', 'module', 'modulenounzip', 'bootdriver', 'cpudriver']);
const WORD = /(?:[^ \t\v\f"]|"[^"]*"?)+/g;

export function readMenu(source: SourceText): MenuTree {
  const lines: MenuLine[] = [];
  const comments: Span[] = [];
  for (let number = 0; number < source.lineCount; number++) {
    const whole = source.line(number);
    const text = source.slice(whole);
    const trimmed = text.trim();
    if (trimmed === '') continue;
    const start = whole.start + text.indexOf(trimmed);
    const span = { start, end: start + trimmed.length };
    if (trimmed.startsWith('#')) comments.push(span);
    else lines.push(readLine(trimmed, span, number));
  }
  // An editor's lines are those that end with LF here too; a CR alone ends none for Barrelfish, and is rare.
  const byNumber = new Map(lines.map((line) => [line.number, line]));
  const kernel = lines.find((line): line is FileLine => line.file !== undefined && isKernelLine(line.file));
  return { menu: parseMenuList(source.text), lines, byNumber, comments, ...(kernel ? { kernel } : {}) };
}

function readLine(text: string, span: Span, number: number): MenuLine {
  const [keyword, ...words] = wordsOf(text, span.start);
  const first = keyword ?? { ...span, text };
  const [path, ...args] = words;
  const file = path && isFileKeyword(first.text) ? moduleOf(first.text, path, args) : undefined;
  return { ...span, number, keyword: first, words, ...(file ? { file } : {}) };
}

function isFileKeyword(keyword: string): keyword is MenuFile['keyword'] {
  return FILES.has(keyword);
}

function moduleOf(keyword: MenuFile['keyword'], path: Word, args: readonly Word[]): ModuleLine {
  const program = path.text.slice(path.text.lastIndexOf('/') + 1);
  const architecture = /^\/*([^/]+)\/s?bin\//.exec(path.text)?.[1];
  return { keyword, path, arguments: args, program, ...(architecture === undefined ? {} : { architecture }) };
}

function wordsOf(text: string, from: number): Word[] {
  return [...text.matchAll(WORD)].map(({ 0: word, index }) => ({
    text: word,
    start: from + index,
    end: from + index + word.length,
  }));
}

/** What make calls the file of a line. */
export function targetOf({ path }: ModuleLine): string {
  return relativePath({ path: path.text });
}

export function lineAt({ byNumber }: MenuTree, line: number): MenuLine | undefined {
  return byNumber.get(line);
}

/** Whether a line's arguments are the kernel's command line. */
export function isKernelLine({ keyword }: ModuleLine): boolean {
  return keyword === 'kernel' || keyword === 'cpudriver';
}

/** Whether startd looks at an argument: at the first two, where neither the monitor nor Kaluga starts the module. */
export function isForStartd({ arguments: args }: ModuleLine, word: Word): boolean {
  const mode = args[0]?.text ?? '';
  return !['boot', 'auto', 'nospawn'].includes(mode) && args.slice(0, 2).includes(word);
}

/** Lines that name a file, in their order. */
export function modulesOf({ lines }: MenuTree): FileLine[] {
  return lines.filter((line): line is FileLine => line.file !== undefined);
}
