import path from 'node:path';
import { ResponseError, type CancellationToken } from 'vscode-jsonrpc/node';
import type {
  DidChangeTextDocumentParams,
  DidOpenTextDocumentParams,
  InitializeParams,
  InitializeResult,
  Position,
  PublishDiagnosticsParams,
  WorkspaceSymbol,
} from 'vscode-languageserver';
import { BuildKnowledge, type KnownBuild } from './build-knowledge.ts';
import { capabilities } from './capabilities.ts';
import { Diagnosing } from './diagnosing.ts';
import { Directories } from './directories.ts';
import { OpenDocument } from './documents.ts';
import type { Editor } from './editor.ts';
import { languageById, languageOf } from './languages.ts';
import { answers, answersInC, type Params } from './requests.ts';
import { Trees } from './trees.ts';
import { pathOf, spelt } from './uris.ts';
import { findSymbols } from './workspace-symbols.ts';

/** What the client says at the start. */
interface ServerOptions {
  /** Directory for what is kept between sessions. */
  readonly storage?: string;
  /** Directory of the lists of make's targets, which the extension keeps, too. */
  readonly targets?: string;
  /** The chosen one first. */
  readonly builds?: readonly KnownBuild[];
}

/** Other documents are looked at again when typing has stopped for so long. */
const OTHERS_AFTER_MS = 250;

const WANT_ALL_PLACES: ReadonlySet<string> = new Set([
  'textDocument/references',
  'textDocument/prepareRename',
  'textDocument/rename',
]);

/** Which documents and trees there are, and who is asked about them. */
export class LanguageServer {
  readonly #editor: Editor;
  readonly #publish: (params: PublishDiagnosticsParams) => void;
  /** Stands for this version of the languages. */
  readonly #program: string;
  readonly #documents = new Map<string, OpenDocument>();
  readonly #directories = new Directories();
  readonly #watched = new Set<string>();
  #folders: readonly string[] = [];
  #builds: BuildKnowledge | undefined;
  #trees: Trees | undefined;
  #diagnosing: Diagnosing | undefined;
  #others: NodeJS.Timeout | undefined;

  constructor(editor: Editor, program: string, publish: (params: PublishDiagnosticsParams) => void) {
    this.#editor = editor;
    this.#program = program;
    this.#publish = publish;
  }

