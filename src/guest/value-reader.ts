import { isObject } from '../host/plain-object.ts';

/** What should stand there: a code that the user interface has words for. */
export type Expected =
  | 'list'
  | 'object'
  | 'text'
  | 'boolean'
  | 'number'
  | 'one-of'
  | 'known-property'
  | 'name'
  | 'unique-name'
  | 'device'
  | 'log-level'
  | 'log-mask'
  | 'one-word'
  | 'kernel-number'
  | 'kernel-truth'
  | 'not-with-board'
  | 'argument'
  | 'module-path'
  | 'one-line'
  | 'variable-name'
  | 'property-name'
  | 'slot'
  | 'free-slot'
  | 'mac'
  | 'port'
  | 'ipv4'
  | 'image'
  | 'absolute-image'
  | 'writable-or-snapshot'
  | 'device-kind'
  | 'serial-number';

/** A value of a setting that is not what it should be. */
export interface ValueProblem {
  /** `devices[1]`, `emulated[0].forward[0].host`; empty for the whole. */
  property: string;
  expected: Expected;
  /** What stands there, as JSON and cut short; missing when nothing does. */
  got?: string;
  /** What it may be, where that is a short list: values, or the least and the greatest. */
  allowed?: readonly string[];
}

const LONGEST_SHOWN = 60;

/** Reads an object that may have been written by hand, and notes each value that is not what it should be. */
export class ValueReader {
  readonly #value: Readonly<Record<string, unknown>>;
  readonly #path: string;
  readonly #problems: ValueProblem[];

  /** `known`: names of its properties; others are noted. What is no object reads as an empty one. */
  constructor(value: unknown, known: readonly string[], path: string, problems: ValueProblem[]) {
    this.#path = path;
    this.#problems = problems;
    this.#value = isObject(value) ? value : {};
    if (!isObject(value)) problems.push(problemAt(path, 'object', value));
    for (const key of Object.keys(this.#value))
      if (!known.includes(key)) this.note(key, 'known-property', undefined, known);
  }

  at(key: string): string {
    return this.#path === '' ? key : `${this.#path}.${key}`;
  }

  has(key: string): boolean {
    return this.#value[key] !== undefined;
  }

  raw(key: string): unknown {
    return this.#value[key];
  }

  note(key: string, expected: Expected, got?: unknown, allowed?: readonly string[]): void {
    this.#problems.push({ ...problemAt(this.at(key), expected, got), ...(allowed ? { allowed } : {}) });
  }

  /** What `read` makes of the value; what it makes nothing of is noted. Undefined too where nothing stands. */
  value<T>(key: string, expected: Expected, read: (value: unknown) => T | undefined): T | undefined {
    const value = this.#value[key];
    if (value === undefined) return undefined;
    const result = read(value);
    if (result === undefined) this.note(key, expected, value);
    return result;
  }

  text(key: string, expected: Expected = 'text', pattern = /^[^\0\r\n]+$/): string | undefined {
    return this.value(key, expected, (value) => (typeof value === 'string' && pattern.test(value) ? value : undefined));
  }

  number(key: string, least: number, greatest: number): number | undefined {
    const value = this.#value[key];
    if (value === undefined) return undefined;
    if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= greatest) return value;
    this.note(key, 'number', value, [String(least), String(greatest)]);
    return undefined;
  }

  oneOf<T extends string>(key: string, values: readonly T[]): T | undefined {
    const value = this.#value[key];
    if (value === undefined) return undefined;
    const found = values.find((each) => each === value);
    if (found === undefined) this.note(key, 'one-of', value, values);
    return found;
  }

  /** The items that `read` makes something of; each of the others is noted, or has been by `read` (`null`). */
  list<T>(key: string, expected: Expected, read: (item: unknown, path: string) => T | undefined | null): T[] {
    const value = this.#value[key];
    if (value === undefined) return [];
    if (!Array.isArray(value)) {
      this.note(key, 'list', value);
      return [];
    }
    return value.flatMap((item: unknown, index): T[] => {
      const place = `${key}[${index.toString()}]`;
      const result = read(item, this.at(place));
      if (result === undefined) this.note(place, expected, item ?? null);
      return result === undefined || result === null ? [] : [result];
    });
  }

  /** Text for each name; a value that is none, or whose name is not of that pattern, is noted. */
  texts(key: string, name: { pattern: RegExp; expected: Expected }): Record<string, string> {
    const value = this.#value[key];
    if (value === undefined) return {};
    if (!isObject(value)) {
      this.note(key, 'object', value);
      return {};
    }
    return Object.fromEntries(
      Object.entries(value).flatMap(([each, is]): [string, string][] => {
        const place = `${key}.${each}`;
        if (!name.pattern.test(each)) this.note(place, name.expected, each);
        else if (typeof is === 'number' || typeof is === 'boolean') return [[each, plain(is)]];
        else if (typeof is !== 'string' || /[\0\r\n]/.test(is)) this.note(place, 'text', is);
        else return [[each, is]];
        return [];
      }),
    );
  }
}

/** As QEMU and shells have it. */
function plain(value: number | boolean): string {
  return value === true ? 'on' : value === false ? 'off' : String(value);
}

function problemAt(property: string, expected: Expected, value: unknown): ValueProblem {
  if (value === undefined) return { property, expected };
  const shown = JSON.stringify(value);
  return { property, expected, got: shown.length > LONGEST_SHOWN ? `${shown.slice(0, LONGEST_SHOWN)}…` : shown };
}
