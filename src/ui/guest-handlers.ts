import { debug, l10n, Uri, window, workspace } from 'vscode';
import { shortAddress } from '../host/pci-address.ts';
import { endpointsOf } from '../host/snapshot.ts';
import type { Booting, BootWish } from './booting.ts';
import { devicesFor, type Handler } from './command-targets.ts';
import type { DebugSessions } from './debug-sessions.ts';
import type { Debugging } from './debugging.ts';
import type { Documents } from './documents.ts';
import { pluggedDevice, plugInto, showScreen, unplugFrom } from './guest-commands.ts';
import type { GuestList, RunningGuest } from './guest-list.ts';
import type { GuestSessions } from './guest-sessions.ts';
import type { GuestNode } from './guest-tree.ts';
import type { HostList } from './host-list.ts';
import { DEBUG_TYPE, type CommandName } from './identifiers.ts';
import { saveDump } from './post-mortem.ts';
import { compareLogs, openPastLog, showTimes } from './serial-log-commands.ts';
import type { SerialTerminals } from './serial-terminal.ts';

type Detached = Extract<GuestNode, { kind: 'detached' }>;

interface Parts {
  hosts: HostList;
  guests: GuestList;
  sessions: GuestSessions;
  documents: Documents;
  booting: Booting;
  debugging: Debugging;
  debugSessions: DebugSessions;
  terminals: SerialTerminals;
}

