import path from 'node:path';
import type { Location } from 'vscode-languageserver-types';
import type { BuildFacts, FileSummary, Language, LanguageId, ParsedFile, Workspace } from '../language/language.ts';
import type { BuildKnowledge } from './build-knowledge.ts';
import type { Directories } from './directories.ts';
import type { OpenDocument } from './documents.ts';
import type { Tree } from './tree.ts';
import { pathOf, uriOf } from './uris.ts';

export interface Surroundings {
  readonly directories: Directories;
  readonly builds: BuildKnowledge;
  readonly documents: ReadonlyMap<string, OpenDocument>;
  /** Sees to it that the C sources of a tree are read; false until they have been. */
  readonly knowsC: (tree: Tree) => boolean;
}

/** What the languages may ask about the files around one of them: those of its tree. */
export class TreeWorkspace implements Workspace {
  readonly #tree: Tree;
  readonly #around: Surroundings;
  /** Documents whose summary is not that of their last version. */
  readonly #stale = new Set<string>();

  constructor(tree: Tree, around: Surroundings) {
    this.#tree = tree;
    this.#around = around;
  }

  /** The editor has another version of a document; its names are looked for when somebody asks. */
  documentChanged(uri: string): void {
    this.#stale.add(uri);
  }

  documentClosed(uri: string): void {
    this.#stale.delete(uri);
    this.#tree.documentClosed(uri);
  }

  /** Whether the names that others may look for have changed since the last call. */
  refresh(): void {
    for (const uri of this.#stale) {
      const document = this.#around.documents.get(uri);
      const file = document?.parsed();
      if (file && document?.language) this.#tree.documentChanged(file, document.language);
    }
    this.#stale.clear();
  }

  files(language: LanguageId): readonly string[] {
    this.refresh();
    return this.#tree.names.files(language);
  }

  summary(uri: string): FileSummary | undefined {
    this.refresh();
    return this.#tree.names.summary(uri);
  }

  parsed<T>(language: Language<T>, uri: string): ParsedFile<T> | undefined {
    const document = this.#around.documents.get(uri);
    const isOpen = document?.language?.id === language.id;
    const file = isOpen ? document.parsed() : this.#tree.parsed(language, uri);
    return file as ParsedFile<T> | undefined;
  }

  declaring(language: LanguageId, name: string): readonly string[] {
    this.refresh();
    return this.#tree.names.declaring(language, name);
  }

  using(name: string): readonly string[] {
    this.refresh();
    return this.#tree.names.using(name);
  }

  inC(word: string, _near: string): readonly Location[] {
    return this.#around.knowsC(this.#tree) ? this.#tree.c.find(word) : [];
  }

  sourceRoot(uri: string): string | undefined {
    const file = pathOf(uri);
    return this.#tree.isTree && file !== undefined && this.#tree.has(file) ? `${uriOf(this.#tree.root)}/` : undefined;
  }

  build(uri: string): BuildFacts | undefined {
    const { builds } = this.#around;
    const known = builds.of(pathOf(uri), this.#tree.isTree ? this.#tree.root : undefined);
    return known && builds.facts(known);
  }

  exists(uri: string): boolean {
    const file = pathOf(uri);
    if (file === undefined) return false;
    return file === '/' || this.#around.directories.has(path.resolve(file));
  }

  list(uri: string): readonly string[] {
    const directory = pathOf(uri);
    return directory === undefined ? [] : this.#around.directories.list(path.resolve(directory));
  }
}
