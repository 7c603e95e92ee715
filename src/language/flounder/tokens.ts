import type { SemanticToken } from '../language.ts';
import { Kind } from '../scanner.ts';
import { type Element, elementsOf } from './element.ts';
import type { FlounderFile } from './scope.ts';
import { builtins, keywords } from './words.ts';

/** Names by what they are; of words of the language only those that a grammar can't tell from names. */
export function tokens({ tree }: FlounderFile): SemanticToken[] {
  const found: SemanticToken[] = [];
  const named = new Set<number>();
  for (const element of elementsOf(tree)) {
    found.push(coloured(element));
    named.add(element.name.start);
  }
  for (const { notes } of tree.messages) {
    for (const { start, name } of notes) {
      if (!name) continue;
      found.push({ start, end: name.end, type: 'decorator' });
      named.add(name.start);
    }
  }
  for (let index = 0; index < tree.tokens.count; index++) {
    const start = tree.tokens.start(index);
    if (tree.tokens.kind(index) !== Kind.name || named.has(start)) continue;
    if (keywords.has(tree.tokens.textOf(index).toLowerCase()))
      found.push({ start, end: tree.tokens.end(index), type: 'keyword' });
  }
  return found.sort((a, b) => a.start - b.start);
}

function coloured(element: Element): SemanticToken {
  const { start, end, text } = element.name;
  switch (element.kind) {
    case 'interface':
      return { start, end, type: 'interface', modifiers: ['declaration'] };
    case 'type':
      return { start, end, type: formTypes[element.declaration.form], modifiers: ['declaration'] };
    case 'type use':
      return { start, end, type: 'type', ...(builtins.has(text) ? { modifiers: ['defaultLibrary'] as const } : {}) };
    case 'field':
      return { start, end, type: 'property', modifiers: ['declaration'] };
    case 'constant':
      return { start, end, type: 'enumMember', modifiers: ['declaration', 'readonly'] };
    case 'message':
      return { start, end, type: 'method', modifiers: ['declaration'] };
    case 'argument':
      return { start, end, type: 'parameter', ...(element.use ? {} : { modifiers: ['declaration'] as const }) };
  }
}

const formTypes = { 'builtin alias': 'type', alias: 'type', array: 'type', struct: 'struct', enum: 'enum' } as const;
