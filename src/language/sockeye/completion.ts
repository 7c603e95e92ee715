import { CompletionItemKind, type CompletionItem } from 'vscode-languageserver-types';
import type { ParsedFile } from '../language.ts';
import type { Definition } from '../outline.ts';
import { completesAt, definitionItem, tokenBeingWritten, wordItems } from '../word-completion.ts';
import { NODES, VARIABLES, type SockeyeTree } from './syntax.ts';
import { DOMAINS, RELATIONS, SOCKEYE_WORDS } from './words.ts';

/** Words and names of the second version, by what stands before. */
export function completeSockeye({ tree }: ParsedFile<SockeyeTree>, offset: number): CompletionItem[] {
  const { tokens, definitions } = tree;
  if (tree.version === 1 || !completesAt(tokens, offset)) return [];
  const index = tokenBeingWritten(tokens, offset);
  const last = tokens.textOf(index - 1);
  const module = definitions.find(({ what, start, end }) => what === 'module' && start < offset && offset <= end);
  const inside = (module?.inside ?? []).filter(({ at }) => at.start !== tokens.start(index));
  const items = (what: readonly string[], from: readonly Definition[]): CompletionItem[] =>
    from.filter((each) => what.includes(each.what)).map((each) => definitionItem(each, CompletionItemKind.Variable));
  const nodes = (): CompletionItem[] => items([...NODES, 'instance'], inside);
  if (last === 'of' || last === 'instantiates') return items(['module'], definitions);
  if (last === 'input' || last === 'output') return wordItems(SOCKEYE_WORDS, DOMAINS);
  if (last === 'overlays' || last === 'blockoverlays') return nodes();
  if (last === '.') {
    const name = tokens.textOf(index - 2);
    const instance = inside.find((each) => each.name === name && each.what === 'instance');
    return items(['input port'], (instance && tree.moduleOf.get(instance)?.to?.inside) ?? []);
  }
  if (!module) return wordItems(SOCKEYE_WORDS, ['import', 'module', 'extern', 'type']);
  if (last === 'to') return [...nodes(), ...wordItems(SOCKEYE_WORDS, DOMAINS), ...items(VARIABLES, inside)];
  if (last === 'bits' || last === '(' || last === ',') return items(VARIABLES, inside);
  const named = inside.some(({ name }) => name === last) || last === ']';
  const relations = named ? wordItems(SOCKEYE_WORDS, RELATIONS) : [];
  const words = wordItems(SOCKEYE_WORDS, ['const', 'instance', 'input', 'output', 'forall', ...DOMAINS]);
  return [...relations, ...nodes(), ...words];
}
