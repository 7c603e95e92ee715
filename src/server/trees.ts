import path from 'node:path';
import { isTreeRoot, treeAbove, treesAround } from '../barrelfish/source-trees.ts';
import { IndexCache } from './index-cache.ts';
import { Slices } from './slices.ts';
import { TreeWorkspace, type Surroundings } from './tree-workspace.ts';
import { Tree } from './tree.ts';
import { pathOf } from './uris.ts';

/** A change to the index is written when nothing more has come for so long. */
const WRITE_AFTER_MS = 3_000;

/** A checkout makes many directories. */
const REREAD_AFTER_MS = 500;

export interface KnownTree {
  readonly tree: Tree;
  readonly workspace: TreeWorkspace;
  /** Resolves when the tree has been looked through, however that ended. */
  readonly ready: Promise<void>;
}

export interface Progress {
  report(percentage: number): void;
  done(): void;
}

interface Options {
  readonly around: Omit<Surroundings, 'knowsC'>;
  /** Directory of what is kept; undefined: nothing is. */
  readonly storage: string | undefined;
  /** Stands for this version of the languages. */
  readonly program: string;
  readonly isBusy: () => boolean;
  readonly log: (message: string) => void;
  readonly progress: (title: string) => Progress;
  /** More is known of a tree than before. */
  readonly changed: (tree: KnownTree) => void;
  /** A source tree is there that wasn't before. */
  readonly added: (tree: Tree) => void;
}

/** The source trees that the window has to do with, each read once, in the background. */
export class Trees {
  readonly #options: Options;
  readonly #trees = new Map<string, KnownTree>();
  readonly #readingC = new WeakMap<Tree, Promise<void>>();
  readonly #knownC = new WeakSet<Tree>();
  readonly #rereaders = new Map<string, NodeJS.Timeout>();
  readonly #writers = new Map<string, NodeJS.Timeout>();
  readonly #caches = new Map<string, IndexCache>();
  readonly #above = new Map<string, string | undefined>();
  readonly #stop = new AbortController();

  constructor(options: Options) {
    this.#options = options;
  }

