/** What was found of the host's boot loader. */
export interface BootFiles {
  /** What the boot loader says it is (EFI variable LoaderInfo of the Boot Loader Interface); empty where it doesn't. */
  loaderInfo: string;
  /** Configuration files by path, whole ones only. */
  files: ReadonlyMap<string, string>;
  /** Which of the programs that update it there are. */
  programs: ReadonlySet<string>;
  /** The system's files are an image, and its kernel arguments belong to that (rpm-ostree). */
  ostree: boolean;
  /** The kernel that runs, as a file. */
  kernelImage?: string;
}

/** Words of the kernel's command line that have to come, and those that have to go. */
export interface KernelArguments {
  add: readonly string[];
  remove: readonly string[];
}

/** How to change the kernel's command line. It is for a person to do: nothing here is ever written. */
export interface BootAdvice {
  loader: 'grub' | 'systemd-boot' | 'ostree' | 'unknown';
  /**
   * `change`: by the diffs, where there are any, and the commands. `already-set`: the files say it, but the kernel was
   * booted without. `by-hand`: the files couldn't be read or aren't of a shape that we would dare to change.
   */
  kind: 'change' | 'already-set' | 'by-hand';
  arguments: KernelArguments;
  /** Unified diffs, relative to the root directory: `patch -d / -p1` takes them. */
  changes: readonly { file: string; diff: string }[];
  /** What makes the boot loader take the files up. */
  commands: readonly string[];
}

/** A line of a file that becomes another; one past the last line is a new one. */
interface Replacement {
  file: string;
  index: number;
  line: string;
}

/** How this host's kernel gets other arguments. */
export function bootAdvice(boot: BootFiles, wanted: KernelArguments): BootAdvice {
  const loader = loaderOf(boot);
  const replacements = replacementsFor(loader, boot.files, wanted);
  const changes = [...new Set(replacements?.map(({ file }) => file))].map((file) => ({
    file,
    diff: unifiedDiff(
      file,
      boot.files.get(file) ?? '',
      (replacements ?? []).filter((each) => each.file === file),
    ),
  }));
  const kind =
    loader === 'ostree' || changes.length > 0 ? 'change' : replacements === undefined ? 'by-hand' : 'already-set';
  return { loader, kind, arguments: wanted, changes, commands: commandsOf(loader, boot, wanted) };
}

const GRUB_FILE = '/etc/default/grub';
const KERNEL_INSTALL_FILE = '/etc/kernel/cmdline';
const GRUB_PROGRAMS = ['update-grub', 'grub2-mkconfig', 'grub-mkconfig'];

function entriesOf(files: ReadonlyMap<string, string>): string[] {
  return [...files.keys()].filter((path) => path.includes('/loader/entries/'));
}

function loaderOf({ loaderInfo, files, programs, ostree }: BootFiles): BootAdvice['loader'] {
  if (ostree) return 'ostree';
  if (/systemd-boot/i.test(loaderInfo)) return 'systemd-boot';
  if (/grub/i.test(loaderInfo)) return 'grub';
  // GRUB of Fedora has entries of the same kind (Boot Loader Specification), so it comes first.
  if (files.has(GRUB_FILE) && GRUB_PROGRAMS.some((name) => programs.has(name))) return 'grub';
  return files.has(KERNEL_INSTALL_FILE) || entriesOf(files).length > 0 ? 'systemd-boot' : 'unknown';
}

/** Undefined where the files aren't there or aren't of a shape that we know. */
function replacementsFor(
  loader: BootAdvice['loader'],
  files: ReadonlyMap<string, string>,
  wanted: KernelArguments,
): Replacement[] | undefined {
  if (loader === 'grub') return grubReplacements(files, wanted);
  if (loader !== 'systemd-boot') return undefined;
  // kernel-install makes the entries from this file; where there is none, they were written by hand.
  if (files.has(KERNEL_INSTALL_FILE)) return lineReplacements(files, KERNEL_INSTALL_FILE, /^()(.*\S.*)$/s, wanted);
  const each = entriesOf(files).map((file) => lineReplacements(files, file, /^(\s*options\s+)(.*)$/s, wanted));
  return each.every((found) => found === undefined) ? undefined : each.flatMap((found) => found ?? []);
}

