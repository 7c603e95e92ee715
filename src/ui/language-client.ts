import {
  commands,
  l10n,
  Position,
  Uri,
  window,
  workspace,
  type CodeLens,
  type Disposable,
  type LogOutputChannel,
} from 'vscode';
import type { LanguageClient, LanguageClientOptions, Location as WireLocation } from 'vscode-languageclient/node';
import { treesAround } from '../barrelfish/source-trees.ts';
import type { BuildDirectories } from './build-directories.ts';
import { workspaceFolders } from './build-settings.ts';
import { commandId } from './identifiers.ts';
import { logFailure } from './log.ts';

/** As package.json has them. */
const LANGUAGE = /^barrelfish-(?!serial$)/;
const LANGUAGES = [
  'mackerel',
  'flounder',
  'menu-list',
  'hakefile',
  'sockeye',
  'skate',
  'fugu',
  'hamlet',
  'pleco',
  'device-db',
].map((name) => `barrelfish-${name}`);

/** So many ends within so long, and it is not started again by itself. */
const MOST_CRASHES = 4;
const CRASHES_WITHIN_MS = 3 * 60_000;

interface Paths {
  /** The server's program. */
  readonly server: string;
  /** Directory for the index of source trees. */
  readonly storage: string;
  /** Directory of the lists of make's targets. */
  readonly targets: string;
}

/**
 * The language server's other end. Neither it nor the library that speaks with it is loaded before a document in one of
 * the languages is open, or a folder has to do with a source tree.
 */
export class LanguageFeatures implements Disposable {
  readonly #paths: Paths;
  readonly #builds: BuildDirectories;
  readonly #registrations: Disposable[];
  #log: LogOutputChannel | undefined;
  #starting: Promise<LanguageClient> | undefined;
  readonly #crashes: number[] = [];

  constructor(builds: BuildDirectories, paths: Paths) {
    this.#builds = builds;
    this.#paths = paths;
    this.#registrations = [
      workspace.onDidOpenTextDocument(({ languageId }) => {
        if (LANGUAGE.test(languageId)) void this.#begin();
      }),
      workspace.onDidChangeWorkspaceFolders(() => void this.#beginIfWanted()),
      builds.onDidChange(() => {
        if (this.#starting) void this.#tellBuilds();
        else void this.#beginIfWanted();
      }),
    ];
    void this.#beginIfWanted();
  }

  dispose(): void {
    for (const each of this.#registrations) each.dispose();
    this.#log?.dispose();
  }

  /** Ends the server; for the end of the window. */
  async stop(): Promise<void> {
    const client = await this.#starting?.catch(() => undefined);
    await client?.stop().catch(() => undefined);
  }

  /** Ends the server, and starts it anew. */
  async restart(): Promise<void> {
    this.#crashes.length = 0;
    const client = await this.#starting?.catch(() => undefined);
    this.#starting = undefined;
    await client?.stop().catch(() => undefined); // it may have ended already
    await client?.dispose().catch(() => undefined);
    await this.#begin();
  }

  async #beginIfWanted(): Promise<void> {
    const isOpen = workspace.textDocuments.some(({ languageId }) => LANGUAGE.test(languageId));
    if (isOpen) void this.#begin();
    await this.#builds.ready();
    const isTree = (): boolean => workspaceFolders().some((folder) => treesAround(folder).length > 0);
    if (this.#builds.all.length > 0 || isTree()) await this.#begin();
  }

  /** Fails silently: the log has the reason. */
  async #begin(): Promise<void> {
    try {
      await (this.#starting ??= this.#start());
    } catch (error) {
      logFailure(this.#channel(), 'language server', error);
    }
  }

  #channel(): LogOutputChannel {
    this.#log ??= window.createOutputChannel(l10n.t('Barrelfish Languages'), { log: true });
    return this.#log;
  }

  async #start(): Promise<LanguageClient> {
    await this.#builds.ready();
    const { LanguageClient, TransportKind } = await import('./language-library.ts');
    const { server } = this.#paths;
    const client: LanguageClient = new LanguageClient(
      'barrelfish.languages',
      l10n.t('Barrelfish Languages'),
      { module: server, transport: TransportKind.ipc },
      await this.#options(() => client),
    );
    await client.start();
    return client;
  }

  async #options(client: () => LanguageClient): Promise<LanguageClientOptions> {
    const { CloseAction, ErrorAction } = await import('./language-library.ts');
    const { storage, targets } = this.#paths;
    return {
      documentSelector: LANGUAGES.flatMap((language) => [
        { scheme: 'file', language },
        { scheme: 'untitled', language },
      ]),
      initializationOptions: () => ({ storage, targets, builds: this.#knownBuilds() }),
      outputChannel: this.#channel(),
      errorHandler: {
        error: () => ({ action: ErrorAction.Continue }),
        closed: () => {
          const action = this.#mayRestart() ? CloseAction.Restart : CloseAction.DoNotRestart;
          return { action, handled: true };
        },
      },
      middleware: {
        provideCodeLenses: async (document, token, next) => {
          const lenses = await next(document, token);
          return lenses?.map((lens) => withEditorArguments(lens, client()));
        },
      },
    };
  }

  /** A server that ends again and again is left alone. */
  #mayRestart(): boolean {
    const now = performance.now();
    this.#crashes.push(now);
    const isOnce = this.#crashes.filter((at) => now - at < CRASHES_WITHIN_MS).length <= MOST_CRASHES;
    this.#tellCrash(isOnce).catch((error: unknown) => {
      logFailure(this.#channel(), 'language server', error);
    });
    return isOnce;
  }

  async #tellCrash(isRestarted: boolean): Promise<void> {
    const show = l10n.t('Show Log');
    const again = l10n.t('Restart');
    const button = isRestarted
      ? await window.showWarningMessage(
          l10n.t('The language server ended unexpectedly, and has been started again.'),
          show,
        )
      : await window.showErrorMessage(
          l10n.t('The language server ends again and again, and is left alone.'),
          again,
          show,
        );
    if (button === show) this.#channel().show();
    else if (button === again) await commands.executeCommand(commandId('restartLanguageServer'));
  }

  /** The chosen one first. */
  #knownBuilds(): { path: string; sourceDirectory: string; architectures: readonly string[] }[] {
    const { all, chosen } = this.#builds;
    const others = all.filter((build) => build.path !== chosen?.path);
    return (chosen ? [chosen, ...others] : others).map(({ path, sourceDirectory, architectures }) => ({
      path,
      sourceDirectory,
      architectures,
    }));
  }

  async #tellBuilds(): Promise<void> {
    const client = await this.#starting?.catch(() => undefined);
    await client?.sendNotification('barrelfish/builds', { builds: this.#knownBuilds() }).catch(() => undefined);
  }
}

/** The server can't make what the editor's own command wants. */
function withEditorArguments(lens: CodeLens, client: LanguageClient): CodeLens {
  const { command } = lens;
  if (command?.command !== 'editor.action.showReferences') return lens;
  const [uri, { line, character }, locations] = (command.arguments ?? []) as [
    string,
    { line: number; character: number },
    WireLocation[],
  ];
  const places = locations.map((each) => client.protocol2CodeConverter.asLocation(each));
  lens.command = { ...command, arguments: [Uri.parse(uri), new Position(line, character), places] };
  return lens;
}
