import type { TextDocumentContentChangeEvent } from 'vscode-languageserver';
import type { Language, ParsedFile } from '../language/language.ts';
import { SourceText } from '../language/source-text.ts';
import { refusal } from './disk-files.ts';

interface Replacement {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** A document as the editor has it. */
export class OpenDocument {
  /** In our spelling; `clientUri` as the editor writes it. */
  readonly uri: string;
  readonly clientUri: string;
  readonly languageId: string;
  readonly language: Language<unknown> | undefined;
  #version: number;
  #source: SourceText;
  #parsed: ParsedFile<unknown> | undefined;

  constructor(
    where: { uri: string; clientUri: string },
    what: { languageId: string; language: Language<unknown> | undefined; version: number; text: string },
  ) {
    this.uri = where.uri;
    this.clientUri = where.clientUri;
    this.languageId = what.languageId;
    this.language = what.language;
    this.#version = what.version;
    this.#source = new SourceText(what.text);
  }

  get version(): number {
    return this.#version;
  }

  get source(): SourceText {
    return this.#source;
  }

  /** Why no language looks at it. */
  get refused(): string | undefined {
    return refusal(this.#source.text);
  }

  change(version: number, changes: readonly TextDocumentContentChangeEvent[]): void {
    this.#version = version;
    this.#source = changed(this.#source, changes);
    this.#parsed = undefined;
  }

  /** Read once for each version. */
  parsed(): ParsedFile<unknown> | undefined {
    if (!this.#parsed && this.language && this.refused === undefined) {
      const { uri, source } = this;
      this.#parsed = { uri, source, tree: this.language.parse(source, uri) };
    }
    return this.#parsed;
  }
}

/** Each change is meant for what the ones before it have left. */
export function changed(source: SourceText, changes: readonly TextDocumentContentChangeEvent[]): SourceText {
  const backwards = replacementsBackwards(source, changes);
  if (backwards) return new SourceText(replaced(source.text, backwards));
  let now = source;
  for (const change of changes) {
    now = new SourceText(
      'range' in change
        ? now.text.slice(0, now.offsetAt(change.range.start)) +
            change.text +
            now.text.slice(now.offsetAt(change.range.end))
        : change.text,
    );
  }
  return now;
}

/** Editors send many changes from the end to the head: then none moves the place of another. */
function replacementsBackwards(
  source: SourceText,
  changes: readonly TextDocumentContentChangeEvent[],
): Replacement[] | undefined {
  const found: Replacement[] = [];
  let before = Infinity;
  for (const change of changes) {
    if (!('range' in change)) return undefined;
    const start = source.offsetAt(change.range.start);
    const end = Math.max(start, source.offsetAt(change.range.end));
    if (end > before || (end === before && start === end)) return undefined;
    found.push({ start, end, text: change.text });
    before = start;
  }
  return found;
}

function replaced(text: string, backwards: readonly Replacement[]): string {
  const parts: string[] = [];
  let at = 0;
  for (const each of backwards.toReversed()) {
    parts.push(text.slice(at, each.start), each.text);
    at = each.end;
  }
  parts.push(text.slice(at));
  return parts.join('');
}