/** `NAME=value` of a shell file, with the value in quotes or as one word. */
const ASSIGNMENT =
  /^(\s*(?:export\s+)?(GRUB_CMDLINE_LINUX(?:_DEFAULT)?)=)("(?:[^"\\]|\\.)*"|'[^']*'|[^\s"'#;&|<>()$`\\]*)(\s*(?:#.*)?)$/;

/** grub-mkconfig reads /etc/default/grub, then (Debian, Ubuntu) /etc/default/grub.d/*.cfg: the last assignment counts. */
function grubReplacements(files: ReadonlyMap<string, string>, wanted: KernelArguments): Replacement[] | undefined {
  const paths = [...files.keys()].filter((path) => path === GRUB_FILE || path.startsWith(`${GRUB_FILE}.d/`)).sort();
  const assignments = paths.flatMap((file) =>
    linesOf(files.get(file)).flatMap((line, index) => {
      if (!/^\s*(?:export\s+)?GRUB_CMDLINE_LINUX(?:_DEFAULT)?\+?=/.test(line)) return [];
      const [, head, name = 'other', raw = '', tail = ''] = ASSIGNMENT.exec(line) ?? [];
      const quote = /^["']/.exec(raw)?.[0] ?? '';
      return [{ file, index, head, name, value: raw.slice(quote.length, raw.length - quote.length), quote, tail }];
    }),
  );
  const [first] = paths;
  if (first === undefined || assignments.some(({ head }) => head === undefined)) return undefined;
  // What is in …_DEFAULT stays out of the recovery entries; Fedora has only the other one.
  const always = assignments.findLast(({ name }) => name === 'GRUB_CMDLINE_LINUX');
  const normal = assignments.findLast(({ name }) => name === 'GRUB_CMDLINE_LINUX_DEFAULT');
  const target = normal ?? always;
  const missing = missingFrom([always?.value, normal?.value], wanted);
  const replacements = assignments.flatMap((each) => {
    const value = withWords(each.value, each === target ? missing : [], wanted.remove);
    const quote = each.quote === '' ? '"' : each.quote;
    const line = `${each.head ?? ''}${quote}${value}${quote}${each.tail}`;
    return value === each.value ? [] : [{ file: each.file, index: each.index, line }];
  });
  if (target || missing.length === 0) return replacements;
  const text = files.get(first) ?? '';
  if (text !== '' && !text.endsWith('\n')) return undefined;
  const line = `GRUB_CMDLINE_LINUX_DEFAULT="${missing.join(' ')}"`;
  return [...replacements, { file: first, index: linesOf(text).length, line }];
}

/** For files whose lines that match `pattern` are put together; what is added goes to the last of them. */
function lineReplacements(
  files: ReadonlyMap<string, string>,
  file: string,
  pattern: RegExp,
  wanted: KernelArguments,
): Replacement[] | undefined {
  const found = linesOf(files.get(file)).flatMap((line, index) => {
    const [, head, value = ''] = pattern.exec(line) ?? [];
    return head === undefined ? [] : [{ index, head, value }];
  });
  if (found.length === 0) return undefined;
  const missing = missingFrom(
    found.map(({ value }) => value),
    wanted,
  );
  return found.flatMap(({ index, head, value }) => {
    const changed = withWords(value, index === found.at(-1)?.index ? missing : [], wanted.remove);
    return changed === value ? [] : [{ file, index, line: head + changed }];
  });
}

function missingFrom(values: readonly (string | undefined)[], { add }: KernelArguments): string[] {
  const words = values.flatMap((value) => value?.split(/\s+/) ?? []);
  return add.filter((word) => !words.includes(word));
}

function withWords(value: string, add: readonly string[], remove: readonly string[]): string {
  const kept = value.replace(/\s*\S+/g, (word) => (remove.includes(word.trim()) ? '' : word));
  if (kept === value && add.length === 0) return value;
  return [kept.trim(), ...add].filter((word) => word !== '').join(' ');
}

function commandsOf(
  loader: BootAdvice['loader'],
  { programs, files, kernelImage }: BootFiles,
  { add, remove }: KernelArguments,
): string[] {
  switch (loader) {
    case 'ostree': {
      const words = [
        ...add.map((word) => `--append-if-missing=${word}`),
        ...remove.map((word) => `--delete-if-present=${word}`),
      ];
      return [`sudo rpm-ostree kargs ${words.join(' ')}`];
    }
    case 'grub': {
      if (programs.has('update-grub')) return ['sudo update-grub'];
      // Entries that are files of their own keep their arguments (release notes of RHEL 9.3, 4.9).
      const ownEntries = /^\s*GRUB_ENABLE_BLSCFG=["']?true/m.test(files.get(GRUB_FILE) ?? '');
      if (ownEntries && programs.has('grubby')) {
        const words = [
          ...(add.length > 0 ? [`--args="${add.join(' ')}"`] : []),
          ...(remove.length > 0 ? [`--remove-args="${remove.join(' ')}"`] : []),
        ];
        return [`sudo grubby --update-kernel=ALL ${words.join(' ')}`];
      }
      const update = ownEntries ? ' --update-bls-cmdline' : '';
      if (programs.has('grub2-mkconfig')) return [`sudo grub2-mkconfig -o /boot/grub2/grub.cfg${update}`];
      return programs.has('grub-mkconfig') ? ['sudo grub-mkconfig -o /boot/grub/grub.cfg'] : [];
    }
    case 'systemd-boot': {
      if (!files.has(KERNEL_INSTALL_FILE)) return []; // entries are read at each boot
      if (programs.has('proxmox-boot-tool')) return ['sudo proxmox-boot-tool refresh'];
      if (!programs.has('kernel-install')) return [];
      const inModules = kernelImage?.startsWith('/lib/modules/') ?? false;
      const image = inModules ? '/lib/modules/$(uname -r)/vmlinuz' : '/boot/vmlinuz-$(uname -r)';
      return [`sudo kernel-install add "$(uname -r)" "${image}"`];
    }
    case 'unknown':
      return [];
  }
}

function linesOf(text = ''): string[] {
  return text === '' ? [] : text.replace(/\n$/, '').split('\n');
}

const CONTEXT = 3;

/** Lines are replaced one by one, so a hunk is a run of lines with those near it (diff(1), unified format). */
function unifiedDiff(file: string, text: string, replacements: readonly Replacement[]): string {
  const before = linesOf(text);
  const after = new Map(replacements.map(({ index, line }) => [index, line]));
  const near = (index: number): boolean => [...after.keys()].some((each) => Math.abs(each - index) <= CONTEXT);
  const output = [`--- a${file}`, `+++ b${file}`];
  for (let start = 0; start <= before.length; start++) {
    if (!near(start)) continue;
    let end = start;
    while (end <= before.length && near(end)) end++;
    output.push(...hunk(before, after, start, Math.min(end, before.length), text.endsWith('\n')));
    start = end;
  }
  return `${output.join('\n')}\n`;
}

function hunk(
  before: readonly string[],
  after: ReadonlyMap<number, string>,
  start: number,
  end: number,
  newlineAtEnd: boolean,
): string[] {
  const body: string[] = [];
  for (let index = start; index < end; index++) {
    const mark = index === before.length - 1 && !newlineAtEnd ? ['\\ No newline at end of file'] : [];
    const [old = '', line] = [before[index], after.get(index)];
    if (line === undefined) body.push(` ${old}`, ...mark);
    else body.push(`-${old}`, ...mark, `+${line}`, ...mark);
  }
  const appended = end === before.length ? after.get(before.length) : undefined;
  if (appended !== undefined) body.push(`+${appended}`);
  const count = end - start;
  const now = count + (appended === undefined ? 0 : 1);
  // A hunk without old lines is named by the line before it.
  const from = count === 0 ? start : start + 1;
  return [`@@ -${from.toString()},${count.toString()} +${(start + 1).toString()},${now.toString()} @@`, ...body];
}
