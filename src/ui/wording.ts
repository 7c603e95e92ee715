import { l10n } from 'vscode';
import { addressOf, diagnose, diagnoseTogether, type Source } from '../diagnosis/diagnose.ts';
import type { Diagnosis } from '../diagnosis/diagnosis.ts';
import { missingProgram } from '../diagnosis/states.ts';
import type { AcceleratorChoice } from '../guest/accelerator.ts';
import { Failure, type FailureCode, type FailureFacts, type KernelLog, type KvmProblem } from '../host/failure.ts';
import { parsePciAddress, shortAddress, type PciAddress } from '../host/pci-address.ts';
import { boardWords } from './board-words.ts';
import { problemClause } from './boot-configuration-words.ts';
import { buildFailed } from './build-words.ts';
import { debugWords } from './debug-words.ts';
import { attemptWording } from './diagnosis-words.ts';
import { harnessProblem } from './harness-words.ts';
import type { CommandName } from './identifiers.ts';
import { reasonLine, reasonText, takenText } from './reason-words.ts';

/** A failure in words: one sentence, what helps, and all there is to know. */
export interface Wording {
  message: string;
  detail?: string;
  action?: { title: string; command: CommandName; arguments?: unknown[] };
}

const t = l10n.t.bind(l10n);

const words: { [C in FailureCode]: (facts: FailureFacts[C]) => Wording } = {
  cancelled: () => ({ message: t('Cancelled.') }),
  timeout: ({ operation, seconds, detail }) => ({
    message: t('{0} did not answer within {1} seconds.', operation, seconds),
    ...(detail === undefined ? {} : { detail }),
  }),
  unreachable: ({ host, cause }) => ({
    message: t('{0} cannot be reached: {1}.', host, cause.replace(/\.$/, '')),
    action: { title: t('Connect Again'), command: 'retry', arguments: [host] },
  }),
  'host-key-changed': ({ host, cause }) => ({
    message: t('The host key of {0} is not the one that ssh knows. Another machine may be posing as it.', host),
    detail: t('If you know why the key changed, remove the old one with ssh-keygen -R.\n\n{0}', cause),
  }),
  'host-key-unknown': ({ host, cause }) => ({
    message: t('ssh does not know the host key of {0} yet. Connect in a terminal once, where it can ask you.', host),
    detail: cause,
    action: { title: t('Connect in Terminal'), command: 'connectInTerminal', arguments: [host] },
  }),
  'login-failed': ({ host, cause }) => ({
    message: t(
      'ssh could not log in to {0} without asking. Add your key to the ssh agent, or try in a terminal.',
      host,
    ),
    detail: cause,
    action: { title: t('Connect in Terminal'), command: 'connectInTerminal', arguments: [host] },
  }),
  'program-missing': ({ program, host, flatpak }) => {
    const otherwise = t('{0} is not installed on {1}.', program, host);
    const hidden = missingProgram(program, flatpak);
    return hidden
      ? attemptWording({ tried: program, said: '', otherwise }, [hidden])
      : {
          message: otherwise,
          detail: t('Install it there, for example with: sudo apt install {0}', packageOf(program)),
        };
  },
  'command-failed': ({ command, exitCode, output }) => ({
    message: t('{0} failed: {1}', command, lastLine(output) || t('exit code {0}', exitCode)),
    detail: output,
  }),
  'not-linux': ({ host, system }) => ({
    message: t('{0} runs {1}, and only Linux can give devices to guests.', host, system),
  }),
  'bad-address': ({ text }) => ({ message: t('"{0}" is not a PCI address such as 0000:83:00.0.', text) }),
  'no-device': ({ address }) => ({
    message: t('There is no device at {0} any more.', address),
    action: { title: t('Go to Device…'), command: 'reveal' },
  }),
  refused: ({ address, reasons }) => ({
    message: t(
      '{0} stays with the host: {1}.',
      shortAddress(address as PciAddress),
      reasons[0] ? reasonText(reasons[0]) : '',
    ),
    detail: reasons.map(reasonLine).join('\n'),
  }),
  'plan-failed': ({ step, cause, left, kernelLog }) => {
    const outcome = {
      nothing: t('Everything was put back as it was.'),
      partly: t('Not everything could be put back.'),
      hung: t('When the kernel has come back, put back what is left.'),
    }[left];
    const otherwise =
      left === 'hung' ? t('The kernel has not come back: {0}.', cause) : t('The kernel did not do it: {0}.', cause);
    return {
      action: { title: t('Show Log'), command: 'showOutput' },
      ...attemptWording(
        { tried: step, said: cause, otherwise, outcome, logged: kernelLog?.text },
        withKernelLog(`${step}: ${cause}`, 'script', kernelLog),
      ),
    };
  },
  taken: ({ address, user, since, from }) => ({
    message: takenText(address, { user, since, from }),
    action: { title: t('Go to Device'), command: 'reveal', arguments: [address] },
  }),
  'elevation-failed': ({ host, cause, detail }) => ({
    message:
      cause === 'not-allowed'
        ? t('You may not become root on {0}. Ask its administrator for sudo, or to bind the device for you.', host)
        : cause === 'asks-more'
          ? t(
              'sudo on {0} asks for more than a password, which cannot be answered here. Install the helper as root.',
              host,
            )
          : t('Root rights could not be had on {0}: {1}', host, lastLine(detail)),
    detail,
  }),
  'disk-full': ({ path }) => ({ message: t('The disk is full: {0} could not be written.', path) }),
  'file-missing': ({ path, neededBy }) => ({ message: t('{0} is missing, and {1} names it.', path, neededBy) }),
  'file-changed': ({ path }) => ({
    message: t('{0} changed while it was copied. Wait for the build to end, and boot again.', path),
  }),
  ...boardWords,
  ...debugWords,
  'not-built': ({ menu, targets, bootTarget }) => ({
    message:
      bootTarget !== undefined
        ? t('{0} has not been built, and the boot target {1} starts it.', targets[0] ?? '', bootTarget)
        : targets.length === 1
          ? t('{0} has not been built, and {1} names it.', targets[0] ?? '', menu)
          : t('{0} files that {1} names have not been built, among them {2}.', targets.length, menu, targets[0] ?? ''),
    detail: t('Build them in the build directory:\n\nmake {0}', targets.join(' \\\n     ')),
    action: { title: t('Build'), command: 'buildMissing', arguments: [{ menu, targets }] },
  }),
  'build-failed': (facts) => buildFailed(facts),
  'harness-failed': (facts) => harnessProblem(facts),
  'bad-target': ({ target }) => ({ message: t('make would not take "{0}" for the name of a target.', target) }),
  'bad-file': ({ path, line, problem }) => ({ message: t('{0}, line {1}: {2}.', path, line, fileProblem(problem)) }),
  'not-a-build-directory': ({ path }) => ({
    message: t('{0} is not a Barrelfish build directory: hake has not been run there.', path),
    action: { title: t('Choose Build Directory…'), command: 'chooseBuildDirectory' },
  }),
  'guest-start-failed': ({ exitCode, output, kernelLog }) => {
    const last = lastLine(output);
    const otherwise =
      last === ''
        ? t('QEMU ended before the guest ran, and said nothing.')
        : t('QEMU ended before the guest ran: {0}', last);
    const tried = t('QEMU was started, and ended with exit code {0} before the guest ran.', exitCode);
    return attemptWording(
      { tried, said: output, otherwise, logged: kernelLog?.text },
      withKernelLog(output, 'qemu', kernelLog),
    );
  },
  'guest-gone': ({ guest }) => ({ message: t('{0} is not running any more.', guest) }),
  'no-kvm': (problem) => ({
    message: t('KVM does not run guests here: {0}.', kvmProblem(problem)),
    ...(problem.output === undefined ? {} : { detail: problem.output }),
  }),
  'no-guest': () => ({
    message: t('No guest is running.'),
    action: { title: t('Boot'), command: 'boot' },
  }),
  'no-host': ({ host }) => ({
    message: host === '' ? t('No host is set up.') : t('The setting barrelfish.hosts has no host named {0}.', host),
    action: { title: t('Add Host over SSH…'), command: 'addHost' },
  }),
  'no-configuration': ({ configuration }) => ({
    message: t('The setting barrelfish.bootConfigurations has none named {0}.', configuration),
    action: { title: t('Edit Boot Configurations'), command: 'editBootConfigurations' },
  }),
  'bad-configuration': ({ configuration, problems }) => ({
    message: t(
      'Boot configuration {0}: {1}.',
      configuration,
      problems[0] ? problemClause(problems[0]) : t('something is wrong with it'),
    ),
    ...(problems.length > 1 ? { detail: problems.map(problemClause).join('\n') } : {}),
    action: { title: t('Edit Boot Configurations'), command: 'editBootConfigurations' },
  }),
  'no-match': ({ host, ids, count, reasons }) => ({
    message:
      count === 0
        ? t('{0} has no device {1}.', host, ids)
        : reasons[0]
          ? t('{0} has no {1} that may be taken: {2}.', host, ids, reasonLine(reasons[0]))
          : t('{0} has only {1} of {2}, and the configuration wants more.', host, count, ids),
    ...(reasons.length > 1 ? { detail: reasons.map(reasonLine).join('\n') } : {}),
  }),
  'no-slot': ({ devices }) => ({
    message: t("{0} devices are more than the guest's root bus has room for.", devices),
  }),
  'no-menu-line': ({ menu, program }) => ({ message: t('{0} has no line for {1}.', menu, program) }),
  'guest-lost': ({ guest }) => ({ message: t('The connection to {0} is lost; the guest lives.', guest) }),
  'guest-in-use': ({ guest }) => ({ message: t('{0} is connected to another window.', guest) }),
  'no-free-port': ({ guest }) => ({
    message: t('{0} has no free root port: only a guest that was booted for it takes devices while it runs.', guest),
    detail: t('Set barrelfish.qemu.hotplug, and boot again: the machine then has two spare ports.'),
  }),
  'device-kept': ({ guest, address }) => ({
    message: t(
      '{0} has been asked for {1}, and has not let go of it. A reset of the guest takes it away.',
      guest,
      address,
    ),
    detail: t('Hot-unplugging needs a driver in the guest for the root port or for ACPI.'),
  }),
  'no-display': ({ guest }) => ({
    message: t('{0} has no display. Give it one: -device VGA in barrelfish.qemu.extraArguments.', guest),
  }),
  'serial-log-full': ({ guest }) => ({
    message: t('The disk of the host is full: what {0} says now is lost. The guest itself goes on.', guest),
  }),
  'serial-record-failed': ({ guest, path, problem }) => ({
    message: t('The serial log of {0} ends here: {1} can not be written. The guest itself goes on.', guest, path),
    detail: problem,
  }),
  'group-not-viable': ({ address, group, member, driver }) => ({
    message: t(
      '{0} cannot be passed on: {1} of the same IOMMU group {2} is on {3}.',
      shortAddress(address as PciAddress),
      shortAddress(member as PciAddress),
      group,
      driver ?? t('no driver'),
    ),
    detail: t('A group is given to a guest as a whole. Bind binds all its endpoints.'),
    action: { title: t('Bind Group {0}', group), command: 'bind', arguments: [address] },
  }),
  'qmp-error': ({ command, description }) => {
    const otherwise = t('QEMU would not {0}: {1}', command, description);
    return attemptWording({ tried: command, said: description, otherwise }, diagnose(description, 'qemu'));
  },
  'qemu-too-old': ({ version, needed }) => ({
    message: t('QEMU {0} is too old; {1} or newer is needed.', version, needed),
  }),
};

