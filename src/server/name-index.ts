import type { FileSummary, LanguageId } from '../language/language.ts';

interface Entry {
  readonly language: LanguageId;
  readonly summary: FileSummary;
}

/** Which files declare and use a name. A file that changes costs its own names, and no others. */
export class NameIndex {
  readonly #files = new Map<string, Entry>();
  readonly #sorted = new Map<LanguageId, readonly string[]>();
  readonly #declaring = new Map<LanguageId, Map<string, Set<string>>>();
  readonly #using = new Map<string, Set<string>>();

  put(uri: string, language: LanguageId, summary: FileSummary): void {
    const before = this.#files.get(uri);
    if (before?.summary === summary) return;
    if (before) this.#forgetNames(uri, before);
    if (before?.language !== language) {
      this.#sorted.delete(language);
      if (before) this.#sorted.delete(before.language);
    }
    this.#files.set(uri, { language, summary });
    let names = this.#declaring.get(language);
    if (!names) this.#declaring.set(language, (names = new Map<string, Set<string>>()));
    for (const { name } of summary.declared) add(names, name, uri);
    for (const name of summary.used) add(this.#using, name, uri);
  }

  drop(uri: string): void {
    const before = this.#files.get(uri);
    if (!before) return;
    this.#forgetNames(uri, before);
    this.#files.delete(uri);
    this.#sorted.delete(before.language);
  }

  #forgetNames(uri: string, { language, summary }: Entry): void {
    const names = this.#declaring.get(language);
    if (names) for (const { name } of summary.declared) remove(names, name, uri);
    for (const name of summary.used) remove(this.#using, name, uri);
  }

  summary(uri: string): FileSummary | undefined {
    return this.#files.get(uri)?.summary;
  }

  /** In the order of their URIs. */
  files(language: LanguageId): readonly string[] {
    let known = this.#sorted.get(language);
    if (!known) {
      known = [...this.#files]
        .filter(([, entry]) => entry.language === language)
        .map(([uri]) => uri)
        .sort();
      this.#sorted.set(language, known);
    }
    return known;
  }

  declaring(language: LanguageId, name: string): readonly string[] {
    return sorted(this.#declaring.get(language)?.get(name));
  }

  using(name: string): readonly string[] {
    return sorted(this.#using.get(name));
  }

  all(): IterableIterator<[string, Entry]> {
    return this.#files.entries();
  }
}

function sorted(uris: ReadonlySet<string> | undefined): readonly string[] {
  return uris ? [...uris].sort() : [];
}

function add(names: Map<string, Set<string>>, name: string, uri: string): void {
  const known = names.get(name);
  if (known) known.add(uri);
  else names.set(name, new Set([uri]));
}

function remove(names: Map<string, Set<string>>, name: string, uri: string): void {
  const known = names.get(name);
  if (known?.delete(uri) === true && known.size === 0) names.delete(name);
}