/** Commands about guests, and those that boot one. */
export function guestHandlers(parts: Parts) {
  const { hosts, guests, sessions, documents, booting, debugging, debugSessions, terminals } = parts;
  const guestOf = async (node: unknown, title: string): Promise<RunningGuest | undefined> => {
    const candidate = node as GuestNode | undefined;
    if (candidate?.kind === 'guest') return candidate;
    return candidate && 'running' in candidate ? candidate.running : debugging.pickGuest(title);
  };
  /** The devices to boot with: the whole group is handed over, but only the chosen ones are passed on. */
  const wishFor = async (node: unknown, selection: unknown, title: string): Promise<BootWish | undefined> => {
    const chosen = await devicesFor(hosts, node, selection, { title, states: ['bound', 'free'], many: true });
    const [first] = chosen;
    if (!first) return undefined;
    return {
      host: first.host,
      devices: chosen.filter(({ host }) => host === first.host).map(({ address }) => address),
    };
  };
  const openTerminal = (name: string, starting: Promise<RunningGuest['guest']>): void => {
    terminals.open(name, starting);
  };
  return {
    boot: async (node, selection) => {
      const wish = await wishFor(node, selection, l10n.t('Boot with'));
      if (wish) await booting.boot(wish, openTerminal);
    },
    bootGuest: async () => {
      await hosts.readAll();
      const wish = await pickBootDevices(hosts, () => wishFor(undefined, undefined, l10n.t('Boot with')));
      if (wish) await booting.boot(wish, openTerminal);
    },
    bootAndDebug: async (node, selection) => {
      const wish = await wishFor(node, selection, l10n.t('Boot and debug with'));
      if (!wish) return;
      const name = l10n.t('Barrelfish with {0}', wish.devices.map(shortAddress).join(', '));
      await debug.startDebugging(workspace.workspaceFolders?.[0], {
        type: DEBUG_TYPE,
        request: 'launch',
        name,
        host: wish.host.name,
        devices: wish.devices,
        stopAtEntry: true,
      });
    },
    copyCommandLine: async (node, selection) => {
      const wish = await wishFor(node, selection, l10n.t('Copy QEMU command line for'));
      if (wish) await booting.copyCommandLine(wish);
    },
    exportScript: async (node, selection) => {
      const wish = await wishFor(node, selection, l10n.t('Export a script for'));
      if (wish) await booting.exportScript(wish);
    },
    openSerial: async (node) => {
      const running = await guestOf(node, l10n.t('Open the serial terminal of'));
      if (running) terminals.show(running.guest);
    },
    openLog: async (node) => {
      const running = await guestOf(node, l10n.t('Open the serial log of'));
      if (running) await window.showTextDocument(Uri.file(running.log.file));
    },
    openPastLog: () => openPastLog(sessions.logDirectory),
    compareLog: async (node) => {
      const running = await guestOf(node, l10n.t('Compare the serial log of'));
      if (running) await compareLogs(documents, running.log.file);
    },
    showLogTimes: async (node) => {
      const running = await guestOf(node, l10n.t('Show the times of the serial log of'));
      if (running) await showTimes(documents, running.log.file);
    },
    attach: async (node) => {
      const running = await guestOf(node, l10n.t('Attach the debugger to'));
      if (!running) return;
      const { guest } = running;
      await debug.startDebugging(workspace.workspaceFolders?.[0], {
        type: DEBUG_TYPE,
        request: 'attach',
        name: guest.spec.name,
        guest: guest.session.id,
      });
    },
    attachOverSerial: async (node) => {
      const running = await guestOf(node, l10n.t('Attach over the serial line of'));
      if (!running) return;
      await debug.startDebugging(workspace.workspaceFolders?.[0], {
        type: DEBUG_TYPE,
        request: 'attach',
        name: l10n.t('{0}, over its serial line', running.guest.spec.name),
        guest: running.guest.session.id,
        serial: true,
      });
    },
    saveMemory: async (node) => {
      const running = await guestOf(node, l10n.t('Save the memory of'));
      const dump = running && (await saveDump(running, sessions.logDirectory));
      if (!running || dump === undefined) return;
      const open = l10n.t('Open in Debugger');
      const { name } = running.guest.spec;
      if ((await window.showInformationMessage(l10n.t('The memory of {0} is in {1}.', name, dump), open)) !== open)
        return;
      const wish = { type: DEBUG_TYPE, request: 'attach', name: l10n.t('Memory of {0}', name), dump };
      await debug.startDebugging(workspace.workspaceFolders?.[0], wish);
    },
    pause: async (node) => {
      await (await guestOf(node, l10n.t('Pause')))?.guest.pause();
    },
    resume: async (node) => {
      await (await guestOf(node, l10n.t('Continue')))?.guest.resume();
    },
    reset: async (node) => {
      const running = await guestOf(node, l10n.t('Reset'));
      await running?.guest.reset();
      if (running) await debugSessions.wasReset(running);
    },
    powerDown: async (node) => {
      await (await guestOf(node, l10n.t('Press the power button of')))?.guest.powerDown();
    },
    stop: async (node) => {
      await (await guestOf(node, l10n.t('Stop')))?.guest.stop();
    },
    kill: async (node) => {
      await (await guestOf(node, l10n.t('Kill')))?.guest.kill();
    },
    plug: async (node) => {
      const running = await guestOf(node, l10n.t('Plug a device into'));
      if (running) await plugInto(running);
    },
    unplug: async (node) => {
      const target = await pluggedDevice(node, () => guestOf(undefined, l10n.t('Unplug a device of')));
      if (target) await unplugFrom(target.running, target.device);
    },
    screenshot: async (node) => {
      const running = await guestOf(node, l10n.t('Take a screenshot of'));
      if (running) await showScreen(running, sessions.logDirectory);
    },
    connectGuest: async (node) => {
      const detached = (node as GuestNode | undefined)?.kind === 'detached' ? (node as Detached).detached : undefined;
      if (detached) await sessions.attach(detached);
      else await sessions.findAll();
    },
    removeGuest: (node) => {
      const candidate = node as GuestNode | undefined;
      if (candidate?.kind === 'guest') guests.remove(candidate);
    },
  } satisfies Partial<Record<CommandName, Handler>>;
}

/** From the palette: with devices where there are any to boot with, else with what QEMU plays. */
async function pickBootDevices(
  hosts: HostList,
  wish: () => Promise<BootWish | undefined>,
): Promise<BootWish | undefined> {
  const [host] = hosts.all().filter(({ state }) => state.kind === 'ready');
  if (!host) return undefined;
  const { snapshot } = host.ready();
  const any =
    hosts.all().length > 1 || [...snapshot.groups.keys()].some((group) => endpointsOf(snapshot, group).length > 0);
  if (!any) return { host, devices: [] };
  const passed = { label: l10n.t('$(circuit-board) With devices of a host…'), passed: true };
  const emulated = {
    label: l10n.t('$(vm) With emulated devices only'),
    description: l10n.t('an e1000 network card, on {0}', host.name),
    passed: false,
  };
  const chosen = await window.showQuickPick([passed, emulated], { title: l10n.t('Boot Barrelfish') });
  if (!chosen) return undefined;
  return chosen.passed ? wish() : { host, devices: [] };
}
