import type { MessageConnection } from 'vscode-jsonrpc/node';
import type { ClientCapabilities, DocumentFilter, FileSystemWatcher } from 'vscode-languageserver';
import { INCREMENTAL } from './capabilities.ts';
import type { Progress } from './trees.ts';
import { uriOf } from './uris.ts';

/** WatchKind and MessageType of the protocol. */
const [CREATE, CHANGE, DELETE] = [1, 2, 4];
const [ERROR, INFO] = [1, 3];
const REFRESHED = ['codeLens', 'semanticTokens', 'inlayHint'] as const;

/** What the editor is asked for, beyond answers. */
export class Editor {
  readonly #connection: MessageConnection;
  #can: ClientCapabilities = {};
  #tokens = 0;
  #registrations = 0;

  constructor(connection: MessageConnection) {
    this.#connection = connection;
  }

  set capabilities(value: ClientCapabilities) {
    this.#can = value;
  }

  log(message: string): void {
    this.#say(INFO, message);
  }

  error(where: string, error: unknown): void {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.#say(ERROR, `${where}: ${text}`);
  }

  #say(type: number | undefined, message: string): void {
    this.#sent(this.#connection.sendNotification('window/logMessage', { type, message }));
  }

  /** Changes to the files of a source tree are told. */
  watchTree(root: string): void {
    // A directory that comes or goes has no name of its own to go by.
    this.#watch(root, '**', CREATE | DELETE);
    this.#watch(root, '**/*.{dev,if,soc,sks,fugu,hl,pleco,c,h,cc,cpp,hpp}', CHANGE);
    this.#watch(root, '**/{Hakefile,menu.lst*,device_db*.pl}', CHANGE);
  }

  /** Programs that are built or removed are told. */
  watchPrograms(directory: string): void {
    this.#watch(directory, '*', CREATE | DELETE);
  }

  #watch(directory: string, pattern: string, kind: number): void {
    const { dynamicRegistration, relativePatternSupport } = this.#can.workspace?.didChangeWatchedFiles ?? {};
    if (dynamicRegistration !== true || relativePatternSupport !== true) return;
    const watchers: FileSystemWatcher[] = [{ globPattern: { baseUri: uriOf(directory), pattern }, kind }];
    this.#register('workspace/didChangeWatchedFiles', { watchers });
  }

  /** From now on the C sources of a directory are of interest. */
  serveC(root: string): void {
    if (this.#can.textDocument?.synchronization?.dynamicRegistration !== true) return;
    const pattern = { baseUri: uriOf(root), pattern: '**' };
    const documentSelector: DocumentFilter[] = ['c', 'cpp'].map((language) => ({ language, scheme: 'file', pattern }));
    this.#register('textDocument/didOpen', { documentSelector });
    this.#register('textDocument/didChange', { documentSelector, syncKind: INCREMENTAL });
    for (const what of ['didClose', 'hover', 'definition', 'completion'])
      this.#register(`textDocument/${what}`, { documentSelector });
  }

  #register(method: string, registerOptions: object): void {
    const id = `barrelfish-${String(++this.#registrations)}`;
    const registrations = [{ id, method, registerOptions }];
    this.#sent(this.#connection.sendRequest('client/registerCapability', { registrations }));
  }

  /** What was computed from other files may be another now. */
  refresh(): void {
    for (const each of REFRESHED) {
      if (this.#can.workspace?.[each]?.refreshSupport === true)
        this.#sent(this.#connection.sendRequest(`workspace/${each}/refresh`));
    }
  }

  progress(title: string): Progress {
    if (this.#can.window?.workDoneProgress !== true) return { report: () => undefined, done: () => undefined };
    const token = `barrelfish-${String(++this.#tokens)}`;
    const send = (value: unknown): void => {
      this.#sent(this.#connection.sendNotification('$/progress', { token, value }));
    };
    const begun = this.#connection.sendRequest('window/workDoneProgress/create', { token }).then(
      () => {
        send({ kind: 'begin', title, percentage: 0 });
      },
      () => undefined,
    );
    return {
      report: (percentage) =>
        void begun.then(() => {
          send({ kind: 'report', percentage });
        }),
      done: () =>
        void begun.then(() => {
          send({ kind: 'end' });
        }),
    };
  }

  /** Editors that don't know of it, or are about to close, are none of our business. */
  #sent(request: Promise<unknown>): void {
    request.catch(() => undefined);
  }
}
