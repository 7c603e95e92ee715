import { l10n } from 'vscode';
import { addressOf } from '../diagnosis/diagnose.ts';
import { isRemark, type Diagnosis, type DiagnosisFacts } from '../diagnosis/diagnosis.ts';
import { buildDiagnosisTexts } from './build-diagnosis-words.ts';
import { hostDiagnosisTexts, type CauseAndAdvice, type DiagnosisTexts } from './host-diagnosis-words.ts';
import { guestDiagnosisTexts } from './guest-diagnosis-words.ts';
import type { Wording } from './wording.ts';

const t = l10n.t.bind(l10n);

/** Words for each diagnosis: one without does not compile. */
const texts: DiagnosisTexts = {
  ...hostDiagnosisTexts,
  ...buildDiagnosisTexts,
  'several-address-spaces': ({ group }) => [
    t('Devices of IOMMU group {0} are in different address spaces of the guest.', group),
    t('Put them on the same bus of the guest, or leave the IOMMU of the guest out.'),
  ],
  'caching-mode-off': () => [
    t('The IOMMU of the guest does not tell QEMU what it maps, so devices cannot follow.'),
    t('Use -device intel-iommu,caching-mode=on.'),
  ],
  'irqchip-in-kernel': () => [
    t('The IOMMU of the guest cannot remap interrupts while KVM plays all interrupt controllers.'),
    t('Use -machine q35,kernel-irqchip=split.'),
  ],
  'bus-without-hotplug': ({ bus }) => [
    t('Nothing can be plugged into {0} while the guest runs.', bus),
    t('Boot with the setting barrelfish.qemu.hotplug: each device then has a root port of its own.'),
  ],
  'machine-without-pci': ({ device }) => [
    t('This machine has no PCI bus for {0}.', device),
    t('Use -machine q35 or pc. microvm, isapc and none have no PCI.'),
  ],
  'slot-taken': ({ slot, function: fn, by }) => [
    by === undefined
      ? t('Slot {0}, function {1} of the guest is reserved.', slot, fn)
      : t('Slot {0}, function {1} of the guest is taken by {2}.', slot, fn, by),
    t('Choose another addr. On q35, 0 and 0x1f belong to the chip set, and passed devices begin at 5.'),
  ],
  'iommufd-unsupported': () => [
    t('This QEMU does not know iommufd, which came with QEMU 9.0.'),
    t('Leave iommufd out: QEMU then uses a vfio container, which does the same here.'),
  ],
  'port-taken': ({ option }) => [
    option === undefined
      ? t('Somebody else listens on the TCP port.')
      : t('Somebody else listens on the TCP port of {0}.', option),
    t('Leave that option out: serial line, debugger and monitor of guests are unix sockets here.'),
  ],
  'forward-refused': ({ protocol, address, port }) => [
    t('QEMU cannot listen on {0} port {1} of {2}: somebody else does, or it is not for you.', protocol, port, address),
    t('Choose another host port in the boot configuration. Ports below 1024 are for root.'),
  ],
  'image-locked': ({ path }) => [
    t('Somebody else, perhaps another guest, has the disk image {0} open to write to it.', path),
    t('Stop that guest. With "mode": "snapshot" in both configurations several guests can use the image.'),
  ],
  'image-missing': ({ path }) => [
    t('There is no disk image {0} on the host.', path),
    t('Make one there: qemu-img create -f raw {0} 1G', path),
  ],
  'module-not-built': ({ path }) => [
    t('{0} is in the menu.lst, and has not been built.', path),
    t('In the build directory: make {0}', path.replace(/^\//, '')),
  ],
  'no-hardware-breakpoints': () => [
    t('gdb wants a hardware breakpoint, and has no target that offers any.'),
    t('Connect first. Under KVM they may be missing altogether: emulate the guest (tcg) to debug it.'),
  ],
  'breakpoint-unmapped': ({ breakpoint }) => [
    t('There is no memory yet where breakpoint {0} is to be.', breakpoint),
    t('Until the image is loaded, use a hardware breakpoint (hbreak), which does not write to memory.'),
  ],
  'serial-silent': ({ seconds, why }) => [
    t('The guest has said nothing on its serial line for {0} seconds.', seconds),
    silence(why),
  ],
  ...guestDiagnosisTexts,
  'device-undriven': ({ address, driver, why, by }) => [
    t('No driver of Barrelfish has taken {0}.', address ?? t('the device')),
    undriven(why, driver, by),
  ],
};

function silence(why: DiagnosisFacts['serial-silent']['why']): string {
  switch (why) {
    case 'no-loader':
      return t('The kernel of the menu.lst has to be elver, which brings the processor into 64 bits.');
    case 'no-cpu-driver':
      return t('The menu.lst has no module cpu. elver needs that CPU driver, and cannot say so.');
    case 'image':
      return t(
        'The image holds its menu.lst and its programs. See whether it was made for this board, and make it again.',
      );
    case 'unknown':
      return t('The menu.lst names elver and cpu. See whether both are of this build, and for x86_64.');
  }
}

function undriven(
  why: DiagnosisFacts['device-undriven']['why'],
  named: string | undefined,
  by: string | undefined,
): string {
  const driver = named ?? t('Its driver');
  switch (why) {
    case 'no-entry':
      return t('device_db.pl has no entry for its ids: add its pci_card to the driver that is to take it.');
    case 'not-in-menu':
      return t('The driver is not in the menu.lst. Add: module /x86_64/sbin/{0} auto', driver);
    case 'not-auto':
      return t('Kaluga starts a driver only with the argument auto: add it to {0} in the menu.lst.', driver);
    case 'taken':
      return by === undefined
        ? t('{0} runs once, and for another device. Leave that one out.', driver)
        : t('{0} runs once, and for {1}. Leave that one out.', driver, by);
    case 'unknown':
      return named === undefined
        ? t('See what kaluga and pci say on the serial line.')
        : t('{0} should have: see what it says on the serial line.', driver);
  }
}

/** What helps, where a command does. */
function actionFor(diagnosis: Diagnosis): Wording['action'] {
  const address = addressOf(diagnosis);
  const about = address === undefined ? {} : { arguments: [address] };
  switch (diagnosis.code) {
    case 'group-not-viable':
    case 'group-node-missing':
    case 'new-id-known':
    case 'bind-refused':
      return { title: t('Bind to vfio-pci'), command: 'bind', ...about };
    case 'group-node-forbidden':
      return { title: t('Grant Access'), command: 'bind', ...about };
    case 'group-node-busy':
    case 'group-held':
    case 'unbind-blocked':
      return { title: t('Who Has It?'), command: 'explain', ...about };
    case 'bind-busy':
      return { title: t('Release'), command: 'release', ...about };
    case 'no-iommu-group':
    case 'no-iommu-mode':
    case 'no-interrupt-remapping':
      return { title: t('How to Turn the IOMMU On'), command: 'showIommuSteps' };
    case 'no-host-device':
    case 'device-gone':
      return { title: t('Go to Device…'), command: 'reveal' };
    case 'driver-changed':
    case 'driver-stayed':
    case 'probe-took-nothing':
      return { title: t('Go to Device'), command: 'reveal', ...about };
    case 'build-tool-missing':
    case 'haskell-package-missing':
    case 'compiler-too-new':
      return { title: t('Use a Container…'), command: 'useContainer' };
    case 'container-engine':
    case 'build-place-unknown':
      return { title: t('Open Settings'), command: 'useContainer' };
    case 'editor-in-sandbox':
      return { title: t('Add Host over SSH…'), command: 'addHost' };
    default:
      return undefined;
  }
}

/** A diagnosis in words: what is the matter in one sentence, what to do, and the command that does it. */
interface DiagnosisWords {
  cause: string;
  advice: readonly string[];
  action?: NonNullable<Wording['action']>;
}

export function diagnosisWords(diagnosis: Diagnosis): DiagnosisWords {
  // The table has the facts' type for each code; a diagnosis keeps code and facts together.
  const text = texts[diagnosis.code] as (facts: Diagnosis) => CauseAndAdvice;
  const [cause, ...advice] = text(diagnosis);
  const action = actionFor(diagnosis);
  return { cause, advice, ...(action ? { action } : {}) };
}

interface Attempt {
  /** What was tried, as a sentence or a command line. */
  tried: string;
  /** What a program or the kernel said to it, word for word. */
  said: string;
  /** What the kernel wrote to its log meanwhile. */
  logged?: string | undefined;
  /** The message when nobody knows what that means. */
  otherwise: string;
  /** What follows from the failure, as a sentence for the end of the message. */
  outcome?: string;
}

function indent(text: string): string {
  return text.trim() === '' ? '' : text.trim().replaceAll(/^/gm, '    ');
}

/** Words for an attempt that failed: the gravest diagnosis, and the document with all there is to know. */
export function attemptWording(attempt: Attempt, diagnoses: readonly Diagnosis[]): Wording {
  const all = diagnoses.map(diagnosisWords);
  const [first] = diagnoses.filter((diagnosis) => !isRemark(diagnosis)).map(diagnosisWords);
  const message = [first?.cause ?? attempt.otherwise, attempt.outcome].filter((part) => part !== undefined).join(' ');
  const indented = indent(attempt.said);
  const logged = indent(attempt.logged ?? '');
  const detail = [
    [t('What was tried'), '', attempt.tried, attempt.outcome],
    indented === '' ? [] : [t('What was said'), '', indented],
    logged === '' ? [] : [t('What the kernel logged meanwhile'), '', logged],
    all.length === 0 ? [] : [t('What it means'), '', ...all.map(({ cause }) => `- ${cause}`)],
    all.length === 0 ? [] : [t('What to do'), '', ...all.flatMap(({ advice }) => advice.map((each) => `- ${each}`))],
  ]
    .map((section) => section.filter((line) => line !== undefined).join('\n'))
    .filter((section) => section !== '')
    .join('\n\n');
  return { message, detail, ...(first?.action ? { action: first.action } : {}) };
}
