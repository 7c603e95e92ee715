import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import {
  EventEmitter,
  l10n,
  MarkdownString,
  RelativePattern,
  StatusBarAlignment,
  Uri,
  window,
  workspace,
  type Disposable,
  type FileSystemWatcher,
} from 'vscode';
import { isSourceTree, type BuildDirectory } from '../barrelfish/build-directory.ts';
import { readBuild, workspaceFolders } from './build-settings.ts';
import { commandId } from './identifiers.ts';
import { guestSettings } from './settings.ts';

/** Hake writes for a while; only when it is quiet is the directory looked at. */
const SETTLE_MS = 300;
/** Make runs hake when a Hakefile is newer, and the Makefile of a whole tree is written for a minute. */
const REWRITE_MS = 180_000;
const LOOK_AGAIN_MS = 2000;

/** Where build directories are looked for: a folder, what is directly below it, and what lies beside a source tree. */
async function candidates(folder: string): Promise<string[]> {
  const below = await subdirectories(folder);
  const beside = (await isSourceTree(folder)) ? await subdirectories(path.dirname(folder)) : [];
  return [folder, ...below, ...beside];
}

async function subdirectories(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory()).map((entry) => path.join(folder, entry.name));
}

/** A path of the settings: relative ones start at the workspace's folder that has it, or at its first. */
export async function settingToBuild(wanted: string): Promise<{ directory: string; build?: BuildDirectory }> {
  const folders = path.isAbsolute(wanted) ? ['/'] : workspaceFolders();
  const directories = (folders.length === 0 ? ['/'] : folders).map((folder) => path.resolve(folder, wanted));
  for (const directory of directories) {
    const build = await readBuild(directory);
    if (build) return { directory, build };
  }
  return { directory: directories[0] ?? wanted };
}

/** Build directories of the workspace, each once. One beside a source tree has to be of that tree. */
export async function findBuildDirectories(): Promise<BuildDirectory[]> {
  const folders = workspaceFolders();
  const all = [...new Set((await Promise.all(folders.map(candidates))).flat())];
  const found = await Promise.all(all.map(readBuild));
  const inWorkspace = (directory: string): boolean =>
    folders.some((folder) => directory === folder || directory.startsWith(`${folder}/`));
  return found.filter(
    (build) => build !== undefined && (inWorkspace(build.path) || folders.includes(build.sourceDirectory)),
  ) as BuildDirectory[];
}

/** Which build directories there are, and which one is used; shown in the status bar. */
export class BuildDirectories implements Disposable {
  readonly #changed = new EventEmitter<undefined>();
  /** The choice, or what is known of the directories, has changed. */
  readonly onDidChange = this.#changed.event;
  readonly #item = window.createStatusBarItem('barrelfish.build', StatusBarAlignment.Left, 10);
  readonly #registrations: Disposable[];
  #watchers: FileSystemWatcher[] = [];
  #all: readonly BuildDirectory[] = [];
  #chosen: BuildDirectory | undefined;
  #timer: NodeJS.Timeout | undefined;
  #reading: Promise<void>;
  #seen = '';
  #wanted = '';
  /** Since when the chosen one has had no whole Makefile, although hake's other files are there. */
  #rewrittenSince: number | undefined;

