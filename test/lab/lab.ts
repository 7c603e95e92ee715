// The lab: a Linux virtual machine with a virtual IOMMU and PCI devices to give away, reached over ssh.

import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Progress } from './cache.ts';
import { buildImage } from './image.ts';
import { Machine } from './machine.ts';
import { coldFilesFor, filesFor, readyState } from './ready-state.ts';
import { identify, occupy, vacateNow, writeRecord, type Place } from './registry.ts';
import { hosts, SharedConnection, writeSshFiles, type LabUser, type RunOptions, type RunResult } from './ssh.ts';
import { canBeSaved, canPlugNvme, plugNvme, type Iommu, type Shape } from './topology.ts';

export { hostKeyAlias, password, type LabUser, type RunOptions, type RunResult } from './ssh.ts';
export type { Iommu } from './topology.ts';

export interface LabOptions {
  /** Unique among running labs. */
  readonly name?: string;
  readonly iommu?: Iommu;
  /** Boot instead of restoring the saved state. */
  readonly cold?: boolean;
  readonly memoryMiB?: number;
  readonly processors?: number;
  readonly nestedKvm?: boolean;
  /** Leave port4 empty. */
  readonly withoutNvme?: boolean;
  /** Outlive this process; ended by name. */
  readonly detached?: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: Progress;
}

export interface Lab {
  readonly name: string;
  /** Configuration, keys and logs of this run; gone when the lab is stopped. */
  readonly directory: string;
  /** For ssh -F, or to be included. */
  readonly sshConfig: string;
  /** Names in that configuration: root; dev, who may use sudo; visitor, who may not. */
  readonly hosts: typeof hosts;
  readonly run: (user: LabUser, argv: readonly string[], options?: RunOptions) => Promise<RunResult>;
  /** Hot-plugs through QEMU's machine protocol what the tests want to appear. */
  readonly qmp: Machine['qmp'];
  readonly stop: () => Promise<void>;
}

export async function startLab(options: LabOptions = {}): Promise<Lab> {
  const { name = `lab-${String(process.pid)}`, cold = false, detached = false, onProgress = () => undefined } = options;
  const signal = options.signal ?? new AbortController().signal;
  const shape: Shape = {
    iommu: options.iommu ?? 'intel',
    memoryMiB: options.memoryMiB ?? 3072,
    processors: options.processors ?? 2,
    nestedKvm: options.nestedKvm ?? false,
  };
  const began = performance.now();
  const image = await buildImage(onProgress, signal);
  const state = cold || !canBeSaved(shape) ? undefined : await readyState(shape, image, { onProgress, signal });
  const place = await occupy(name);
  const resources = new Resources(place);
  try {
    onProgress(state === undefined ? 'Lab: booting' : 'Lab: restoring the ready state');
    const files = state === undefined ? coldFilesFor(image, place) : filesFor(image, { ...place, save: false });
    const machine = await Machine.start({
      ...{ shape, files, detached, signal, directory: place.directory },
      ...{ workingDirectory: state ?? place.directory, incoming: state !== undefined },
    });
    resources.machine = machine;
    await (state === undefined ? machine.booted() : machine.restore());
    const withNvme = options.withoutNvme !== true && canPlugNvme(shape);
    if (withNvme) for (const command of plugNvme) await machine.qmp.execute(command);
    const sshConfig = await writeSshFiles(place.directory, await machine.sshPort(), image);
    resources.connect('root', sshConfig, settle(withNvme));
    await resources.connection('root');
    if (detached) {
      const keeper = identify(machine.pid);
      if (keeper === undefined) throw new Error('QEMU has ended');
      await writeRecord(place, { keeper, sockets: place.sockets, sshConfig, description: JSON.stringify(shape) });
      await resources.leave();
    }
    onProgress(`Lab: ready after ${((performance.now() - began) / 1000).toFixed(1)} s`);
    return {
      ...{ name, directory: place.directory, sshConfig, hosts, qmp: machine.qmp },
      run: async (user, argv, runOptions) => {
        resources.connect(user, sshConfig);
        return await (await resources.connection(user)).run(argv, runOptions);
      },
      stop: async () => {
        await resources.release();
      },
    };
  } catch (error) {
    await resources.release();
    throw error;
  }
}

/** A restored machine believes it is the moment it was saved, and draws the same random numbers as its siblings. */
function settle(withNvme: boolean): string {
  const now = (Date.now() / 1000).toFixed(3);
  return [
    `date --set=@${now} >/dev/null`,
    `echo ${randomBytes(64).toString('base64')} >/dev/urandom`,
    ...(withNvme ? ['until [ -b /dev/nvme0n1 ]; do sleep 0.05; done'] : []),
  ].join(' && ');
}

/** All that must not outlive the lab, or for a detached one, its starting. */
class Resources {
  machine: Machine | undefined;
  readonly #place: Place;
  readonly #connections = new Map<LabUser, Promise<SharedConnection>>();
  readonly #open: SharedConnection[] = [];
  #released: Promise<void> | undefined;

  constructor(place: Place) {
    this.#place = place;
    process.once('exit', this.#onExit);
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, this.#onSignal);
  }

  connect(user: LabUser, config: string, script?: string): void {
    if (this.#connections.has(user)) return;
    const socket = join(this.#place.sockets, user);
    const opening = SharedConnection.open({ config, socket, user }, script);
    this.#connections.set(user, opening);
    opening.then(
      (connection) => this.#open.push(connection),
      () => this.#connections.delete(user),
    );
  }

  async connection(user: LabUser): Promise<SharedConnection> {
    const connection = this.#connections.get(user);
    if (connection === undefined) throw new Error(`Not connected as ${user}`);
    return await connection;
  }

  async release(): Promise<void> {
    this.#released ??= (async () => {
      this.#forget();
      await Promise.all(
        this.#open.map(async (connection) => {
          await connection.close();
        }),
      );
      await this.machine?.stop();
      vacateNow(this.#place);
    })();
    await this.#released;
  }

  /** Lets this process end and the lab go on. */
  async leave(): Promise<void> {
    this.#forget();
    await Promise.all(
      this.#open.map(async (connection) => {
        await connection.close();
      }),
    );
    this.machine?.qmp.close();
  }

  #forget(): void {
    process.off('exit', this.#onExit);
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.off(signal, this.#onSignal);
  }

  readonly #onExit = (): void => {
    for (const connection of this.#open) connection.kill();
    this.machine?.kill();
    vacateNow(this.#place);
  };

  readonly #onSignal = (signal: NodeJS.Signals): void => {
    this.#forget();
    this.#onExit();
    // Nobody else listens: end as the signal would have ended us.
    if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
  };
}
