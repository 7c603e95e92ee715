import type { Language } from '../language.ts';
import { actions } from './actions.ts';
import { diagnose } from './checks.ts';
import { tokens } from './colours.ts';
import { complete } from './completion.ts';
import { format } from './format.ts';
import { hints } from './hints.ts';
import { hover } from './hover.ts';
import { namesInC } from './in-c.ts';
import { lenses } from './lenses.ts';
import { reader } from './reading.ts';
import { definitions, references } from './references.ts';
import { rename, renameable } from './rename.ts';
import { signature } from './signature.ts';
import { folds, selections, symbols } from './structure.ts';
import type { MackerelTree } from './syntax.ts';

/** Descriptions of devices' registers. */
export const mackerel: Language<MackerelTree> = {
  ...reader,
  diagnose,
  symbols,
  folds,
  tokens,
  hover,
  definitions,
  references,
  renameable,
  rename,
  complete,
  signature,
  format,
  hints,
  lenses,
  selections,
  actions,
  inC: namesInC,
};
