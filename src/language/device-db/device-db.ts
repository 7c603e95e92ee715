import type { Location } from 'vscode-languageserver-types';
import type { Language, SemanticToken } from '../language.ts';
import { outlineFeatures } from '../outline-features.ts';
import { summaryOf } from '../outline-names.ts';
import { Kind, type Tokens } from '../scanner.ts';
import { findingAt } from '../wrong.ts';
import { completeDeviceDb } from './completion.ts';
import { wrongOf } from './findings.ts';
import { builtBy, hoverDeviceDb } from './hover.ts';
import { parseDeviceDb, type DeviceDbTree } from './parser.ts';

/** usr/skb/programs/device_db.pl: which driver takes which device. */
export const deviceDb: Language<DeviceDbTree> = {
  id: 'barrelfish-device-db',
  parse: ({ text }) => parseDeviceDb(text),
  summarize: (file) => summaryOf(file, ({ name, container }) => (container ? undefined : name)),
  diagnose: ({ tree }) => tree.problems.map((span) => findingAt(span, wrongOf(span.problem))),
  ...outlineFeatures<DeviceDbTree>({
    // A driver is a C structure of its name, which DEFINE_MODULE makes.
    elsewhere: ({ uri }, { name, what }, workspace): readonly Location[] =>
      what.includes('module') ? workspace.inC(name, uri) : builtBy(name, workspace),
  }),
  tokens: ({ tree }) => tokensOf(tree.tokens),
  hover: hoverDeviceDb,
  complete: completeDeviceDb,
};

/** Names of structures and fields; the rest is the grammar's. */
function tokensOf(tokens: Tokens): SemanticToken[] {
  const found: SemanticToken[] = [];
  for (let index = 0; index < tokens.count; index++) {
    if (tokens.kind(index) !== Kind.name) continue;
    const next = tokens.textOf(index + 1);
    const type = next === '{' ? 'struct' : next === ':' ? 'property' : undefined;
    if (type) found.push({ start: tokens.start(index), end: tokens.end(index), type });
  }
  return found;
}
