import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { changeMenu, type MenuChange } from '../barrelfish/menu-variant.ts';
import type { BootOrigin } from '../guest/machine.ts';
import { Failure } from '../host/failure.ts';
import type { Boot } from './build-choice.ts';

/** The menu.lst of one boot. The file itself is never changed. */
export interface BootMenu {
  file: string;
  /** As it is in the build directory. */
  before: string;
  /** As it is booted. */
  text: string;
  changes: readonly MenuChange[];
  /** What is not as it was, a line each: for the log. */
  changed: readonly string[];
}

/** It is kept with what is known of the guest, which travels as an argument. */
const LONGEST_KEPT = 32 * 1024;

export async function readBootMenu({ build, menu }: Boot): Promise<BootMenu> {
  const file = path.join(build.path, menu);
  const before = await readFile(file, 'utf8').catch(() => {
    throw new Failure('file-missing', { path: file, neededBy: build.path });
  });
  return { file, before, text: before, changes: [], changed: [] };
}

/** Makes changes for this boot. Throws `no-menu-line` for one that the menu.lst has no line for. */
export function withChanges(menu: BootMenu, changes: readonly MenuChange[]): BootMenu {
  const all = [...menu.changes, ...changes];
  const { text, left, changed } = changeMenu(menu.before, all);
  // An argument for the kernel is for each program that takes it; without other cores there may be no `cpu`.
  const lost = left.find(({ change }) => change.kind !== 'set-argument')?.change;
  if (!lost) return { ...menu, text, changes: all, changed: changed.map(lineText) };
  const program = lost.kind === 'add-module' ? lost.path : lost.program;
  throw new Failure('no-menu-line', { menu: menu.file, program: typeof program === 'string' ? program : 'kernel' });
}

/** What to remember of it. */
export function keptMenu({ before, text }: BootMenu): Pick<BootOrigin, 'menu'> {
  return before === text || before.length + text.length > LONGEST_KEPT ? {} : { menu: { before, after: text } };
}

function lineText({ line, before, after }: ReturnType<typeof changeMenu>['changed'][number]): string {
  const number = line.toString();
  return before === undefined ? `menu.lst:${number}: + ${after}` : `menu.lst:${number}: ${before} → ${after}`;
}
