import {
  commands,
  EventEmitter,
  Uri,
  window,
  workspace,
  type Disposable,
  type TextDocumentContentProvider,
} from 'vscode';
import { DOCUMENT_SCHEME } from './identifiers.ts';

interface NamedText {
  name: string;
  text: string;
}

/** Read-only texts that we make: plans, explanations, what a program said. */
export class Documents implements TextDocumentContentProvider, Disposable {
  readonly #texts = new Map<string, string>();
  readonly #changed = new EventEmitter<Uri>();
  readonly onDidChange = this.#changed.event;
  readonly #registration = workspace.registerTextDocumentContentProvider(DOCUMENT_SCHEME, this);

  provideTextDocumentContent(uri: Uri): string {
    return this.#texts.get(uri.path) ?? '';
  }

  /** Opens a text beside nothing, as a preview. The end of the name chooses the language. */
  async show(name: string, text: string): Promise<void> {
    await window.showTextDocument(await workspace.openTextDocument(this.#set(name, text)), { preview: true });
  }

  /** Opens two texts side by side; equal names are told apart by themselves. */
  async compare(left: NamedText, right: NamedText, title: string): Promise<void> {
    const uris = [this.#set(`before/${left.name}`, left.text), this.#set(`after/${right.name}`, right.text)];
    await commands.executeCommand('vscode.diff', ...uris, title);
  }

  #set(name: string, text: string): Uri {
    const uri = Uri.from({ scheme: DOCUMENT_SCHEME, path: `/${name}` });
    this.#texts.set(uri.path, text);
    this.#changed.fire(uri);
    return uri;
  }

  dispose(): void {
    this.#registration.dispose();
    this.#changed.dispose();
  }
}
