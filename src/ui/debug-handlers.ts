import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { commands, debug, env, l10n, Uri, window, workspace } from 'vscode';
import { programAt, programsOf } from '../barrelfish/menu-programs.ts';
import { readLevels } from '../debug/barrelfish-request.ts';
import { cpptoolsEntry } from '../debug/cpptools-entry.ts';
import { sessionArguments } from '../debug/session-arguments.ts';
import { architectureOf } from '../guest/machine.ts';
import { Failure } from '../host/failure.ts';
import { debugSourceMap } from './build-settings.ts';
import type { BuildDirectories } from './build-directories.ts';
import type { Handler } from './command-targets.ts';
import { crashReport } from './crash-report.ts';
import { gatherCrash } from './crash-evidence.ts';
import { programOf } from './debug-knowledge.ts';
import type { DebuggedGuest, DebugSessions } from './debug-sessions.ts';
import type { Debugging } from './debugging.ts';
import type { Documents } from './documents.ts';
import type { DomainNode } from './domain-tree.ts';
import { decodeError } from './error-decoding.ts';
import { gdbFor } from './gdb-choice.ts';
import { directoryOf, runningSymbols } from './guest-symbols.ts';
import type { RunningGuest } from './guest-list.ts';
import type { GuestSessions } from './guest-sessions.ts';
import type { GuestNode } from './guest-tree.ts';
import { DEBUG_TYPE, type CommandName } from './identifiers.ts';
import { pageWalkText } from './page-walk-text.ts';
import { selectedText } from './selected-text.ts';
import type { SerialSources } from './serial-sources.ts';

interface Parts {
  debugging: Debugging;
  debugSessions: DebugSessions;
  documents: Documents;
  buildDirectories: BuildDirectories;
  serialSources: SerialSources;
  sessions: GuestSessions;
}

/** Commands about domains, and about what a stopped guest can be asked. */
export function debugHandlers(parts: Parts) {
  const { debugging, debugSessions, documents, buildDirectories, serialSources, sessions } = parts;
  const stopped = (): DebuggedGuest => {
    const known = debugSessions.active;
    if (!known) throw new Failure('no-session', undefined);
    if (!known.knowing) throw new Failure('no-domains', { session: known.session.name });
    if (known.state !== 'stopped') throw new Failure('not-stopped', { session: known.session.name });
    return known;
  };
  return {
    debugDomain: async (node) => {
      const domain = domainOf(node);
      const candidate = node as GuestNode | undefined;
      const running = candidate?.kind === 'guest' ? candidate : undefined;
      const name = domain?.name ?? (await programWished(running ?? debugSessions.active?.running));
      if (name !== undefined) await debugProgram(debugSessions, running, name);
    },
    copyDomainName: async (node) => {
      const domain = domainOf(node);
      if (domain) await env.clipboard.writeText(domain.name);
    },
    openGdbSetting: async () => {
      await commands.executeCommand('workbench.action.openSettings', 'barrelfish.gdb.path');
    },
    openLaunchConfigurations: async () => {
      await commands.executeCommand('workbench.action.debug.configure');
    },
    pauseDebugging: async () => {
      await commands.executeCommand('workbench.action.debug.pause');
    },
    decodeError: (node) => decodeError({ debugSessions, buildDirectories, serialSources }, node),
    walkPageTables: async (node) => {
      const known = stopped();
      const domain = domainOf(node);
      const address = await window.showInputBox({
        title: domain ? l10n.t('Walk Page Tables of {0}', domain.name) : l10n.t('Walk Page Tables'),
        prompt: l10n.t('A virtual address, or an expression that gdb evaluates to one'),
        value: selectedText(),
        ignoreFocusOut: true,
      });
      if (address === undefined || address.trim() === '') return;
      const words = ['walk', address.trim(), ...(domain ? [domain.root] : [])];
      const levels = readLevels(await debugSessions.ask(known, { words }));
      const where = domain
        ? l10n.t('the page tables of {0}, core {1}', domain.name, domain.core)
        : l10n.t('the page tables in use');
      await documents.show(`${l10n.t('Page tables')}.txt`, pageWalkText(address.trim(), where, levels));
    },
    copyCpptoolsEntry: async (node) => {
      const candidate = node as GuestNode | undefined;
      const running = candidate?.kind === 'guest' ? candidate : await debugging.pickGuest(l10n.t('Copy an entry for'));
      if (!running) throw new Failure('no-guest', undefined);
      await env.clipboard.writeText(`${JSON.stringify(await entryFor(running), undefined, 2)}\n`);
      window.setStatusBarMessage(
        l10n.t('$(check) Entry for the launch.json copied, as long as this guest lives'),
        5000,
      );
    },
    crashReport: async (node) => {
      const candidate = node as GuestNode | undefined;
      const running =
        candidate?.kind === 'guest'
          ? candidate
          : (debugSessions.active?.running ?? (await debugging.pickGuest(l10n.t('Write a crash report of'))));
      if (!running) throw new Failure('no-guest', undefined);
      // A file beside the serial log: one without a name would have to be saved before the next session starts.
      const file = path.join(sessions.logDirectory, `${running.guest.session.id}-${Date.now().toString(36)}.md`);
      await mkdir(sessions.logDirectory, { recursive: true, mode: 0o700 });
      await writeFile(file, crashReport(await gatherCrash(running, debugSessions)), { mode: 0o600 });
      await window.showTextDocument(Uri.file(file));
    },
  } satisfies Partial<Record<CommandName, Handler>>;
}

