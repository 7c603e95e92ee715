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
 * The files of a `head -v` listing: `==> PATH <==` on a line of its own and the content, for each. Contents may be
 * binary, so each character of a content is one byte (see {@link utf8}). Files that vanished or can't be read are not
 * there.
 */
export function files(section: Buffer | undefined): Map<string, string> {
  const found = new Map<string, string>();
  eachFile(section, (path, content) => found.set(path, content));
  return found;
}

/** As {@link files}, by directory and then by name: thousands of paths needn't be put together again to be looked up. */
export function filesByDirectory(section: Buffer | undefined): Map<string, Map<string, string>> {
  const found = new Map<string, Map<string, string>>();
  eachFile(section, (path, content) => {
    const slash = path.lastIndexOf('/');
    const directory = path.slice(0, slash);
    const inside = found.get(directory) ?? new Map<string, string>();
    if (inside.size === 0) found.set(directory, inside);
    inside.set(path.slice(slash + 1), content);
  });
  return found;
}

function eachFile(section: Buffer | undefined, take: (path: string, content: string) => void): void {
  // One conversion and slices of it: a buffer for each of thousands of files costs ten times as much.
  const all = `\n${section?.toString('latin1') ?? ''}`;
  const open = '\n==> ';
  const close = ' <==\n';
  let at = all.indexOf(open);
  while (at !== -1) {
    const nameEnd = all.indexOf(close, at + open.length);
    if (nameEnd === -1) break;
    const contentStart = nameEnd + close.length;
    // Between two runs of head there is no empty line, so the newline may be the one before an empty content.
    const next = all.indexOf(open, contentStart - 1);
    take(all.slice(at + open.length, nameEnd), next === -1 ? all.slice(contentStart) : all.slice(contentStart, next));
    at = next;
  }
}

/** The text of bytes that {@link files} gave. */
export function utf8(bytes: string): string {
  return /^[\0-\x7f]*$/.test(bytes) ? bytes : Buffer.from(bytes, 'latin1').toString('utf8');
}
