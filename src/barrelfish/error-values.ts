import type { ErrorName } from './error-names.ts';

/** One of the errors of an errval_t; without a name where nothing has that number. */
export interface StackedError {
  number: number;
  error: ErrorName | undefined;
}

/** An errval_t holds a stack of errors, the latest lowest, each in so many bits (tools/fugu/CHeaderBackend.hs, err_push). */
const BITS = 10n;
const WIDTH = 64;

/** The number of an error is its place: successes are counted first, then failures, each in the order of the file. */
export function errorNumbers(names: ReadonlyMap<string, ErrorName>): readonly ErrorName[] {
  const all = [...names.values()];
  return [...all.filter(({ success }) => success), ...all.filter(({ success }) => !success)];
}

/** The latest error first. */
export function errorStack(value: bigint, numbers: readonly ErrorName[]): StackedError[] {
  const found: StackedError[] = [];
  let rest = BigInt.asUintN(WIDTH, value);
  do {
    const number = Number(BigInt.asUintN(Number(BITS), rest));
    found.push({ number, error: numbers[number] });
    rest >>= BITS;
  } while (rest !== 0n);
  return found;
}

/** `5127`, `0x1407`, `0x1407ul`, or the name of an error; undefined for anything else. */
export function errorValue(text: string, numbers: readonly ErrorName[]): bigint | undefined {
  const number = /^(0x[0-9a-f]{1,16}|-?\d{1,20})[ul]{0,3}$/i.exec(text.trim())?.[1];
  if (number !== undefined) return BigInt(number);
  const at = numbers.findIndex(({ name }) => name === text.trim());
  return at === -1 ? undefined : BigInt(at);
}
