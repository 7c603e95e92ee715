import { l10n } from 'vscode';
import type { MenuChange } from '../barrelfish/menu-variant.ts';
import type { BootFinding } from '../guest/boot-checks.ts';
import { shortAddress, type PciAddress } from '../host/pci-address.ts';

const t = l10n.t.bind(l10n);

/** Why a device will not be driven, or not as it should; and what helps. */
export function findingWords({ driver = '', reason }: BootFinding): { cause: string; advice: string } {
  switch (reason.code) {
    case 'no-entry':
      return {
        cause: t('device_db.pl names no driver for {0}', reason.ids),
        advice: t('Add its pci_card to the entry of the driver that is to take it, and build skb_ramfs.cpio.gz.'),
      };
    case 'not-in-menu':
      return {
        cause: t('{0} is not in the menu.lst', driver),
        advice: t('Kaluga starts only drivers that are modules: add one with the argument auto.'),
      };
    case 'not-auto':
      return {
        cause: t('{0} has no auto in the menu.lst', driver),
        advice: t('Kaluga starts only drivers that have the argument auto.'),
      };
    case 'not-built':
      return { cause: t('{0} has not been built', driver), advice: t('Build {0}.', reason.target) };
    case 'taken':
      return reason.emulated
        ? {
            cause: t('{0} runs once, and takes QEMU’s {1} at {2} first', driver, reason.by, reason.at),
            advice: t('Leave the emulated device out, or give it a slot behind the passed one.'),
          }
        : {
            cause: t('{0} runs once, and takes {1} first', driver, shortAddress(reason.by as PciAddress)),
            advice: t('Pass only one of them, or name this one first.'),
          };
    case 'no-start-function':
      return {
        cause: t('Kaluga does not know how to start {0}', reason.module),
        advice: t('Add set_start_function("{0}", …) to usr/kaluga/main.c.', driver),
      };
    case 'no-core':
      return {
        cause: t('{0} is to run on core {1}, and the guest has {2}', driver, reason.core, reason.cores),
        advice: t('Give the guest more cores, or the entry another core_hint.'),
      };
    case 'unknown-interrupts':
      return {
        cause: t('the entry of {0} names an interrupt model that the SKB does not know', driver),
        advice: t('Write legacy or msix into its interrupt_model.'),
      };
    case 'no-interrupt-line':
      return {
        cause: t('{0} wants legacy interrupts, and the device has no line for them', driver),
        advice: t('A virtual function has MSI-X only: the driver has to poll, or its interrupt_model to be msix.'),
      };
    case 'msi':
      return {
        cause: t('{0} wants MSI, which Kaluga does not set up', driver),
        advice: t('Write legacy or msix into its interrupt_model.'),
      };
    case 'no-network-server':
      return {
        cause: t('{0} has no net_sockets_server, so nothing will reach its network', driver),
        advice: t('Add net_sockets_server as a module.'),
      };
    case 'old-database':
      return {
        cause: t('a program of the SKB, such as device_db.pl, is newer than the skb_ramfs.cpio.gz that the guest gets'),
        advice: t('Build skb_ramfs.cpio.gz.'),
      };
  }
}

/** The question's first sentence. */
export function questionText(finding: BootFinding): string {
  const address = shortAddress(finding.address);
  const { cause } = findingWords(finding);
  switch (finding.reason.code) {
    case 'no-interrupt-line':
    case 'no-start-function':
    case 'msi':
      return t('Barrelfish may not drive {0} as it should: {1}.', address, cause);
    case 'no-network-server':
    case 'old-database':
      return t('{0}: {1}.', address, cause);
    default:
      return t('Barrelfish will not drive {0}: {1}.', address, cause);
  }
}

/** What a fix does, a line each. */
export function fixLines({ fix }: BootFinding): string[] {
  if (!fix) return [];
  const builds = fix.targets.map((target) => `make ${target}`);
  return [...fix.changes.map(changeText), ...builds];
}

function changeText(change: MenuChange): string {
  switch (change.kind) {
    case 'add-module':
      return t('menu.lst: add "module {0} {1}"', change.path, change.arguments);
    case 'set-argument':
      return t('menu.lst: {0} gets {1}', programName(change.program), change.argument);
    case 'set-arguments':
      return t('menu.lst: {0} gets {1}', programName(change.program), change.arguments);
    case 'remove-module':
      return t('menu.lst: without {0}', change.program);
  }
}

function programName(program: string | { keyword: 'kernel' }): string {
  return typeof program === 'string' ? program : program.keyword;
}

/** All findings as a document. */
export function findingsDocument(findings: readonly BootFinding[]): string {
  const sections = findings.map((finding) => {
    const { advice } = findingWords(finding);
    const lines = fixLines(finding);
    return [
      `## ${shortAddress(finding.address)}`,
      questionText(finding),
      advice,
      ...(lines.length === 0
        ? []
        : [t('"Fix for This Boot" does this:'), lines.map((line) => `    ${line}`).join('\n')]),
    ].join('\n\n');
  });
  const title = t('Before the boot');
  const kept = t('The menu.lst in the build directory stays as it is: what is changed is changed for the boot.');
  return `# ${title}\n\n${sections.join('\n\n')}\n\n${kept}\n`;
}
