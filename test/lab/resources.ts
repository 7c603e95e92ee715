// The processes and files of one lab, and that they end with it or with this process, however that ends.

import { join } from 'node:path';
import type { Machine } from './machine.ts';
import { vacateNow, type Place } from './registry.ts';
import { SharedConnection, type LabUser } from './ssh.ts';

const endings = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export class Resources {
  machine: Machine | undefined;
  /** Aborted when this process is told to end while something is still being started. */
  readonly signal: AbortSignal;
  readonly #ending = new AbortController();
  readonly #place: Place;
  readonly #connections = new Map<LabUser, Promise<SharedConnection>>();
  readonly #open: SharedConnection[] = [];
  #released: Promise<void> | undefined;

  constructor(place: Place, signal: AbortSignal) {
    this.#place = place;
    this.signal = AbortSignal.any([signal, this.#ending.signal]);
    process.once('exit', this.#onExit);
    // Not once: a second signal would end us in the midst of it.
    for (const ending of endings) process.on(ending, this.#onSignal);
  }

  /** The connection as that user, opened at its first use; the script runs on it before anything else. */
  async connection(user: LabUser, config: string, script?: string): Promise<SharedConnection> {
    let connection = this.#connections.get(user);
    if (connection === undefined) {
      connection = this.#connect(user, config, script);
      this.#connections.set(user, connection);
    }
    return await connection;
  }

  async #connect(user: LabUser, config: string, script?: string): Promise<SharedConnection> {
    try {
      const connection = await SharedConnection.open({ config, socket: join(this.#place.sockets, user), user }, script);
      this.#open.push(connection);
      return connection;
    } catch (error) {
      this.#connections.delete(user);
      throw error;
    }
  }

  async disconnect(): Promise<void> {
    await Promise.all(
      this.#open.splice(0).map(async (connection): Promise<void> => {
        await connection.close();
      }),
    );
    this.#connections.clear();
  }

  async release(): Promise<void> {
    this.#released ??= (async () => {
      this.#forget();
      await this.disconnect();
      await this.machine?.stop();
      vacateNow(this.#place);
    })();
    await this.#released;
  }

  /** Lets this process end and the lab go on. */
  async leave(): Promise<void> {
    this.#forget();
    await this.disconnect();
    this.machine?.qmp.close();
  }

  #forget(): void {
    process.off('exit', this.#onExit);
    for (const ending of endings) process.off(ending, this.#onSignal);
  }

  readonly #onExit = (): void => {
    this.#ending.abort();
    for (const connection of this.#open) connection.kill();
    this.machine?.kill();
    vacateNow(this.#place);
  };

  readonly #onSignal = (ending: NodeJS.Signals): void => {
    this.#onExit();
    this.#forget();
    // Nobody else listens: end as the signal would have ended us.
    if (process.listenerCount(ending) === 0) process.kill(process.pid, ending);
  };
}
