import type { Language } from '../language.ts';
import { complete } from './completion.ts';
import { definitions, diagnose, folds, hover, links, references, selections, symbols, tokens } from './features.ts';
import { readHakefile } from './reader.ts';
import { summarize } from './summary.ts';
import type { HakefileTree } from './syntax.ts';

/** What is built, and of what: the files that hake reads. */
export const hakefile: Language<HakefileTree> = {
  id: 'barrelfish-hakefile',
  parse: (source) => readHakefile(source.text),
  summarize,
  diagnose,
  symbols,
  folds,
  tokens,
  hover,
  definitions,
  references,
  complete,
  links,
  selections,
};
