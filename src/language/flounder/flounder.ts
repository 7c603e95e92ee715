import type { Language } from '../language.ts';
import { check } from './checks.ts';
import { complete } from './completion.ts';
import { format } from './format.ts';
import { hover } from './hover.ts';
import { completeInC, resolveInC } from './in-c.ts';
import { hints, lenses } from './lenses.ts';
import { definitions, references } from './navigation.ts';
import { folds, selections, symbols } from './outline.ts';
import { isIncluded } from './included.ts';
import { parseFlounder } from './parser.ts';
import { rename, renameable } from './rename.ts';
import { summarize } from './summary.ts';
import type { FlounderTree } from './syntax.ts';
import { tokens } from './tokens.ts';

/** Interfaces between programs, `.if`. */
export const flounder: Language<FlounderTree> = {
  id: 'barrelfish-flounder',
  parse: (source, uri) => parseFlounder(source.text, isIncluded(uri)),
  summarize,
  diagnose: (file, workspace) => [...file.tree.problems, ...check(file, workspace)].sort((a, b) => a.start - b.start),
  symbols,
  folds,
  tokens,
  hover,
  definitions,
  references,
  renameable,
  rename,
  complete,
  format,
  hints,
  lenses,
  selections,
  inC: { resolve: resolveInC, complete: completeInC },
};
