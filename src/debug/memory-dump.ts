import { isObject } from '../host/plain-object.ts';

/** What a dump of a guest's memory doesn't say of itself; kept in a file beside it. */
export interface DumpOrigin {
  /** On the editor's side. */
  buildDirectory: string;
  /** Where the boot core's kernel ran, as it has said; undefined when it had said nothing. */
  kernelBase: bigint | undefined;
}

export function originFile(dump: string): string {
  return `${dump}.json`;
}

export function writeOrigin({ buildDirectory, kernelBase }: DumpOrigin): string {
  const base = kernelBase === undefined ? undefined : `0x${kernelBase.toString(16)}`;
  return `${JSON.stringify({ buildDirectory, kernelBase: base }, undefined, 2)}\n`;
}

/** Undefined where it isn't of that shape. */
export function readOrigin(text: string): DumpOrigin | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isObject(value)) return undefined;
  const { buildDirectory, kernelBase } = value;
  if (typeof buildDirectory !== 'string') return undefined;
  const isBase = typeof kernelBase === 'string' && /^0x[0-9a-f]{1,16}$/i.test(kernelBase);
  return { buildDirectory, kernelBase: isBase ? BigInt(kernelBase) : undefined };
}
