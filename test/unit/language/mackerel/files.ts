import { readFileSync } from 'node:fs';
import type { Location } from 'vscode-languageserver-types';
import type { Language, ParsedFile, Workspace } from '../../../../src/language/language.ts';
import { mackerel } from '../../../../src/language/mackerel/mackerel.ts';
import type { MackerelTree } from '../../../../src/language/mackerel/syntax.ts';
import { SourceText } from '../../../../src/language/source-text.ts';

const FIXTURES = new URL('../../../fixtures/languages/mackerel/', import.meta.url);

export type File = ParsedFile<MackerelTree>;

export function fixture(name: string): string {
  return readFileSync(new URL(name, FIXTURES), 'utf8');
}

export function golden(name: string): URL {
  return new URL(`golden/${name}`, FIXTURES);
}

export function uriOf(name: string): string {
  return `file:///tree/devices/${name}`;
}

export function parsed(text: string, name = 'thing.dev'): File {
  const source = new SourceText(text);
  return { uri: uriOf(name), source, tree: mackerel.parse(source, uriOf(name)) };
}

/** A source tree that is not on a disk: device files, and where words stand in C. */
export class Tree implements Workspace {
  readonly #files = new Map<string, File>();
  readonly #inC: Readonly<Record<string, readonly Location[]>>;

  constructor(files: Readonly<Record<string, string>>, inC: Readonly<Record<string, readonly Location[]>> = {}) {
    for (const [name, text] of Object.entries(files)) this.#files.set(uriOf(name), parsed(text, name));
    this.#inC = inC;
  }

  file(name: string): File {
    const found = this.#files.get(uriOf(name));
    if (!found) throw new Error(`no ${name}`);
    return found;
  }

  files = (): readonly string[] => [...this.#files.keys()];
  parsed = <T>(_language: Language<T>, uri: string): ParsedFile<T> | undefined =>
    this.#files.get(uri) as ParsedFile<T> | undefined;
  summary = (uri: string): ReturnType<Workspace['summary']> => {
    const file = this.#files.get(uri);
    return file && mackerel.summarize(file);
  };
  declaring = (_language: string, name: string): readonly string[] =>
    this.files().filter((uri) => this.summary(uri)?.declared.some((each) => each.name === name));
  using = (name: string): readonly string[] => this.files().filter((uri) => this.summary(uri)?.used.includes(name));
  inC = (word: string): readonly Location[] => this.#inC[word] ?? [];
  knowsC = (): boolean => true;
  sourceRoot = (): string => 'file:///tree/';
  build = (): undefined => undefined;
  exists = (uri: string): boolean => this.#files.has(uri);
  list = (): readonly string[] => [];
}

/** The place of `▮` in a text, and the text without it. */
export function marked(text: string): { text: string; offset: number } {
  const offset = text.indexOf('▮');
  return { text: text.replace('▮', ''), offset };
}
