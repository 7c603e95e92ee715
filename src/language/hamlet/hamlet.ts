import { CompletionItemKind, type CompletionItem } from 'vscode-languageserver-types';
import type { Finding, Language, ParsedFile } from '../language.ts';
import { locationOf, nameAt, type Definition } from '../outline.ts';
import { outlineFeatures } from '../outline-features.ts';
import { declaredIn, repeated, summaryOf } from '../outline-names.ts';
import { completesAt, definitionItem, tokenBeingWritten, wordItems } from '../word-completion.ts';
import { hamletFindings } from './findings.ts';
import { describe } from './hover.ts';
import { parseHamlet } from './parser.ts';
import { fieldsOf, type HamletTree } from './syntax.ts';
import { BODY_WORDS, EXPRESSION_WORDS, HAMLET_TYPES, HAMLET_WORDS, HEADER_WORDS } from './words.ts';

type File = ParsedFile<HamletTree>;

/** capabilities/caps.hl: the types of capabilities. */
export const hamlet: Language<HamletTree> = {
  id: 'barrelfish-hamlet',
  parse: (source) => parseHamlet(source.text),
  summarize: (file) => summaryOf(file, globalName),
  diagnose: (file) => [...file.tree.findings, ...repetitions(file)],
  ...outlineFeatures<HamletTree>({
    usedElsewhere(file, definition, workspace) {
      const name = cName(file.tree, definition);
      return name === undefined ? [] : workspace.inC(name, file.uri);
    },
  }),
  hover(file, offset) {
    const found = nameAt(file.tree, offset);
    return found?.definition && describe(file, found.definition, found.span);
  },
  complete,
  inC: {
    resolve(name, _includes, workspace) {
      const declared = name.startsWith('ObjType_') ? name.slice('ObjType_'.length) : undefined;
      // Constants are in capitals in C.
      if (declared === undefined && !/^[A-Z][A-Z0-9_]*$/.test(name)) return undefined;
      const found = declaredIn(hamlet, declared ?? name.toLowerCase(), globalName, workspace);
      if (!found || cName(found.file.tree, found.definition) !== name) return undefined;
      const { file, definition } = found;
      return { location: locationOf(file, definition.at), hover: describe(file, definition, definition.at) };
    },
    complete(prefix, _includes, workspace) {
      if (!/^obj/i.test(prefix)) return [];
      return workspace.files('barrelfish-hamlet').flatMap((uri) => {
        const tree = workspace.parsed(hamlet, uri)?.tree;
        const items = (of: Iterable<Definition>, kind: CompletionItemKind, detail: string): CompletionItem[] =>
          [...of].flatMap((definition) => {
            const label = tree && cName(tree, definition);
            return label?.startsWith(prefix) === true ? [{ label, kind, detail }] : [];
          });
        return [
          ...items(tree?.capabilities.keys() ?? [], CompletionItemKind.EnumMember, 'type of capability'),
          ...items(tree?.constants.keys() ?? [], CompletionItemKind.Constant, 'constant of the capabilities'),
        ];
      });
    },
  },
};

function globalName({ name, what }: Definition): string | undefined {
  return what === 'field' ? undefined : name;
}

/** The enumerator that hamlet makes of it; undefined for those of which it makes none. */
function cName(tree: HamletTree, definition: Definition): string | undefined {
  const capability = tree.capabilities.get(definition);
  if (capability) return capability.abstract ? undefined : `ObjType_${definition.name}`;
  return tree.constants.has(definition) ? definition.name.toUpperCase() : undefined;
}

function nameOf({ name }: Definition): string {
  return name;
}

function repetitions(file: File): Finding[] {
  const { capabilities, constants } = file.tree;
  const lower = ({ name }: Definition): string => name.toLowerCase();
  return [
    ...repeated(file, constants.keys(), lower, ({ name }) => hamletFindings.repeatedDefine(name)),
    ...repeated(file, capabilities.keys(), lower, ({ name }, first) => hamletFindings.repeatedCap(name, first.name)),
    ...[...capabilities.values()].flatMap((capability) =>
      repeated(file, fieldsOf(capability), nameOf, ({ name }) => hamletFindings.repeatedField(name)).filter(
        ({ start }) => start >= capability.definition.start,
      ),
    ),
  ];
}

function complete(file: File, offset: number): CompletionItem[] {
  const { tree } = file;
  const { tokens } = tree;
  if (!completesAt(tokens, offset)) return [];
  const index = tokenBeingWritten(tokens, offset);
  const before = (ahead: number): string => tokens.textOf(index - ahead).toLowerCase();
  const caps = [...tree.capabilities.values()].filter(({ definition }) => definition.at.start < offset);
  const last = before(1);
  if (last === 'from' || last === 'inherit') {
    return caps
      .filter(({ abstract, definition }) => definition.end < offset && (last === 'inherit' || !abstract))
      .map(({ definition }) => definitionItem(definition, CompletionItemKind.Struct));
  }
  const within = caps.find(({ definition }) => definition.start < offset && offset <= definition.end) ?? caps.at(-1);
  const body = within && tokens.text.slice(within.definition.start, offset).includes('{');
  if (!within || index === 0 || (last === ';' && offset > within.definition.end))
    return wordItems(HAMLET_WORDS, ['define', 'cap']);
  if (!body) return wordItems(HAMLET_WORDS, HEADER_WORDS);
  const inValue = last === '(' || last === '+' || (last === '{' && /^(?:address|size|size_bits)$/.test(before(2)));
  if (inValue) {
    const names = [
      ...fieldsOf(within).map((field) => definitionItem(field, CompletionItemKind.Field)),
      ...[...tree.constants.keys()].map((constant) => definitionItem(constant, CompletionItemKind.Constant)),
    ];
    return [...(last === '{' && before(2) === 'address' ? wordItems(HAMLET_WORDS, EXPRESSION_WORDS) : []), ...names];
  }
  const types = Object.entries(HAMLET_TYPES).map(([label, type]) => ({
    label,
    kind: CompletionItemKind.TypeParameter,
    detail: type,
  }));
  if (last === '{' || last === ';') return [...wordItems(HAMLET_WORDS, BODY_WORDS), ...types];
  return /^(?:address|size|size_bits|eq)$/.test(last) ? types : [];
}
