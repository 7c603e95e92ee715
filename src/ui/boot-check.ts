import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { l10n, window } from 'vscode';
import { exists, rootOf, type BuildDirectory } from '../barrelfish/build-directory.ts';
import { startFunctions } from '../barrelfish/drivers.ts';
import type { MenuList } from '../barrelfish/menu-list.ts';
import type { MenuChange } from '../barrelfish/menu-variant.ts';
import { isSkbOutdated } from '../barrelfish/skb-files.ts';
import { checkDrivers, programsInQuestion, type BootFacts, type BootFinding } from '../guest/boot-checks.ts';
import type { EmulatedWish } from '../guest/emulated-wish.ts';
import type { PassedDevice } from '../guest/machine.ts';
import { chooseSlots, emulatedDevices } from '../guest/slots.ts';
import type { PciAddress } from '../host/pci-address.ts';
import type { Snapshot } from '../host/snapshot.ts';
import { findingsDocument, findingWords, fixLines, questionText } from './boot-check-words.ts';
import { beforeBoot } from './build-settings.ts';
import type { Documents } from './documents.ts';
import type { DriverKnowledge } from './driver-knowledge.ts';

interface BootCheckRequest {
  build: Pick<BuildDirectory, 'path' | 'sourceDirectory'>;
  /** As it would be booted. */
  menu: MenuList;
  snapshot: Snapshot;
  /** Devices of the host, in the order in which they are passed. */
  devices: readonly PciAddress[];
  emulated: readonly EmulatedWish[];
  cores: number;
  /** Whether each device gets a root port. */
  hotplug: boolean;
}

/** What is to be done before the boot goes on. */
interface BootFix {
  changes: readonly MenuChange[];
  /** As make calls them, relative to the build directory. */
  targets: readonly string[];
}

const NOTHING: BootFix = { changes: [], targets: [] };
const NAME = 'boot-check.md';

/** Looks before a boot whether Barrelfish will drive the devices that it gets, and asks when it won't. */
export class BootCheck {
  readonly #knowledge: DriverKnowledge;
  readonly #documents: Documents;
  /** What was answered to the same findings before: nobody wants to be asked at each boot. */
  readonly #answers = new Map<string, BootFix>();

  constructor(knowledge: DriverKnowledge, documents: Documents) {
    this.#knowledge = knowledge;
    this.#documents = documents;
  }

  /**
   * What the user wants to be fixed; nothing when all is well, or when nobody can tell. Undefined when they would rather
   * not boot. The menu.lst and the build are the caller's to change.
   */
  async checkBoot(request: BootCheckRequest): Promise<BootFix | undefined> {
    const facts = await this.#facts(request);
    if (!facts) return NOTHING;
    const findings = checkDrivers(facts);
    if (findings.length === 0) return NOTHING;
    const key = JSON.stringify([request.build.path, findings]);
    const answer = this.#answers.get(key) ?? (await this.#ask(findings));
    if (answer) this.#answers.set(key, answer);
    return answer;
  }

  async #facts(request: BootCheckRequest): Promise<BootFacts | undefined> {
    const { build, menu, snapshot, devices } = request;
    if (devices.length === 0) return undefined;
    const drivers = await this.#knowledge.driversWith(addedDatabases(menu));
    if (!drivers) return undefined;
    const machine = machineOf(request);
    const root = rootOf(build, menu);
    const targets = programsInQuestion({ menu, drivers, snapshot, machine });
    const [there, main, databaseIsNewer] = await Promise.all([
      Promise.all(targets.map((target) => exists(path.join(root, target)))),
      readFile(path.join(build.sourceDirectory, 'usr/kaluga/main.c'), 'utf8').catch(() => ''),
      this.#isNewerThanBuilt(build),
    ]);
    const starts = startFunctions(main);
    return {
      menu,
      drivers,
      starts: starts.size === 0 ? undefined : starts,
      snapshot,
      machine,
      built: new Set(targets.filter((_, index) => there[index])),
      databaseIsNewer,
      buildsMissing: beforeBoot() !== 'never',
    };
  }

  /** A database that is not of the source tree does not get into the build. */
  async #isNewerThanBuilt(build: BootCheckRequest['build']): Promise<boolean> {
    const { file } = this.#knowledge;
    return file?.startsWith(build.sourceDirectory + path.sep) === true && (await isSkbOutdated(build));
  }

  async #ask(findings: readonly BootFinding[]): Promise<BootFix | undefined> {
    const [first, ...others] = findings;
    if (!first) return NOTHING;
    const fix: BootFix = {
      changes: findings.flatMap((finding) => finding.fix?.changes ?? []),
      targets: [...new Set(findings.flatMap((finding) => finding.fix?.targets ?? []))],
    };
    const lines = findings.flatMap(fixLines);
    const [fixButton, anyway, details] = [l10n.t('Fix for This Boot'), l10n.t('Boot Anyway'), l10n.t('Details')];
    const buttons = [...(lines.length > 0 ? [fixButton] : []), anyway];
    const message = questionText(first);
    const detail = [
      ...(lines.length > 0 ? [] : [findingWords(first).advice]),
      ...others.map(questionText),
      ...(lines.length === 0 ? [] : [l10n.t('The fix, for this boot only:')]),
      ...lines.map((line) => `• ${line}`),
      l10n.t('The same is not asked again in this window.'),
    ].join('\n');
    let answer = await window.showWarningMessage(message, { modal: true, detail }, ...buttons, details);
    if (answer === details) {
      await this.#documents.show(NAME, findingsDocument(findings));
      // Beside the document, which a dialog would keep from being read.
      answer = await window.showWarningMessage(message, ...buttons);
    }
    return answer === fixButton ? fix : answer === anyway ? NOTHING : undefined;
  }
}

/** Where the guest will find what. */
function machineOf({ devices, emulated, cores, hotplug }: BootCheckRequest): BootFacts['machine'] {
  const slots = chooseSlots(devices.length, emulated);
  const passed = devices.map((host, index): PassedDevice => {
    const slot = slots.passed[index] ?? 0;
    return { host, id: `passed${index.toString()}`, slot, hotpluggable: hotplug, rom: false };
  });
  return { passed, emulated: emulatedDevices(emulated, slots.emulated), cores };
}

/** Further databases that Kaluga loads. */
function addedDatabases(menu: MenuList): string[] {
  const kaluga = menu.modules.find((file) => path.posix.basename(file.path) === 'kaluga');
  return [...(kaluga?.arguments.matchAll(/(?:^|\s)add_device_db=(\S+)/g) ?? [])].map(([, name = '']) => name);
}