function domainOf(node: unknown) {
  const candidate = node as DomainNode | undefined;
  return candidate?.kind === 'domain' ? candidate.domain : undefined;
}

/** The program of the menu.lst's line that the cursor is in, or one that the user picks. */
async function programWished(running: RunningGuest | undefined): Promise<string | undefined> {
  const editor = window.activeTextEditor;
  const inMenu = editor?.document.languageId === 'barrelfish-menu-list' ? editor : undefined;
  const named = inMenu && !running ? programAt(inMenu.document.lineAt(inMenu.selection.active.line).text) : undefined;
  if (named !== undefined) return named;
  const names = running
    ? running.guest.spec.modules.map(({ path }) => path)
    : inMenu
      ? programsOf(inMenu.document.getText())
      : undefined;
  if (!names) {
    return await window.showInputBox({
      title: l10n.t('Debug Domain'),
      prompt: l10n.t('Name of a program below x86_64/sbin of the build directory'),
      placeHolder: 'e1000n',
    });
  }
  const own = [...new Set(names.map((each) => each.replace(/^.*\//, '')))].filter((name) => name !== 'cpu');
  return await window.showQuickPick(own, { title: l10n.t('Debug Domain') });
}

/** A session of cpptools with this guest. Its socket stays for as long as the window does. */
async function entryFor(running: RunningGuest): Promise<unknown> {
  const { guest } = running;
  const architecture = architectureOf(guest.spec);
  const { symbols } = await runningSymbols(running);
  const [first] = symbols;
  const directory = directoryOf(running);
  if (!first) throw new Failure('file-missing', { path: path.join(directory, 'x86_64/sbin/cpu'), neededBy: 'cppdbg' });
  const { program } = await gdbFor(architecture, undefined);
  const { path: socket } = await guest.gdbSocket();
  const sourceMap = await debugSourceMap(directory);
  const session = sessionArguments({ gdb: program, architecture, socket, symbols, sourceMap, commands: [] });
  return cpptoolsEntry({ name: guest.spec.name, directory, program: first.file, session });
}

/** With a session: from now on. Without: attaches to the guest that was meant, or boots and stops at the domain's entry. */
async function debugProgram(sessions: DebugSessions, wanted: RunningGuest | undefined, name: string): Promise<void> {
  const known = wanted ? sessions.of(wanted) : sessions.active;
  if (known?.running) {
    if (!known.knowing) throw new Failure('no-domains', { session: known.session.name });
    const { file } = await programOf(directoryOf(known.running), name, known.session.name);
    await sessions.debugDomain(known, name, file);
    window.setStatusBarMessage(l10n.t('$(check) Breakpoints in the sources of {0} stop in {0} alone', name), 5000);
    return;
  }
  await debug.startDebugging(workspace.workspaceFolders?.[0], {
    type: DEBUG_TYPE,
    name,
    ...(wanted
      ? { request: 'attach', guest: wanted.guest.session.id, domains: [name] }
      : { request: 'launch', stopAt: name }),
  });
}
