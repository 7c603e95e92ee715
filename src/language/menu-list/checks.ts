import { kernelArgumentProblem } from '../../barrelfish/kernel-arguments.ts';
import type { Finding, ParsedFile, Workspace } from '../language.ts';
import type { SourceText, Span } from '../source-text.ts';
import { findingAt } from '../wrong.ts';
import { buildFindings } from './build-checks.ts';
import { driverFindings } from './driver-checks.ts';
import { findings, problemOf } from './findings.ts';
import { readerFindings } from './reader-checks.ts';
import { isCpuDriver, kernelArguments, knownArgument } from './programs.ts';
import {
  isForStartd,
  isKernelLine,
  lineAt,
  modulesOf,
  type FileLine,
  type MenuLine,
  type MenuTree,
  type ModuleLine,
} from './syntax.ts';
import { MODES } from './words.ts';

/** Programs that a machine can't come up without, and what they are for. */
const NEEDED = {
  init: 'the kernel starts it as the first program.',
  mem_serv: 'init starts it, and nobody gets memory without it.',
  monitor: 'init starts it, and it starts the modules with boot.',
} as const;

/** Who does nothing without whom. */
const PAIRS: readonly (readonly [program: string, needed: string, why: string])[] = [
  ['skb', 'ramfsd', 'its programs are files there.'],
  ['skb', 'skb_ramfs.cpio.gz', 'its programs are in it.'],
  ['skb', 'eclipseclp_ramfs.cpio.gz', 'its Prolog library is in it.'],
  ['kaluga', 'skb', 'it asks the SKB which driver a device gets.'],
  ['angler', 'fish', 'it is the shell that angler starts.'],
];

export function diagnose(file: ParsedFile<MenuTree>, workspace: Workspace): readonly Finding[] {
  const { source, tree } = file;
  const found = [
    ...problems(source, tree),
    ...readerFindings(source, tree),
    ...tree.lines.flatMap((line) => lineFindings(tree, line)),
    ...(tree.menu.kernel ? systemFindings(tree) : []),
    ...driverFindings(file, workspace),
    ...buildFindings(file, workspace),
  ];
  return found.sort((a, b) => a.start - b.start || a.end - b.end);
}

function problems(source: SourceText, tree: MenuTree): Finding[] {
  return tree.menu.problems.flatMap((problem) => {
    // An empty file, or one without a kernel line at all, is no menu yet.
    if (problem.code === 'no-kernel' && modulesOf(tree).length === 0) return [];
    const line = lineAt(tree, problem.line - 1);
    const span = line ? spanOf(problem, line) : source.line(problem.line - 1);
    return [findingAt(span, problemOf(problem))];
  });
}

function spanOf(problem: MenuTree['menu']['problems'][number], line: MenuLine): Span {
  switch (problem.code) {
    case 'no-slash':
    case 'root-is-a-device':
      return line.words[0] ?? line;
    case 'not-a-number':
      return line.words.find(({ text }) => text === problem.text) ?? line;
    case 'comment-in-arguments': {
      const start = line.words.slice(1).find(({ text }) => text.startsWith('#'))?.start ?? line.start;
      return { start, end: line.end };
    }
    case 'too-long':
      return line;
    default:
      return line.keyword;
  }
}

function lineFindings(tree: MenuTree, line: MenuLine): Finding[] {
  const { file } = line;
  const last = line.words.at(-1);
  const isOpen = last !== undefined && (last.text.split('"').length & 1) === 0;
  const open = isOpen ? [findingAt(last, findings.openQuote())] : [];
  if (!file) return open;
  return [...open, ...(isKernelLine(file) ? kernelLine(file) : moduleLine(tree, file))];
}

function kernelLine(file: ModuleLine): Finding[] {
  const known = kernelArguments(file.architecture);
  const found = file.arguments.flatMap((word): Finding[] => {
    if (word.text.startsWith('#')) return [];
    const problem = kernelArgumentProblem(word.text);
    if (problem) return [findingAt(word, findings.badKernelArgument(word.text, problem))];
    // The kernel knows a key by its beginning: loglevelX= is loglevel=.
    const name = word.text.replace(/=.*/, '=');
    const isKnown = knownArgument(word.text, known) ?? known.some((each) => name.startsWith(each.name.slice(0, -1)));
    return isKnown ? [] : [findingAt(word, findings.unknownKernelArgument(word.text))];
  });
  if (file.keyword === 'kernel' && file.architecture === 'x86_64' && file.program !== 'elver')
    found.push(findingAt(file.path, findings.notElver(file.program)));
  return found;
}

