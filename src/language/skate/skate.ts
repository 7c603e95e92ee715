import { CompletionItemKind, type CompletionItem } from 'vscode-languageserver-types';
import type { Language, ParsedFile, Workspace } from '../language.ts';
import { allDefinitions, locationOf, nameAt, type Definition } from '../outline.ts';
import { outlineFeatures } from '../outline-features.ts';
import { summaryOf } from '../outline-names.ts';
import { Kind } from '../scanner.ts';
import { completesAt, tokenBeingWritten, wordItems } from '../word-completion.ts';
import { diagnoseSkate } from './checks.ts';
import { describe } from './hover.ts';
import { parseSkate } from './parser.ts';
import { namesInC, TYPES, wholeName, type SkateTree } from './syntax.ts';
import { BUILT_IN, DECLARATIONS, REFERENCES, SKATE_WORDS } from './words.ts';

type File = ParsedFile<SkateTree>;

/** schemas/*.sks: the facts that drivers and the SKB exchange. */
export const skate: Language<SkateTree> = {
  id: 'barrelfish-skate',
  parse: (source) => parseSkate(source.text),
  summarize: (file) => summaryOf(file, globalName),
  diagnose: diagnoseSkate,
  ...outlineFeatures<SkateTree>({
    usedElsewhere: (file, definition, workspace) =>
      namesInC(definition).flatMap((name) => workspace.inC(name, file.uri)),
  }),
  definitions(file, offset, workspace) {
    const imported = file.tree.imports.find(({ at }) => at.start <= offset && offset <= at.end);
    if (!imported) return features.definitions(file, offset, workspace);
    return workspace
      .files('barrelfish-skate')
      .filter((uri) => uri.endsWith(`/${imported.name}.sks`))
      .flatMap((uri) => {
        const other = workspace.parsed(skate, uri);
        return other ? [locationOf(other, other.tree.schema?.at ?? { start: 0, end: 0 })] : [];
      });
  },
  hover(file, offset) {
    const found = nameAt(file.tree, offset);
    return found?.definition && describe(file, found.definition, found.span);
  },
  complete,
  inC: {
    resolve(name, _includes, workspace) {
      const { file, definition } = generated(name, workspace) ?? {};
      if (!file || !definition) return undefined;
      return { location: locationOf(file, definition.at), hover: describe(file, definition, definition.at) };
    },
    complete(prefix, includes, workspace) {
      return schemasOf(prefix, workspace)
        .filter(({ tree }) => includes.includes(`schemas/${tree.schema?.name ?? ''}_schema.h`))
        .flatMap(({ tree }) =>
          [...allDefinitions(tree.definitions)].flatMap((definition) =>
            namesInC(definition)
              .filter((name) => name.startsWith(prefix))
              .map((label) => ({ label, kind: kindInC(label), detail: `${definition.what} ${wholeName(definition)}` })),
          ),
        );
    },
  },
};

const features = outlineFeatures<SkateTree>({});

function globalName(definition: Definition): string | undefined {
  return definition.what === 'section' || definition.what === 'attribute' ? undefined : wholeName(definition);
}

/** Schemas whose names a C name may begin with. */
function schemasOf(name: string, workspace: Workspace): File[] {
  const lower = name.toLowerCase();
  return workspace.files('barrelfish-skate').flatMap((uri) => {
    const schema = workspace.summary(uri)?.declared[0]?.name.toLowerCase();
    return schema !== undefined && lower.startsWith(`${schema}_`) ? (workspace.parsed(skate, uri) ?? []) : [];
  });
}

function generated(name: string, workspace: Workspace) {
  for (const file of schemasOf(name, workspace)) {
    for (const definition of allDefinitions(file.tree.definitions)) {
      if (namesInC(definition).includes(name)) return { file, definition };
    }
  }
  return undefined;
}

function kindInC(name: string): CompletionItemKind {
  if (name.endsWith('_t')) return CompletionItemKind.Struct;
  return /[a-z]/.test(name) ? CompletionItemKind.Function : CompletionItemKind.Constant;
}

function complete({ tree }: File, offset: number): CompletionItem[] {
  const { tokens } = tree;
  if (!completesAt(tokens, offset)) return [];
  let index = tokenBeingWritten(tokens, offset);
  // Whole names are completed from their first part.
  while (tokens.textOf(index - 1) === '.' && tokens.kind(index - 2) === Kind.name) index -= 2;
  const last = tokens.textOf(index - 1).toLowerCase();
  const within = [...allDefinitions(tree.definitions)].findLast(({ start, end, what }) => {
    // One that isn't closed goes on to where something is being written.
    const isOpen = tokens.text[end - 1] !== ';' && tokens.text.slice(end, offset).trim() === '';
    const isBody = TYPES.has(what) || what === 'namespace' || what === 'schema';
    return isBody && start < offset && (offset < end || isOpen);
  });
  if (Object.hasOwn(REFERENCES, last) && within?.what === 'fact') {
    const what = REFERENCES[last];
    return [...tree.byName]
      .filter(([, definition]) => definition.what === what)
      .map(([label, { about }]) => ({
        label,
        kind: CompletionItemKind.Struct,
        detail: what ?? '',
        documentation: about,
      }));
  }
  const begins = last === '{' || last === ';';
  const types = [...BUILT_IN].map(([label, detail]) => ({ label, kind: CompletionItemKind.TypeParameter, detail }));
  if (within?.what === 'fact') return begins ? [...types, ...wordItems(SKATE_WORDS, Object.keys(REFERENCES))] : [];
  if (within && TYPES.has(within.what)) return tokens.textOf(index - 2).toLowerCase() === 'constants' ? types : [];
  if (within) return begins ? wordItems(SKATE_WORDS, DECLARATIONS) : [];
  return index === 0 || begins ? wordItems(SKATE_WORDS, ['schema', 'import']) : [];
}
