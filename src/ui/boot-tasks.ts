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
import type { SerialTerminals } from './serial-terminal.ts';
import { wordingOf } from './wording.ts';

/** Boots, and tells of the guest as soon as it is connected. */
type Start = (onStart: (name: string, starting: Promise<Guest>) => void) => Promise<Guest | undefined>;

interface BootTask extends TaskDefinition {
  task: 'boot';
  configuration?: string;
  host?: string;
  devices?: string[];
  buildDirectory?: string;
  menuList?: string;
}

/** A guest as a task: its terminal is the serial line, and ending the task ends the guest. */
class BootTerminal implements Pseudoterminal {
  readonly #start: Start;
  readonly #terminals: SerialTerminals;
  readonly #write = new EventEmitter<string>();
  readonly #close = new EventEmitter<number>();
  readonly onDidWrite = this.#write.event;
  readonly onDidClose = this.#close.event;
  #serial: Pseudoterminal | undefined;
  #guest: Guest | undefined;
  #closed = false;

  constructor(start: Start, terminals: SerialTerminals) {
    this.#start = start;
    this.#terminals = terminals;
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
    this.#closed = true;
    this.#serial?.close();
    void this.#guest?.stop();
  }

  async #run(): Promise<void> {
    const guest = await this.#start((_, starting) => {
      const serial = this.#terminals.pseudoterminal();
      serial.onDidWrite((text) => {
        this.#write.fire(text);
      });
      serial.open();
      this.#serial = serial;
      starting.then(
        (started) => {
          this.#guest = started;
          serial.show(started);
        },
        () => undefined, // #start throws the same
      );
    });
    if (!guest || this.#closed) {
      await guest?.stop();
      this.#close.fire(1);
      return;
    }
    const state = await guest.ended;
    this.#close.fire(state.kind === 'stopped' ? (state.exitCode ?? 1) : 1);
  }
}

export class BootTasks implements TaskProvider {
  readonly #hosts: HostList;
  readonly #configurations: BootConfigurations;
  readonly #booting: Booting;
  readonly #terminals: SerialTerminals;

  constructor(hosts: HostList, configurations: BootConfigurations, booting: Booting, terminals: SerialTerminals) {
    this.#hosts = hosts;
    this.#configurations = configurations;
    this.#booting = booting;
    this.#terminals = terminals;
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
    const { configuration } = definition;
    const name =
      configuration !== undefined
        ? l10n.t('boot {0}', configuration)
        : devices.length === 0
          ? l10n.t('boot')
          : l10n.t('boot with {0}', devices.join(', '));
    const execution = new CustomExecution((resolved) =>
      Promise.resolve(new BootTerminal((onStart) => this.#boot(resolved as BootTask, onStart), this.#terminals)),
    );
    const task = new Task(definition, TaskScope.Workspace, name, 'Barrelfish', execution);
    task.group = TaskGroup.Test;
    task.isBackground = true;
    return task;
  }

  async #boot(definition: BootTask, onStart: Parameters<Start>[0]): Promise<Guest | undefined> {
    const running = await this.#booting.boot(await this.#configurations.wish(definition), onStart);
    return running?.guest;
  }
}
