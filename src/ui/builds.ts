import {
  commands,
  CustomExecution,
  l10n,
  Task,
  TaskGroup,
  TaskPanelKind,
  tasks,
  TaskRevealKind,
  TaskScope,
  Uri,
  window,
  workspace,
  type Disposable,
  type TaskDefinition,
  type WorkspaceFolder,
} from 'vscode';
import type { BuildDirectory } from '../barrelfish/build-directory.ts';
import { makeCommand, type BuildCommand } from '../barrelfish/build-command.ts';
import { absentTargets, lackingTargets } from '../barrelfish/build-needs.ts';
import { MadeTargets } from '../barrelfish/made-targets.ts';
import { diagnoseBuild } from '../diagnosis/build-failure.ts';
import { Failure } from '../host/failure.ts';
import { runProcess } from '../host/processes.ts';
import { beforeBoot, buildJobs, buildPlace } from './build-settings.ts';
import { BuildTerminal, type BuildResult } from './build-terminal.ts';
import { commandId, MAKE_TASK_TYPE } from './identifiers.ts';
import { logFailure } from './log.ts';
import type { Messages } from './messages.ts';
import { wordingOf } from './wording.ts';

/** What package.json contributes, for all that a build may say. */
const MATCHERS = ['gcc', 'ld', 'ghc', 'hake', 'hakefile', 'parser', 'check'].map((name) => `$barrelfish-${name}`);

/** A build that is to be shown as a task. */
export interface BuildWish {
  name: string;
  definition: TaskDefinition;
  /** Throws a failure when it can't be told what to run. */
  command: () => Promise<BuildCommand>;
  /** For the message of a failure. */
  targets: readonly string[];
  /** Brings the terminal to the front at once, and not only when something is wrong. */
  reveal?: boolean;
}

/** Runs make and hake as tasks: with a terminal, and with what they find wrong among the problems. */
export class Builds implements Disposable {
  readonly #messages: Messages;
  readonly #running = new Set<BuildTerminal>();
  readonly #made = new MadeTargets((argv) => runProcess(argv, { host: 'localhost' }));

  constructor(messages: Messages) {
    this.#messages = messages;
  }

