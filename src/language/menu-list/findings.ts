import type { MenuList } from '../../barrelfish/menu-list.ts';
import { error, information, warning, type Wrong } from '../wrong.ts';

/** Every finding, by its code. */
export const findings = {
  unknownKeyword: (keyword: string): Wrong =>
    error('unknown-keyword', `“${keyword}” is no keyword of a menu.lst, so the line counts for nothing.`),
  incomplete: (keyword: string): Wrong => error('incomplete', `Something is missing behind “${keyword}”.`),
  notANumber: (keyword: string, text: string): Wrong =>
    error('not-a-number', `“${keyword}” wants a number here, decimal or with 0x, and “${text}” is none.`),
  repeated: (keyword: string, line: number): Wrong =>
    warning('repeated', `Only the first “${keyword}” counts, in line ${String(line)}.`),
  noSlash: (path: string): Wrong =>
    error(
      'no-slash',
      `“${path}” has to begin with a slash: tools/qemu-wrapper.sh passes over lines without one. Paths start at the build directory.`,
    ),
  indented: (keyword: string): Wrong =>
    warning(
      'indented',
      `tools/qemu-wrapper.sh sees “${keyword}” only in the first column, and passes over this line. The other readers take it.`,
    ),
  tooLong: (length: number): Wrong =>
    error(
      'too-long',
      `A path or its arguments may have 255 bytes, here are ${String(length)}: lib/multiboot/grubmenu.c has no more room and aborts.`,
    ),
  rootIsADevice: (root: string): Wrong =>
    warning(
      'root-is-a-device',
      `“${root}” is a disk of a boot loader. In QEMU there is none: paths are taken from the build directory, as with (nd).`,
    ),
  commentInArguments: (): Wrong =>
    warning(
      'comment-in-arguments',
      'Behind arguments a # begins no comment: the program gets it as arguments. Only tools/arm-mkbootcpio.sh takes it for one.',
    ),
  noKernel: (): Wrong =>
    warning('no-kernel', 'There is no “kernel” line (armv8: “cpudriver”), so nothing can be booted.'),
  tabInKernelLine: (): Wrong =>
    warning(
      'tab-before-arguments',
      'Between path and arguments stands a tab: tools/qemu-wrapper.sh and QEMU split at blanks only, and take it for a part of the path.',
    ),
  comma: (): Wrong =>
    warning(
      'comma-in-arguments',
      'tools/qemu-wrapper.sh hands this on as it is, and QEMU takes what follows the comma for another module. Other ways to boot write “,,”.',
    ),
  titleOfWords: (): Wrong =>
    information(
      'title-of-words',
      'lib/multiboot/grubmenu.c takes the first word for the title, and the others for unknown commands, with a message for each.',
    ),
  noLineEnd: (): Wrong =>
    warning(
      'no-line-end',
      'The last line has no end: lib/multiboot/grubmenu.c loses the arguments of a line that the file ends in. Add a newline.',
    ),
  notForEfi: (keyword: string): Wrong =>
    information(
      'not-for-efi',
      `tools/harness/efiimage.py takes the second word of every line but “stack” for a file, that behind “${keyword}” too.`,
    ),
  openQuote: (): Wrong =>
    warning('open-quote', 'The quote is not closed: all up to the end of the line is one argument.'),
  noSuchTarget: (target: string, directory: string): Wrong =>
    error('no-such-target', `${target} is not there, and the Makefile in ${directory} has no rule for it.`),
  notBuilt: (target: string): Wrong => warning('not-built', `${target} has not been built.`),
  missingModule: (module: string, why: string): Wrong =>
    error('missing-module', `There is no module ${module}: ${why}`),
  needsModule: (program: string, module: string, why: string): Wrong =>
    warning('needs-module', `${program} needs ${module}, which is no module here: ${why}`),
  notElver: (program: string): Wrong =>
    warning(
      'not-elver',
      `On x86_64 the kernel line has to be elver, which loads the module “cpu”: neither QEMU nor GRUB can start “${program}”, only gem5.`,
    ),
  wrongKernel: (program: string): Wrong =>
    error(
      'wrong-kernel',
      `elver takes the first module whose name begins with “cpu” for the kernel, and that is ${program}: put it behind the module cpu.`,
    ),
  kernelArgumentElsewhere: (argument: string, keyword: string): Wrong =>
    warning(
      'kernel-argument-elsewhere',
      `“${argument}” is an argument of the kernel. It belongs to the line “${keyword}”; this program does nothing with it.`,
    ),
  kernelArgumentOfOthers: (argument: string): Wrong =>
    information(
      'kernel-argument-of-others',
      `“${argument}” is for the other cores: the core that boots gets its arguments from the line “kernel”, which says something else.`,
    ),
  badKernelArgument: (argument: string, kind: 'one-word' | 'number' | 'truth'): Wrong =>
    error('bad-kernel-argument', `The kernel stops at “${argument}”: ${KERNEL_REASONS[kind]}`),
  unknownKernelArgument: (argument: string): Wrong =>
    warning('unknown-kernel-argument', `The kernel knows no argument “${argument}”, and passes over it.`),
  driverWithoutAuto: (program: string, mode: string | undefined): Wrong =>
    mode === undefined
      ? warning(
          'driver-without-auto',
          `${program} is a driver, but without “auto” Kaluga never starts it: startd starts it as an ordinary program, without a device.`,
        )
      : information(
          'driver-without-auto',
          `${program} is a driver, and Kaluga starts only those with “auto”: with “${mode}” no device gets it.`,
        ),
  claimedByTwo: (program: string, other: string, ids: string): Wrong =>
    warning(
      'claimed-by-two',
      `${program} and ${other} are both for ${ids}. The device database prefers ${other}, so ${program} is not started for it.`,
    ),
  repeatedModule: (program: string, line: number): Wrong =>
    warning(
      'repeated-module',
      `${program} is a module in line ${String(line)} already, and is looked up by its name: that one counts.`,
    ),
  repeatedMode: (argument: string, first: string): Wrong =>
    information(
      'second-mode',
      `“${argument}” counts only as the first argument, and that is “${first}” here: the program gets it as an ordinary one.`,
    ),
  notACore: (argument: string): Wrong =>
    error('not-a-core', `“${argument}” is no list of cores: numbers and ranges, with commas and no blanks (core=0-3).`),
  overwritten: (): Wrong =>
    information(
      'overwritten',
      'make overwrites this file with the one in the source tree: edit that one, or a copy of another name.',
    ),
};

const KERNEL_REASONS = {
  'one-word': 'it has to be one word of printable ASCII, without quotes.',
  number: 'it wants a number of 31 bits, decimal or with 0x.',
  truth: 'it wants true or false.',
};

/** What reading the file has found. */
export function problemOf(problem: MenuList['problems'][number]): Wrong {
  switch (problem.code) {
    case 'unknown-keyword':
      return findings.unknownKeyword(problem.keyword);
    case 'incomplete':
      return findings.incomplete(problem.keyword);
    case 'not-a-number':
      return findings.notANumber(problem.keyword, problem.text);
    case 'repeated':
      return findings.repeated(problem.keyword, problem.firstLine);
    case 'no-slash':
      return findings.noSlash(problem.path);
    case 'indented':
      return findings.indented(problem.keyword);
    case 'too-long':
      return findings.tooLong(problem.length);
    case 'root-is-a-device':
      return findings.rootIsADevice(problem.root);
    case 'comment-in-arguments':
      return findings.commentInArguments();
    case 'no-kernel':
      return findings.noKernel();
  }
}
