/** An error that errors/errno.fugu defines. */
export interface ErrorName {
  /** As it is printed: the prefix of its group and its own name. */
  name: string;
  text: string;
  /** Of errors: `kernel`, `libbarrelfish`. */
  group: string;
  success: boolean;
  /** Of its own name, counted from 0. */
  line: number;
  column: number;
}

interface Token {
  kind: 'word' | 'text' | 'sign';
  value: string;
  line: number;
  column: number;
}

/** Java's comments and strings (tools/fugu/Parser.hs). A string that isn't ended ends with its line. */
const TOKEN =
  /(\n)|[ \t\r\f]+|\/\/[^\n]*|\/\*(?:[^*]|\*(?!\/))*(?:\*\/|$)|([A-Za-z_]\w*)|"((?:[^"\\\n]|\\[^\n])*)"?|([^])/g;

function* tokensOf(text: string): Generator<Token> {
  let line = 0;
  let start = 0;
  for (const match of text.matchAll(TOKEN)) {
    const [all, newline, word, string, sign] = match;
    const place = { line, column: match.index - start };
    if (word !== undefined) yield { kind: 'word', value: word, ...place };
    else if (string !== undefined) yield { kind: 'text', value: string, ...place };
    else if (sign !== undefined) yield { kind: 'sign', value: sign, ...place };
    else if (newline !== undefined || all.startsWith('/*')) {
      for (let at = all.indexOf('\n'); at !== -1; at = all.indexOf('\n', at + 1)) {
        line += 1;
        start = match.index + at + 1;
      }
    }
  }
}

/**
 * Reads errors/errno.fugu: `errors GROUP PREFIX_ { failure NAME "text", … };`. Keywords may be written in capitals. What
 * doesn't read like that is passed over, up to the next entry. Of two of one name the first counts.
 */
export function parseErrorNames(text: string): ReadonlyMap<string, ErrorName> {
  const found = new Map<string, ErrorName>();
  let last: readonly (Token | undefined)[] = [];
  let group = '';
  let prefix: string | undefined;
  for (const token of tokensOf(text)) {
    const [first, second, third] = last;
    const keyword = first?.kind === 'word' ? first.value.toLowerCase() : '';
    if (token.value === '{' && token.kind === 'sign') {
      const isGroup = keyword === 'errors' && second?.kind === 'word' && third?.kind === 'word';
      [group, prefix] = isGroup ? [second.value, third.value] : ['', undefined];
    } else if (token.value === '}' && token.kind === 'sign') prefix = undefined;
    last = [second, third, token];
    const name = third;
    const kind = second?.kind === 'word' ? second.value.toLowerCase() : '';
    if (token.kind !== 'text' || name?.kind !== 'word' || prefix === undefined) continue;
    if (kind !== 'failure' && kind !== 'success') continue;
    const full = prefix + name.value;
    if (found.has(full)) continue;
    const { line, column } = name;
    const said = token.value.replaceAll(/\\(.)/g, '$1');
    found.set(full, { name: full, text: said, group, success: kind === 'success', line, column });
  }
  return found;
}
