// What is compiled from what, once, for the builder and for the Makefile it leaves behind.

export interface Rule {
  /** Relative to the build directory. */
  readonly target: string;
  /** Other targets. */
  readonly inputs: readonly string[];
  /** Relative to the source directory. */
  readonly sources: readonly string[];
  readonly command: (sourceDirectory: string) => readonly string[];
}

export const menuPath = 'platforms/x86/menu.lst.x86_64';
export const ramDisk = 'skb_ramfs.cpio.gz';

const programs = 'x86_64/sbin';

// Unoptimised, so that a debugger sees every parameter and local.
const compile = [
  'gcc',
  ...['-std=gnu11', '-O0', '-g', '-Wall', '-Wextra', '-Werror'],
  ...['-ffreestanding', '-fno-stack-protector', '-fno-asynchronous-unwind-tables'],
  ...['-fcf-protection=none', '-mgeneral-regs-only', '-nostdlib'],
  ...['-Wl,--build-id=sha1', '-Wl,-z,max-page-size=4096', '-Wl,-z,norelro'],
];

const fixed = ['-fno-pic', '-no-pie', '-static'];
// The kernel can be moved, and has one segment for all: as in Barrelfish.
const movable = ['-fpie', '-pie', '-mno-red-zone', '-Wl,-N', '-Wl,--no-warn-rwx-segments'];

function full(name: string, sources: readonly string[], flags: readonly string[], script?: string): Rule {
  const target = `${programs}/${name}.full`;
  return {
    target,
    inputs: [],
    sources: script === undefined ? sources : [...sources, script],
    command: (directory) => [
      ...compile,
      ...flags,
      `-I${directory}/include`,
      ...(script === undefined ? [] : ['-T', `${directory}/${script}`]),
      ...['-o', target],
      ...sources.map((source) => `${directory}/${source}`),
    ],
  };
}

/** As in Barrelfish: X.full has everything, X.debug only the debugging information, X what is booted. */
function program(name: string, sources: readonly string[], flags: readonly string[], script?: string): Rule[] {
  const path = `${programs}/${name}`;
  return [
    full(name, sources, flags, script),
    {
      target: `${path}.debug`,
      inputs: [`${path}.full`],
      sources: [],
      command: () => ['objcopy', '--only-keep-debug', `${path}.full`, `${path}.debug`],
    },
    {
      target: path,
      inputs: [`${path}.full`, `${path}.debug`],
      sources: [],
      command: () => ['objcopy', '--strip-debug', `--add-gnu-debuglink=${path}.debug`, `${path}.full`, path],
    },
  ];
}

const domains = ['init', 'monitor', 'kaluga', 'startd', 'e1000n', 'awkward', 'fish'];

const domainSources: Readonly<Record<string, string>> = {
  init: 'init.c',
  monitor: 'monitor.c',
  startd: 'startd.c',
  e1000n: 'e1000n.c',
};

const kernelSources = [
  ...['start.S', 'enter.S', 'start_ap.S', 'init.c', 'main.c', 'paging.c', 'segments.c', 'exceptions.c', 'gdb_stub.c'],
  ...['coreboot.c', 'capabilities.c', 'spawn.c', 'dispatch.c', 'pci.c', 'nic.c', 'messages.c', 'shell.c'],
].map((name) => `cpu/${name}`);

export const rules: readonly Rule[] = [
  ...program(
    'elver',
    ['elver/start.S', 'elver/elver.c', 'include/elf64.c'],
    [...fixed, '-m32', '-march=i686'],
    'elver/elver.ld',
  ),
  ...program('cpu', [...kernelSources, 'include/elf64.c', 'include/serial.c'], [...movable, '-m64'], 'cpu/cpu.ld'),
  ...domains.flatMap((name) =>
    program(
      name,
      ['domain/domain.c', `domain/${domainSources[name] ?? 'plain.c'}`],
      [...fixed, '-m64', `-DDOMAIN_NAME="${name}"`],
      'domain/domain.ld',
    ),
  ),
];
