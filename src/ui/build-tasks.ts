import { l10n, type Task, type TaskDefinition, type TaskProvider } from 'vscode';
import { makeCommand } from '../barrelfish/build-command.ts';
import type { BuildDirectory } from '../barrelfish/build-directory.ts';
import type { MakeCache } from '../barrelfish/make-cache.ts';
import { Failure } from '../host/failure.ts';
import { buildChoice } from './build-choice.ts';
import type { BuildDirectories } from './build-directories.ts';
import { buildJobs, buildPlace } from './build-settings.ts';
import type { BuildWish, Builds } from './builds.ts';
import { MAKE_TASK_TYPE } from './identifiers.ts';

/** A tasks.json can be written by hand. */
function targetsOf(definition: TaskDefinition): string[] {
  const targets: unknown = definition['targets'];
  const list: unknown[] = Array.isArray(targets) ? targets : [targets];
  return list.filter((each): each is string => typeof each === 'string' && each !== '');
}

/** Each platform, boot target and module of the build directory as a task; any other file by a tasks.json. */
export class MakeTasks implements TaskProvider {
  readonly #builds: Builds;
  readonly #directories: BuildDirectories;
  readonly #cache: MakeCache;

  constructor(builds: Builds, directories: BuildDirectories, cache: MakeCache) {
    this.#builds = builds;
    this.#directories = directories;
    this.#cache = cache;
  }

  async provideTasks(): Promise<Task[]> {
    await this.#directories.ready();
    const build = this.#directories.chosen;
    if (!build) return [];
    const targets = await this.#cache.targets(build.path).catch(() => undefined);
    if (!targets) return [];
    const described = [...targets.platforms, ...targets.bootTargets];
    return [
      ...described.map(({ target, description }) => this.#task(build, target, description)),
      ...targets.installs.map((target) => this.#task(build, target)),
      ...targets.modules.map(({ target, directory }) => this.#task(build, target, directory)),
    ];
  }

  resolveTask(task: Task): Task | undefined {
    const { definition } = task;
    if (definition.type !== MAKE_TASK_TYPE) return undefined;
    const targets = targetsOf(definition);
    const resolved = this.#builds.task({
      name: task.name,
      definition, // the very same: VS Code finds the task by it
      targets,
      command: async () => {
        if (targets.length === 0) throw new Failure('bad-target', { target: '' });
        const { buildDirectory, jobs } = definition as Record<string, unknown>;
        const build = await buildChoice(typeof buildDirectory === 'string' ? buildDirectory : undefined);
        if (!build) throw new Failure('cancelled', undefined);
        const asked = typeof jobs === 'number' && jobs >= 1 ? jobs : buildJobs();
        return makeCommand(build, targets, { place: buildPlace(), jobs: asked });
      },
    });
    return resolved;
  }

  #task(build: BuildDirectory, target: string, detail?: string): Task {
    const wish: BuildWish = this.#builds.makeWish(build, [target]);
    // Without the directory, so that it can be put into a tasks.json that others use too.
    const task = this.#builds.task({ ...wish, definition: { type: MAKE_TASK_TYPE, targets: [target] } });
    task.detail = detail ?? l10n.t('make {0}', target);
    return task;
  }
}
