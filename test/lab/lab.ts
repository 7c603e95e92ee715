// The lab: a Linux virtual machine with a virtual IOMMU and PCI devices to give away, reached over ssh.

import { randomBytes } from 'node:crypto';
import type { Progress } from './cache.ts';
import { buildImage } from './image.ts';
import { Machine } from './machine.ts';
import { coldFilesFor, filesFor, makeRootDisk, readyState } from './ready-state.ts';
import { identify, occupy, writeRecord } from './registry.ts';
import { Resources } from './resources.ts';
import { hosts, writeSshFiles, type LabUser, type RunOptions, type RunResult } from './ssh.ts';
import { canBeSaved, canPlugNvme, plugNvme, type Iommu, type Shape } from './topology.ts';

export { hostKeyAlias, password, type LabUser, type RunOptions, type RunResult } from './ssh.ts';
export type { Iommu } from './topology.ts';

export interface LabOptions {
  /** Unique among running labs. */
  readonly name?: string;
  readonly iommu?: Iommu;
  /** Boot instead of restoring the saved state. */
  readonly cold?: boolean;
  /** Boot from this disk, which is made when it is not there, and keep what is written to it. */
  readonly rootDisk?: string;
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
  /** The machine's own control: tests plug devices into port10 and port11 with it, and pull them. */
  readonly qmp: Machine['qmp'];
  readonly stop: () => Promise<void>;
}

export async function startLab(options: LabOptions = {}): Promise<Lab> {
  const { name = `lab-${String(process.pid)}`, rootDisk, detached = false, onProgress = () => undefined } = options;
  const cold = options.cold ?? rootDisk !== undefined;
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
  const resources = new Resources(place, signal);
  try {
    onProgress(state === undefined ? 'Lab: booting' : 'Lab: restoring the ready state');
    if (rootDisk !== undefined) await makeRootDisk(image, rootDisk);
    const files =
      state === undefined ? coldFilesFor(image, place, rootDisk) : filesFor(image, { ...place, save: false });
    const machine = await Machine.start({
      ...{ shape, files, detached, signal: resources.signal, directory: place.directory },
      ...{ workingDirectory: state ?? place.directory, incoming: state !== undefined },
    });
    resources.machine = machine;
    await (state === undefined ? machine.booted() : machine.restore());
    const withNvme = options.withoutNvme !== true && canPlugNvme(shape);
    if (withNvme) for (const command of plugNvme) await machine.qmp.execute(command);
    const sshConfig = await writeSshFiles(place.directory, await machine.sshPort(), image);
    await resources.connection('root', sshConfig, settle(withNvme));
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
        const connection = await resources.connection(user, sshConfig);
        return await connection.run(argv, runOptions);
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
    ...(withNvme ? ['tries=600; until [ -b /dev/nvme0n1 ] || [ $((tries -= 1)) = 0 ]; do sleep 0.05; done'] : []),
  ].join(' && ');
}
