import { CompletionItemKind } from 'vscode-languageserver-types';
import { parseGroups, type GroupGrammar, type GroupedOutline } from '../group-parser.ts';
import type { Language, ParsedFile } from '../language.ts';
import { hoverOf, plain } from '../markdown.ts';
import { allDefinitions, locationOf, nameAt, type Definition } from '../outline.ts';
import { outlineFeatures } from '../outline-features.ts';
import { declaredIn, declaredNames, repeated, summaryOf } from '../outline-names.ts';
import type { Span } from '../source-text.ts';
import { completesAt, wordItems } from '../word-completion.ts';
import { plecoFindings } from './findings.ts';
import { PLECO_WORDS } from './words.ts';

const GRAMMAR: GroupGrammar = {
  tool: 'pleco',
  group: { word: 'subsystem', what: 'subsystem', prefix: false },
  entries: [{ word: 'event', what: 'trace event' }],
  entryToken: 'enumMember',
};

type File = ParsedFile<GroupedOutline>;

/** trace_definitions/trace_defs.pleco: what the tracing framework can record. */
export const pleco: Language<GroupedOutline> = {
  id: 'barrelfish-pleco',
  parse: (source) => parseGroups(source.text, GRAMMAR),
  summarize: (file) => summaryOf(file, macroName),
  diagnose: (file) => [
    ...file.tree.findings,
    ...repeated(file, allDefinitions(file.tree.definitions), macroName, (each) =>
      plecoFindings.repeatedMacro(each.what, macroName(each)),
    ),
  ],
  ...outlineFeatures<GroupedOutline>({
    usedElsewhere: (file, definition, workspace) => workspace.inC(macroName(definition), file.uri),
  }),
  hover(file, offset) {
    const found = nameAt(file.tree, offset);
    return found?.definition && describe(file, found.definition, found.span);
  },
  complete: (file, offset) => (completesAt(file.tree.tokens, offset) ? wordItems(PLECO_WORDS) : []),
  inC: {
    resolve(name, _includes, workspace) {
      if (!name.startsWith('TRACE_')) return undefined;
      const found = declaredIn(pleco, name, macroName, workspace);
      if (!found) return undefined;
      const { file, definition } = found;
      return { location: locationOf(file, definition.at), hover: describe(file, definition, definition.at) };
    },
    complete(prefix, _includes, workspace) {
      if (!prefix.startsWith('TR') || !('TRACE_'.startsWith(prefix) || prefix.startsWith('TRACE_'))) return [];
      return declaredNames('barrelfish-pleco', prefix, workspace, ({ name, container }) => ({
        label: name,
        kind: CompletionItemKind.Constant,
        detail: container === undefined ? 'trace subsystem' : `trace event of ${container}`,
      }));
    },
  },
};

/** The macro in trace_definitions/trace_defs.h (tools/pleco/Main.lhs). */
function macroName({ name, container }: Definition): string {
  return container
    ? `TRACE_EVENT_${container.name.toUpperCase()}_${name.toUpperCase()}`
    : `TRACE_SUBSYS_${name.toUpperCase()}`;
}

/** Subsystems are counted in the file, events in their subsystem, from 0. */
function numberOf(tree: GroupedOutline, definition: Definition): number | undefined {
  const index = (definition.container?.inside ?? tree.definitions).indexOf(definition);
  return definition.start < tree.readTo && index >= 0 ? index : undefined;
}

function describe(file: File, definition: Definition, span: Span) {
  const { name, what, about, container, inside } = definition;
  const number = numberOf(file.tree, definition);
  const value = number === undefined ? '' : ` = ${String(number)}`;
  const events = `${String(inside.length)} ${inside.length === 1 ? 'event' : 'events'}`;
  return hoverOf(file.source, span, [
    `**${plain(macroName(definition))}**${value} · ${what} ${container ? `of ${plain(container.name)}` : `· ${events}`}`,
    // Viewers of traces show the name where there is no description.
    container ? plain(about === '' ? name : about) : undefined,
    '`#include <trace_definitions/trace_defs.h>`',
  ]);
}
