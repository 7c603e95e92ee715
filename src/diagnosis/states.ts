import type { Diagnosis } from './diagnosis.ts';

/** A guest's serial line, and the files that its menu.lst names: paths as written. */
interface SerialLineState {
  bytes: number;
  seconds: number;
  kernel: string | undefined;
  modules: readonly string[];
  /** It boots an image that was made of its menu.lst. */
  image?: boolean;
}

/**
 * Why nothing comes over the serial line. tools/elver brings the processor into 64 bits and looks for the CPU driver by
 * the beginning of the module's name, `cpu` and then `kernel`; it can print nothing itself, so without one it is silent.
 */
export function silentSerial({ bytes, seconds, kernel, modules, image }: SerialLineState): Diagnosis | undefined {
  if (bytes > 0) return undefined;
  const silent = { code: 'serial-silent', seconds } as const;
  if (image === true) return { ...silent, why: 'image' };
  if (kernel === undefined || baseName(kernel) !== 'elver') return { ...silent, why: 'no-loader' };
  const hasCpuDriver = modules.some((path) => /^(?:cpu|kernel)/.test(baseName(path)));
  return { ...silent, why: hasCpuDriver ? 'unknown' : 'no-cpu-driver' };
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** A device as the guest sees it, which no driver has announced to have taken. */
interface UndrivenState {
  /** The guest's. */
  address: string;
  /** Binary that device_db.pl names for the device's ids. */
  driver: string | undefined;
  /** Arguments of the driver's line in menu.lst; undefined when it has none. */
  menuArguments: string | undefined;
  /** The guest's address of the device that the driver's instance was started for. */
  startedFor: string | undefined;
}

/** Why no driver took a device, in the order in which Kaluga decides (usr/kaluga/start_pci.c, pci_change_event). */
export function undrivenDevice({ address, driver, menuArguments, startedFor }: UndrivenState): Diagnosis {
  const undriven = { code: 'device-undriven', address } as const;
  if (driver === undefined) return { ...undriven, why: 'no-entry' };
  if (menuArguments === undefined) return { ...undriven, driver, why: 'not-in-menu' };
  if (startedFor !== undefined && startedFor !== address) return { ...undriven, driver, why: 'taken', by: startedFor };
  if (!menuArguments.split(/\s+/).includes('auto')) return { ...undriven, driver, why: 'not-auto' };
  return { ...undriven, driver, why: 'unknown' };
}

/**
 * Why a program of the machine that the editor runs on is not found, although it may well be installed. `flatpakId` is
 * the variable FLATPAK_ID, which `flatpak run` sets.
 */
export function missingProgram(program: string, flatpakId: string | undefined): Diagnosis | undefined {
  return flatpakId === undefined || flatpakId === '' ? undefined : { code: 'editor-in-sandbox', program };
}
