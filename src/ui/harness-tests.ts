import path from 'node:path';
import {
  l10n,
  RelativePattern,
  TestRunProfileKind,
  tests,
  Uri,
  workspace,
  type Disposable,
  type FileSystemWatcher,
  type TestItem,
} from 'vscode';
import { listHarnessFiles, readHarnessFile, TESTS_DIRECTORY, type HarnessFile } from '../barrelfish/harness-tests.ts';
import type { BuildDirectories } from './build-directories.ts';
import { sourceTrees } from './build-settings.ts';
import { HarnessItems, setError } from './harness-items.ts';
import { HarnessProfile } from './harness-profile.ts';
import type { HarnessRuns } from './harness-runs.ts';
import { wordingOf } from './wording.ts';

/** An editor may write a file in several steps. */
const SETTLE_MS = 200;

/** The tests of the tree's own harness (tools/harness/tests) in the Testing view. Nothing is read before it asks. */
export class HarnessTests implements Disposable {
  readonly #runs: HarnessRuns;
  readonly #buildDirectories: BuildDirectories;
  readonly #controller = tests.createTestController('barrelfish.harness', l10n.t('Barrelfish Harness'));
  readonly #items = new HarnessItems(this.#controller);
  readonly #registrations: readonly { dispose(): unknown }[];
  readonly #watchers = new Map<string, FileSystemWatcher>();
  readonly #changed = new Map<string, NodeJS.Timeout>();
  #asked = false;

  constructor(runs: HarnessRuns, buildDirectories: BuildDirectories) {
    this.#runs = runs;
    this.#buildDirectories = buildDirectories;
    this.#controller.resolveHandler = async (item) => {
      if (!item) await this.#readAll();
    };
    this.#controller.refreshHandler = () => this.#readAll();
    const again = (): void => {
      if (this.#asked) void this.#readAll();
    };
    this.#registrations = [
      this.#controller,
      buildDirectories.onDidChange(again),
      workspace.onDidChangeWorkspaceFolders(again),
      workspace.onDidGrantWorkspaceTrust(() => {
        this.#offerToRun();
        again();
      }),
    ];
    if (workspace.isTrusted) this.#offerToRun();
  }

  dispose(): void {
    for (const timer of this.#changed.values()) clearTimeout(timer);
    for (const each of [...this.#watchers.values(), ...this.#registrations]) each.dispose();
  }

  /** A test is code of the workspace, so an untrusted one has no way to run it. */
  #offerToRun(): void {
    const profile = new HarnessProfile(this.#controller, this.#items, this.#runs);
    this.#controller.createRunProfile(
      l10n.t('Run in QEMU'),
      TestRunProfileKind.Run,
      (request, token) => profile.run(request, token),
      true,
    );
  }

  async #readAll(): Promise<void> {
    this.#asked = true;
    const folders = await sourceTrees();
    await this.#buildDirectories.ready();
    const built = this.#buildDirectories.all.map(({ sourceDirectory }) => sourceDirectory);
    const all = [...new Set([...folders, ...built])];
    const found = await Promise.all(all.map(async (tree) => ({ tree, files: await listHarnessFiles(tree) })));
    const trees = found.filter(({ files }) => files.length > 0);
    for (const [tree, watcher] of this.#watchers) {
      if (trees.some((each) => each.tree === tree)) continue;
      watcher.dispose();
      this.#watchers.delete(tree);
    }
    const roots = await Promise.all(
      trees.map(async ({ tree, files }) => {
        this.#watch(tree);
        const item = this.#known(tree) ?? this.#items.tree(tree);
        const all = files.map((file) => item.children.get(fileId(tree, file)) ?? this.#items.file(tree, file));
        const wanted = await Promise.all(all.map((each) => this.#readFile(each)));
        item.children.replace(all.filter((_, index) => wanted[index]));
        return item;
      }),
    );
    this.#controller.items.replace(roots);
  }

  #known(tree: string): TestItem | undefined {
    return this.#controller.items.get(tree);
  }

  /** False for a file that there is nothing to show of, as the one that all others import. */
  async #readFile(item: TestItem): Promise<boolean> {
    const node = this.#items.nodeOf(item);
    if (node?.kind !== 'file') return false;
    const { tree, file } = node;
    let read: HarnessFile;
    try {
      read = await readHarnessFile(tree, file);
    } catch (error) {
      item.children.replace([]);
      setError(item, wordingOf(error).message);
      return true;
    }
    this.#items.showFile(item, read);
    if (read.made.length === 0) return read.tests.length > 0 || read.problems.length > 0;
    if (!workspace.isTrusted) {
      setError(item, l10n.t('Tests that this file makes when it runs are listed in a trusted workspace only.'));
      return true;
    }
    // Starting Python takes a while; the rest is shown meanwhile.
    item.busy = true;
    this.#runs
      .made(tree, file)
      .then(
        (made) => {
          this.#items.showFile(item, read, made);
        },
        (error: unknown) => {
          setError(item, wordingOf(error).message);
        },
      )
      .finally(() => {
        item.busy = false;
      });
    return true;
  }

  #watch(tree: string): void {
    if (this.#watchers.has(tree)) return;
    const watcher = workspace.createFileSystemWatcher(
      new RelativePattern(Uri.file(path.join(tree, TESTS_DIRECTORY)), '*.py'),
    );
    this.#watchers.set(tree, watcher);
    const soon = ({ fsPath }: Uri): void => {
      clearTimeout(this.#changed.get(fsPath));
      this.#changed.set(
        fsPath,
        setTimeout(() => {
          this.#changed.delete(fsPath);
          void this.#fileChanged(tree, path.basename(fsPath));
        }, SETTLE_MS),
      );
    };
    watcher.onDidChange(soon);
    watcher.onDidCreate(soon);
    watcher.onDidDelete(soon);
  }

  async #fileChanged(tree: string, file: string): Promise<void> {
    const root = this.#known(tree);
    if (!root) return;
    if (!(await listHarnessFiles(tree)).includes(file)) {
      root.children.delete(fileId(tree, file));
      return;
    }
    const item = root.children.get(fileId(tree, file)) ?? this.#items.file(tree, file);
    if (await this.#readFile(item)) root.children.add(item);
    else root.children.delete(item.id);
  }
}

function fileId(tree: string, file: string): string {
  return path.join(tree, TESTS_DIRECTORY, file);
}
