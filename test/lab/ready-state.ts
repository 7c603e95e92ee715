// A booted, idle machine on disk. Restoring it takes seconds where a boot under emulation takes half a minute.

import { execa } from 'execa';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cached, cacheDirectory, keyOf, type Progress } from './cache.ts';
import type { Image } from './image.ts';
import { Machine } from './machine.ts';
import { SharedConnection, writeSshFiles } from './ssh.ts';
import { machineArguments, type Disk, type Files, type Shape } from './topology.ts';

const memoryFile = 'memory';
const disks = { root: 'root.qcow2', data: 'data.qcow2' };

/** Brings the programs that tests run into the page cache, which is saved too. */
const warmUp = `
lspci -nnk; gdb --version; socat -V; sudo --version; udevadm info --export-db; ip route; lsmod
qemu-system-x86_64 -M q35 -accel tcg -nodefaults -display none -S & kill $!
cat /usr/bin/qemu-system-x86_64 /usr/bin/gdb /usr/lib/x86_64-linux-gnu/*.so* /usr/share/seabios/* /usr/share/qemu/*.bin
cat /lib/modules/*/kernel/drivers/vfio/*.ko /lib/modules/*/kernel/drivers/vfio/pci/*.ko`;

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
    await execa('qemu-img', ['create', '-q', '-f', 'qcow2', '-F', 'raw', '-b', base, join(directory, overlay)]);
  }
  const sockets = await mkdtemp(join(tmpdir(), 'barrelfish-lab-'));
  try {
    const files = filesFor(image, { directory, sockets, save: true });
    const machine = await Machine.start({
      ...{ shape, files, workingDirectory: directory, directory, signal },
      ...{ incoming: false, detached: false },
    });
    try {
      await machine.booted();
      const config = await writeSshFiles(directory, await machine.sshPort(), image);
      const connection = await SharedConnection.open({ config, socket: join(sockets, 'ssh'), user: 'root' });
      const result = await connection.run(['/bin/sh', '-c', `(${warmUp}) >/dev/null 2>&1; sync`]);
      await connection.close();
      if (result.code !== 0) throw new Error(`The lab is not ready to be saved: ${result.stderr}`);
      await machine.save();
    } finally {
      await machine.stop();
    }
  } finally {
    await rm(sockets, { recursive: true, force: true });
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

/** Files of a machine that boots and is forgotten. */
export function coldFilesFor(image: Image, { directory, sockets }: Omit<Directories, 'save'>): Files {
  const base = (path: string): Disk => ({ path, format: 'raw', keep: false });
  return {
    ...{ kernel: image.kernel, ramDisk: image.ramDisk },
    ...{ console: join(directory, 'console.log'), qmp: join(sockets, 'qmp') },
    ...{ root: base(image.rootDisk), data: base(image.dataDisk), nvme: base(image.nvmeDisk) },
  };
}
