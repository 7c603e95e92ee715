// A window that boots the test guest on this machine, and the same QEMU started from a shell.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import path from 'node:path';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { installedExtension } from '../e2e/install.ts';
import { buildGuest, type Guest } from '../guest/build.ts';
import { temporaryDirectory } from '../temporary-directory.ts';
import { atExit } from '../vscode/at-exit.ts';
import { until } from '../vscode/until.ts';
import { Workbench } from '../vscode/workbench.ts';

const PATIENCE_MS = 60_000;
const EMULATED_ONLY = 'With emulated devices only';

/** Notes in the page when the last click was, and when a terminal first showed anything. */
const WATCH = `(() => {
  const times = { clicked: 0, shown: 0 };
  globalThis.bench = times;
  addEventListener('click', () => { times.clicked = performance.now(); }, { capture: true });
  const observer = new MutationObserver(() => {
    const rows = [...document.querySelectorAll('.terminal-wrapper .xterm-rows')];
    if (!rows.some((each) => /\\S/.test(each.textContent))) return;
    times.shown = performance.now();
    observer.disconnect();
  });
  observer.observe(document.body, { subtree: true, childList: true, characterData: true });
})()`;

export interface RunningQemu {
  /** Private directory with its sockets. */
  readonly directory: string;
  readonly pid: number;
  /** All that came over its serial line, as recorded on the editor's side. */
  readonly log: string;
}

export interface GuestWindow extends AsyncDisposable {
  readonly workbench: Workbench;
  readonly guest: Guest;
  /** Clicks "Boot"; resolves with the time until the terminal shows the guest's first byte. */
  boot(): Promise<{ milliseconds: number; qemu: RunningQemu }>;
  /** Ends the guest and closes its terminal, as one does before the next boot. */
  end(qemu: RunningQemu): Promise<void>;
}

export async function openGuestWindow(): Promise<GuestWindow> {
  const guest = await buildGuest();
  const state = temporaryDirectory();
  const workbench = await Workbench.open({
    folder: path.dirname(guest.buildDirectory),
    extensionsDir: installedExtension(),
    env: { XDG_STATE_HOME: state },
    settings: {
      'barrelfish.qemu.accelerator': 'tcg',
      'barrelfish.qemu.memory': 64,
      // A panel that was open would come back with a shell in it.
      'terminal.integrated.hideOnStartup': 'whenEmpty',
    },
  });
  const sessions = path.join(state, 'barrelfish/guests');
  const known = new Set<string>();
  const newest = (): RunningQemu | undefined => {
    const names = existsSync(sessions) ? readdirSync(sessions) : [];
    const name = names.find((each) => !known.has(each) && existsSync(path.join(sessions, each, 'pid')));
    if (name === undefined) return undefined;
    known.add(name);
    const directory = path.join(sessions, name);
    const records = path.join(workbench.server.directory, 'data/User/globalStorage/barrelfish.barrelfish/serial');
    const pid = Number(readFileSync(path.join(directory, 'pid'), 'utf8'));
    const log = readdirSync(records).find((each) => each.startsWith(name) && each.endsWith('.log')) ?? '';
    return { directory, pid, log: path.join(records, log) };
  };
  return {
    workbench,
    guest,
    boot: async () => {
      const { page, quickInput } = workbench;
      await workbench.openContainer('Barrelfish');
      const view = workbench.view('Guests');
      await view.setExpanded(true);
      await settled(workbench);
      await page.evaluate(WATCH);
      // The welcome is there for the first guest only.
      if ((await view.rows()).length === 0) await view.pressWelcomeButton('Boot');
      else await view.pressTitleButton('Boot');
      // On a machine with devices to pass on, there is a choice first.
      const times = await until(
        'the first byte in the terminal',
        async () => {
          if (await quickInput.isOpen()) await quickInput.choose(new RegExp(EMULATED_ONLY));
          const now = await page.evaluate<{ clicked: number; shown: number }>('globalThis.bench');
          return now.shown > 0 ? now : undefined;
        },
        PATIENCE_MS,
      );
      const qemu = newest();
      if (!qemu) throw new Error('The guest left no session.');
      return { milliseconds: times.shown - times.clicked, qemu };
    },
    end: async (qemu) => {
      await endQemu(qemu);
      await workbench.run('Terminal: Kill the Active Terminal Instance');
      await workbench.page.locator('.terminal-wrapper').first().waitFor({ state: 'detached' });
    },
    [Symbol.asyncDispose]: () => workbench.close(),
  };
}

/** Waits until the host has been read, so that only the boot is measured. */
async function settled(workbench: Workbench): Promise<void> {
  const view = workbench.view('Devices');
  await until('the host to be read', async () => {
    if ((await view.rows()).length > 0) return true;
    return !(await view.welcomeText()).includes('Reading');
  });
  await delay(1000);
}

/** What QEMU was started with, for a directory of its own and without waiting for somebody to let it run. */
function argvOf({ directory, pid }: RunningQemu, own: string): string[] {
  const argv = readFileSync(`/proc/${String(pid)}/cmdline`, 'utf8')
    .split('\0')
    .slice(0, -1);
  // From a shell one takes a socket, which socat can read.
  const line = /^pipe,id=serial0,(path=.*)$/;
  return argv
    .filter((word) => word !== '-S')
    .map((word) => word.replace(line, 'socket,id=serial0,$1,server=on,wait=off').replaceAll(directory, own));
}

interface ShellQemu {
  readonly directory: string;
  readonly pid: number;
  /** The client's end of the serial line. */
  readonly serial: Socket;
  end(): Promise<void>;
}

/** Starts the same machine from a shell, and connects to its serial line as soon as it is there. */
export async function startFromShell(like: RunningQemu, guest: Guest): Promise<ShellQemu> {
  const directory = mkdtempSync(path.join(temporaryDirectory(), 'q'));
  const argv = argvOf(like, directory);
  const child = spawn('/bin/sh', ['-c', 'exec "$@"', 'sh', ...argv], { cwd: guest.buildDirectory, stdio: 'ignore' });
  const forget = atExit(() => child.kill('SIGKILL'));
  const serial = await connected(path.join(directory, 'serial'));
  return {
    directory,
    pid: child.pid ?? 0,
    serial,
    end: async () => {
      serial.destroy();
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      forget();
    },
  };
}

async function connected(socketPath: string): Promise<Socket> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const socket = connect(socketPath);
    try {
      await once(socket, 'connect');
      return socket;
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await delay(2);
    }
  }
}

export async function endQemu({ directory, pid }: RunningQemu): Promise<void> {
  process.kill(pid, 'SIGTERM');
  await until('QEMU to end', () => Promise.resolve(existsSync(path.join(directory, 'exit'))));
}
