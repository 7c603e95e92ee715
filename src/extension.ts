import path from 'node:path';
import { tasks, window, type ExtensionContext } from 'vscode';
import { Booting } from './ui/booting.ts';
import { BootTasks } from './ui/boot-tasks.ts';
import { registerCommands } from './ui/commands.ts';
import { Debugging } from './ui/debugging.ts';
import { deviceBadges } from './ui/device-badges.ts';
import { DeviceTree } from './ui/device-tree.ts';
import { Documents } from './ui/documents.ts';
import { GuestFindings } from './ui/guest-findings.ts';
import { GuestList } from './ui/guest-list.ts';
import { GuestTree } from './ui/guest-tree.ts';
import { HostList } from './ui/host-list.ts';
import { CHECK_VIEW, DEVICES_VIEW, GUESTS_VIEW, TASK_TYPE } from './ui/identifiers.ts';
import { Leftovers } from './ui/leftovers.ts';
import { Messages } from './ui/messages.ts';
import { ReadinessView } from './ui/readiness-view.ts';
import { SerialTerminals } from './ui/serial-terminal.ts';

let atEnd: (() => Promise<void>) | undefined;

/** Builds the object graph and registers it. Nothing is read from any host before its view is seen. */
export function activate(context: ExtensionContext): void {
  const log = window.createOutputChannel('Barrelfish', { log: true });
  const documents = new Documents();
  const messages = new Messages(log, documents);
  const hosts = new HostList(log, context.asAbsolutePath('media/pci.ids'));
  const tree = new DeviceTree(hosts);
  const view = window.createTreeView(DEVICES_VIEW, {
    treeDataProvider: tree,
    canSelectMany: true,
    showCollapseAll: true,
  });
  const guests = new GuestList();
  const guestsView = window.createTreeView(GUESTS_VIEW, { treeDataProvider: new GuestTree(guests) });
  const readinessView = new ReadinessView(hosts);
  const readinessTree = window.createTreeView(CHECK_VIEW, { treeDataProvider: readinessView });
  const terminals = new SerialTerminals((error) => void messages.failure('serial', error));
  const booting = new Booting(guests, messages, path.join(context.globalStorageUri.fsPath, 'serial'));
  const debugging = new Debugging(
    { hosts, guests, booting, terminals, messages },
    context.asAbsolutePath('dist/debug-adapter.cjs'),
  );

  const leftovers = new Leftovers(hosts, messages);
  // VS Code disposes of subscriptions while it still waits for the end, which needs the connections.
  atEnd = async () => {
    await leftovers.windowCloses();
    hosts.dispose();
  };
  view.onDidChangeVisibility(({ visible }) => {
    hosts.setVisible(visible);
  });
  hosts.setVisible(view.visible);
  view.onDidExpandElement(() => {
    tree.unfolded();
  });

  context.subscriptions.push(
    log,
    documents,
    tree,
    view,
    guests,
    debugging,
    leftovers,
    guestsView,
    new GuestFindings(guests),
    readinessView,
    readinessTree,
    guests.onDidAdd((running) => guestsView.reveal({ kind: 'guest', ...running }, { select: false })),
    window.registerFileDecorationProvider(deviceBadges),
    tasks.registerTaskProvider(TASK_TYPE, new BootTasks(hosts, booting, terminals)),
    ...registerCommands({
      hosts,
      tree,
      view,
      booting,
      debugging,
      terminals,
      documents,
      messages,
      readinessView,
      readinessTree,
    }),
  );
}

/** VS Code waits for it a few seconds when the window closes. */
export async function deactivate(): Promise<void> {
  await atEnd?.();
}
