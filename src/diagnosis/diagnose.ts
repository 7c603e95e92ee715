import { buildMessages } from './build-messages.ts';
import { isRemark, type Diagnosis, type DiagnosisCode, type Message } from './diagnosis.ts';
import { gdbMessages } from './guest-messages.ts';
import { kernelMessages } from './kernel-messages.ts';
import { qemuMessages } from './qemu-messages.ts';
import { scriptMessages } from './script-messages.ts';

/** Who printed a text: QEMU, the kernel to its log, a step that ran as root, gdb, or a build. */
export type Source = 'qemu' | 'kernel' | 'script' | 'gdb' | 'build';

interface Evidence {
  text: string;
  source: Source;
}

const MESSAGES: Readonly<Record<Source, readonly Message[]>> = {
  qemu: qemuMessages,
  kernel: kernelMessages,
  script: scriptMessages,
  gdb: gdbMessages,
  build: buildMessages,
};

/** Of what says little: what says more about the same. */
const EXPLAINED_BY: Partial<Record<DiagnosisCode, readonly DiagnosisCode[]>> = {
  'iommu-refused': ['no-interrupt-remapping', 'firmware-reserved-memory'],
  'device-not-given': ['does-not-wake'],
  'memory-lock-limit': ['iommufd-memory'],
  'probe-took-nothing': ['device-denied', 'probe-refused'],
  'probe-refused': ['device-denied'],
};

/** Of a larger text the end counts: what was said last. */
const LARGEST_TEXT = 1024 * 1024;
const LONGEST_LINE = 1000;
/** No message is shorter. */
const SHORTEST_LINE = 10;
/** A device may fault ten thousand times a second. */
const MOST_OF_A_CODE = 8;

const ADDRESS = /(?<![0-9a-f:])[0-9a-f]{4,8}:[0-9a-f]{2}:[01][0-9a-f]\.[0-7](?![0-9a-f])/;
/** Colours and the like (ECMA-48, 5.4). */
const ESCAPE_SEQUENCE = /\u001b\[[0-?]{0,32}[ -/]{0,4}[@-~]/g;
const CONTROL_CHARACTER = /[^\P{Cc}\n]/gu;

/** What a text means, the most specific first; empty when nobody knows. The text may be anything. */
export function diagnose(text: string, source: Source): Diagnosis[] {
  return diagnoseTogether([{ text, source }]);
}

/**
 * What several texts about one failure mean together, since the kernel's log often tells why QEMU or a step failed. In
 * the order of the texts, except that remarks come last.
 */
export function diagnoseTogether(evidence: readonly Evidence[]): Diagnosis[] {
  const found: Diagnosis[] = [];
  for (const { text, source } of evidence) {
    for (const diagnosis of diagnosesIn(text, MESSAGES[source])) add(found, diagnosis);
  }
  return found
    .filter((diagnosis) => !isExplained(diagnosis, found))
    .sort((a, b) => Number(isRemark(a)) - Number(isRemark(b)));
}

/** In the order of the messages, which is the order of how much they say. */
function diagnosesIn(text: string, messages: readonly Message[]): Diagnosis[] {
  const found = messages.map((): Diagnosis[] => []);
  for (const line of linesOf(text)) {
    for (const [index, { pattern, meaning }] of messages.entries()) {
      const match = pattern.exec(line);
      if (!match) continue;
      const groups = match.slice(1).map((group: string | undefined) => group ?? '');
      add(found[index] ?? [], known(meaning(ADDRESS.exec(line)?.[0], ...groups)));
      break;
    }
  }
  return found.flat();
}

function linesOf(text: string): string[] {
  return text
    .slice(-LARGEST_TEXT)
    .replaceAll(/\r\n?/g, '\n')
    .replaceAll(ESCAPE_SEQUENCE, '')
    .replaceAll(CONTROL_CHARACTER, '')
    .split('\n')
    .flatMap((line) => (line.length < SHORTEST_LINE ? [] : line.slice(0, LONGEST_LINE).trim()));
}

/** Without the facts that the text did not tell. */
function known(diagnosis: Diagnosis): Diagnosis {
  const told = { ...diagnosis };
  for (const [name, fact] of Object.entries(told)) if (fact === undefined) Reflect.deleteProperty(told, name);
  return told;
}

/** Adds what is new. What agrees with something that is there adds its facts to it. */
function add(found: Diagnosis[], diagnosis: Diagnosis): void {
  const alike = found.filter(({ code }) => code === diagnosis.code);
  const same = alike.find((each) => agree(each, diagnosis));
  if (same) Object.assign(same, diagnosis);
  else if (alike.length < MOST_OF_A_CODE) found.push({ ...diagnosis });
}

/** No fact that both tell differs. */
function agree(a: Diagnosis, b: Diagnosis): boolean {
  const facts = new Map<string, unknown>(Object.entries(b));
  return Object.entries(a).every(([name, fact]) => !facts.has(name) || facts.get(name) === fact);
}

function isExplained(diagnosis: Diagnosis, found: readonly Diagnosis[]): boolean {
  const better = EXPLAINED_BY[diagnosis.code] ?? [];
  return found.some((each) => better.includes(each.code) && isAboutSame(each, diagnosis));
}

function isAboutSame(a: Diagnosis, b: Diagnosis): boolean {
  const [one, other] = [addressOf(a), addressOf(b)];
  return one === undefined || other === undefined || one === other;
}

/** Address of the host's device that a diagnosis is about. */
export function addressOf(diagnosis: Diagnosis): string | undefined {
  return 'address' in diagnosis ? diagnosis.address : undefined;
}
