import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { BootFiles } from './boot-loader.ts';
import type { Connection, RunOptions } from './connection.ts';
import { Failure } from './failure.ts';
import { files, lines, rows, sections, utf8 } from './section-reader.ts';

/** A device node that guests need, and whether we may use it. */
export interface DeviceNode {
  path: string;
  owner: string;
  group: string;
  /** Octal, as `stat` prints it. */
  mode: string;
  accessible: boolean;
}

/** What was seen on a host that tells whether it is ready. What could not be read is undefined, or not in its list. */
export interface Evidence {
  kernel: string;
  commandLine: string | undefined;
  uid: number | undefined;
  user: string;
  /** Groups of this session, and those that a new one would have. */
  groups: readonly string[];
  nextGroups: readonly string[];
  cpu: { vendor: 'intel' | 'amd' | 'other'; virtualization?: 'vmx' | 'svm'; hypervisor: boolean } | undefined;
  /** Maker and product by DMI. */
  machine: string;
  /** Bytes that a process may lock. */
  memlock: number | undefined;
  hugePages: { total: number; free: number; sizeKiB: number } | undefined;
  lockdown: string | undefined;
  /** Modules of KVM with their parameter `nested`. */
  kvmModules: readonly { name: string; nested: string }[];
  /** Names in /sys/class/iommu. */
  iommus: readonly string[];
  groupCount: number;
  /** Groups that vfio made in its no-IOMMU mode; they are among `groupCount`. */
  noIommuGroups: number;
  /** ACPI tables by which the firmware offers an IOMMU; undefined where no tables are shown. */
  iommuTables: readonly ('DMAR' | 'IVRS')[] | undefined;
  /** Kinds of interrupt chips in /proc/interrupts; those with IR- remap. */
  interruptChips: readonly string[];
  /** Module parameters that are on: paths. */
  unsafeParameters: readonly string[];
  vfioPci: { kind: 'builtin' | 'loaded' | 'available' | 'missing'; path: string } | undefined;
  modulesDisabled: boolean;
  nodes: readonly DeviceNode[];
  sandbox: { kind: 'flatpak' | 'snap' | 'container'; evidence: string } | undefined;
  /** The kernel's log, as far as it is about IOMMUs and vfio. */
  log: { source: string; lines: readonly string[] };
  boot: BootFiles;
}

const script = readFileSync(new URL('./readiness.sh', import.meta.url), 'utf8');
/** What readiness.sh reads of a file of the boot loader at most: one that reaches it isn't whole. */
const LARGEST_BOOT_FILE = 65536;
const LOADER_INFO = '/sys/firmware/efi/efivars/LoaderInfo-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f';

/** Reads what tells whether a host can give devices to guests, in one process. `root`: of a made tree. */
export async function readEvidence(
  connection: Connection,
  options: RunOptions & { root?: string } = {},
): Promise<Evidence> {
  const { root = '', ...run } = options;
  // Nothing that the host's files contain can pass for one of our section heads.
  const boundary = `@@${randomBytes(12).toString('hex')}`;
  const { stdout, stderr, exitCode } = await connection.run(['/bin/sh', '-c', script, 'sh', boundary, root], run);
  if (!stdout.includes(`\n${boundary} end`)) {
    throw new Failure('command-failed', { command: 'readiness.sh', exitCode, output: stderr });
  }
  return parseEvidence(sections(stdout, boundary), root);
}

