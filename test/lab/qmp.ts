// A small client of QEMU's machine protocol.

import { EventEmitter, once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';

export interface QmpCommand {
  readonly execute: string;
  readonly arguments?: Readonly<Record<string, unknown>>;
}

interface QmpMessage {
  readonly return?: unknown;
  readonly error?: { readonly class: string; readonly desc: string };
  readonly event?: string;
  readonly data?: Readonly<Record<string, unknown>>;
}

interface Answer {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

export class Qmp {
  readonly #socket: Socket;
  readonly #answers: Answer[] = [];
  readonly #events = new EventEmitter();

  private constructor(socket: Socket) {
    this.#socket = socket;
    createInterface({ input: socket }).on('line', (line) => {
      this.#receive(JSON.parse(line) as QmpMessage);
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      const error = new Error('QEMU has closed its control socket');
      for (const { reject } of this.#answers.splice(0)) reject(error);
      this.#events.emit('error', error);
    });
    this.#events.on('error', () => undefined);
  }

  static async connect(path: string): Promise<Qmp> {
    const socket = connect(path);
    await once(socket, 'connect');
    const client = new Qmp(socket);
    await client.execute({ execute: 'qmp_capabilities' });
    return client;
  }

  async execute(command: QmpCommand): Promise<unknown> {
    if (this.#socket.destroyed) throw new Error(`${command.execute}: QEMU has closed its control socket`);
    return await new Promise((resolve, reject) => {
      this.#answers.push({
        resolve,
        reject: (error) => {
          reject(new Error(`${command.execute}: ${error.message}`));
        },
      });
      this.#socket.write(`${JSON.stringify(command)}\n`);
    });
  }

  /** The human monitor, for what has no command of its own. */
  async monitor(line: string): Promise<string> {
    return String(await this.execute({ execute: 'human-monitor-command', arguments: { 'command-line': line } }));
  }

  /** Data of the next event of that name which the test accepts. */
  async event(
    name: string,
    accepts: (data: Readonly<Record<string, unknown>>) => boolean,
    signal: AbortSignal,
  ): Promise<Readonly<Record<string, unknown>>> {
    for (;;) {
      const [data] = (await once(this.#events, name, { signal })) as [Readonly<Record<string, unknown>>];
      if (accepts(data)) return data;
    }
  }

  close(): void {
    this.#socket.destroy();
  }

  #receive(message: QmpMessage): void {
    if (message.event !== undefined) this.#events.emit(message.event, message.data ?? {});
    else if (message.error !== undefined) this.#answers.shift()?.reject(new Error(message.error.desc));
    else if ('return' in message) this.#answers.shift()?.resolve(message.return);
  }
}
