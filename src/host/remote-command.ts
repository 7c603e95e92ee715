import type { Argv } from './connection.ts';

/*
 * ssh hands the remote side one string, which the user's login shell (sh, bash, zsh, fish, csh …) takes apart. So that
 * no value is ever read by any of them, the string is a fixed program, and each value comes as a word of an alphabet
 * that no shell gives a meaning to inside single quotes; `printf %b` turns it back into bytes.
 */
const DECODE = [
  'for a do', // iterates over the words as they were at the start, while the list is rebuilt behind them
  'shift;',
  'd=$(printf "%b." "$a");', // the full stop keeps trailing newlines, which $(…) would eat
  'set -- "$@" "${d%.}";',
  'done;',
  'cd -- "$1" || exit 126;',
  'shift;',
  'exec "$@"',
].join(' ');

/** Bytes other than these become `\0ooo`, which POSIX defines for printf's %b. */
const INERT = /[A-Za-z0-9_./:=@+-]/;

/** Writes a value in the inert alphabet. */
function inert(value: string): string {
  let text = '';
  for (const byte of Buffer.from(value, 'utf8')) {
    const character = String.fromCharCode(byte);
    text += INERT.test(character) ? character : `\\0${byte.toString(8).padStart(3, '0')}`;
  }
  return text;
}

/** The one string for ssh that runs `argv` in `directory` on the other side, unchanged byte for byte. */
export function remoteCommand(argv: Argv, directory = '.'): string {
  const words = [directory, ...argv].map((value) => `'${inert(value)}'`);
  return `exec /bin/sh -c '${DECODE}' sh ${words.join(' ')}`;
}