/** Takes the sections of readiness.sh apart. */
function parseEvidence(found: ReadonlyMap<string, Buffer>, root: string): Evidence {
  const kernelFiles = withoutRoot(files(found.get('kernel')), root);
  const file = (path: string): string | undefined => kernelFiles.get(path)?.trim();
  const paths = lines(found.get('paths')).map((path) => (path.startsWith(root) ? path.slice(root.length) : path));
  const kernel = file('/proc/sys/kernel/osrelease') ?? '';
  const groupCounts = new Map(lines(found.get('groups')).map((line) => line.split(' ') as [string, string]));
  const [source = '', ...log] = lines(found.get('log'));
  return {
    kernel,
    commandLine: file('/proc/cmdline'),
    ...parseIdentity(lines(found.get('identity'))),
    cpu: parseCpu(file('/proc/cpuinfo')),
    machine: ['sys_vendor', 'product_name']
      .map((name) => file(`/sys/class/dmi/id/${name}`) ?? '')
      .join(' ')
      .trim(),
    memlock: parseMemlock(file('/proc/self/limits')),
    hugePages: parseHugePages(file('/proc/meminfo')),
    lockdown: /\[(\w+)\]/.exec(file('/sys/kernel/security/lockdown') ?? '')?.[1],
    kvmModules: parseKvmModules(kernelFiles, paths),
    iommus: paths.flatMap((path) => /^\/sys\/class\/iommu\/([^/*]+)$/.exec(path)?.[1] ?? []),
    groupCount: Number(groupCounts.get('all') ?? 0),
    noIommuGroups: Number(groupCounts.get('without-iommu') ?? 0),
    iommuTables: paths.includes(ACPI_TABLES)
      ? (['DMAR', 'IVRS'] as const).filter((name) => paths.includes(`${ACPI_TABLES}/${name}`))
      : undefined,
    interruptChips: lines(found.get('interrupts')),
    unsafeParameters: [...kernelFiles].flatMap(([path, text]) => (path.includes('unsafe') && isOn(text) ? [path] : [])),
    vfioPci: parseVfioPci(paths, kernel),
    modulesDisabled: isOn(file('/proc/sys/kernel/modules_disabled') ?? ''),
    nodes: rows(found.get('nodes')).flatMap((row) => parseNode(row, root)),
    sandbox: parseSandbox(lines(found.get('environment')), paths),
    log: { source, lines: log.map((line) => line.replace(/^\[ *[\d.]+\] /, '')) },
    boot: parseBoot(files(found.get('boot')), root, paths),
  };
}

const ACPI_TABLES = '/sys/firmware/acpi/tables';

/** Files by their paths on the host, with their texts. */
function withoutRoot(found: ReadonlyMap<string, string>, root: string): Map<string, string> {
  return new Map([...found].map(([path, bytes]) => [path.slice(root.length), utf8(bytes)]));
}

/** Parameters of modules are Y or N, sysctls 1 or 0. */
function isOn(text: string): boolean {
  return ['Y', '1'].includes(text.trim());
}

/** Two lines of id(1): the session, and the user as the system's database has it. */
function parseIdentity(said: readonly string[]): Pick<Evidence, 'uid' | 'user' | 'groups' | 'nextGroups'> {
  const [now = '', next = ''] = said;
  const [, uid, user = ''] = /^uid=(\d+)(?:\(([^)]*)\))?/.exec(now) ?? [];
  return {
    uid: uid === undefined ? undefined : Number(uid),
    user,
    groups: groupsOf(now),
    nextGroups: groupsOf(next),
  };
}

function groupsOf(line: string): string[] {
  const list = /\bgroups=(\S*)/.exec(line)?.[1] ?? '';
  return [...list.matchAll(/\(([^)]*)\)/g)].map(([, name = '']) => name);
}

function parseCpu(text: string | undefined): Evidence['cpu'] {
  if (text === undefined) return undefined;
  const maker = /^vendor_id\s*:\s*(\S+)/m.exec(text)?.[1];
  const flags = /^flags\s*:(.*)$/m.exec(text)?.[1]?.split(' ') ?? [];
  const virtualization = (['vmx', 'svm'] as const).find((flag) => flags.includes(flag));
  return {
    vendor: maker === 'GenuineIntel' ? 'intel' : maker === 'AuthenticAMD' ? 'amd' : 'other',
    ...(virtualization === undefined ? {} : { virtualization }),
    hypervisor: flags.includes('hypervisor'),
  };
}

function parseMemlock(limits: string | undefined): number | undefined {
  const soft = /^Max locked memory\s+(\S+)/m.exec(limits ?? '')?.[1];
  return soft === undefined ? undefined : soft === 'unlimited' ? Infinity : Number(soft);
}

function parseHugePages(meminfo: string | undefined): Evidence['hugePages'] {
  const [total, free, sizeKiB] = ['HugePages_Total', 'HugePages_Free', 'Hugepagesize'].map((key) => {
    const value = new RegExp(`^${key}:\\s*(\\d+)`, 'm').exec(meminfo ?? '')?.[1];
    return value === undefined ? undefined : Number(value);
  });
  return total === undefined || free === undefined || sizeKiB === undefined ? undefined : { total, free, sizeKiB };
}

function parseKvmModules(kernelFiles: ReadonlyMap<string, string>, paths: readonly string[]): Evidence['kvmModules'] {
  return ['kvm_intel', 'kvm_amd'].flatMap((name) =>
    paths.includes(`/sys/module/${name}`)
      ? [{ name, nested: kernelFiles.get(`/sys/module/${name}/parameters/nested`)?.trim() ?? '' }]
      : [],
  );
}

/** Only a module that was loaded from a file has an `initstate`. */
function parseVfioPci(paths: readonly string[], kernel: string): Evidence['vfioPci'] {
  const driver = '/sys/bus/pci/drivers/vfio-pci';
  if (paths.includes(driver)) {
    return { kind: paths.includes('/sys/module/vfio_pci/initstate') ? 'loaded' : 'builtin', path: driver };
  }
  const modules = `/lib/modules/${kernel}`;
  const file = paths.find((path) => path.startsWith(`${modules}/`) && path.includes('/vfio-pci.ko'));
  if (file !== undefined) return { kind: 'available', path: file };
  if (paths.some((path) => /^kernel\/.*\/vfio-pci\.ko$/.test(path)))
    return { kind: 'builtin', path: `${modules}/modules.builtin` };
  // A container, for one, has the kernel but not its modules.
  return kernel !== '' && paths.includes(modules) ? { kind: 'missing', path: modules } : undefined;
}

function parseNode(row: readonly string[], root: string): DeviceNode[] {
  const [accessible, path = '', owner = '', group = '', mode] = row;
  if (mode === undefined) return [];
  return [{ path: path.slice(root.length), owner, group, mode, accessible: accessible === 'yes' }];
}

/** Where the reading itself ran: with a local host, that is where the extension runs. */
function parseSandbox(environment: readonly string[], paths: readonly string[]): Evidence['sandbox'] {
  const value = (key: string): string =>
    environment
      .find((line) => line.startsWith(`${key} `))
      ?.slice(key.length + 1)
      .trim() ?? '';
  const flatpak = value('flatpak');
  if (flatpak !== '') return { kind: 'flatpak', evidence: `FLATPAK_ID=${flatpak}` };
  if (paths.includes('/.flatpak-info')) return { kind: 'flatpak', evidence: '/.flatpak-info' };
  const snap = value('snap');
  if (snap !== '') return { kind: 'snap', evidence: `SNAP=${snap}` };
  const container = ['/.dockerenv', '/run/.containerenv'].find((path) => paths.includes(path));
  return container === undefined ? undefined : { kind: 'container', evidence: container };
}

function parseBoot(found: ReadonlyMap<string, string>, root: string, paths: readonly string[]): BootFiles {
  // An EFI variable: four bytes of attributes, then UTF-16.
  const loaderInfo = (found.get(root + LOADER_INFO) ?? '').replace(/[^\x20-\x7e]/g, '');
  const whole = [...found].filter(([path, bytes]) => path !== root + LOADER_INFO && bytes.length < LARGEST_BOOT_FILE);
  const kernelImage = paths.find((path) => /\/vmlinuz[^/]*$/.test(path));
  return {
    loaderInfo,
    files: withoutRoot(new Map(whole), root),
    programs: new Set(paths.flatMap((path) => /^\/(?:usr\/)?s?bin\/([^/]+)$/.exec(path)?.[1] ?? [])),
    ostree: paths.includes('/run/ostree-booted'),
    ...(kernelImage === undefined ? {} : { kernelImage }),
  };
}
