/** Something in a line that leads somewhere; columns of the line as it is shown, `to` behind the last. */
export type SerialReference = { from: number; to: number } & (
  | { kind: 'file'; path: string; pathLine: number }
  /** A name of errors/errno.fugu. */
  | { kind: 'error'; name: string }
  /** An address in a program: a domain's name, or `cpu`. */
  | { kind: 'code'; program: string; address: string }
);

/** What a source file of the tree may end with, and the line after it. */
const ENDING = /\.(?:c|h|cc|cpp|hpp|S|s|dev|if|sks|soc|hs|pl|fugu|rs)(?::(\d{1,7})(?![\w.])|, line (\d{1,7})(?!\w))/g;
const LONGEST_PATH = 300;
/** By code: whether it can stand in a path. */
const IN_PATH = Uint8Array.from({ length: 128 }, (_, code) => Number(/[\w./+-]/.test(String.fromCharCode(code))));
/** lib: err_print_calltrace, which fugu generates, fills the name up with blanks. */
const ERROR_NAME = /\[ {0,40}([A-Z][A-Z0-9]{0,30}_[A-Z0-9_]{1,60})\]/g;
/** lib/barrelfish/dispatch.c; kernel/arch/x86_64/irq.c; debug_printf's beginning and lib/barrelfish/arch/x86_64/debug.c. */
const CODE =
  /(?<![\w.+-])([\w+-][\w.+-]{0,63}?)(?:\.\d{1,5})?: (?:unhandled|page fault)[^:]{0,120} at IP ((?:0x)?[0-9a-fA-F]{1,16})|unrelocated kernel address (0x[0-9a-fA-F]{1,16})|^([\w+-][\w+-]{0,63})\.\d{1,5}\.[\w-]{1,20}: return address = (0x[0-9a-fA-F]{1,16})/g;

const CODE_HINT = / at IP |unrelocated|return address/;
const NOTHING: readonly SerialReference[] = [];

/** What a line has when it has a reference; for lines that may have escape sequences. */
export const REFERENCE_HINT = /\.[a-zA-Z]{1,4}(?::|, line )\d|[A-Z0-9_]\]| at IP |unrelocated|return address/;

/** The references of a line without its escape sequences, in the order of their kinds. */
export function referencesIn(text: string): readonly SerialReference[] {
  if (!REFERENCE_HINT.test(text)) return NOTHING;
  const found: SerialReference[] = [];
  for (const match of text.matchAll(ENDING)) {
    const from = startOfPath(text, match.index);
    const ending = match[0].slice(0, match[0].search(/[:,]/));
    // Nothing before the dot: a name such as ".c".
    if (from === match.index || /[/.]/.test(text.charAt(match.index - 1))) continue;
    const path = text.slice(from, match.index) + ending;
    found.push({ kind: 'file', path, pathLine: Number(match[1] ?? match[2]), from, to: match.index + match[0].length });
  }
  for (const match of text.includes(']') ? text.matchAll(ERROR_NAME) : []) {
    const [all, name = ''] = match;
    const to = match.index + all.length - 1;
    found.push({ kind: 'error', name, from: to - name.length, to });
  }
  for (const match of CODE_HINT.test(text) ? text.matchAll(CODE) : []) {
    const [all, domain, ip, kernel, caller, returns] = match;
    const address = ip ?? kernel ?? returns ?? '';
    const to = match.index + all.length;
    found.push({
      kind: 'code',
      program: domain ?? caller ?? 'cpu',
      address: address.startsWith('0x') ? address : `0x${address}`,
      from: to - address.length,
      to,
    });
  }
  return found;
}

/** Backwards from the dot of its ending, so that no text is looked at twice. */
function startOfPath(text: string, end: number): number {
  let start = end;
  while (start > 0 && end - start < LONGEST_PATH && IN_PATH[text.charCodeAt(start - 1)] === 1) start -= 1;
  return start;
}
