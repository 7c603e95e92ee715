import type { Language } from '../language.ts';
import { diagnose } from './checks.ts';
import { complete } from './completion.ts';
import { hover } from './hover.ts';
import { folds, selections, summarize, symbols, tokens } from './outline.ts';
import { actions, definitions, links, references } from './places.ts';
import { readMenu, type MenuTree } from './syntax.ts';

/** menu.lst: what a boot loader loads, and what each program is told. */
export const menuList: Language<MenuTree> = {
  id: 'barrelfish-menu-list',
  parse: readMenu,
  summarize,
  diagnose,
  symbols,
  folds,
  tokens,
  hover,
  definitions,
  references: (file, offset, _options, workspace) =>
    references(file, offset, (uri) => workspace.parsed(menuList, uri), workspace),
  complete,
  links,
  selections,
  actions: (file, _span, findings, workspace) => actions(file, findings, workspace),
};