  /** Ends what runs: the processes have a group of their own and would outlive the window. */
  dispose(): void {
    for (const terminal of this.#running) terminal.stop();
  }

  /**
   * Makes those of a boot's files that need it, as the setting says. When that fails and all files are there, the user is
   * asked. Throws `build-failed` or `cancelled`.
   */
  async buildForBoot(
    build: BuildDirectory,
    targets: readonly string[],
    options: { signal?: AbortSignal } = {},
  ): Promise<void> {
    try {
      await this.#makeNeeded(build, targets, options);
    } catch (error) {
      const canBoot = Failure.is(error, 'build-failed') && (await absentTargets(build, targets)).length === 0;
      if (!canBoot) throw error;
      if (!(await this.#bootAnyway(build, error, options.signal))) throw new Failure('cancelled', undefined);
    }
    if (options.signal?.aborted) throw new Failure('cancelled', undefined);
  }

  /** Makes targets of a build directory. Throws `build-failed` or `cancelled`. */
  async make(build: BuildDirectory, targets: readonly string[], options: { signal?: AbortSignal } = {}): Promise<void> {
    const result = await this.run(this.makeWish(build, targets), options);
    if (result.stopped) throw new Failure('cancelled', undefined);
    if (result.exitCode !== 0) throw failureOf(result, targets);
  }

  makeWish(build: BuildDirectory, targets: readonly string[]): BuildWish {
    return {
      name: targets.length > 3 ? `${targets.slice(0, 2).join(' ')} …` : targets.join(' '),
      definition: { type: MAKE_TASK_TYPE, targets: [...targets], buildDirectory: build.path },
      command: () => Promise.resolve(makeCommand(build, targets, { place: buildPlace(), jobs: buildJobs() })),
      targets,
    };
  }

  async #makeNeeded(
    build: BuildDirectory,
    targets: readonly string[],
    options: { signal?: AbortSignal },
  ): Promise<void> {
    const when = beforeBoot();
    if (when === 'never' || targets.length === 0) return;
    // Which of them are out of date make itself knows best: asking it first would read the Makefile twice.
    const make = (): Promise<void> => this.make(build, targets, options);
    if (when === 'always') await make();
    else if (when === 'needed') await this.#made.bringUpToDate(build, targets, make);
    else {
      const lacking = await lackingTargets(build, targets);
      if (lacking.length > 0) await this.make(build, lacking, options);
    }
  }

  /** Without its tools, or its container, a build can't be made; what it has made before may well be booted. */
  async #bootAnyway(build: BuildDirectory, error: unknown, signal: AbortSignal | undefined): Promise<boolean> {
    logFailure(this.#messages.log, build.path, error);
    const { message, action } = wordingOf(error);
    const anyway = l10n.t('Boot Anyway');
    const calledOff = new Promise<undefined>((resolve) => {
      signal?.addEventListener('abort', () => {
        resolve(undefined);
      });
    });
    const buttons = [anyway, ...(action ? [action.title] : [])];
    const choice = await Promise.race([window.showErrorMessage(message, ...buttons), calledOff]);
    if (action && choice === action.title)
      await commands.executeCommand(commandId(action.command), ...(action.arguments ?? []));
    return choice === anyway;
  }

  /** Runs a build as a task to its end. */
  async run(wish: BuildWish, options: { signal?: AbortSignal } = {}): Promise<BuildResult> {
    if (options.signal?.aborted || !workspace.isTrusted) throw new Failure('cancelled', undefined);
    const terminal = this.#terminal(wish);
    terminal.start();
    let first: BuildTerminal | undefined = terminal;
    const next = (): BuildTerminal => {
      const given = first ?? this.#told(wish); // "Rerun Last Task" asks the same task for another
      first = undefined;
      return given;
    };
    execute(this.task(wish, next)).catch((error: unknown) => {
      logFailure(this.#messages.log, wish.name, error); // it runs, though nobody sees it
    });
    const stop = (): void => {
      terminal.stop();
    };
    options.signal?.addEventListener('abort', stop, { once: true });
    try {
      return await terminal.result;
    } finally {
      options.signal?.removeEventListener('abort', stop);
    }
  }

  /** A build as a task that anybody may run; what is known of its failure is told. */
  task(wish: BuildWish, terminal = (): BuildTerminal => this.#told(wish)): Task {
    const execution = new CustomExecution(() => Promise.resolve(terminal()));
    const task = new Task(wish.definition, scopeOf(wish.definition), wish.name, 'Barrelfish', execution, MATCHERS);
    task.group = TaskGroup.Build;
    task.presentationOptions = {
      reveal: wish.reveal === true ? TaskRevealKind.Always : TaskRevealKind.Silent,
      panel: TaskPanelKind.Shared,
      showReuseMessage: false,
      clear: true,
    };
    return task;
  }

  #terminal(wish: BuildWish): BuildTerminal {
    const terminal = new BuildTerminal(wish.command);
    this.#running.add(terminal);
    const ended = (): void => void this.#running.delete(terminal);
    terminal.result.then(ended, ended);
    return terminal;
  }

  #told(wish: BuildWish): BuildTerminal {
    const terminal = this.#terminal(wish);
    terminal.result.then(
      (result) => {
        if (result.exitCode !== 0 && !result.stopped && diagnoseBuild(result.output).length > 0)
          void this.#messages.failure(wish.name, failureOf(result, wish.targets));
      },
      (error: unknown) => this.#messages.failure(wish.name, error),
    );
    return terminal;
  }
}

export function failureOf({ commandLine, exitCode, output }: BuildResult, targets: readonly string[]): Failure {
  return new Failure('build-failed', { command: commandLine, targets, exitCode, output });
}

/** VS Code turns away a task while the same one is active, as one is for a moment after its end. */
async function execute(task: Task): Promise<void> {
  const own = JSON.stringify(task.definition);
  while (tasks.taskExecutions.some((active) => JSON.stringify(active.task.definition) === own)) await nextEnd();
  await tasks.executeTask(task);
}

function nextEnd(): Promise<void> {
  return new Promise((resolve) => {
    const listening = tasks.onDidEndTask(() => {
      listening.dispose();
      resolve();
    });
  });
}

/** The folder of the workspace that the build directory is in, so that a window of several shows whose task it is. */
function scopeOf({ buildDirectory }: TaskDefinition): WorkspaceFolder | TaskScope.Workspace {
  const folder =
    typeof buildDirectory === 'string' ? workspace.getWorkspaceFolder(Uri.file(buildDirectory)) : undefined;
  return folder ?? TaskScope.Workspace;
}
