import {
  CustomExecution,
  EventEmitter,
  l10n,
  Task,
  TaskGroup,
  TaskScope,
  type Pseudoterminal,
  type TaskDefinition,
  type TaskProvider,
} from 'vscode';
import type { Guest } from '../guest/guest.ts';
import { isOnVfio } from '../host/snapshot.ts';
import type { BootConfigurations } from './boot-configurations.ts';
import type { Booting } from './booting.ts';
import type { HostList } from './host-list.ts';
import { TASK_TYPE } from './identifiers.ts';
import type { Messages } from './messages.ts';
import type { SerialTerminals } from './serial-terminal.ts';
import { wordingOf } from './wording.ts';

/** Boots, unless called off, and tells of the guest as soon as it is connected. */
type Start = (
  signal: AbortSignal,
  onStart: (name: string, starting: Promise<Guest>) => void,
) => Promise<Guest | undefined>;

/** What a guest says of itself that is a problem of its source. */
const MATCHERS = ['error', 'assertion', 'kernel'].map((name) => `$barrelfish-${name}`);

interface BootTask extends TaskDefinition {
  task: 'boot';
  configuration?: string;
  host?: string;
  devices?: string[];
  buildDirectory?: string;
  menuList?: string;
  bootTarget?: string;
}

/** A guest as a task: its terminal is the serial line, and ending the task ends the guest. */
class BootTerminal implements Pseudoterminal {
  readonly #start: Start;
  readonly #terminals: SerialTerminals;
  readonly #messages: Messages;
  readonly #calledOff = new AbortController();
  readonly #write = new EventEmitter<string>();
  readonly #close = new EventEmitter<number>();
  readonly onDidWrite = this.#write.event;
  readonly onDidClose = this.#close.event;
  #serial: Pseudoterminal | undefined;
  #guest: Guest | undefined;

  constructor(start: Start, terminals: SerialTerminals, messages: Messages) {
    this.#start = start;
    this.#terminals = terminals;
    this.#messages = messages;
  }

  open(): void {
    this.#run().catch((error: unknown) => {
      const { message, detail } = wordingOf(error);
      this.#write.fire(`${[message, detail].filter(Boolean).join('\n').replaceAll('\n', '\r\n')}\r\n`);
      this.#close.fire(1);
    });
  }

  handleInput(data: string): void {
    this.#serial?.handleInput?.(data);
  }

  close(): void {
    this.#calledOff.abort();
    this.#serial?.close();
    if (this.#guest) this.#stop(this.#guest);
  }

  #stop(guest: Guest): void {
    guest.stop().catch((error: unknown) => this.#messages.failure(guest.spec.name, error));
  }

  async #run(): Promise<void> {
    const guest = await this.#start(this.#calledOff.signal, (_, starting) => {
      const serial = this.#terminals.pseudoterminal();
      serial.onDidWrite((text) => {
        this.#write.fire(text);
      });
      serial.open();
      this.#serial = serial;
      starting.then(
        (started) => {
          serial.show(started);
        },
        () => undefined, // #start throws the same
      );
    });
    if (!guest || this.#calledOff.signal.aborted) {
      if (guest) this.#stop(guest);
      this.#close.fire(1);
      return;
    }
    this.#guest = guest;
    const state = await guest.ended;
    // One that can't be reached lives on, and may be found again: it is no longer this task's.
    this.#guest = undefined;
    this.#close.fire(state.kind === 'stopped' ? (state.exitCode ?? 1) : 1);
  }
}

interface Parts {
  hosts: HostList;
  configurations: BootConfigurations;
  booting: Booting;
  terminals: SerialTerminals;
  messages: Messages;
}

export class BootTasks implements TaskProvider {
  readonly #hosts: HostList;
  readonly #configurations: BootConfigurations;
  readonly #booting: Booting;
  readonly #terminals: SerialTerminals;
  readonly #messages: Messages;

  constructor({ hosts, configurations, booting, terminals, messages }: Parts) {
    this.#hosts = hosts;
    this.#configurations = configurations;
    this.#booting = booting;
    this.#terminals = terminals;
    this.#messages = messages;
  }

  /** One for each configuration, and for each device that is ready to be passed on. */
  provideTasks(): Task[] {
    const configured = this.#configurations
      .sound()
      .map(({ name }) => this.#task({ type: TASK_TYPE, task: 'boot', configuration: name }));
    const passed = this.#hosts.all().flatMap((host) => {
      if (host.state.kind !== 'ready') return [];
      return [...host.state.snapshot.functions.values()]
        .filter(isOnVfio)
        .map((fn) => this.#task({ type: TASK_TYPE, task: 'boot', host: host.name, devices: [fn.address] }));
    });
    return [...configured, ...passed];
  }

  resolveTask(task: Task): Task | undefined {
    const { definition } = task;
    if (definition.type !== TASK_TYPE || definition['task'] !== 'boot') return undefined;
    const resolved = this.#task(definition as BootTask);
    resolved.name = task.name;
    return resolved;
  }

  #task(definition: BootTask): Task {
    const devices = definition.devices ?? [];
    const { configuration, bootTarget } = definition;
    const name =
      configuration !== undefined
        ? l10n.t('boot {0}', configuration)
        : devices.length === 0
          ? bootTarget === undefined
            ? l10n.t('boot')
            : l10n.t('boot {0}', bootTarget)
          : l10n.t('boot with {0}', devices.join(', '));
    const execution = new CustomExecution((resolved) =>
      Promise.resolve(
        new BootTerminal(
          (signal, onStart) => this.#boot(resolved as BootTask, signal, onStart),
          this.#terminals,
          this.#messages,
        ),
      ),
    );
    const task = new Task(definition, TaskScope.Workspace, name, 'Barrelfish', execution, MATCHERS);
    task.group = TaskGroup.Test;
    task.isBackground = true;
    return task;
  }

  async #boot(definition: BootTask, ...[signal, onStart]: Parameters<Start>): Promise<Guest | undefined> {
    const wish = await this.#configurations.wish(definition);
    if (signal.aborted) return undefined;
    const running = await this.#booting.boot({ ...wish, signal }, onStart);
    return running?.guest;
  }
}
