import type { ServerCapabilities } from 'vscode-languageserver';
import { legend } from './semantic-tokens.ts';

/** How changes come: TextDocumentSyncKind.Incremental. */
export const INCREMENTAL = 2;

/** What is offered for documents in one of the languages. C sources come in as source trees are found. */
export const capabilities: ServerCapabilities = {
  positionEncoding: 'utf-16',
  textDocumentSync: { openClose: true, change: INCREMENTAL },
  hoverProvider: true,
  definitionProvider: true,
  referencesProvider: true,
  documentHighlightProvider: true,
  renameProvider: { prepareProvider: true },
  completionProvider: { triggerCharacters: ['/', '=', '"', '(', '.'] },
  signatureHelpProvider: { triggerCharacters: ['(', ','] },
  documentSymbolProvider: true,
  workspaceSymbolProvider: true,
  foldingRangeProvider: true,
  documentFormattingProvider: true,
  documentRangeFormattingProvider: true,
  inlayHintProvider: true,
  codeLensProvider: {},
  documentLinkProvider: {},
  selectionRangeProvider: true,
  codeActionProvider: { codeActionKinds: ['quickfix', 'refactor'] },
  semanticTokensProvider: { legend, full: true, range: true },
  workspace: { workspaceFolders: { supported: true, changeNotifications: true } },
};
