import { isObject } from '../host/plain-object.ts';

/** The adapter's own request, beside those of the Debug Adapter Protocol: a question to gdb/barrelfish_commands.py. */
export const BARRELFISH_REQUEST = 'barrelfish/ask';

export interface Question {
  /** What follows `barrelfish`, taken apart: `walk`, `0x400000`. */
  words: readonly string[];
  /** Whose registers and frame count; gdb's own choice unless set. */
  threadId?: number | undefined;
  /** A machine that runs is stopped for it, and goes on; without, it is left alone, and the answer is `running`. */
  pause?: boolean | undefined;
}

export interface Answer {
  running?: boolean;
  /** JSON that gdb has written; undefined where the command writes none, or has failed. */
  value?: unknown;
  /** What was wrong, in our Python's words. */
  said: readonly string[];
}

/** The dispatcher of a domain, as the kernel's own structures have it. */
export interface Domain {
  core: number;
  name: string;
  /** Addresses as they are written: `0xfffffe0000123000`. */
  dispatcher: string;
  root: string;
  state: 'running' | 'runnable' | 'blocked';
  /** It can't be activated: it handles its own upcall. */
  disabled: boolean;
  domain: number | undefined;
}

/** An entry of a page table on the way to an address. */
export interface Level {
  level: string;
  at: string;
  entry: string;
  flags: readonly string[];
  /** Of the last one, where the address is mapped: where it leads, and how much is mapped in one piece. */
  physical: string | undefined;
  size: string | undefined;
}

/** One of the errors of an errval_t. */
export interface NamedError {
  number: number;
  name: string | undefined;
  text: string | undefined;
}

// What comes from gdb comes from the guest's memory in the end: what is not as it should be is left out.

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

function objects(value: unknown): Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

const STATES: readonly unknown[] = ['running', 'runnable', 'blocked'] satisfies Domain['state'][];

export function readDomains(value: unknown): Domain[] {
  return objects(value).flatMap((each) => {
    const { core, state, domain } = each;
    const [name, dispatcher, root] = [text(each['name']), text(each['dispatcher']), text(each['root'])];
    if (typeof core !== 'number' || name === undefined || dispatcher === undefined || root === undefined) return [];
    if (!STATES.includes(state)) return [];
    return {
      ...{ core, name, dispatcher, root },
      state: state as Domain['state'],
      disabled: each['disabled'] === true,
      domain: typeof domain === 'number' ? domain : undefined,
    };
  });
}

export function readLevels(value: unknown): Level[] {
  return objects(value).flatMap((each) => {
    const [level, at, entry] = [text(each['level']), text(each['at']), text(each['entry'])];
    if (level === undefined || at === undefined || entry === undefined) return [];
    const flags = Array.isArray(each['flags']) ? each['flags'].filter((flag) => typeof flag === 'string') : [];
    return { level, at, entry, flags, physical: text(each['physical']), size: text(each['size']) };
  });
}

export function readErrors(value: unknown): NamedError[] {
  return objects(value).flatMap((each) => {
    const { number } = each;
    return typeof number === 'number' ? { number, name: text(each['name']), text: text(each['text']) } : [];
  });
}

/** The dispatcher whose code the thread executes, or that its kernel works for; undefined for none. */
export function readCurrent(value: unknown): string | undefined {
  return isObject(value) ? text(value['dispatcher']) : undefined;
}

/** One command of gdb's, in a line of its machine interface. */
export function commandOf({ words, threadId }: Question): string {
  const [name = '', ...rest] = words; // gdb knows the name of a command without quotes alone
  // Line ends would begin another command.
  const command = ['barrelfish', name, ...rest.map(quoted)].join(' ').replace(/\p{Cc}/gu, ' ');
  const thread = threadId === undefined ? '' : `--thread ${Math.trunc(threadId).toString()} --frame 0 `;
  return `-interpreter-exec ${thread}console "${command.replace(/["\\]/g, '\\$&')}"`;
}

/** As gdb's buildargv takes words apart (libiberty): quotes group, a backslash keeps the next character. */
function quoted(word: string): string {
  return `"${word.replace(/["\\]/g, '\\$&')}"`;
}

/** What is JSON in what gdb has written, what our Python has said, and the rest, which is somebody else's. */
export function readOutput(output: readonly { text: string; category: string }[]): Answer & { others: typeof output } {
  const said: string[] = [];
  const others: { text: string; category: string }[] = [];
  let value: unknown;
  for (const each of output) {
    const ours = /^Barrelfish: (.*)$/s.exec(each.text.trim())?.[1];
    const found = each.category === 'stdout' ? json(each.text) : undefined;
    if (ours !== undefined) said.push(ours);
    else if (found !== undefined) value = found;
    else others.push(each);
  }
  return { ...(value === undefined ? {} : { value }), said, others };
}

function json(line: string): unknown {
  if (!/^\s*[[{]/.test(line)) return undefined;
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