/** What was said means, together with what the kernel said meanwhile: of that, what is not about other devices. */
function withKernelLog(text: string, source: Source, kernelLog: KernelLog | undefined): Diagnosis[] {
  const isOurs = (diagnosis: Diagnosis): boolean => {
    const said = diagnosis.code === 'dma-fault' ? diagnosis.device : addressOf(diagnosis);
    const address = said === undefined ? undefined : parsePciAddress(said);
    return address === undefined || kernelLog?.devices.includes(address) !== false;
  };
  return diagnoseTogether([
    { text, source },
    ...(kernelLog ? [{ text: kernelLog.text, source: 'kernel' as const }] : []),
  ]).filter(isOurs);
}

/** Problems of files that have a code; others are words already. */
function fileProblem(problem: string): string {
  switch (problem) {
    case 'no-kernel':
      return t('no kernel is named, so there is nothing to boot');
    case 'not-x86':
      return t('this is not a menu.lst for x86, and QEMU could not boot it');
    case 'outside-root':
      return t('the path leads out of the build directory');
    default:
      return problem;
  }
}

function kvmProblem({ code, group }: KvmProblem): string {
  switch (code) {
    case 'no-kvm-device':
      return t('there is no /dev/kvm');
    case 'no-kvm-permission':
      return t('/dev/kvm belongs to the group {0}, and you are not in it (sudo usermod -aG {0} $USER)', group ?? '');
    case 'kvm-refuses':
      return t('QEMU could not make a virtual machine');
    default:
      return t('a virtual machine was made, but executed nothing');
  }
}

/** Which accelerator a guest runs with, and why. */
export function acceleratorText({ accelerator, reason }: AcceleratorChoice): string {
  if (reason.code === 'chosen') return t('{0}, as set', accelerator);
  if (reason.code === 'kvm-works') return t('kvm, which works here');
  return t('emulated, because {0}', kvmProblem(reason));
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1)?.trim() ?? '';
}

function packageOf(program: string): string {
  if (/^qemu-system-(?:arm|aarch64)$/.test(program)) return 'qemu-system-arm';
  return program.startsWith('qemu-system') ? 'qemu-system-x86' : program;
}

/** Words for any error; a stack trace goes to the log, never here. */
export function wordingOf(error: unknown): Wording {
  if (error instanceof Failure) {
    // The table has the facts' type for each code; a Failure keeps code and facts together.
    const { code, facts } = error as Failure;
    const word = words[code] as (facts: unknown) => Wording;
    return word(facts);
  }
  return { message: error instanceof Error ? error.message : String(error) };
}
