import { setTimeout as delay } from 'node:timers/promises';
import { commands, EventEmitter, l10n, type Pseudoterminal } from 'vscode';
import type { BuildCommand } from '../barrelfish/build-command.ts';
import { startBuild, type BuildProcess } from '../barrelfish/build-process.ts';
import { copyableCommandLine } from '../guest/shell-script.ts';
import { wordingOf } from './wording.ts';

/** How a build has ended. */
export interface BuildResult {
  exitCode: number;
  /** The last that it said. */
  output: string;
  stopped: boolean;
  /** What was run, as one would type it. */
  commandLine: string;
}

/** That much of the end is looked through for why it failed. */
const KEPT = 256 * 1024;
const CTRL_C = '\u0003';
/**
 * For each problem the window first asks whether there is such a file (fileLocation `autoDetect`); a tenth of a second after
 * the end it takes no more answers (terminalTaskSystem.ts of VS Code). Behind a slow connection they come later than that.
 */
const ANSWERS_MS = 1000;
/** What a compiler puts behind a file's name, and what hake and the parsers of the tree write. */
const PLACE = /:\d+[:.]|Hakefile:|\(line \d/;
/** What a shell says of a program that was interrupted. */
const INTERRUPTED = 130;

/** Two makes in one directory get into each other's way; the second waits. */
const busy = new Map<string, Promise<void>>();

/** Resolves when the window has taken in what was sent to it before: messages to it keep their order. */
async function roundTrip(): Promise<void> {
  await Promise.resolve(commands.executeCommand('setContext', 'barrelfish.build', true)).catch(() => undefined);
}

/** A build as a terminal. Closing it, or Ctrl+C, ends the build with all its processes. */
export class BuildTerminal implements Pseudoterminal {
  readonly #command: () => Promise<BuildCommand>;
  readonly #result = Promise.withResolvers<BuildResult>();
  readonly #write = new EventEmitter<string>();
  readonly #close = new EventEmitter<number>();
  readonly onDidWrite = this.#write.event;
  readonly onDidClose = this.#close.event;
  #process: BuildProcess | undefined;
  #commandLine = '';
  #started = false;
  #stopped = false;
  /** What came before the terminal was there, and the exit code if all of it did. */
  #early: string[] | undefined = [];
  #exitCode: number | undefined;
  #output: string[] = [];
  #length = 0;

  constructor(command: () => Promise<BuildCommand>) {
    this.#command = command;
    this.#result.promise.catch(() => undefined); // whoever has started the task need not be interested
  }

  /** Rejects when the command can't even be composed. */
  get result(): Promise<BuildResult> {
    return this.#result.promise;
  }

  /** Begins before the terminal is there, for which a window takes a moment. */
  start(): void {
    if (this.#started || this.#stopped) return;
    this.#started = true;
    this.#run().then(
      (result) => {
        this.#result.resolve(result);
        this.#end(result.exitCode);
      },
      (error: unknown) => {
        this.#say(`${wordingOf(error).message}\n`);
        this.#result.reject(error);
        this.#end(1);
      },
    );
  }

  open(): void {
    this.start();
    void this.#show();
  }

  /** A terminal that is used again is read for problems only a moment after it has been opened. */
  async #show(): Promise<void> {
    await roundTrip();
    const early = this.#early ?? [];
    this.#early = undefined;
    for (const text of early) this.#write.fire(text);
    if (this.#exitCode !== undefined) await this.#closeWith(this.#exitCode);
  }

  /** Soon after the end nothing is read for problems any more, so the window gets all of it before. */
  async #closeWith(exitCode: number): Promise<void> {
    await roundTrip();
    if (!this.#stopped && this.#output.some((text) => PLACE.test(text))) await delay(ANSWERS_MS);
    this.#close.fire(exitCode);
  }

  handleInput(data: string): void {
    if (data === CTRL_C) this.stop();
  }

  close(): void {
    this.stop();
  }

  /** One that hasn't started make yet ends at once: what it waits for may take long. */
  stop(): void {
    if (this.#exitCode !== undefined) return;
    this.#stopped = true;
    if (this.#process) this.#process.stop();
    else {
      this.#result.resolve({ exitCode: INTERRUPTED, output: '', stopped: true, commandLine: this.#commandLine });
      this.#end(INTERRUPTED);
    }
  }

  #end(exitCode: number): void {
    if (this.#exitCode !== undefined) return;
    this.#exitCode = exitCode;
    if (!this.#early) void this.#closeWith(exitCode);
  }

  async #run(): Promise<BuildResult> {
    const command = await this.#command();
    const commandLine = copyableCommandLine(command.argv);
    this.#commandLine = commandLine;
    this.#say(`> ${commandLine}\n`);
    const before = busy.get(command.directory);
    const turn = Promise.withResolvers<undefined>();
    const queue = (before ?? Promise.resolve()).then(() => turn.promise);
    busy.set(command.directory, queue);
    // Not when this one ends, which may be called off while the one before it runs.
    void queue.then(() => {
      if (busy.get(command.directory) === queue) busy.delete(command.directory);
    });
    try {
      if (before) {
        this.#say(`${l10n.t('Another build is running in {0}; this one waits for it.', command.directory)}\n`);
        await before;
      }
      if (this.#stopped) return { exitCode: INTERRUPTED, output: '', stopped: true, commandLine };
      this.#process = startBuild(command, (text) => {
        this.#keep(text);
        this.#say(text);
      });
      const exitCode = await this.#process.ended;
      this.#process = undefined;
      return { exitCode, output: this.#output.join(''), stopped: this.#stopped, commandLine };
    } finally {
      turn.resolve(undefined);
    }
  }

  #keep(text: string): void {
    this.#output.push(text);
    this.#length += text.length;
    if (this.#length <= 2 * KEPT) return;
    this.#output = [this.#output.join('').slice(-KEPT)];
    this.#length = KEPT;
  }

  #say(text: string): void {
    const shown = text.replaceAll('\n', '\r\n');
    if (this.#early) this.#early.push(shown);
    else this.#write.fire(shown);
  }
}
