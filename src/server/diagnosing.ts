import type { PublishDiagnosticsParams } from 'vscode-languageserver';
import type { Finding } from '../language/language.ts';
import { diagnosticsOf } from './diagnostics.ts';
import type { OpenDocument } from './documents.ts';
import type { KnownTree } from './trees.ts';

/** Findings that depend on other files wait for them no longer than this. */
const PATIENCE_MS = 10_000;

interface Options {
  readonly treeOf: (uri: string) => KnownTree;
  readonly publish: (params: PublishDiagnosticsParams) => void;
  readonly failed: (where: string, error: unknown) => void;
}

/** Looks at documents as they change, the last version of each, and says what is wrong with it. */
export class Diagnosing {
  readonly #documents: ReadonlyMap<string, OpenDocument>;
  readonly #options: Options;
  readonly #findings = new WeakMap<OpenDocument, { version: number; findings: readonly Finding[] }>();
  /** Documents that are to be looked at. */
  readonly #waiting = new Set<OpenDocument>();
  /** Trees that have been looked through, or are not waited for any more. */
  readonly #settled = new WeakSet<KnownTree>();
  readonly #impatient = new WeakSet<KnownTree>();

  constructor(documents: ReadonlyMap<string, OpenDocument>, options: Options) {
    this.#documents = documents;
    this.#options = options;
  }

  get isBusy(): boolean {
    return this.#waiting.size > 0;
  }

  /** Of the last version that was looked at; none when that is not the one at hand. */
  findingsOf(document: OpenDocument): readonly Finding[] {
    const known = this.#findings.get(document);
    return known?.version === document.version ? known.findings : [];
  }

  /** More is known of a tree. */
  settle(tree: KnownTree): void {
    this.#settled.add(tree);
    this.lookAtAll();
  }

  lookAtAll(but?: OpenDocument): void {
    for (const document of this.#documents.values()) if (document !== but && document.language) this.lookAt(document);
  }

  /** In the next turn, so that of several changes that come together only the last is looked at. */
  lookAt(document: OpenDocument): void {
    if (this.#waiting.size === 0) this.#nextTurn();
    this.#waiting.add(document);
  }

  forget(document: OpenDocument): void {
    this.#waiting.delete(document);
  }

  #nextTurn(): void {
    setImmediate(() => {
      const [document] = this.#waiting;
      if (!document) return;
      this.#waiting.delete(document);
      try {
        this.#diagnose(document);
      } catch (error) {
        this.#options.failed(`diagnosing ${document.uri}`, error);
        // Those of the version before would stand at wrong places.
        this.#options.publish({ uri: document.clientUri, version: document.version, diagnostics: [] });
      }
      if (this.#waiting.size > 0) this.#nextTurn();
    });
  }

  #diagnose(document: OpenDocument): void {
    const { language, uri, clientUri, version } = document;
    if (!language || this.#documents.get(uri) !== document) return;
    const known = this.#options.treeOf(uri);
    if (!this.#settled.has(known)) {
      // Whatever lies in a file that has not been read yet would be missing.
      this.#settleLater(known);
      return;
    }
    const file = document.parsed();
    const findings = file ? language.diagnose(file, known.workspace) : [];
    this.#findings.set(document, { version, findings });
    this.#options.publish({ uri: clientUri, version, diagnostics: diagnosticsOf(findings, document.source) });
  }

  #settleLater(known: KnownTree): void {
    if (this.#impatient.has(known)) return;
    this.#impatient.add(known);
    setTimeout(() => {
      if (!this.#settled.has(known)) this.settle(known);
    }, PATIENCE_MS).unref();
  }
}
