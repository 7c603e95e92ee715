const INCLUDED = /\/if\/(?:(types)|(arch|platform)\/([^/]+))\.if$/;

/** Whether the build includes the file in every interface: hake/RuleDefs.hs, flounderIncludes. */
export function isIncluded(uri: string): boolean {
  return INCLUDED.test(uri);
}

/** Of an included file: what it is for, `types` for all architectures. */
export function includedAs(uri: string): { kind: 'types' | 'arch' | 'platform'; architecture?: string } | undefined {
  const found = INCLUDED.exec(uri);
  if (!found) return undefined;
  const [, , kind, architecture] = found;
  return kind === 'arch' || kind === 'platform' ? { kind, architecture: architecture ?? '' } : { kind: 'types' };
}
