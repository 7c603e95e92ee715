import { createHash, randomUUID } from 'node:crypto';
import { watch, type FSWatcher } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { workspace, type Disposable, type Uri } from 'vscode';

/**
 * Which extension host of a workspace has its guests. VS Code in a browser can leave one behind, which waits for hours for a
 * window that has gone without a word. The next one tells it so by a file. (A workspace's own storage is no place for it: VS
 * Code gives the next one another, as long as the one before holds a lock.)
 */
export class Succession implements Disposable {
  readonly #id = randomUUID();
  readonly #directory: string;
  /** Of the workspace; undefined without one, where there is no other window of the kind. */
  readonly #name = nameOf(workspace.workspaceFile ?? workspace.workspaceFolders?.[0]?.uri);
  readonly #onSucceeded: () => void;
  #watcher: FSWatcher | undefined;
  #over = false;

  constructor(directory: string, onSucceeded: () => void) {
    this.#directory = directory;
    this.#onSucceeded = onSucceeded;
  }

  /** From now on there is something that another could want. Throws what the file system does. */
  async begin(): Promise<void> {
    if (this.#name === undefined || this.#watcher || this.#over) return;
    await mkdir(this.#directory, { recursive: true });
    this.#watcher ??= watch(this.#directory, { persistent: false }, (_, name) => {
      if (name === this.#name) void this.#look();
    }).on('error', () => {
      this.#watcher?.close();
    });
  }

  /** Whoever was there before lets go of what it has. Throws what the file system does. */
  async takeOver(): Promise<void> {
    if (this.#name === undefined) return;
    await mkdir(this.#directory, { recursive: true });
    await writeFile(path.join(this.#directory, this.#name), this.#id);
  }

  dispose(): void {
    this.#over = true;
    this.#watcher?.close();
  }

  async #look(): Promise<void> {
    const id = await readFile(path.join(this.#directory, this.#name ?? ''), 'utf8').catch(() => '');
    if (id !== '' && id !== this.#id && !this.#over) this.#onSucceeded();
  }
}

function nameOf(uri: Uri | undefined): string | undefined {
  return uri && createHash('sha256').update(uri.toString()).digest('hex').slice(0, 16);
}
