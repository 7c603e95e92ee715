/** A line of a menu.lst that names a file. */
export interface MenuFile {
  keyword: 'kernel' | 'module' | 'modulenounzip' | 'bootdriver' | 'cpudriver';
  /** As written, with its leading slash. */
  path: string;
  /** What the program gets, byte for byte; empty when there is nothing. */
  arguments: string;
  /** Counted from 1. */
  line: number;
}

/** `mmap map BASE LENGTH TYPE`: physical memory of a machine that can't tell it itself. */
interface MemoryRegion {
  name: string;
  base: bigint;
  length: bigint;
  type: number;
  line: number;
}

type MenuProblem = { line: number } & (
  | { code: 'unknown-keyword'; keyword: string }
  /** Something is missing behind the keyword. */
  | { code: 'incomplete'; keyword: string }
  | { code: 'not-a-number'; keyword: string; text: string }
  /** Only the first of its kind counts. */
  | { code: 'repeated'; keyword: string; firstLine: number }
  /** Barrelfish's own tools want a slash at the head of every path. */
  | { code: 'no-slash'; path: string }
  /** tools/qemu-wrapper.sh doesn't see keywords that are not in the first column. */
  | { code: 'indented'; keyword: string }
  /** lib/multiboot/grubmenu.c has room for 255 characters. */
  | { code: 'too-long'; length: number }
  /** A boot loader's disk: there is none here, paths are taken from the build directory. */
  | { code: 'root-is-a-device'; root: string }
  /** Behind arguments a `#` is no comment, but part of them. */
  | { code: 'comment-in-arguments'; text: string }
  | { code: 'no-kernel' }
);

export interface MenuList {
  timeout?: number;
  title?: string;
  /** `(nd)`, or a directory in front of every path. */
  root?: string;
  /** `kernel`, or armv8's `cpudriver`. */
  kernel?: MenuFile;
  /** armv8's `bootdriver`. */
  bootDriver?: MenuFile;
  /** In their order; an empty list is possible. */
  modules: readonly MenuFile[];
  mmaps: readonly MemoryRegion[];
  stack?: number;
  problems: readonly MenuProblem[];
}

const FILE_KEYWORDS: ReadonlySet<string> = new Set(['kernel', 'module', 'modulenounzip', 'bootdriver', 'cpudriver']);
/** MAXBUF of lib/multiboot/grubmenu.c. */
const LONGEST_TOKEN = 255;
// What isspace() of the C locale takes for white space, without the line's end.
const LINE = /^([ \t\v\f]*)([^ \t\v\f]+)(?:[ \t\v\f]+([^]*))?$/;
const COMMENT_INSIDE = /(?:^|[ \t\v\f])#/;

interface Draft {
  menu: { -readonly [K in keyof MenuList]: MenuList[K] };
  modules: MenuFile[];
  mmaps: MemoryRegion[];
  problems: MenuProblem[];
  /** First line of each keyword that counts once. */
  first: Map<string, number>;
}

/**
 * Reads a menu.lst. Whatever can't be read becomes a problem; nothing is thrown.
 *
 * Five programs of Barrelfish read the format, each a little differently. Where they differ, this takes what
 * tools/qemu-wrapper.sh and lib/multiboot/grubmenu.c both give the guest, and notes the difference as a problem.
 */
export function parseMenuList(text: string): MenuList {
  const modules: MenuFile[] = [];
  const mmaps: MemoryRegion[] = [];
  const problems: MenuProblem[] = [];
  const draft: Draft = { menu: { modules, mmaps, problems }, modules, mmaps, problems, first: new Map() };
  for (const [index, raw] of text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .entries()) {
    const match = LINE.exec(raw.endsWith('\r') ? raw.slice(0, -1) : raw);
    const [, indent = '', keyword = '', rest = ''] = match ?? [];
    if (!match || keyword.startsWith('#')) continue;
    readLine(draft, index + 1, keyword, rest);
    if (indent !== '' && problems.at(-1)?.line !== index + 1) {
      problems.push({ line: index + 1, code: 'indented', keyword });
    }
  }
  if (!draft.menu.kernel) problems.push({ line: 1, code: 'no-kernel' });
  return draft.menu;
}

/** `x86_64/sbin/elver`: the path as it is below the root. */
export function relativePath(file: Pick<MenuFile, 'path'>): string {
  return file.path.replace(/^\/+/, '');
}

