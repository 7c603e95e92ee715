// A booted, idle machine on disk. Restoring it takes seconds where a boot under emulation takes half a minute.

import { execa } from 'execa';
import { existsSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { cached, cacheDirectory, keyOf, type Progress } from './cache.ts';
import type { Image } from './image.ts';
import { Machine } from './machine.ts';
import { occupy } from './registry.ts';
import { Resources } from './resources.ts';
import { writeSshFiles } from './ssh.ts';
import { machineArguments, type Disk, type Files, type Shape } from './topology.ts';

const memoryFile = 'memory';
const disks = { root: 'root.qcow2', data: 'data.qcow2' };

/** Brings what tests run most into the page cache, which is saved too. */
const warmUp = `
lspci -nnk; ip route; sudo --version
cat /usr/bin/qemu-system-x86_64 /usr/share/seabios/*.bin /usr/share/qemu/*.bin
cat /lib/modules/*/kernel/drivers/vfio/*.ko /lib/modules/*/kernel/drivers/vfio/pci/*.ko
qemu-system-x86_64 --version`;

interface Options {
  readonly onProgress: Progress;
  readonly signal: AbortSignal;
}

/** The directory of the saved state for this shape; made first if need be. */
export async function readyState(shape: Shape, image: Image, { onProgress, signal }: Options): Promise<string> {
  const { stdout: version } = await execa('qemu-system-x86_64', ['--version']);
  const argv = machineArguments(shape, filesFor(image, { directory: '', sockets: '', save: true }));
  const key = keyOf(image.key, version, argv, warmUp);
  const all = join(cacheDirectory, 'lab', 'ready');
  const name = [shape.iommu, shape.memoryMiB, shape.processors, ...(shape.nestedKvm ? ['kvm'] : [])].join('-');
  const directory = join(all, `${name}.${key}`);
  return await cached({
    directory,
    key,
    make: async () => {
      onProgress('Lab: booting once, to save the ready state');
      const began = performance.now();
      await removeOthers(all, name, key);
      await make({ shape, image, directory, signal });
      onProgress(`Lab: ready state saved after ${((performance.now() - began) / 1000).toFixed(1)} s`);
    },
  });
}

/** States of the same shape that an older image or older arguments have made. Machines restored from them hold them open. */
async function removeOthers(all: string, name: string, key: string): Promise<void> {
  const outdated = (await readdir(all)).filter((entry) => entry.startsWith(`${name}.`) && !entry.includes(key));
  await Promise.all(
    outdated.map(async (entry) => {
      await rm(join(all, entry), { recursive: true, force: true });
    }),
  );
}

interface Making {
  readonly shape: Shape;
  readonly image: Image;
  readonly directory: string;
  readonly signal: AbortSignal;
}

async function make({ shape, image, directory, signal }: Making): Promise<void> {
  for (const [overlay, base] of [
    [disks.root, image.rootDisk],
    [disks.data, image.dataDisk],
  ] as const) {
    await overlayOf(base, join(directory, overlay));
  }
  const place = await occupy(`preparing-${basename(directory)}`);
  const resources = new Resources(place, signal);
  try {
    const machine = await Machine.start({
      ...{ shape, files: filesFor(image, { ...place, save: true }), workingDirectory: directory },
      ...{ directory: place.directory, signal: resources.signal, incoming: false, detached: false },
    });
    resources.machine = machine;
    await machine.booted();
    const config = await writeSshFiles(place.directory, await machine.sshPort(), image);
    await resources.connection('root', config, `(${warmUp}\n) >/dev/null 2>&1; sync`);
    await resources.disconnect();
    await machine.save();
  } finally {
    await resources.release();
  }
}

interface Directories {
  /** Of the running lab. */
  readonly directory: string;
  readonly sockets: string;
  /** Whether this run is to be saved. */
  readonly save: boolean;
}

/** Files of a machine that is to be saved, or that is restored; its working directory is the state's. */
export function filesFor(image: Image, { directory, sockets, save }: Directories): Files {
  const overlay = (path: string): Disk => ({ path, format: 'qcow2', keep: save });
  return {
    ...{ kernel: image.kernel, ramDisk: image.ramDisk, memory: { path: memoryFile, keep: save } },
    ...{ console: join(directory, 'console.log'), qmp: join(sockets, 'qmp') },
    ...{ root: overlay(disks.root), data: overlay(disks.data) },
    nvme: { path: image.nvmeDisk, format: 'raw', keep: false },
  };
}

/** Makes a disk like the image's that keeps what is written to it, unless it is there. */
export async function makeRootDisk(image: Image, path: string): Promise<void> {
  if (!existsSync(path)) await overlayOf(image.rootDisk, path);
}

async function overlayOf(base: string, path: string): Promise<void> {
  await execa('qemu-img', ['create', '-q', '-f', 'qcow2', '-F', 'raw', '-b', base, path]);
}

/** Files of a machine that boots and is forgotten, but for its root disk where it has one of its own. */
export function coldFilesFor(
  image: Image,
  { directory, sockets }: Omit<Directories, 'save'>,
  rootDisk?: string,
): Files {
  const base = (path: string): Disk => ({ path, format: 'raw', keep: false });
  const own = rootDisk === undefined ? base(image.rootDisk) : { path: rootDisk, format: 'qcow2' as const, keep: true };
  return {
    ...{ kernel: image.kernel, ramDisk: image.ramDisk },
    ...{ console: join(directory, 'console.log'), qmp: join(sockets, 'qmp') },
    ...{ root: own, data: base(image.dataDisk), nvme: base(image.nvmeDisk) },
  };
}