  initialize(params: InitializeParams): InitializeResult {
    this.#editor.capabilities = params.capabilities;
    const { storage, targets, builds = [] } = (params.initializationOptions ?? {}) as ServerOptions;
    this.#folders = pathsOf((params.workspaceFolders ?? []).map(({ uri }) => uri));
    const known = new BuildKnowledge(this.#directories, targets ?? path.join(storage ?? '/nowhere', 'targets'), () => {
      this.#diagnosing?.lookAtAll();
    });
    this.#builds = known;
    const trees = new Trees({
      around: { directories: this.#directories, builds: known, documents: this.#documents },
      storage,
      program: this.#program,
      isBusy: () => this.#diagnosing?.isBusy === true,
      log: (message) => {
        this.#editor.log(message);
      },
      progress: (title) => this.#editor.progress(title),
      changed: (tree) => {
        this.#diagnosing?.settle(tree);
        this.#editor.refresh();
      },
      added: ({ root }) => {
        this.#editor.watchTree(root);
        this.#editor.serveC(root);
      },
    });
    this.#trees = trees;
    this.#diagnosing = new Diagnosing(this.#documents, {
      treeOf: (uri) => trees.of(uri),
      publish: this.#publish,
      failed: (where, error) => {
        this.#editor.error(where, error);
      },
    });
    known.set(builds);
    return { capabilities, serverInfo: { name: 'barrelfish' } };
  }

  /** The editor is ready to be asked. */
  initialized(): void {
    this.#discover();
  }

  foldersChanged(added: readonly string[], removed: readonly string[]): void {
    const gone = new Set(pathsOf(removed));
    this.#folders = [...this.#folders.filter((folder) => !gone.has(folder)), ...pathsOf(added)];
    this.#discover();
  }

  buildsChanged(builds: readonly KnownBuild[]): void {
    this.#builds?.set(builds);
    this.#discover();
  }

  #discover(): void {
    const builds = this.#builds?.all ?? [];
    this.#trees?.discover(
      this.#folders,
      builds.map(({ sourceDirectory }) => sourceDirectory),
    );
    for (const build of builds) {
      for (const architecture of build.architectures) this.#watchPrograms(path.join(build.path, architecture, 'sbin'));
    }
  }

  #watchPrograms(directory: string): void {
    if (this.#watched.has(directory)) return;
    this.#watched.add(directory);
    this.#editor.watchPrograms(directory);
  }

  opened({ textDocument }: DidOpenTextDocumentParams): void {
    const { uri: clientUri, languageId, version, text } = textDocument;
    const uri = spelt(clientUri);
    const language = languageById(languageId);
    const document = new OpenDocument({ uri, clientUri }, { languageId, language, version, text });
    this.#documents.set(uri, document);
    if (!language) {
      this.#editedInC(document);
      return;
    }
    if (document.refused !== undefined) this.#editor.log(`${uri} is left out: ${document.refused}.`);
    const file = pathOf(uri);
    if (file !== undefined) void this.#builds?.discover(file);
    this.#trees?.of(uri).workspace.documentChanged(uri);
    this.#diagnosing?.lookAt(document);
  }

  changed({ textDocument, contentChanges }: DidChangeTextDocumentParams): void {
    const document = this.#documents.get(spelt(textDocument.uri));
    if (!document) return;
    document.change(textDocument.version, contentChanges);
    if (!document.language) {
      this.#editedInC(document);
      return;
    }
    this.#trees?.of(document.uri).workspace.documentChanged(document.uri);
    this.#diagnosing?.lookAt(document);
    clearTimeout(this.#others);
    if (this.#documents.size > 1)
      this.#others = setTimeout(() => {
        this.#diagnosing?.lookAtAll(document);
      }, OTHERS_AFTER_MS);
  }

  closed(clientUri: string): void {
    const uri = spelt(clientUri);
    const document = this.#documents.get(uri);
    if (!document) return;
    this.#documents.delete(uri);
    this.#diagnosing?.forget(document);
    if (!document.language) {
      this.#editedInC(document);
      return;
    }
    this.#trees?.of(uri).workspace.documentClosed(uri);
    this.#publish({ uri: document.clientUri, diagnostics: [] });
  }

  #editedInC({ uri, source }: OpenDocument): void {
    const file = pathOf(uri);
    if (file !== undefined)
      this.#trees?.knownOf(uri)?.tree.c.edited(file, this.#documents.has(uri) ? source : undefined);
  }

  filesChanged(uris: readonly string[]): void {
    this.#trees?.filesChanged(pathsOf(uris).filter((file) => !this.#isGenerated(file)));
    // A program that has been built is in no tree; a menu.lst may wait for it.
    this.#directories.forget();
    this.#diagnosing?.lookAtAll();
  }

  #isGenerated(file: string): boolean {
    return (
      languageOf(file) === undefined && this.#builds?.all.some((build) => file.startsWith(`${build.path}/`)) === true
    );
  }

  async close(): Promise<void> {
    clearTimeout(this.#others);
    await this.#trees?.close();
  }

  /** Any request about a document: its answer, or nothing. A language that throws is logged, and has no answer. */
  async answer(method: string, clientUri: string, params: Params, token: CancellationToken): Promise<unknown> {
    const uri = spelt(clientUri);
    // Half of the places would be worse than none.
    if (WANT_ALL_PLACES.has(method) && this.#documents.get(uri)?.language) await this.#allPlaces(uri);
    const document = this.#documents.get(uri);
    if (!document || token.isCancellationRequested) return null;
    try {
      const { language } = document;
      if (!language) return this.#answerInC(method, document, params.position);
      const file = document.parsed();
      const workspace = this.#trees?.of(document.uri).workspace;
      if (!file || !workspace) return null;
      const asked = { language, file, workspace, findings: this.#diagnosing?.findingsOf(document) ?? [] };
      return answers[method]?.(asked, params) ?? null;
    } catch (error) {
      if (error instanceof ResponseError) throw error;
      this.#editor.error(`${method} of ${document.uri}`, error);
      return null;
    }
  }

  /** The tree and its C sources have been read. */
  async #allPlaces(uri: string): Promise<void> {
    const known = this.#trees?.of(uri);
    await known?.ready;
    if (known) await this.#trees?.readC(known.tree);
  }

  #answerInC(method: string, document: OpenDocument, position: Position | undefined): unknown {
    const known = this.#trees?.knownOf(document.uri);
    if (!known || !position) return null;
    return answersInC[method]?.(document, position, known.workspace) ?? null;
  }

  symbols(query: string, token: CancellationToken): WorkspaceSymbol[] {
    if (token.isCancellationRequested) return [];
    return (this.#trees?.all ?? []).flatMap(({ tree, workspace }) => {
      workspace.refresh();
      return findSymbols(tree.names, query);
    });
  }
}

function pathsOf(uris: readonly string[]): string[] {
  return uris.flatMap((uri) => pathOf(uri) ?? []);
}
