import { parseMenuList, type MenuFile } from './menu-list.ts';

/**
 * A change to a menu.lst. A `program` is a module's name without directories, as Kaluga looks it up (`e1000n`), or its
 * whole path; `kernel` is the line of that keyword.
 */
export type MenuChange =
  /** `key=value` takes the place of each `key=…`, or is appended; a word without `=` is appended unless it is there. */
  | { kind: 'set-argument'; program: string | { readonly keyword: 'kernel' }; argument: string }
  /** All that the program gets. */
  | { kind: 'set-arguments'; program: string | { readonly keyword: 'kernel' }; arguments: string }
  /** A line `module PATH ARGUMENTS` beside the drivers; when the module is there already, it gets these arguments. */
  | { kind: 'add-module'; path: string; arguments: string }
  /** The module's line becomes a comment. */
  | { kind: 'remove-module'; program: string };

/** A line that is not as it was. */
interface ChangedLine {
  /** In the new text, counted from 1. */
  line: number;
  /** Undefined for an added line. */
  before: string | undefined;
  after: string;
}

interface ChangedMenu {
  text: string;
  /** In the order of the lines; empty when the text is as it was. */
  changed: readonly ChangedLine[];
  /** Changes that could not be made: there is no such line, or a value would not be one word or line of a menu.lst. */
  left: readonly { change: MenuChange; why: 'no-line' | 'not-a-line' }[];
}

interface Line {
  before: string | undefined;
  text: string;
  /** `\n`, `\r\n`, or empty at the end of the text. */
  end: string;
  /** What the line says as long as it names a file. */
  file: MenuFile | undefined;
}

