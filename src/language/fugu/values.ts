import type { GroupedOutline } from '../group-parser.ts';
import { allDefinitions, type Definition } from '../outline.ts';

/** The kinds of codes, as the parser calls them. */
export const FAILURE = 'failure code';
export const SUCCESS = 'success code';
const DEFAULT_SUCCESS = 'default success code';

/**
 * The value of each code. Default successes are 0, the other successes count from 1, and the failures follow in the order
 * of the file (mkEnum in tools/fugu/FuguBackend.lhs).
 */
export function codeValues(outline: GroupedOutline): ReadonlyMap<Definition, number> {
  const codes = [...allDefinitions(outline.definitions)].filter(
    ({ container, start }) => container && start < outline.readTo,
  );
  const values = new Map<Definition, number>();
  let success = 1;
  for (const code of codes) {
    if (code.what === DEFAULT_SUCCESS) values.set(code, 0);
    else if (code.what === SUCCESS) values.set(code, success++);
  }
  let failure = success;
  for (const code of codes) if (code.what === FAILURE) values.set(code, failure++);
  return values;
}

/** As C has it: the prefix of the class and the name; undefined for a class. */
export function codeName({ name, container }: Definition): string | undefined {
  return container && container.detail !== '' && name !== '' ? container.detail + name : undefined;
}
