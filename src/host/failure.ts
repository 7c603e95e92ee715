import type { PciAddress } from './pci-address.ts';
import type { Reason } from './verdict.ts';

/**
 * What can go wrong, as a value: a code and the facts that belong to it. The core throws these; only the UI finds
 * words for them.
 */
export interface FailureFacts {
  /** The operation was called off by the user. */
  cancelled: undefined;
  /** The operation did not end within `seconds`. `detail` says what it last did, where that is known. */
  timeout: { operation: string; seconds: number; detail?: string };
  /** The host can't be reached. `cause` is ssh's own last words. */
  unreachable: { host: string; cause: string };
  /** The host's key is not the one that is known. */
  'host-key-changed': { host: string; cause: string };
  /** The host's key is not known yet, and nobody can be asked in batch mode. */
  'host-key-unknown': { host: string; cause: string };
  /** ssh could not log in without asking for something. */
  'login-failed': { host: string; cause: string };
  /**
   * A program is not installed on the host (or, for ssh, on the editor's side). `flatpak`: id of the Flatpak that the
   * editor runs as, which hides the programs of its own machine.
   */
  'program-missing': { program: string; host: string; flatpak?: string };
  /** A command ended with an error. */
  'command-failed': { command: string; exitCode: number; output: string };
  /** The host isn't Linux, so there is no sysfs. */
  'not-linux': { host: string; system: string };
  /** A text isn't a PCI address. */
  'bad-address': { text: string };
  /** No function has this address (any more). */
  'no-device': { address: string };
  /** The host is using the device, or something else forbids to take it. */
  refused: { address: string; reasons: readonly Reason[] };
  /**
   * A step of a plan failed, and what was done before was taken back: all of it (`nothing` is left), or not. `hung`: the
   * kernel has not come back from the step, so everything was left as it is.
   */
  'plan-failed': { step: string; cause: string; left: 'nothing' | 'partly' | 'hung'; kernelLog?: KernelLog };
  /** Somebody took the device first; `since` in seconds since 1970, `from` the machine with their editor. */
  taken: { address: PciAddress; user: string; since: number; from: string };
  /** Root rights could not be had. `asks-more`: sudo wants something besides the password. */
  'elevation-failed': { host: string; cause: 'not-allowed' | 'asks-more' | 'no-way'; detail: string };
  /** The volume of `path` is full. */
  'disk-full': { path: string };
  /** A file that is needed isn't there. */
  'file-missing': { path: string; neededBy: string };
  /** Files that a menu.lst or a boot target names aren't there; `targets` is what make calls them. */
  'not-built': { menu: string; targets: readonly string[]; bootTarget?: string };
  /** A boot target's machine takes no devices of the host. */
  'no-passthrough': { bootTarget: string; devices: readonly PciAddress[] };
  /** A build directory wasn't set up for the architecture that a boot target needs. */
  'no-architecture': { path: string; architecture: string; bootTarget: string };
  /** No boot target of that name is known; `known` are those that are. */
  'no-boot-target': { bootTarget: string; known: readonly string[] };
  /** None of the gdb programs that are there knows the guest's architecture, as gdb calls it. */
  'no-gdb': { programs: readonly string[]; architecture: string };
  /** No engine of the debugger has this name; `known` are those that there are. */
  'no-engine': { engine: string; known: readonly string[] };
  /** This gdb is no debug adapter by itself: without a version it didn't run, or says none. `wished`: by the launch.json. */
  'no-gdb-adapter': { program: string; wished: boolean; version?: string; python: boolean; needed: number };
  /** gdb's own debug adapter is for PCs; `guest` is a board. */
  'no-board-engine': { guest: string };
  /** A guest has not said within so many seconds where its CPU driver is. */
  'no-kernel-address': { guest: string; seconds: number };
  /** A guest has one debugger at a time. */
  'has-debugger': { guest: string };
  /** No debug session with a guest is there. */
  'no-session': undefined;
  /** gdb looks at a guest only while it is stopped. */
  'not-stopped': { session: string };
  /** What gdb, or our Python in it, says is wrong. */
  'gdb-said': { problem: string };
  /** The gdb of a session can't be told of domains. */
  'no-domains': { session: string };
  /** Neither a number nor the name of an error. */
  'bad-error-value': { text: string };
  /** No errno.fugu is known. */
  'no-error-names': undefined;
  /** The kernel of a guest doesn't wait for gdb on its serial line. */
  'no-serial-stub': { guest: string };
  /** A command of the build ended with an error; `output` is the end of what it said. */
  'build-failed': { command: string; targets: readonly string[]; exitCode: number; output: string };
  /**
   * A test of the tree's harness could not be run. `code` says what is wrong, `detail` which module, machine or test it is
   * about, or what Python said; `file` and `line` where, `output` what was printed last.
   */
  'harness-failed': {
    test: string;
    code: HarnessProblemCode;
    detail: string;
    file?: string;
    line?: number;
    output?: string;
  };
  /** make would not take this for the name of a target. */
  'bad-target': { target: string };
  /** A file was changed while it was copied. */
  'file-changed': { path: string };
  /** A file can't be understood. */
  'bad-file': { path: string; line: number; problem: string };
  /** Hake didn't make this directory. */
  'not-a-build-directory': { path: string };
  /** QEMU ended before the guest ran. `output` is what it said. */
  'guest-start-failed': { exitCode: number; output: string; kernelLog?: KernelLog };
  /** The control connection of a guest is gone. */
  'guest-gone': { guest: string };
  /** KVM was asked for and doesn't run guests. */
  'no-kvm': KvmProblem;
  /** No guest is running. */
  'no-guest': undefined;
  /** The settings name no such host. */
  'no-host': { host: string };
  /** The settings name no such boot configuration. */
  'no-configuration': { configuration: string };
  /** Something is wrong with a boot configuration: properties, what should stand there (a code), and what does. */
  'bad-configuration': {
    configuration: string;
    problems: readonly { property: string; expected: string; got?: string; allowed?: readonly string[] }[];
  };
  /** No device of a kind may be taken for a boot; `count` says how many there are, `reasons` why one may not be. */
  'no-match': { host: string; ids: string; count: number; reasons: readonly Reason[] };
  /** The guest's root bus has no room for so many devices. */
  'no-slot': { devices: number };
  /** A menu.lst has no line for a program that was to be changed in it. */
  'no-menu-line': { menu: string; program: string };
  /** Somebody else is connected to the guest. */
  'guest-in-use': { guest: string };
  /** The connection is gone, and the guest lives. */
  'guest-lost': { guest: string };
  /** The machine has no root port that a device could come to while it runs. */
  'no-free-port': { guest: string };
  /** The guest doesn't let go of a device. */
  'device-kept': { guest: string; address: PciAddress };
  'no-display': { guest: string };
  /** The guest's host has no room for what it says over the serial line. */
  'serial-log-full': { guest: string };
  /** What comes over the serial line can't be written on the editor's side; `problem` is what the disk said. */
  'serial-record-failed': { guest: string; path: string; problem: string };
  /** An endpoint of the device's IOMMU group isn't on vfio-pci; without a driver it isn't on any. */
  'group-not-viable': { address: string; group: number; member: string; driver?: string };
  /** QMP answered with an error. */
  'qmp-error': { command: string; class: string; description: string };
  /** QEMU is older than the oldest that we know how to run. */
  'qemu-too-old': { version: string; needed: string };
}

/** `ended`: Python has ended without a word, with `detail` as its exit code, or could not be started (empty); `failed`: an exception that the test doesn't handle. */
export type HarnessProblemCode =
  'no-module' | 'no-translator' | 'no-machine' | 'no-test' | 'no-menu' | 'failed' | 'ended';

/** What the kernel said meanwhile, and which devices it was all about. */
export interface KernelLog {
  text: string;
  devices: readonly PciAddress[];
}

/** Why KVM doesn't run guests: a code of the probe's, with what QEMU said. */
export interface KvmProblem {
  code: string;
  group?: string;
  output?: string;
}

export type FailureCode = keyof FailureFacts;

export class Failure<C extends FailureCode = FailureCode> extends Error {
  override readonly name = 'Failure';
  readonly code: C;
  readonly facts: FailureFacts[C];

  constructor(code: C, facts: FailureFacts[C], options?: ErrorOptions) {
    super(`${code} ${JSON.stringify(facts)}`, options);
    this.code = code;
    this.facts = facts;
  }

  /** Narrows an unknown error to a failure of one code. */
  static is<K extends FailureCode>(error: unknown, code: K): error is Failure<K> {
    return error instanceof Failure && error.code === code;
  }
}