  get all(): readonly KnownTree[] {
    return [...this.#trees.values()];
  }

  /** Those that folders of the workspace and build directories lead to. */
  discover(folders: readonly string[], sources: readonly string[]): void {
    this.#above.clear();
    const roots = [...folders.flatMap(treesAround), ...sources.filter(isTreeRoot)];
    for (const root of roots) this.#get(root, true);
    const opened = [...this.#options.around.documents.keys()].flatMap((uri) => pathOf(uri) ?? []);
    for (const { tree } of this.all) {
      const isWanted = roots.includes(tree.root) || opened.some((file) => tree.has(file));
      if (tree.isTree && !isWanted) this.#trees.delete(tree.root);
    }
  }

  /** The tree that a file belongs to; for a file of no tree, the directory that it is in. */
  of(uri: string): KnownTree {
    const file = pathOf(uri);
    // Documents that are no files have nothing around them.
    if (file === undefined) return this.#get('untitled:', false);
    const directory = path.dirname(file);
    if (!this.#above.has(directory)) this.#above.set(directory, treeAbove(directory));
    const root = this.#above.get(directory) ?? this.#sourceOfBuild(file);
    return this.#get(root ?? directory, root !== undefined);
  }

  /** Like `of`, but nothing is read for it. */
  knownOf(uri: string): KnownTree | undefined {
    const file = pathOf(uri);
    if (file === undefined) return undefined;
    const known = this.all.find(({ tree }) => tree.isTree && tree.has(file));
    const source = known ? undefined : this.#sourceOfBuild(file);
    return known ?? (source === undefined ? undefined : this.#trees.get(source));
  }

  #sourceOfBuild(file: string): string | undefined {
    const build = this.#options.around.builds.all.find((each) => file.startsWith(`${each.path}/`));
    return build && isTreeRoot(build.sourceDirectory) ? build.sourceDirectory : undefined;
  }

  #get(root: string, isTree: boolean): KnownTree {
    const known = this.#trees.get(root);
    if (known) return known;
    const tree = new Tree(root, isTree);
    const { around, added } = this.#options;
    const workspace = new TreeWorkspace(tree, { ...around, knowsC: (asked) => this.#knowsC(asked) });
    const made: KnownTree = { tree, workspace, ready: this.#read(tree) };
    this.#trees.set(root, made);
    if (isTree) added(tree);
    void made.ready.then(() => {
      this.#options.changed(made);
    });
    return made;
  }

  async #read(tree: Tree): Promise<void> {
    const { storage, program, isBusy, log } = this.#options;
    const cache = storage !== undefined && tree.isTree ? new IndexCache(storage, tree.root, program) : undefined;
    if (cache) this.#caches.set(tree.root, cache);
    const progress = tree.isTree ? this.#options.progress(`Reading ${tree.root}`) : undefined;
    const start = performance.now();
    const signal = this.#stop.signal;
    try {
      await tree.read({
        slices: new Slices(isBusy),
        signal,
        cache,
        log,
        progress: (done, all) => progress?.report(Math.round((100 * done) / all)),
      });
      if (tree.isTree) log(`${tree.root}: ${String(tree.size)} files in ${(performance.now() - start).toFixed(0)} ms.`);
      this.#writeSoon(tree);
    } catch (error) {
      if (!signal.aborted) log(`${tree.root} could not be read: ${String(error)}`);
    } finally {
      progress?.done();
    }
  }

  /** Files of theirs that have come, changed or gone. */
  filesChanged(files: readonly string[]): void {
    this.#above.clear();
    this.#options.around.directories.forget();
    for (const known of this.all) {
      const own = files.filter((file) => known.tree.has(file) || known.tree.root.startsWith(`${file}/`));
      const changes = new Set(own.map((file) => known.tree.fileChanged(file, this.#options.log)));
      if (changes.has('directory')) this.#rereadSoon(known);
      if (!changes.has('own')) continue;
      this.#writeSoon(known.tree);
      this.#options.changed(known);
    }
  }

  /** A directory that has come may have anything in it. */
  #rereadSoon(known: KnownTree): void {
    clearTimeout(this.#rereaders.get(known.tree.root));
    const again = async (): Promise<void> => {
      await known.ready;
      await this.#read(known.tree);
      if (this.#trees.get(known.tree.root) === known) this.#options.changed(known);
    };
    const timer = setTimeout(() => void again(), REREAD_AFTER_MS);
    this.#rereaders.set(known.tree.root, timer);
  }

  #knowsC(tree: Tree): boolean {
    if (!tree.isTree) return false;
    void this.readC(tree);
    return this.#knownC.has(tree);
  }

  /** Resolves when the words of a tree's C sources are known. */
  async readC(tree: Tree): Promise<void> {
    if (!tree.isTree) return;
    let reading = this.#readingC.get(tree);
    if (!reading) this.#readingC.set(tree, (reading = this.#readWords(tree)));
    await reading;
  }

  async #readWords(tree: Tree): Promise<void> {
    const known = this.#trees.get(tree.root);
    await known?.ready;
    const start = performance.now();
    try {
      await tree.c.read([...tree.cFiles], new Slices(this.#options.isBusy), this.#stop.signal);
    } catch {
      return; // the window closes
    }
    this.#knownC.add(tree);
    const took = (performance.now() - start).toFixed(0);
    this.#options.log(`${tree.root}: words of ${String(tree.cFiles.size)} C sources in ${took} ms.`);
    if (known) this.#options.changed(known);
  }

  #writeSoon(tree: Tree): void {
    const cache = this.#caches.get(tree.root);
    if (!cache || !tree.takeChanged()) return;
    clearTimeout(this.#writers.get(tree.root));
    const timer = setTimeout(() => {
      this.#writers.delete(tree.root);
      void cache.write(tree.remembered());
    }, WRITE_AFTER_MS);
    this.#writers.set(tree.root, timer);
  }

  /** Writes what is still to be written. */
  async close(): Promise<void> {
    this.#stop.abort();
    for (const timer of this.#rereaders.values()) clearTimeout(timer);
    const waiting = [...this.#writers.keys()];
    for (const timer of this.#writers.values()) clearTimeout(timer);
    this.#writers.clear();
    await Promise.all(waiting.map((root) => this.#write(root)));
  }

  async #write(root: string): Promise<void> {
    const tree = this.#trees.get(root)?.tree;
    if (tree) await this.#caches.get(root)?.write(tree.remembered());
  }
}