function moduleLine(tree: MenuTree, file: ModuleLine): Finding[] {
  const [first, ...others] = file.arguments;
  const found: Finding[] = [];
  const kernel = tree.kernel?.file;
  const known = kernelArguments(file.architecture).filter(({ name }) => name === 'loglevel=' || name === 'logmask=');
  for (const word of file.arguments) {
    const argument = knownArgument(word.text, known);
    if (argument && isCpuDriver(file.program)) found.push(...ofOtherCores(file, word.text, word, kernel));
    else if (argument && kernel && file.keyword !== 'bootdriver')
      found.push(findingAt(word, findings.kernelArgumentElsewhere(word.text, kernel.keyword)));
    if (
      isForStartd(file, word) &&
      word.text.startsWith('core=') &&
      !/^core=\d+(?:-\d+)?(?:,\d+(?:-\d+)?)*$/.test(word.text)
    )
      found.push(findingAt(word, findings.notACore(word.text)));
  }
  for (const word of others) {
    if (first && Object.hasOwn(MODES, word.text) && Object.hasOwn(MODES, first.text) && word.text !== 'auto')
      found.push(findingAt(word, findings.repeatedMode(word.text, first.text)));
  }
  return found;
}

function ofOtherCores(file: ModuleLine, text: string, word: Span, kernel: ModuleLine | undefined): Finding[] {
  if (kernel?.keyword !== 'kernel' || file.architecture !== 'x86_64') return [];
  const isSame = kernel.arguments.some((each) => each.text === text);
  return isSame ? [] : [findingAt(word, findings.kernelArgumentOfOthers(text))];
}

/** What the whole lacks. Told at the kernel's line. */
function systemFindings(tree: MenuTree): Finding[] {
  const all = modulesOf(tree).filter(({ file }) => file.keyword.startsWith('module'));
  const { kernel } = tree;
  if (!kernel) return [];
  const names = new Map<string, FileLine>();
  for (const line of all) if (!names.has(line.file.program)) names.set(line.file.program, line);
  const found: Finding[] = [];
  const at = kernel.file.path;
  if (kernel.file.program === 'elver' && !names.has('cpu'))
    found.push(findingAt(at, findings.missingModule('cpu', 'elver loads it as the kernel, and stops without it.')));
  const likeKernel = all.find(({ file }) => file !== kernel.file && file.program.startsWith('cpu'));
  if (kernel.file.program === 'elver' && names.has('cpu') && likeKernel && likeKernel.file.program !== 'cpu')
    found.push(findingAt(likeKernel.file.path, findings.wrongKernel(likeKernel.file.program)));
  for (const [name, why] of Object.entries(NEEDED))
    if (!names.has(name)) found.push(findingAt(at, findings.missingModule(name, why)));
  // A Xeon Phi has its devices, and what knows of them, on the host.
  if (kernel.file.architecture === 'k1om') return [...found, ...repeated(all)];
  for (const [program, needed, why] of PAIRS) {
    const line = names.get(program);
    if (line && !names.has(needed)) found.push(findingAt(line.file.path, findings.needsModule(program, needed, why)));
  }
  const driver = all.find(({ file }) => file.arguments.some(({ text }) => text === 'auto'));
  if (driver && !names.has('kaluga'))
    found.push(
      findingAt(
        driver.file.path,
        findings.needsModule(driver.file.program, 'kaluga', 'it starts the modules with auto.'),
      ),
    );
  return [...found, ...repeated(all)];
}

/** Programs that startd starts may stand there twice, once for each core. */
function repeated(all: readonly FileLine[]): Finding[] {
  const first = new Map<string, FileLine>();
  return all.flatMap((line) => {
    const { program, path, arguments: args } = line.file;
    const mode = args[0]?.text ?? '';
    const before = first.get(program);
    if (!before) first.set(program, line);
    const isOnlyOne = mode === 'boot' || mode === 'auto' || program in NEEDED || program === 'cpu';
    return before && isOnlyOne ? [findingAt(path, findings.repeatedModule(program, before.number + 1))] : [];
  });
}
