import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import {
  Diagnostic,
  DiagnosticSeverity,
  EventEmitter,
  languages,
  Range,
  RelativePattern,
  Uri,
  workspace,
  type Disposable,
  type FileSystemWatcher,
  type TextDocument,
} from 'vscode';
import { parseDeviceDatabase, type DeviceDatabase } from '../barrelfish/device-db.ts';
import { Drivers, type DeviceIds, type DriverMatch } from '../barrelfish/drivers.ts';
import type { Place } from '../barrelfish/prolog-tokens.ts';
import { SKB_PROGRAMS } from '../barrelfish/skb-files.ts';
import type { BuildDirectories } from './build-directories.ts';
import { setContextKey } from './context-keys.ts';
import { databaseProblemText, losesEntry } from './driver-words.ts';
import { deviceDatabase } from './settings.ts';

/** In a Barrelfish source tree. */
const USUAL_PLACE = `${SKB_PROGRAMS}/device_db.pl`;
const DATABASE_LANGUAGE = 'barrelfish-device-db';
/** The real one has 10 kB. */
const MOST_BYTES = 8 * 1024 * 1024;
/** More would only hide the first, from which they often follow. */
const MOST_PROBLEMS = 200;
/** Editors write a file in several steps, and a checkout writes many. */
const SETTLE_MS = 150;

interface Known {
  /** Absolute. */
  file: string;
  text: string;
  database: DeviceDatabase;
  drivers: Drivers;
}

/**
 * The device database that goes with what is being worked on: the one that is set, else that of the chosen build's source
 * tree, else that of a source tree among the workspace's folders. Read when it is first asked for, and whenever it changes.
 */
export class DriverKnowledge implements Disposable {
  readonly #builds: BuildDirectories;
  readonly #changed = new EventEmitter<void>();
  /** What is known is not what was known before. */
  readonly onDidChange = this.#changed.event;
  readonly #diagnostics = languages.createDiagnosticCollection('barrelfish-drivers');
  readonly #registrations: Disposable[];
  #watchers: FileSystemWatcher[] = [];
  #watched = '';
  #known: Known | undefined;
  #reading: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #disposed = false;

  constructor(builds: BuildDirectories) {
    this.#builds = builds;
    const again = (): void => {
      this.#readSoon();
    };
    this.#registrations = [
      builds.onDidChange(again),
      workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration('barrelfish.deviceDatabase')) again();
      }),
      workspace.onDidChangeWorkspaceFolders(again),
      ...[workspace.onDidOpenTextDocument, workspace.onDidCloseTextDocument].map((on) =>
        on(({ uri }) => {
          if (uri.fsPath === this.#known?.file) this.#showProblems();
        }),
      ),
    ];
  }

  dispose(): void {
    this.#disposed = true;
    clearTimeout(this.#timer);
    for (const each of [...this.#registrations, ...this.#watchers, this.#diagnostics, this.#changed]) each.dispose();
  }

  /** The database file; undefined while none is known. */
  get file(): string | undefined {
    this.#begin();
    return this.#known?.file;
  }

  /** The driver that takes a device with these ids; undefined where none does, or no database is known. */
  driverFor(ids: DeviceIds): DriverMatch | undefined {
    this.#begin();
    return this.#known?.drivers.for(ids);
  }

  /** Resolves when the database has been looked for. */
  async ready(): Promise<void> {
    this.#begin();
    await this.#reading;
  }

  /** The drivers with those of files beside the database, which Kaluga is told to load as well (`add_device_db=NAME`). */
  async driversWith(names: readonly string[]): Promise<Drivers | undefined> {
    await this.ready();
    if (!this.#known) return undefined;
    const { file, database, drivers } = this.#known;
    if (names.length === 0) return drivers;
    const added = await Promise.all(
      names
        .filter((name) => /^[\w-]+$/.test(name))
        .flatMap((name) => [`${name}.pl`, `platforms/${name}.pl`])
        .map((name) => path.join(path.dirname(file), name))
        .filter((added) => added !== file)
        .map(readText),
    );
    const more = added.flatMap((text) => (text === undefined ? [] : parseDeviceDatabase(text).entries));
    return new Drivers([...database.entries, ...more]);
  }

  /** Asked again after each wait. */
  #isOver(): boolean {
    return this.#disposed;
  }

  /** Reading is begun by the first who asks, so that a window that shows no devices reads nothing. */
  #begin(): void {
    this.#reading ??= this.#read();
  }

  #readSoon(): void {
    const before = this.#reading;
    if (!before) return; // nobody has asked yet
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      // One after the other, so that the last one read is the last one known.
      this.#reading = before.then(() => this.#read());
    }, SETTLE_MS);
  }

  async #read(): Promise<void> {
    await this.#builds.ready();
    const candidates = places(this.#builds);
    if (this.#isOver()) return;
    this.#watch(candidates);
    let known: Known | undefined;
    for (const file of candidates) {
      const text = await readText(file);
      if (text === undefined) continue;
      if (file === this.#known?.file && text === this.#known.text) return;
      const database = parseDeviceDatabase(text);
      known = { file, text, database, drivers: new Drivers(database.entries) };
      break;
    }
    if (this.#isOver() || (!known && !this.#known)) return;
    this.#known = known;
    setContextKey('databaseKnown', known !== undefined);
    this.#showProblems();
    this.#changed.fire();
  }

  #showProblems(): void {
    this.#diagnostics.clear();
    if (!this.#known) return;
    const { file, database } = this.#known;
    // In an editor its language tells them, as they come and go while one types.
    const ofLanguage = ({ uri, languageId }: TextDocument): boolean =>
      uri.fsPath === file && languageId === DATABASE_LANGUAGE;
    if (workspace.textDocuments.some(ofLanguage)) return;
    const shown = database.problems.slice(0, MOST_PROBLEMS).map((problem) => {
      const severity = losesEntry(problem) ? DiagnosticSeverity.Error : DiagnosticSeverity.Warning;
      const diagnostic = new Diagnostic(rangeOf(problem), databaseProblemText(problem), severity);
      diagnostic.source = 'Barrelfish';
      diagnostic.code = problem.code;
      return diagnostic;
    });
    this.#diagnostics.set(Uri.file(file), shown);
  }

  /** All places, so that a database that comes later is seen. */
  #watch(files: readonly string[]): void {
    const watched = files.join('\n');
    if (watched === this.#watched) return;
    this.#watched = watched;
    for (const each of this.#watchers) each.dispose();
    this.#watchers = files.map((file) => {
      const pattern = new RelativePattern(Uri.file(path.dirname(file)), path.basename(file));
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
}

/** In an editor's counting. */
export function rangeOf({ line, column, length }: Place): Range {
  return new Range(line - 1, column - 1, line - 1, column - 1 + length);
}

/** Where the database may be, the first that exists counts. One that is set is the only one. */
function places(builds: BuildDirectories): string[] {
  const folders = (workspace.workspaceFolders ?? [])
    .filter(({ uri }) => uri.scheme === 'file')
    .map(({ uri }) => uri.fsPath);
  const wanted = deviceDatabase();
  if (wanted !== '') return [path.resolve(folders[0] ?? '/', wanted)];
  const source = builds.chosen?.sourceDirectory;
  const trees = [...(source === undefined ? [] : [source]), ...folders];
  return [...new Set(trees.map((tree) => path.join(tree, USUAL_PLACE)))];
}

async function readText(file: string): Promise<string | undefined> {
  try {
    const found = await stat(file);
    return found.isFile() && found.size <= MOST_BYTES ? await readFile(file, 'utf8') : undefined;
  } catch {
    return undefined;
  }
}
