/** What we use of the library; a bundle of its own, which is loaded when it is needed. */
export { CloseAction, ErrorAction, LanguageClient, TransportKind } from 'vscode-languageclient/node';