/** All files that a menu.lst names, in the order of its lines. */
export function filesOf(menu: MenuList): MenuFile[] {
  const heads = [menu.kernel, menu.bootDriver].filter((file) => file !== undefined);
  return [...heads, ...menu.modules].sort((a, b) => a.line - b.line);
}

function isFileKeyword(keyword: string): keyword is MenuFile['keyword'] {
  return FILE_KEYWORDS.has(keyword);
}

function readLine(draft: Draft, line: number, keyword: string, rest: string): void {
  const { menu, problems } = draft;
  if (isFileKeyword(keyword)) {
    readFile(draft, line, keyword, rest);
    return;
  }
  const words = rest.split(/[ \t\v\f]+/).filter((word) => word !== '');
  switch (keyword) {
    case 'timeout':
    case 'stack': {
      const value = number(draft, line, keyword, words[0]);
      if (value !== undefined && isFirst(draft, line, keyword)) menu[keyword] = Number(value);
      return;
    }
    case 'title':
      if (isFirst(draft, line, keyword)) menu.title = rest.trim();
      return;
    case 'root': {
      const [root] = words;
      if (root === undefined) problems.push({ line, code: 'incomplete', keyword });
      else if (isFirst(draft, line, keyword)) menu.root = root;
      if (root?.startsWith('(') && root !== '(nd)') problems.push({ line, code: 'root-is-a-device', root });
      return;
    }
    case 'mmap':
      readMemoryRegion(draft, line, words);
      return;
    default:
      problems.push({ line, code: 'unknown-keyword', keyword });
  }
}

function readFile(draft: Draft, line: number, keyword: MenuFile['keyword'], rest: string): void {
  const { menu, modules, problems } = draft;
  // The white space between path and arguments goes, as in grubmenu.c; all behind it stays as it is.
  const [, , path = '', args = ''] = LINE.exec(rest) ?? [];
  if (path === '') {
    problems.push({ line, code: 'incomplete', keyword });
    return;
  }
  const file: MenuFile = { keyword, path, arguments: args, line };
  if (!path.startsWith('/')) problems.push({ line, code: 'no-slash', path });
  const longest = Math.max(Buffer.byteLength(path), Buffer.byteLength(args));
  if (longest > LONGEST_TOKEN) problems.push({ line, code: 'too-long', length: longest });
  const comment = COMMENT_INSIDE.exec(args);
  if (comment) problems.push({ line, code: 'comment-in-arguments', text: args.slice(comment.index).trimStart() });
  if (keyword === 'module' || keyword === 'modulenounzip') modules.push(file);
  else if (keyword === 'bootdriver') {
    if (isFirst(draft, line, keyword)) menu.bootDriver = file;
  } else if (isFirst(draft, line, 'kernel')) menu.kernel = file;
}

function readMemoryRegion(draft: Draft, line: number, words: readonly string[]): void {
  const [name, ...numbers] = words;
  if (name === undefined || numbers.length < 3) {
    draft.problems.push({ line, code: 'incomplete', keyword: 'mmap' });
    return;
  }
  const [base, length, type] = numbers.slice(0, 3).map((text) => number(draft, line, 'mmap', text));
  if (base === undefined || length === undefined || type === undefined) return;
  draft.mmaps.push({ name, base, length, type: Number(type), line });
}

/** Decimal, octal with a leading zero, or hexadecimal: what strtoull() with base 0 takes. */
function number(draft: Draft, line: number, keyword: string, text: string | undefined): bigint | undefined {
  if (text === undefined) {
    draft.problems.push({ line, code: 'incomplete', keyword });
    return undefined;
  }
  if (/^0[0-7]+$/.test(text)) return BigInt(`0o${text.slice(1)}`);
  if (/^(?:0x[0-9a-f]+|0|[1-9]\d*)$/i.test(text)) return BigInt(text);
  draft.problems.push({ line, code: 'not-a-number', keyword, text });
  return undefined;
}

function isFirst(draft: Draft, line: number, keyword: string): boolean {
  const firstLine = draft.first.get(keyword);
  if (firstLine === undefined) draft.first.set(keyword, line);
  else draft.problems.push({ line, code: 'repeated', keyword, firstLine });
  return firstLine === undefined;
}
