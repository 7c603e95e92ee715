// The lab's software: a Debian root file system, kernel and initial RAM disk, made from packages by mmdebstrap.

import { execa } from 'execa';
import { chmod, copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildRamDisk } from './ram-disk.ts';
import { cached, cacheDirectory, keyOf, keyOfFiles, type Progress } from './cache.ts';

export interface Image {
  readonly directory: string;
  /** Changes whenever the content does. */
  readonly key: string;
  readonly kernel: string;
  readonly ramDisk: string;
  readonly rootDisk: string;
  readonly dataDisk: string;
  readonly nvmeDisk: string;
  readonly clientKey: string;
  readonly hostPublicKey: string;
}

const release = 'bookworm';

// Named in full, so that the machine's own sources (another release, Ubuntu) do not matter.
const sources = [
  `deb http://deb.debian.org/debian ${release} main`,
  `deb http://deb.debian.org/debian ${release}-updates main`,
  `deb http://deb.debian.org/debian-security ${release}-security main`,
];

const packages = [
  ...['busybox-static', 'mount', 'e2fsprogs', 'kmod', 'udev', 'iproute2', 'procps', 'util-linux-extra', 'sudo'],
  ...['openssh-server', 'socat', 'pciutils', 'pci.ids', 'usbutils', 'lsof', 'strace'],
  ...['qemu-system-x86', 'qemu-utils', 'gdb', 'gdbserver'],
];

const here = import.meta.dirname;

export async function buildImage(onProgress: Progress, signal?: AbortSignal): Promise<Image> {
  const directory = join(cacheDirectory, 'lab', 'image');
  const key = keyOf(await keyOfFiles(join(here, 'image')), await readFile(import.meta.filename, 'utf8'));
  await cached({
    directory,
    key,
    make: async () => {
      await make(directory, onProgress, signal);
    },
  });
  const ramDisk = await buildRamDisk(join(directory, 'initrd'), key);
  return {
    directory,
    key: keyOf(key, ramDisk.key),
    kernel: join(directory, 'vmlinuz'),
    ramDisk: ramDisk.path,
    rootDisk: join(directory, 'root.ext4'),
    dataDisk: join(directory, 'data.ext4'),
    nvmeDisk: join(directory, 'nvme.raw'),
    clientKey: join(directory, 'id'),
    hostPublicKey: join(directory, 'host.pub'),
  };
}

async function make(output: string, onProgress: Progress, signal?: AbortSignal): Promise<void> {
  const work = join(output, 'work');
  const keys = join(work, 'keys');
  await mkdir(keys, { recursive: true });
  for (const [name, comment] of [
    ['id', 'lab client'],
    ['host', 'lab host'],
  ] as const) {
    await execa('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', comment, '-f', join(keys, name)]);
  }
  await copyFile(join(keys, 'id'), join(output, 'id'));
  await chmod(join(output, 'id'), 0o600);
  await copyFile(join(keys, 'host.pub'), join(output, 'host.pub'));
  const sourceList = join(work, 'sources.list');
  await writeFile(sourceList, `${sources.join('\n')}\n`);
  onProgress('Lab: building the root file system from Debian packages');
  try {
    await runMmdebstrap({ output, work, sourceList }, onProgress, signal);
  } finally {
    // Root's files are in it when this went through sudo.
    await execa(...asRoot('rm', ['-rf', work]), { reject: false });
  }
}

interface Places {
  readonly output: string;
  readonly work: string;
  readonly sourceList: string;
}

async function runMmdebstrap({ output, work, sourceList }: Places, onProgress: Progress, signal?: AbortSignal) {
  const hook = (name: string, ...rest: readonly string[]): string =>
    ['/bin/sh', join(here, 'image', name), ...rest].map(quote).join(' ');
  const argv = [
    ...['--verbose', '--mode=root', '--variant=essential', '--format=null', '--skip=cleanup,check/empty'],
    ...['--aptopt=Apt::Install-Recommends "false"', '--aptopt=Acquire::Languages "none"'],
    '--dpkgopt=force-unsafe-io',
    `--include=${packages.join(',')}`,
    `--extract-hook=${hook('fetch-kernel.sh', work)}`,
    `--essential-hook=${hook('essential.sh')} "$1"`,
    `--customize-hook=${hook('polkit.sh')} "$1" ${quote(work)}`,
    `--customize-hook=${hook('finish.sh')} "$1" ${[work, output].map(quote).join(' ')}`,
    ...[release, '/dev/null', sourceList],
  ];
  const temporary = join(work, 'tmp');
  await mkdir(temporary);
  await chmod(temporary, 0o1777);
  const log = join(output, '..', 'image.log');
  // Asked to end, mmdebstrap cleans up; it is asked whenever and however this process ends.
  const [file, rest] = asRoot('env', [`TMPDIR=${temporary}`, 'mmdebstrap', ...argv]);
  const run = execa('setpriv', ['--pdeathsig', 'TERM', file, ...rest], {
    all: true,
    reject: false,
    forceKillAfterDelay: 30_000,
    ...(signal === undefined ? {} : { cancelSignal: signal }),
  });
  void (async () => {
    for await (const line of run.iterable({ from: 'all' })) {
      const step = /^(?:LAB |I: (?=running apt|downloading|extracting|installing))(.*)/.exec(line);
      if (step !== null) onProgress(`Lab: ${step[1] ?? ''}`);
    }
  })().catch(() => undefined);
  const { all, failed } = await run;
  await writeFile(log, all);
  if (failed) throw new Error(explain(all, log));
}

function explain(output: string, log: string): string {
  if (/mmdebstrap.*: No such file/.test(output))
    return 'mmdebstrap is not installed; the lab needs it to build its root file system';
  if (/Temporary failure resolving|Could not (?:connect|resolve)|Network is unreachable|Failed to fetch/.test(output)) {
    return `The lab's packages cannot be had: deb.debian.org does not answer. Details: ${log}`;
  }
  if (/sudo: .*password|execute sudo/.test(output)) {
    return 'Building the lab needs root: run it as root, or with a sudo that asks nothing';
  }
  return `The lab's root file system could not be built. Details: ${log}\n${output.split('\n').slice(-15).join('\n')}`;
}

function asRoot(file: string, argv: readonly string[]): [string, string[]] {
  return process.getuid?.() === 0 ? [file, [...argv]] : ['sudo', ['--non-interactive', file, ...argv]];
}

/** mmdebstrap gives its hooks to a shell. */
function quote(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