/** Keyword and path; then what is between them and the arguments. White space as menu-list.ts has it. */
const FILE_LINE = /^([ \t\v\f]*[^ \t\v\f]+[ \t\v\f]+[^ \t\v\f]+)([ \t\v\f]*)/;
// The guest splits at white space outside of quotes (lib/spawndomain: spawn_tokenize_cmdargs).
const WORD = /(?:[^ \t\v\f"]|"[^"]*"?)+/g;
/** More than one line, or characters that end one for somebody. */
const LINE_BREAK = /[\r\n\0]/;

/** Makes the changes in their order. All that they are not about stays as it is, byte for byte. */
export function changeMenu(text: string, changes: readonly MenuChange[]): ChangedMenu {
  const lines = linesOf(text);
  const left: ChangedMenu['left'][number][] = [];
  const added: Line[] = [];
  for (const change of changes) {
    if (!isOneLine(change)) left.push({ change, why: 'not-a-line' });
    else if (!apply(change, lines, added)) left.push({ change, why: 'no-line' });
  }
  const all = withAdded(lines, added);
  const changed = all.flatMap(({ before, text: after }, index): ChangedLine[] =>
    before === after ? [] : [{ line: index + 1, before, after }],
  );
  return { text: all.map((line) => line.text + line.end).join(''), changed, left };
}

/** Whether a driver's arguments let Kaluga start it (usr/kaluga/boot_modules.c: is_auto_driver). */
export function isAuto(args: string): boolean {
  return words(args).includes('auto');
}

function linesOf(text: string): Line[] {
  const menu = parseMenuList(text);
  const files = new Map(
    [...(menu.kernel ? [menu.kernel] : []), ...menu.modules].map((file) => [file.line, file] as const),
  );
  const parts = text.split('\n');
  return parts.map((part, index) => {
    const carriage = part.endsWith('\r');
    const own = carriage ? part.slice(0, -1) : part;
    const end = (carriage ? '\r' : '') + (index < parts.length - 1 ? '\n' : '');
    return { before: own, text: own, end, file: files.get(index + 1) };
  });
}

function isOneLine(change: MenuChange): boolean {
  const one = (text: string): boolean => !LINE_BREAK.test(text);
  switch (change.kind) {
    case 'set-argument':
      return one(change.argument) && words(change.argument).length === 1 && change.argument === change.argument.trim();
    case 'set-arguments':
      return one(change.arguments);
    case 'add-module':
      return /^\/[^\s"]+$/.test(change.path) && one(change.arguments);
    case 'remove-module':
      return true;
  }
}

/** False when there is nothing that it could be made to. */
function apply(change: MenuChange, lines: readonly Line[], added: Line[]): boolean {
  const all = (): Line[] => [...lines, ...added];
  switch (change.kind) {
    case 'set-argument':
    case 'set-arguments': {
      const line = all().find(matching(change.program));
      if (!line?.file) return false;
      const next = change.kind === 'set-arguments' ? change.arguments : withArgument(line.file, change.argument);
      setArguments(line, line.file, next);
      return true;
    }
    case 'add-module': {
      const there = all().find(matching(change.path));
      if (there?.file) {
        setArguments(there, there.file, change.arguments);
        return true;
      }
      const file: MenuFile = { keyword: 'module', path: change.path, arguments: change.arguments, line: 0 };
      added.push({ before: undefined, text: `module ${change.path} ${change.arguments}`.trimEnd(), end: '', file });
      return true;
    }
    case 'remove-module': {
      const found = all().filter(matching(change.program));
      for (const line of found) {
        line.text = `#${line.text}`;
        line.file = undefined;
      }
      return found.length > 0;
    }
  }
}

function matching(program: string | { keyword: 'kernel' }): (line: Line) => boolean {
  return ({ file }) => {
    if (!file) return false;
    const isKernel = file.keyword === 'kernel';
    if (typeof program !== 'string') return isKernel;
    if (isKernel) return false;
    return program.includes('/') ? file.path === program : baseName(file) === program;
  };
}

function baseName(file: MenuFile): string {
  return file.path.slice(file.path.lastIndexOf('/') + 1);
}

function words(text: string): string[] {
  return text.match(WORD) ?? [];
}

function withArgument(file: MenuFile, argument: string): string {
  const old = file.arguments;
  const equals = argument.indexOf('=');
  const key = argument.slice(0, equals + 1);
  const isSame = (word: string): boolean => (equals < 0 ? word === argument : word.startsWith(key));
  if (words(old).some(isSame)) return old.replace(WORD, (word) => (isSame(word) ? argument : word));
  return old === '' ? argument : `${old}${/[ \t\v\f]$/.test(old) ? '' : ' '}${argument}`;
}

function setArguments(line: Line, file: MenuFile, args: string): void {
  if (args === file.arguments) return;
  const [whole = '', head = '', gap = ''] = FILE_LINE.exec(line.text) ?? [];
  line.text = args === '' ? head : (gap === '' ? `${whole} ` : whole) + args;
  line.file = { ...file, arguments: args };
}

/** Added modules follow the last driver, where a reader looks for them; without one the last module, or the kernel. */
function withAdded(lines: readonly Line[], added: readonly Line[]): Line[] {
  const kept = added.filter(({ file }) => file !== undefined);
  if (kept.length === 0) return [...lines];
  const isModule = ({ file }: Line): boolean => file !== undefined && file.keyword !== 'kernel';
  const places = [
    lines.findLastIndex((line) => isModule(line) && isAuto(line.file?.arguments ?? '')),
    lines.findLastIndex(isModule),
    lines.findLastIndex(({ file }) => file !== undefined),
    // What comes behind the last line's end is no line.
    lines.findLastIndex((line) => line.end !== '' || line.text !== ''),
  ];
  const place = places.find((index) => index >= 0) ?? -1;
  const at = lines[place];
  const usual = lines.find(({ end }) => end.endsWith('\n'))?.end ?? '\n';
  const end = at?.end.endsWith('\n') === true ? at.end : usual;
  const block = kept.map((line) => ({ ...line, end }));
  // A last line without an end gets one, and the new last line has none.
  const last = at !== undefined && !at.end.endsWith('\n');
  const head = lines.slice(0, place + 1).map((line) => (last && line === at ? { ...line, end } : line));
  return [
    ...head,
    ...block.map((line, index) => (last && index === block.length - 1 ? { ...line, end: at.end } : line)),
    ...lines.slice(place + 1),
  ];
}
