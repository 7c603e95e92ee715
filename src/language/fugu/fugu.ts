import { CompletionItemKind } from 'vscode-languageserver-types';
import { parseGroups, type GroupGrammar, type GroupedOutline } from '../group-parser.ts';
import type { Language, ParsedFile } from '../language.ts';
import { hoverOf, plain } from '../markdown.ts';
import { allDefinitions, locationOf, nameAt, type Definition } from '../outline.ts';
import { outlineFeatures } from '../outline-features.ts';
import { declaredIn, declaredNames, repeated, summaryOf } from '../outline-names.ts';
import type { Span } from '../source-text.ts';
import { completesAt, wordItems } from '../word-completion.ts';
import { fuguFindings } from './findings.ts';
import { FUGU_WORDS } from './words.ts';
import { codeName, codeValues, FAILURE, SUCCESS } from './values.ts';

const GRAMMAR: GroupGrammar = {
  tool: 'fugu',
  group: { word: 'errors', what: 'error class', prefix: true },
  entries: [
    { word: 'failure', what: FAILURE },
    { word: 'success', what: SUCCESS },
  ],
  orDefault: 'success',
  entryToken: 'enumMember',
};

interface FuguTree extends GroupedOutline {
  readonly values: ReadonlyMap<Definition, number>;
}

type File = ParsedFile<FuguTree>;

/** errors/errno.fugu: the error codes of the system. */
export const fugu: Language<FuguTree> = {
  id: 'barrelfish-fugu',
  parse(source) {
    const outline = parseGroups(source.text, GRAMMAR);
    return { ...outline, values: codeValues(outline) };
  },
  summarize: (file) => summaryOf(file, (definition) => codeName(definition)),
  diagnose: (file) => [
    ...file.tree.findings,
    ...repeated(
      file,
      [...allDefinitions(file.tree.definitions)].filter((each) => codeName(each) !== undefined),
      (each) => codeName(each) ?? '',
      (each) => fuguFindings.repeatedError(codeName(each) ?? ''),
    ),
  ],
  ...outlineFeatures<FuguTree>({
    usedElsewhere(file, definition, workspace) {
      const name = codeName(definition);
      return name === undefined ? [] : workspace.inC(name, file.uri);
    },
  }),
  hover(file, offset) {
    const found = nameAt(file.tree, offset);
    return found?.definition && describe(file, found.definition, found.span);
  },
  complete: (file, offset) => (completesAt(file.tree.tokens, offset) ? wordItems(FUGU_WORDS) : []),
  inC: {
    resolve(name, _includes, workspace) {
      const found = declaredIn(fugu, name, codeName, workspace);
      if (!found) return undefined;
      const { file, definition } = found;
      return { location: locationOf(file, definition.at), hover: describe(file, definition, definition.at) };
    },
    complete(prefix, _includes, workspace) {
      // Error codes are in capitals; one letter would match too much else.
      if (!/^[A-Z][A-Z0-9_]+$/.test(prefix)) return [];
      return declaredNames('barrelfish-fugu', prefix, workspace, ({ name, container }) => ({
        label: name,
        kind: CompletionItemKind.EnumMember,
        detail: `error of ${container ?? ''}`,
      }));
    },
  },
};

function describe(file: File, definition: Definition, span: Span) {
  const name = codeName(definition);
  if (name === undefined) {
    const own = definition.inside.filter((each) => each.what === FAILURE).length;
    const count = `${String(own)} ${own === 1 ? 'failure' : 'failures'}`;
    return hoverOf(file.source, span, [`**${plain(definition.name)}** · error class · ${count}`]);
  }
  const value = file.tree.values.get(definition);
  const number = value === undefined ? '' : ` = ${String(value)}`;
  return hoverOf(file.source, span, [
    `**${plain(name)}**${number} · ${definition.what} of ${plain(definition.container?.name ?? '')}`,
    plain(definition.about),
    '`#include <errors/errno.h>`',
  ]);
}
