import path from 'node:path';
import { tasks, window, type ExtensionContext } from 'vscode';
import { MakeCache } from './barrelfish/make-cache.ts';
import { BootCheck } from './ui/boot-check.ts';
import { BootConfigurations } from './ui/boot-configurations.ts';
import { BootPreparation } from './ui/boot-preparation.ts';
import { bootStatus } from './ui/boot-status.ts';
import { Booting } from './ui/booting.ts';
import { BootTasks } from './ui/boot-tasks.ts';
import { BuildDirectories } from './ui/build-directories.ts';
import { MakeTasks } from './ui/build-tasks.ts';
import { Builds } from './ui/builds.ts';
import { registerCommands } from './ui/commands.ts';
import { Debugging } from './ui/debugging.ts';
import { DebugSessions } from './ui/debug-sessions.ts';
import { deviceBadges } from './ui/device-badges.ts';
import { DeviceTree } from './ui/device-tree.ts';
import { Documents } from './ui/documents.ts';
import { describeDomains, DomainTree } from './ui/domain-tree.ts';
import { DriverKnowledge } from './ui/driver-knowledge.ts';
import { GuestFindings } from './ui/guest-findings.ts';
import { GuestList } from './ui/guest-list.ts';
import { GuestSessions } from './ui/guest-sessions.ts';
import { GuestTree } from './ui/guest-tree.ts';
import { HarnessRuns } from './ui/harness-runs.ts';
import { HarnessTests } from './ui/harness-tests.ts';
import { HostList } from './ui/host-list.ts';
import { CHECK_VIEW, DEVICES_VIEW, DOMAINS_VIEW, GUESTS_VIEW, MAKE_TASK_TYPE, TASK_TYPE } from './ui/identifiers.ts';
import { LanguageFeatures } from './ui/language-client.ts';
import { Leftovers } from './ui/leftovers.ts';
import { Messages } from './ui/messages.ts';
import { ReadinessView } from './ui/readiness-view.ts';
import { SerialLinks } from './ui/serial-links.ts';
import { SerialLogLanguage } from './ui/serial-log-language.ts';
import { SerialSources } from './ui/serial-sources.ts';
import { SerialTerminals } from './ui/serial-terminal.ts';

let atEnd: (() => Promise<void>) | undefined;

/** Builds the object graph and registers it. Nothing is read from any host before its view is seen. */
export function activate(context: ExtensionContext): void {
  const log = window.createOutputChannel('Barrelfish', { log: true });
  const documents = new Documents();
  const messages = new Messages(log, documents);
  const hosts = new HostList(log, context.asAbsolutePath('media/pci.ids'));
  const buildDirectories = new BuildDirectories();
  const drivers = new DriverKnowledge(buildDirectories);
  const tree = new DeviceTree(hosts, drivers);
  const view = window.createTreeView(DEVICES_VIEW, {
    treeDataProvider: tree,
    canSelectMany: true,
    showCollapseAll: true,
  });
  const guests = new GuestList();
  const guestTree = new GuestTree(guests);
  const guestsView = window.createTreeView(GUESTS_VIEW, { treeDataProvider: guestTree, showCollapseAll: true });
  const readinessView = new ReadinessView(hosts);
  const readinessTree = window.createTreeView(CHECK_VIEW, { treeDataProvider: readinessView });
  const terminals = new SerialTerminals((error) => void messages.failure('serial', error));
  const makeCache = new MakeCache(path.join(context.globalStorageUri.fsPath, 'targets'));
  const builds = new Builds(messages);
  const serialSources = new SerialSources(buildDirectories, drivers);
  const sessions = new GuestSessions({
    hosts,
    guests,
    terminals,
    sources: serialSources,
    messages,
    logDirectory: path.join(context.globalStorageUri.fsPath, 'serial'),
    memento: context.workspaceState,
    succession: path.join(context.globalStorageUri.fsPath, 'windows'),
  });
  const configurations = new BootConfigurations(hosts, context.workspaceState, log);
  const booting = new Booting(sessions, new BootPreparation(new BootCheck(drivers, documents), builds), messages);
  const debugSessions = new DebugSessions(guests);
  const domainTree = new DomainTree(debugSessions);
  const domainsView = window.createTreeView(DOMAINS_VIEW, { treeDataProvider: domainTree });
  const debugging = new Debugging(
    { hosts, guests, configurations, booting, terminals, messages, debugSessions },
    context.asAbsolutePath('dist/debug-adapter.cjs'),
  );

  const storage = context.globalStorageUri.fsPath;
  const languages = new LanguageFeatures(buildDirectories, {
    server: context.asAbsolutePath('dist/language-server.cjs'),
    storage: path.join(storage, 'languages'),
    targets: path.join(storage, 'targets'),
  });

  const leftovers = new Leftovers(hosts, guests, messages);
  // VS Code disposes of subscriptions while it still waits for the end, which needs the connections.
  atEnd = async () => {
    await Promise.all([leftovers.windowCloses(), languages.stop()]);
    hosts.dispose();
  };
  view.onDidChangeVisibility(({ visible }) => {
    hosts.setVisible(visible);
  });
  hosts.setVisible(view.visible);
  guestsView.onDidChangeVisibility(({ visible }) => {
    guestTree.setVisible(visible);
    if (visible) void hosts.readAll();
  });
  domainsView.onDidChangeVisibility(({ visible }) => {
    debugSessions.setVisible(visible);
  });
  void sessions.goOn();
  view.onDidExpandElement(({ element }) => {
    tree.unfolded(element);
  });

  context.subscriptions.push(
    log,
    documents,
    tree,
    view,
    guests,
    sessions,
    debugging,
    debugSessions,
    domainTree,
    domainsView,
    describeDomains(domainsView, debugSessions),
    leftovers,
    languages,
    guestsView,
    guestTree,
    terminals,
    buildDirectories,
    drivers,
    builds,
    configurations,
    ...bootStatus(configurations, hosts),
    booting.onWillBoot((name) => (name === undefined ? undefined : configurations.choose(name))),
    new GuestFindings(guests),
    new SerialLinks(terminals, serialSources),
    new SerialLogLanguage(guests, serialSources),
    readinessView,
    readinessTree,
    guests.onDidAdd((running) => {
      // Whoever works elsewhere, as in the Testing view, keeps what is in front.
      if (view.visible || guestsView.visible) void guestsView.reveal({ kind: 'guest', ...running }, { select: false });
    }),
    window.registerFileDecorationProvider(deviceBadges),
    new HarnessTests(new HarnessRuns({ booting, builds, buildDirectories, configurations }), buildDirectories),
    tasks.registerTaskProvider(TASK_TYPE, new BootTasks({ hosts, configurations, booting, terminals, messages })),
    tasks.registerTaskProvider(MAKE_TASK_TYPE, new MakeTasks(builds, buildDirectories, makeCache)),
    ...registerCommands({
      builds,
      buildDirectories,
      makeCache,
      workspaceState: context.workspaceState,
      hosts,
      guests,
      sessions,
      tree,
      view,
      configurations,
      booting,
      debugging,
      debugSessions,
      serialSources,
      terminals,
      documents,
      drivers,
      messages,
      readinessView,
      readinessTree,
      languages,
    }),
  );
}

/** VS Code waits for it a few seconds when the window closes. */
export async function deactivate(): Promise<void> {
  await atEnd?.();
}
