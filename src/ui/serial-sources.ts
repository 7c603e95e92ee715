import path from 'node:path';
import { workspace } from 'vscode';
import { CodeAddresses, type CodePlace } from '../barrelfish/code-addresses.ts';
import { pathMapOf } from '../barrelfish/build-command.ts';
import type { BuildDirectory } from '../barrelfish/build-directory.ts';
import type { ErrorName } from '../barrelfish/error-names.ts';
import { errorNumbers } from '../barrelfish/error-values.ts';
import { SourceFiles } from '../barrelfish/source-files.ts';
import type { SerialReference } from '../barrelfish/serial-references.ts';
import { runProcess } from '../host/processes.ts';
import type { FindingsOptions } from '../guest/findings.ts';
import { architectureOf, type MachineSpec, type PassedDevice } from '../guest/machine.ts';
import type { BuildDirectories } from './build-directories.ts';
import { buildPlace, readBuild } from './build-settings.ts';
import type { DriverKnowledge } from './driver-knowledge.ts';
import type { Host } from '../host/host.ts';

/** Reading the debugging information of a large program takes a second. */
const ADDR2LINE_MS = 20_000;

/** A place in a file that is there. Line and column count from 0. */
export interface Target {
  file: string;
  line: number;
  column: number;
}

/** A place in the source, its file where there is one on this machine. */
export interface FoundPlace extends CodePlace {
  target?: Target;
}

/** A build directory, and which of its programs a guest runs. */
export interface GuestBuild extends BuildDirectory {
  /** Of the guest; of a log whose guest nobody knows any more, the build's first. */
  architecture: string | undefined;
  /** What messages of the kernel call `cpu`. */
  cpuDriver: string;
}

/** Looks up what the serial line of a guest refers to, in the build directory that the guest comes from. */
export class SerialSources {
  readonly #builds: BuildDirectories;
  readonly #drivers: DriverKnowledge;
  readonly #files = new SourceFiles();
  readonly #addresses = new CodeAddresses((argv, options) =>
    runProcess(argv, { ...options, host: 'localhost', timeoutMs: ADDR2LINE_MS }),
  );

  constructor(builds: BuildDirectories, drivers: DriverKnowledge) {
    this.#builds = builds;
    this.#drivers = drivers;
  }

  /** Of a guest, or else the chosen one. */
  async build(spec: Pick<MachineSpec, 'source' | 'directory' | 'board'> | undefined): Promise<GuestBuild | undefined> {
    const own = spec && (await readBuild(spec.source ?? spec.directory));
    const build = own ?? this.#builds.chosen;
    if (!build) return undefined;
    const architecture = spec ? architectureOf(spec) : build.architectures[0];
    return { ...build, architecture, cpuDriver: spec?.board?.cpuDriver ?? 'cpu' };
  }

  async file(
    build: BuildDirectory,
    { path: name, pathLine }: { path: string; pathLine: number },
  ): Promise<Target | undefined> {
    const paths = pathMapOf(build, buildPlace());
    const file = await this.#files.find(build, name, (each) => paths.here(each));
    return file === undefined ? undefined : { file, line: Math.max(0, pathLine - 1), column: 0 };
  }

  async error(build: BuildDirectory, name: string): Promise<(ErrorName & { target: Target }) | undefined> {
    const known = await this.#files.errorNames(build);
    const found = known?.names.get(name);
    return known && found && { ...found, target: { file: known.file, line: found.line, column: found.column } };
  }

  /** What errors are called, by their numbers, and the file that says so; undefined where there is none. */
  async errorNumbers(build: BuildDirectory): Promise<{ file: string; numbers: readonly ErrorName[] } | undefined> {
    const known = await this.#files.errorNames(build);
    return known && { file: known.file, numbers: errorNumbers(known.names) };
  }

  /** Where an address of a program is, innermost first; empty when nobody knows, and in a folder that isn't trusted. */
  async places(
    build: GuestBuild,
    program: string,
    address: string,
    signal?: AbortSignal,
  ): Promise<readonly FoundPlace[]> {
    // addr2line has been tricked before by programs made for that.
    if (!workspace.isTrusted) return [];
    const name = program === 'cpu' ? build.cpuDriver : program;
    const places = await this.#addresses.resolve(build, name, address, { signal, architecture: build.architecture });
    return Promise.all(
      places.map(async (place) => {
        const target = await this.file(build, { path: place.path, pathLine: place.line });
        return target ? { ...place, target } : place;
      }),
    );
  }

  /** The place that a reference leads to. */
  async target(build: GuestBuild, reference: SerialReference, signal?: AbortSignal): Promise<Target | undefined> {
    switch (reference.kind) {
      case 'file':
        return this.file(build, reference);
      case 'error':
        return (await this.error(build, reference.name))?.target;
      case 'code': {
        const places = await this.places(build, reference.program, reference.address, signal);
        return places.find(({ target }) => target)?.target;
      }
    }
  }

  /** What a guest's findings want to know of its build and of its devices. */
  findingsOptions(host: Host): FindingsOptions {
    return {
      placesOf: async (spec, program, address) => {
        const build = await this.build(spec);
        return build ? this.places(build, program, address) : [];
      },
      driverFor: (device) => this.#driverFor(host, device),
    };
  }

  /** Rejects where nothing is known. */
  #driverFor(host: Host, device: PassedDevice): Promise<string | undefined> {
    const ids = host.state.kind === 'ready' ? host.state.snapshot.functions.get(device.host) : undefined;
    if (this.#drivers.file === undefined || !ids) return Promise.reject(new Error('No device database is known.'));
    return Promise.resolve(this.#drivers.driverFor(ids)?.entry.binary);
  }
}

/** `e1000n.c:213 in e1000n_init`. */
export function placeText({ function: name, path: file, line }: CodePlace): string {
  const place = `${path.basename(file)}:${line.toString()}`;
  return name === '' ? place : `${place} in ${name}`;
}
