import type { Finding, ParsedFile, Workspace } from '../language.ts';
import { allDefinitions, type Definition } from '../outline.ts';
import { repeated } from '../outline-names.ts';
import { findingAt } from '../wrong.ts';
import { skateFindings } from './findings.ts';
import { TYPES, wholeName, type SkateTree, type TypeUse } from './syntax.ts';

type File = ParsedFile<SkateTree>;

/** What the syntax allows and skate refuses (tools/skate/SkateChecker.hs, SkateTypeTable.hs). */
export function diagnoseSkate(file: File, workspace: Workspace): Finding[] {
  const { tree } = file;
  const all = [...allDefinitions(tree.definitions)];
  const types = all.filter(({ what }) => TYPES.has(what));
  return [
    ...tree.findings,
    ...fileName(file),
    ...imports(file, workspace),
    ...repeated(file, types, wholeName, (each) => skateFindings.repeatedType(wholeName(each))),
    ...types.flatMap(({ inside, name }) =>
      repeated(file, inside, nameOf, (each) => skateFindings.repeatedEntry(each.name, name)),
    ),
    ...types.filter(({ what }) => what === 'flags').flatMap((flags) => bits(file, flags)),
    ...tree.types.flatMap(unknownType),
  ];
}

function nameOf({ name }: Definition): string {
  return name;
}

function fileName({ tree, uri }: File): Finding[] {
  const { schema } = tree;
  // A document that hasn't been saved has no name yet.
  if (uri.startsWith('untitled:')) return [];
  const name = decodeURIComponentOr(uri.slice(uri.lastIndexOf('/') + 1)).replace(/\.[^.]*$/, '');
  if (!schema || schema.name === '' || schema.name === name) return [];
  return [findingAt(schema.at, skateFindings.wrongFileName(schema.name, name))];
}

function decodeURIComponentOr(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function imports({ tree, uri }: File, workspace: Workspace): Finding[] {
  const known = new Set(workspace.files('barrelfish-skate').map((each) => each.slice(each.lastIndexOf('/') + 1)));
  const directory = uri.slice(0, uri.lastIndexOf('/') + 1);
  return tree.imports
    .filter(({ name }) => !known.has(`${name}.sks`) && !workspace.exists(`${directory}${name}.sks`))
    .map(({ name, at }) => findingAt(at, skateFindings.unknownImport(name)));
}

function bits(file: File, flags: Definition): Finding[] {
  const { values } = file.tree;
  const width = values.get(flags) ?? '';
  const findings: Finding[] = [];
  if (width !== '' && ![8, 16, 32, 64].includes(Number(width))) {
    findings.push(findingAt(flags.at, skateFindings.badWidth(width)));
  }
  const tooHigh = flags.inside.filter((flag) => Number(values.get(flag)) >= Number(width));
  const bitOf = (flag: Definition): string => String(Number(values.get(flag)));
  return [
    ...findings,
    ...tooHigh.map((flag) => findingAt(flag.at, skateFindings.bitTooHigh(bitOf(flag), width))),
    ...repeated(file, flags.inside, bitOf, (flag) => skateFindings.repeatedBit(bitOf(flag), flags.name)),
  ];
}

function unknownType({ use, word }: TypeUse): Finding[] {
  if (!use.to) return [findingAt(use, skateFindings.unknownType(word, use.name))];
  const whole = wholeName(use.to);
  return use.name === whole ? [] : [findingAt(use, skateFindings.relativeType(word, whole))];
}
