/** A keyword that a line can begin with. */
interface Directive {
  readonly form: string;
  /** What an editor puts in its place, as a snippet. */
  readonly snippet: string;
  readonly says: string;
}

export const DIRECTIVES: Readonly<Record<string, Directive>> = {
  kernel: {
    form: 'kernel /PATH ARGUMENTS',
    snippet: 'kernel /${1:x86_64}/sbin/${2:elver} loglevel=${3:3}',
    says:
      'The program that the boot loader starts: on x86 the loader `elver`, on armv7 the CPU driver. ' +
      'Its arguments are the command line of the kernel on the core that boots.',
  },
  module: {
    form: 'module /PATH ARGUMENTS',
    snippet: 'module /${1:x86_64}/sbin/${2:program} ${3|boot,auto,nospawn|}',
    says: 'A file that is loaded with the kernel: a program with its arguments, or data.',
  },
  modulenounzip: {
    form: 'modulenounzip /PATH ARGUMENTS',
    snippet: 'modulenounzip /${1:archive.cpio.gz} nospawn',
    says: 'A module that GRUB leaves as it is, although it is compressed. Everywhere else it is the same as `module`.',
  },
  bootdriver: {
    form: 'bootdriver /PATH',
    snippet: 'bootdriver /armv8/sbin/${1:boot_armv8_generic}',
    says: 'armv8: the program that firmware starts, and that puts the CPU driver into place.',
  },
  cpudriver: {
    form: 'cpudriver /PATH ARGUMENTS',
    snippet: 'cpudriver /armv8/sbin/${1:cpu_a57_qemu} loglevel=${2:3}',
    says: 'armv8: the kernel, with its command line.',
  },
  root: {
    form: 'root (nd) | DIRECTORY',
    snippet: 'root (nd)',
    says: 'Where paths start: `(nd)` is where the boot loader got the menu from, here the build directory.',
  },
  timeout: {
    form: 'timeout SECONDS',
    snippet: 'timeout ${1:0}',
    says: 'How long a boot loader shows its menu. Barrelfish itself does nothing with it.',
  },
  title: {
    form: 'title WORDS',
    snippet: 'title ${1:Barrelfish}',
    says: "The entry's name in a boot loader's menu.",
  },
  mmap: {
    form: 'mmap map BASE LENGTH TYPE',
    snippet: 'mmap map ${1:0x80000000} ${2:0x40000000} ${3|1,13|}',
    says: 'Physical memory, for a machine that cannot tell it itself (armv7). Type 1 is memory, 13 the registers of devices.',
  },
  stack: {
    form: 'stack BYTES',
    snippet: 'stack ${1:16384}',
    says: "Size of the first stack, for the boot loader Hagfish (armv8). Others don't know it.",
  },
};

/** First arguments of a module, which say who starts it. */
export const MODES: Readonly<Record<string, string>> = {
  boot: 'Started by the monitor of the first core, as one of the programs that the system itself consists of.',
  auto: 'A driver: started by Kaluga when its device is found.',
  nospawn: 'Only loaded: a file, or a program that others start.',
  arrakis: 'A program in a virtual machine: not started by startd at the boot.',
  'dist-serv': 'A distributed service: startd starts it before the other programs, on the core of `core=`.',
};

/** In the first two places of a module that startd starts; the program itself doesn't see them. */
export const SPAWNING: Readonly<Record<string, string>> = {
  'core=': 'Cores that startd starts the program on: `core=2`, `core=0-3`, `core=1,3`.',
  'spawnflags=': 'Flags for starting the program, as a decimal number.',
};

export const MEMORY_TYPES: Readonly<Record<string, string>> = {
  '1': 'Memory that Barrelfish can use.',
  '13': 'Registers of devices.',
};
