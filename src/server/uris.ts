import { fileURLToPath, pathToFileURL } from 'node:url';

const MOST_KEPT = 20_000;
const spellings = new Map<string, string>();

/** The path of a `file:` URI; undefined for all others, and for one that names another machine. */
export function pathOf(uri: string): string | undefined {
  if (!uri.startsWith('file:')) return undefined;
  try {
    return fileURLToPath(uri);
  } catch {
    return undefined;
  }
}

export function uriOf(path: string): string {
  return pathToFileURL(path).href;
}

/** Editors escape more than they need to. One spelling for each file, so that URIs can be compared. */
export function spelt(uri: string): string {
  const known = spellings.get(uri);
  if (known !== undefined) return known;
  const path = pathOf(uri);
  const made = path === undefined ? uri : uriOf(path);
  if (spellings.size >= MOST_KEPT) spellings.clear();
  spellings.set(uri, made);
  return made;
}
