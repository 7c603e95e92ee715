/** Takes the output of one of our reading scripts apart into its sections. */
export function sections(output: Buffer, boundary: string): Map<string, Buffer> {
  const found = new Map<string, Buffer>();
  const mark = Buffer.from(`\n${boundary} `);
  let at = output.indexOf(mark);
  while (at !== -1) {
    const nameStart = at + mark.length;
    const nameEnd = output.indexOf(0x0a, nameStart);
    if (nameEnd === -1) break;
    const next = output.indexOf(mark, nameEnd);
    found.set(
      output.toString('latin1', nameStart, nameEnd),
      output.subarray(nameEnd + 1, next === -1 ? undefined : next),
    );
    at = next;
  }
  return found;
}

/** Lines of a section, without the empty ones. */
export function lines(section: Buffer | undefined): string[] {
  return (section?.toString('utf8') ?? '').split('\n').filter((line) => line !== '');
}

/** Rows of tab-separated columns. */
export function rows(section: Buffer | undefined): string[][] {
  return lines(section).map((line) => line.split('\t'));
}

/**
 * The files of a `head -v` listing: an empty line, `==> PATH <==` and the content, for each. Contents may be binary, so
 * each character of a content is one byte (see {@link utf8}). Files that vanished or can't be read are not there.
 */
export function files(section: Buffer | undefined): Map<string, string> {
  const found = new Map<string, string>();
  // One conversion and slices of it: a buffer for each of thousands of files costs ten times as much.
  const all = section?.toString('latin1') ?? '';
  const open = '\n==> ';
  const close = ' <==\n';
  let at = all.indexOf(open);
  while (at !== -1) {
    const nameEnd = all.indexOf(close, at + open.length);
    if (nameEnd === -1) break;
    const contentStart = nameEnd + close.length;
    const next = all.indexOf(open, contentStart);
    found.set(all.slice(at + open.length, nameEnd), all.slice(contentStart, next === -1 ? undefined : next));
    at = next;
  }
  return found;
}

/** The text of bytes that {@link files} gave. */
export function utf8(bytes: string): string {
  return /^[\0-\x7f]*$/.test(bytes) ? bytes : Buffer.from(bytes, 'latin1').toString('utf8');
}
