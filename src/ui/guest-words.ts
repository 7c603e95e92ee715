import { l10n } from 'vscode';
import type { GuestState } from '../guest/guest.ts';
import { isKernelFailure, type BootProgress } from '../barrelfish/boot-progress.ts';
import { bootProgressText, failureText } from './boot-progress-words.ts';
import type { DetachedGuest } from './guest-list.ts';
import { wordingOf } from './wording.ts';

/** How a row of the Guests view looks. */
export interface Look {
  text: string;
  /** Id of a codicon. */
  icon: string;
  /** Of a theme. */
  color?: string;
}

/** QEMU's RunState → words; what isn't here is said in QEMU's own. */
function pausedText(why: string): string {
  switch (why) {
    case 'paused':
      return l10n.t('paused');
    case 'prelaunch':
      return l10n.t('waits for a debugger');
    case 'debug':
      return l10n.t('stopped by the debugger');
    case 'io-error':
      return l10n.t('paused: error of a disk image');
    case 'guest-panicked':
      return l10n.t('panicked');
    case 'shutdown':
      return l10n.t('shut down');
    case 'internal-error':
      return l10n.t('stopped: internal error of the accelerator');
    default:
      return l10n.t('paused: {0}', why);
  }
}

function endText({ exitCode, cause }: Extract<GuestState, { kind: 'stopped' }>): string {
  // 128 + SIGKILL
  if (exitCode === 137) return l10n.t('killed');
  if (exitCode !== undefined && exitCode !== 0) return l10n.t('ended, exit code {0}', exitCode);
  switch (cause) {
    case 'guest-shutdown':
      return l10n.t('shut itself down');
    case 'host-signal':
      return l10n.t('ended by a signal');
    default:
      return l10n.t('ended');
  }
}

/** The state of a guest: of QEMU first, then what the guest has said last. */
export function lookOf(state: GuestState, progress: BootProgress): Look {
  switch (state.kind) {
    case 'starting':
      return { text: l10n.t('starting'), icon: 'loading~spin' };
    case 'paused':
      return { text: pausedText(state.why), icon: 'debug-pause', color: 'charts.yellow' };
    case 'stopped':
      return { text: endText(state), icon: 'vm-outline', color: 'disabledForeground' };
    case 'unreachable':
      return { text: wordingOf(state.failure).message, icon: 'warning', color: 'list.warningForeground' };
    case 'running':
      break;
  }
  const { failure, stage } = progress;
  if (failure && isKernelFailure(failure))
    return { text: failureText(failure), icon: 'error', color: 'list.errorForeground' };
  // Of what it said long ago nothing may be known any more.
  const text = bootProgressText(progress) || l10n.t('running');
  // The others go on.
  if (failure) return { text: `${text} · ${failureText(failure)}`, icon: 'warning', color: 'list.warningForeground' };
  return stage === 'usable'
    ? { text, icon: 'vm-running', color: 'charts.green' }
    : { text, icon: 'vm-active', color: 'charts.blue' };
}

export function detachedLook(state: DetachedGuest['state']): Look {
  switch (state.kind) {
    case 'connecting':
      return { text: l10n.t('connecting'), icon: 'loading~spin' };
    case 'elsewhere':
      return { text: l10n.t('connected to another window'), icon: 'vm-outline' };
    case 'failed':
      return { text: wordingOf(state.failure).message, icon: 'warning', color: 'list.warningForeground' };
  }
}

/** `12 min`; empty in the first minute. */
export function uptime(since: Date, now: number): string {
  const minutes = Math.floor((now - since.getTime()) / 60_000);
  if (minutes < 1) return '';
  if (minutes < 60) return l10n.t('{0} min', minutes);
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? l10n.t('{0} h {1} min', hours, minutes % 60) : l10n.t('{0} days', Math.floor(hours / 24));
}
