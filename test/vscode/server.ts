import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { atExit } from './at-exit.ts';
import { commandLineOf, endMarked, markedProcesses, signalMarked, type Mark } from './marked-processes.ts';
import { serverMain } from './paths.ts';

const START_TIMEOUT_MS = 60_000;

export type Settings = Readonly<Record<string, unknown>>;

export interface ServerOptions {
  /** Where extensions are installed; without it, a fresh directory of the server's own. */
  readonly extensionsDir?: string;
  /** User settings on top of those that keep the workbench quiet. */
  readonly settings?: Settings;
  /** Added to the environment of the extension host and of terminals. */
  readonly env?: Readonly<Record<string, string>>;
  /** Lets a page run a suite inside the extension host. Notifications never show then, and dialogs refuse to open. */
  readonly inHost?: boolean;
  /** Leaves workspace trust on, so that the workbench asks for it. */
  readonly workspaceTrust?: boolean;
}

export interface Server {
  readonly port: number;
  /** Holds everything the server writes; removed when it stops. */
  readonly directory: string;
  log(): string;
  /** Changes user settings; a page takes them up when it loads anew. */
  writeSettings(settings: Settings): void;
  /** Kills what runs extensions, as a crash would; says how many there were. */
  killExtensionHosts(): number;
  /** Ends the server and whatever was started from within it. */
  stop(): Promise<void>;
}

const quietSettings: Settings = {
  'chat.disableAIFeatures': true,
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'git.openRepositoryInParentFolders': 'never',
  'security.workspace.trust.startupPrompt': 'never',
  'telemetry.telemetryLevel': 'off',
  // The text of a terminal can only be read while it is drawn as elements.
  'terminal.integrated.gpuAcceleration': 'off',
  'update.mode': 'none',
  'window.dialogStyle': 'custom',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
};

/** Variables of an editor that the run itself may have been started from would lead the server astray. */
function environment(added: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(VSCODE|ELECTRON|CODE_SERVER)_|^NODE_OPTIONS$|^NODE_TEST/.test(name),
  );
  return { ...Object.fromEntries(inherited), ...added };
}

function serverArguments(directory: string, options: ServerOptions): string[] {
  return [
    ...['--host', '127.0.0.1', '--port', '0', '--without-connection-token'],
    ...['--accept-server-license-terms', '--telemetry-level', 'off'],
    ...['--server-data-dir', directory, '--user-data-dir', path.join(directory, 'data')],
    ...['--extensions-dir', options.extensionsDir ?? path.join(directory, 'extensions')],
    ...(options.workspaceTrust === true ? [] : ['--disable-workspace-trust']),
    ...(options.inHost === true ? ['--enable-smoke-test-driver'] : []),
  ];
}

function listeningPort(child: ChildProcess, log: () => string): Promise<number> {
  return new Promise((resolve, reject) => {
    const fail = (what: string) => {
      reject(new Error(`The VS Code server ${what}.\n${log()}`));
    };
    const timer = setTimeout(fail, START_TIMEOUT_MS, `did not start within ${String(START_TIMEOUT_MS / 1000)} s`);
    child.once('error', (error) => {
      clearTimeout(timer);
      fail(`could not be started: ${error.message}`);
    });
    child.once('exit', (code, signal) => {
      clearTimeout(timer);
      fail(`exited at once (${String(code ?? signal)})`);
    });
    child.stdout?.on('data', () => {
      const port = /Extension host agent listening on (\d+)/.exec(log())?.[1];
      if (port === undefined) return;
      clearTimeout(timer);
      resolve(Number(port));
    });
  });
}

function exited(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) =>
    child.once('exit', () => {
      resolve();
    }),
  );
}

export async function startServer(options: ServerOptions = {}): Promise<Server> {
  const directory = mkdtempSync(path.join(tmpdir(), 'barrelfish-'));
  // The browser is a remote window: what a setting's scope ties to the machine counts only in the machine's settings.
  const places = ['data/User', 'data/Machine'].map((each) => path.join(directory, each));
  for (const place of places) mkdirSync(place, { recursive: true });
  let settings: Settings = {};
  const writeSettings = (changes: Settings) => {
    settings = { ...settings, ...changes };
    for (const place of places) writeFileSync(path.join(place, 'settings.json'), JSON.stringify(settings));
  };
  writeSettings({ ...quietSettings, ...options.settings });
  // Sockets and temporary files of the server, and of extensions, go with its directory instead of lying about.
  const runtimeDirectory = path.join(directory, 'run');
  const temporaryDirectory = path.join(directory, 'tmp');
  for (const each of [runtimeDirectory, temporaryDirectory]) mkdirSync(each, { mode: 0o700 });

  const mark: Mark = { name: 'BARRELFISH_TEST_SERVER', value: randomUUID() };
  const child = spawn(process.execPath, [serverMain, ...serverArguments(directory, options)], {
    env: environment({
      // No marketplace: what a test sees must not depend on one, and nothing is to be asked of it.
      EXTENSIONS_GALLERY: '{}',
      XDG_RUNTIME_DIR: runtimeDirectory,
      TMPDIR: temporaryDirectory,
      ...options.env,
      [mark.name]: mark.value,
    }),
    stdio: ['ignore', 'pipe', 'pipe'],
    // A process group of its own: Ctrl-C reaches this process only, which then ends the server in its own time.
    detached: true,
  });
  let output = '';
  const collect = (chunk: string) => {
    output += chunk;
  };
  child.stdout.setEncoding('utf8').on('data', collect);
  child.stderr.setEncoding('utf8').on('data', collect);

  const removeDirectory = () => {
    rmSync(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  };
  const forget = atExit(() => {
    signalMarked(mark, 'SIGKILL');
    removeDirectory();
  });
  const stop = async () => {
    child.kill('SIGTERM');
    await endMarked(mark);
    await exited(child);
    removeDirectory();
    forget();
  };

  try {
    const port = await listeningPort(child, () => output);
    const killExtensionHosts = () => {
      const hosts = markedProcesses(mark).filter((pid) => commandLineOf(pid).includes('--type=extensionHost'));
      for (const pid of hosts) process.kill(pid, 'SIGKILL');
      return hosts.length;
    };
    return { port, directory, log: () => output, writeSettings, killExtensionHosts, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

export interface PageAddress {
  /** The folder or `.code-workspace` file that the window opens; none opens an empty window. */
  readonly folder?: string;
  readonly extensionDevelopmentPath?: string;
  readonly extensionTestsPath?: string;
}

export function workbenchUrl(port: number, address: PageAddress): string {
  const remote = (file: string) => `vscode-remote://127.0.0.1:${String(port)}${file}`;
  const payload = [
    ['skipWelcome', 'true'],
    ['skipReleaseNotes', 'true'],
  ];
  if (address.extensionDevelopmentPath !== undefined) {
    payload.push(['extensionDevelopmentPath', remote(address.extensionDevelopmentPath)]);
  }
  if (address.extensionTestsPath !== undefined) {
    payload.push(['extensionTestsPath', remote(address.extensionTestsPath)]);
  }
  const url = new URL(`http://127.0.0.1:${String(port)}/`);
  const opens = address.folder?.endsWith('.code-workspace') === true ? 'workspace' : 'folder';
  if (address.folder !== undefined) url.searchParams.set(opens, address.folder);
  else url.searchParams.set('ew', 'true');
  url.searchParams.set('payload', JSON.stringify(payload));
  return url.href;
}
