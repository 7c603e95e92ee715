import { env, l10n, type TreeView } from 'vscode';
import { deviceFor, devicesFor, EVERY_STATE, type Handler } from './command-targets.ts';
import {
  bind,
  copyAddresses,
  copyIds,
  explain,
  putBack,
  release,
  setVirtualFunctions,
  showPlan,
  takeAnyway,
} from './device-commands.ts';
import type { DeviceNode } from './device-nodes.ts';
import type { DeviceTree } from './device-tree.ts';
import type { Documents } from './documents.ts';
import { goToDriverEntry } from './driver-commands.ts';
import type { DriverKnowledge } from './driver-knowledge.ts';
import type { HostList } from './host-list.ts';
import type { CommandName } from './identifiers.ts';
import { allowDevices, askForName, keepDevices } from './own-commands.ts';

/** What a key hands on, which knows of no row. */
const SELECTION = 'selection';

interface Parts {
  hosts: HostList;
  tree: DeviceTree;
  view: TreeView<DeviceNode>;
  documents: Documents;
  drivers: DriverKnowledge;
}

/** Commands about devices of a host. */
export function deviceHandlers({ hosts, tree, view, documents, drivers }: Parts) {
  return {
    reveal: async (node) => {
      const target = await deviceFor(hosts, node, l10n.t('Go to device'), EVERY_STATE);
      if (!target) return;
      if (tree.filter !== '') tree.filter = '';
      tree.drivenOnly = false;
      const row = tree.find(target.host, target.address);
      if (row) await view.reveal(row, { select: true, focus: true });
    },
    goToDriverEntry: (node) => goToDriverEntry(hosts, drivers, node === SELECTION ? view.selection[0] : node),
    showDriven: () => {
      tree.drivenOnly = true;
    },
    showAllDevices: () => {
      tree.drivenOnly = false;
    },
    copyAddress: async (node, selection) => {
      const states = EVERY_STATE;
      await copyAddresses(await devicesFor(hosts, node, selection, { title: l10n.t('Copy address of'), states }));
    },
    copyIds: async (node, selection) => {
      const states = EVERY_STATE;
      await copyIds(await devicesFor(hosts, node, selection, { title: l10n.t('Copy ids of'), states }));
    },
    copyQemuOption: async (node, selection) => {
      const title = l10n.t('Copy QEMU option for');
      const targets = await devicesFor(hosts, node, selection, { title, states: ['free', 'bound'], many: true });
      await env.clipboard.writeText(targets.map(({ address }) => `-device vfio-pci,host=${address}`).join(' '));
    },
    explain: async (node) => {
      const target = await deviceFor(hosts, node, l10n.t('Why does the host keep'), ['locked']);
      if (target) await explain(target);
    },
    showPlan: async (node) => {
      const target = await deviceFor(hosts, node, l10n.t('Show plan for'), ['free', 'bound']);
      if (target) await showPlan(target, documents);
    },
    bind: async (node, selection) => {
      const title = l10n.t('Bind to vfio-pci');
      await bind(await devicesFor(hosts, node, selection, { title, states: ['free'], many: true }));
    },
    release: async (node, selection) => {
      const title = l10n.t('Release to the host');
      await release(await devicesFor(hosts, node, selection, { title, states: ['bound'], many: true }));
    },
    putBack: async (node, selection) => {
      const title = l10n.t('Put back');
      await putBack(await devicesFor(hosts, node, selection, { title, states: ['interrupted'], many: true }));
    },
    setVirtualFunctions: async (node) => {
      const target = await deviceFor(hosts, node, l10n.t('Virtual functions of'), EVERY_STATE);
      if (target) await setVirtualFunctions(target);
    },
    takeAnyway: async (node) => {
      const target = await deviceFor(hosts, node, l10n.t('Take anyway'), ['locked']);
      if (target) await takeAnyway(target);
    },
    nameDevice: async (node) => {
      const target = await deviceFor(hosts, node, l10n.t('Name'), EVERY_STATE);
      if (target) await askForName(target);
    },
    neverTouch: async (node, selection) => {
      const states = EVERY_STATE.filter((state) => state !== 'bridge');
      await keepDevices(await devicesFor(hosts, node, selection, { title: l10n.t('Never touch'), states, many: true }));
    },
    allowAgain: async (node, selection) => {
      const ask = { title: l10n.t('Allow again'), states: ['locked', 'bound'] } as const;
      await allowDevices(await devicesFor(hosts, node, selection, ask));
    },
  } satisfies Partial<Record<CommandName, Handler>>;
}
