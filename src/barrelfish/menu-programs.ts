/** The program that a line of a menu.lst starts as a domain; undefined for other lines, and for the CPU driver. */
export function programAt(line: string): string | undefined {
  const name = /^\s*module(?:nounzip)?\s+(\S+)/.exec(line)?.[1]?.replace(/^.*\//, '');
  return name === undefined || name === '' || name === 'cpu' || name.includes('.') ? undefined : name;
}

/** The programs that a menu.lst starts as domains, in their order. */
export function programsOf(text: string): string[] {
  return [...new Set(text.split('\n').flatMap((line) => programAt(line) ?? []))];
}
