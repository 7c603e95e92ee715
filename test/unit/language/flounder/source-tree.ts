import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Location } from 'vscode-languageserver-types';
import { flounder } from '../../../../src/language/flounder/flounder.ts';
import type { FlounderFile } from '../../../../src/language/flounder/scope.ts';
import { hakefile } from '../../../../src/language/hakefile/hakefile.ts';
import type { HakefileFile } from '../../../../src/language/hakefile/names.ts';
import type { FileSummary, Language, LanguageId, ParsedFile, Workspace } from '../../../../src/language/language.ts';
import { SourceText } from '../../../../src/language/source-text.ts';

export const FIXTURES = join(import.meta.dirname, '../../../fixtures/languages');
export const ROOT = 'file:///tree/';

/** The sample tree's included files and interfaces, by their paths. */
export function samples(): Record<string, string> {
  const directory = join(FIXTURES, 'flounder');
  const paths = readdirSync(join(directory, 'if'), { recursive: true, encoding: 'utf8' }).filter((path) =>
    path.endsWith('.if'),
  );
  return Object.fromEntries(
    paths.sort().map((path) => [`if/${path}`, readFileSync(join(directory, 'if', path), 'utf8')]),
  );
}

/** A source tree of interfaces and Hakefiles that is not on a disk. */
export class SourceTree implements Workspace {
  readonly #texts: ReadonlyMap<string, string>;
  readonly #parsed = new Map<string, ParsedFile<unknown>>();
  readonly #summaries = new Map<string, FileSummary>();
  readonly #declaring = new Map<LanguageId, Map<string, string[]>>();
  readonly #inC: Readonly<Record<string, readonly Location[]>>;
  readonly #architectures: readonly string[] | undefined;

  constructor(
    texts: Readonly<Record<string, string>>,
    { inC = {}, architectures }: { inC?: Record<string, readonly Location[]>; architectures?: readonly string[] } = {},
  ) {
    this.#texts = new Map(Object.entries(texts).map(([path, text]) => [ROOT + path, text]));
    this.#inC = inC;
    this.#architectures = architectures;
  }

  interface(path: string): FlounderFile {
    const file = this.parsed(flounder, ROOT + path);
    if (!file) throw new Error(`no ${path}`);
    return file;
  }

  hakefile(path: string): HakefileFile {
    const file = this.parsed(hakefile, ROOT + path);
    if (!file) throw new Error(`no ${path}`);
    return file;
  }

  files(language: LanguageId): readonly string[] {
    const isOurs = (uri: string): boolean =>
      language === flounder.id ? uri.endsWith('.if') : uri.endsWith('Hakefile');
    return [...this.#texts.keys()].filter((uri) => isOurs(uri));
  }

  parsed<Tree>(language: Language<Tree>, uri: string): ParsedFile<Tree> | undefined {
    const text = this.#texts.get(uri);
    if (text === undefined) return undefined;
    const known = this.#parsed.get(uri);
    if (known) return known as ParsedFile<Tree>;
    const source = new SourceText(text);
    const made = { uri, source, tree: language.parse(source, uri) };
    this.#parsed.set(uri, made);
    return made;
  }

  summary(uri: string): FileSummary | undefined {
    const known = this.#summaries.get(uri);
    if (known) return known;
    if (!this.#texts.has(uri)) return undefined;
    const path = uri.slice(ROOT.length);
    let made: FileSummary | undefined;
    if (uri.endsWith('Hakefile')) made = hakefile.summarize(this.hakefile(path));
    else if (uri.endsWith('.if')) made = flounder.summarize(this.interface(path));
    if (made) this.#summaries.set(uri, made);
    return made;
  }

  declaring(language: LanguageId, name: string): readonly string[] {
    let index = this.#declaring.get(language);
    if (!index) {
      index = new Map<string, string[]>();
      for (const uri of this.files(language)) {
        for (const each of new Set(this.summary(uri)?.declared.map((declared) => declared.name))) {
          index.set(each, [...(index.get(each) ?? []), uri]);
        }
      }
      this.#declaring.set(language, index);
    }
    return index.get(name) ?? [];
  }

  using(name: string): readonly string[] {
    const all = [...this.files(flounder.id), ...this.files(hakefile.id)];
    return all.filter((uri) => this.summary(uri)?.used.includes(name));
  }

  inC(word: string): readonly Location[] {
    return this.#inC[word] ?? [];
  }

  sourceRoot(): string {
    return ROOT;
  }

  build(): ReturnType<Workspace['build']> {
    if (!this.#architectures) return undefined;
    return {
      directory: '',
      architectures: this.#architectures,
      exists: () => false,
      makes: () => undefined,
      targets: () => [],
    };
  }

  exists(uri: string): boolean {
    return this.#texts.has(uri);
  }

  list(uri: string): readonly string[] {
    const names = [...this.#texts.keys()].filter((each) => each.startsWith(uri)).map((each) => each.slice(uri.length));
    return [...new Set(names.map((name) => (name.includes('/') ? name.slice(0, name.indexOf('/') + 1) : name)))].sort();
  }
}

/** The place of `▮` in a text, and the text without it. */
export function marked(text: string): { text: string; offset: number } {
  return { text: text.replace('▮', ''), offset: text.indexOf('▮') };
}

/** Codes of what is wrong with an interface `t`, among the sample tree's included files. */
export function codesOf(text: string, path = 'if/t.if', architectures?: readonly string[]): string[] {
  const tree = new SourceTree({ ...samples(), [path]: text }, architectures ? { architectures } : {});
  return flounder.diagnose(tree.interface(path), tree).map(({ code }) => code);
}

export function plainText(contents: unknown): string {
  return (contents as { value: string }).value;
}

/** Places as `path:line:column`, counted from 1. */
export function places(
  locations: readonly { uri: string; range: { start: { line: number; character: number } } }[],
): string[] {
  return locations.map(
    ({ uri, range: { start } }) => `${uri.slice(ROOT.length)}:${String(start.line + 1)}:${String(start.character + 1)}`,
  );
}
