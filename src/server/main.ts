// The language server: a program of its own, which the extension starts and which speaks LSP with it. What the library
// vscode-languageserver would do beyond JSON-RPC is the table in requests.ts; the library itself has 190 kB.
import { statSync } from 'node:fs';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import {
  createMessageConnection,
  IPCMessageReader,
  IPCMessageWriter,
  StreamMessageReader,
  StreamMessageWriter,
  type CancellationToken,
  type MessageConnection,
} from 'vscode-jsonrpc/node';
import type {
  DidChangeTextDocumentParams,
  DidChangeWatchedFilesParams,
  DidChangeWorkspaceFoldersParams,
  DidCloseTextDocumentParams,
  DidOpenTextDocumentParams,
  InitializeParams,
  TextDocumentIdentifier,
  WorkspaceSymbolParams,
} from 'vscode-languageserver';
import type { KnownBuild } from './build-knowledge.ts';
import { Editor } from './editor.ts';
import { LanguageServer } from './language-server.ts';
import { answers, type Params } from './requests.ts';

// Syntax trees live for a keystroke. Where many survive a minor collection, V8 would put their nodes among its old objects
// from then on; dead there, they keep the tree of each further version, and every minor collection copies all of them.
setFlagsFromString('--no-allocation-site-pretenuring');

/** The editor chooses by an argument, and says who it is by no other way than being at the other end. */
function connect(): MessageConnection {
  if (process.argv.includes('--node-ipc'))
    return createMessageConnection(new IPCMessageReader(process), new IPCMessageWriter(process));
  return createMessageConnection(new StreamMessageReader(process.stdin), new StreamMessageWriter(process.stdout));
}

/** Other languages may see other things in the same files. */
function programStamp(): string {
  const { size, mtimeMs } = statSync(fileURLToPath(import.meta.url));
  return `${String(size)} ${String(mtimeMs)}`;
}

const connection = connect();
const editor = new Editor(connection);
const server = new LanguageServer(editor, programStamp(), (params) => {
  connection.sendNotification('textDocument/publishDiagnostics', params).catch(() => undefined);
});

/** What comes without an answer: whatever goes wrong with it is logged, and the next one is listened to. */
function on(method: string, handle: (params: never) => void): void {
  connection.onNotification(method, (params: unknown) => {
    try {
      handle(params as never);
    } catch (error) {
      editor.error(method, error);
    }
  });
}

connection.onRequest('initialize', (params: InitializeParams) => server.initialize(params));
on('initialized', () => {
  server.initialized();
});
connection.onRequest('shutdown', async () => {
  await server.close();
  return null;
});
on('exit', () => {
  process.exit();
});
on('textDocument/didOpen', (params: DidOpenTextDocumentParams) => {
  server.opened(params);
});
on('textDocument/didChange', (params: DidChangeTextDocumentParams) => {
  server.changed(params);
});
on('textDocument/didClose', ({ textDocument }: DidCloseTextDocumentParams) => {
  server.closed(textDocument.uri);
});
on('workspace/didChangeWatchedFiles', ({ changes }: DidChangeWatchedFilesParams) => {
  server.filesChanged(changes.map(({ uri }) => uri));
});
on('workspace/didChangeWorkspaceFolders', ({ event }: DidChangeWorkspaceFoldersParams) => {
  const uris = (folders: readonly { uri: string }[]): string[] => folders.map(({ uri }) => uri);
  server.foldersChanged(uris(event.added), uris(event.removed));
});
on('barrelfish/builds', ({ builds }: { builds: readonly KnownBuild[] }) => {
  server.buildsChanged(builds);
});
connection.onRequest('workspace/symbol', ({ query }: WorkspaceSymbolParams, token: CancellationToken) =>
  server.symbols(query, token),
);
for (const method of Object.keys(answers)) {
  type Asked = Params & { textDocument: TextDocumentIdentifier };
  connection.onRequest(method, (params: Asked, token: CancellationToken) =>
    server.answer(method, params.textDocument.uri, params, token),
  );
}

// Without the editor there is nothing to serve.
connection.onClose(() => {
  process.exit(1);
});
process.on('uncaughtException', (error) => {
  editor.error('uncaught', error);
  setImmediate(() => process.exit(1));
});
process.on('unhandledRejection', (error) => {
  editor.error('unhandled', error);
});
connection.listen();