  constructor() {
    this.#item.name = l10n.t('Barrelfish Build Directory');
    this.#item.command = commandId('chooseBuildDirectory');
    this.#registrations = [
      workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration('barrelfish.buildDirectory') || event.affectsConfiguration('barrelfish.build'))
          this.#readSoon(0);
      }),
      workspace.onDidChangeWorkspaceFolders(() => {
        this.#readSoon(0);
      }),
    ];
    this.#reading = this.#read();
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#changed.dispose();
    this.#item.dispose();
    for (const each of [...this.#registrations, ...this.#watchers]) each.dispose();
  }

  /** All that have been found; the chosen one is among them. */
  get all(): readonly BuildDirectory[] {
    return this.#all;
  }

  /** As set, or else the only one there is. */
  get chosen(): BuildDirectory | undefined {
    return this.#chosen;
  }

  /** Resolves when what is there has been looked at. */
  async ready(): Promise<void> {
    await this.#reading;
  }

  /** Looks again, for a directory that has just been made. */
  async refresh(): Promise<void> {
    // One after the other, so that the last one read is the last one known.
    this.#reading = this.#reading.catch(() => undefined).then(() => this.#read());
    await this.#reading;
  }

  #readSoon(milliseconds = SETTLE_MS): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.refresh(), milliseconds);
  }

  async #read(): Promise<void> {
    const wanted = guestSettings().buildDirectory;
    const [found, set] = await Promise.all([
      findBuildDirectories(),
      wanted === '' ? undefined : settingToBuild(wanted).then(({ build }) => build),
    ]);
    const kept = wanted === this.#wanted ? await this.#rewritten() : undefined;
    this.#wanted = wanted;
    const first = set ?? kept;
    const others = found.filter((build) => build.path !== first?.path);
    this.#all = first ? [first, ...others] : found;
    this.#chosen = first ?? (wanted === '' && found.length === 1 ? found[0] : undefined);
    const seen = JSON.stringify([wanted, this.#chosen?.path, this.#all]);
    if (seen === this.#seen) return;
    this.#seen = seen;
    this.#watch();
    this.#show();
    this.#changed.fire(undefined);
  }

  /** The chosen one, while hake writes its Makefile anew. */
  async #rewritten(): Promise<BuildDirectory | undefined> {
    const before = this.#chosen;
    const hake = before && (await stat(path.join(before.path, 'hake')).catch(() => undefined));
    if (!before || !hake?.isDirectory() || (await readBuild(before.path))) {
      this.#rewrittenSince = undefined;
      return undefined;
    }
    this.#rewrittenSince ??= performance.now();
    if (performance.now() - this.#rewrittenSince > REWRITE_MS) return undefined;
    this.#readSoon(LOOK_AGAIN_MS);
    return before;
  }

  /** Tells of a Makefile that comes or goes. In a folder of the workspace that costs nothing: it is watched already. */
  #watch(): void {
    for (const each of this.#watchers) each.dispose();
    const inFolders = workspaceFolders().flatMap((folder) => [
      new RelativePattern(Uri.file(folder), 'Makefile'),
      new RelativePattern(Uri.file(folder), '*/Makefile'),
    ]);
    const wanted = guestSettings().buildDirectory;
    const directories = [this.#chosen?.path, path.isAbsolute(wanted) ? wanted : undefined];
    const chosen = [...new Set(directories)].flatMap((each) =>
      each === undefined ? [] : new RelativePattern(Uri.file(each), 'Makefile'),
    );
    this.#watchers = [...inFolders, ...chosen].map((pattern) => {
      const watcher = workspace.createFileSystemWatcher(pattern);
      const later = (): void => {
        this.#readSoon();
      };
      watcher.onDidCreate(later);
      watcher.onDidChange(later);
      watcher.onDidDelete(later);
      return watcher;
    });
  }

  #show(): void {
    if (this.#all.length === 0) {
      this.#item.hide();
      return;
    }
    const build = this.#chosen;
    this.#item.text = `$(tools) ${build ? path.basename(build.path) : l10n.t('Choose Build Directory')}`;
    this.#item.tooltip = build ? tooltip(build) : l10n.t('{0} build directories', this.#all.length);
    this.#item.show();
  }
}

function tooltip(build: BuildDirectory): MarkdownString {
  const text = new MarkdownString();
  text.appendText(`${l10n.t('Build directory')}: ${build.path}\n`);
  text.appendText(`${l10n.t('Source tree')}: ${build.sourceDirectory}\n`);
  text.appendText(`${l10n.t('Architectures')}: ${build.architectures.join(', ')}`);
  return text;
}
