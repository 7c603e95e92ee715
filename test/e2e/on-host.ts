import assert from 'node:assert/strict';
import type { Lab } from '../lab/lab.ts';

/** The emulated lab is slow, and the guest in it once more. */
export const PATIENCE_MS = 60_000;

/** What a script says on the lab as root, past the extension. */
export async function onHost(lab: Lab, script: string): Promise<string> {
  const { stdout, stderr, code } = await lab.run('root', ['sh', '-c', script]);
  assert.equal(code, 0, stderr);
  return stdout.trim();
}

/** Address, without its domain, of the function that a class device belongs to. */
export async function functionOf(lab: Lab, classDevice: string): Promise<string> {
  const target = await onHost(lab, `readlink -f ${classDevice}`);
  const address = target.match(/[0-9a-f]{4}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]/g)?.at(-1);
  assert.ok(address, target);
  return address.slice(5);
}

/** Matches the row of a device; what its description has to say may follow. */
export function rowOf(address: string, says = ''): RegExp {
  return new RegExp(`^${address.replace('.', '\\.')} ${says === '' ? '' : `.*${says}`}`);
}
