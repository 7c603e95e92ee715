import type { DocumentLink, Hover, Location } from 'vscode-languageserver-types';
import type { Language, ParsedFile, Workspace } from '../language.ts';
import { codeBlock, hoverOf, plain } from '../markdown.ts';
import { locationOf, nameAt, type Definition, type Use } from '../outline.ts';
import { outlineFeatures } from '../outline-features.ts';
import { summaryOf } from '../outline-names.ts';
import type { Span } from '../source-text.ts';
import { diagnoseSockeye } from './checks.ts';
import { completeSockeye } from './completion.ts';
import { isFirstVersion, parseFirstVersion } from './first-version.ts';
import { importedUri } from './imports.ts';
import { parseSockeye } from './parser.ts';
import { elsewhere, referencesOf } from './references.ts';
import { PORTS, type SockeyeTree } from './syntax.ts';

type File = ParsedFile<SockeyeTree>;

/** socs/*.soc: how memory and interrupts of a machine hang together. */
export const sockeye: Language<SockeyeTree> = {
  id: 'barrelfish-sockeye',
  parse: ({ text }) => (isFirstVersion(text) ? parseFirstVersion(text) : parseSockeye(text)),
  summarize: (file) => summaryOf(file, ({ name, container }) => (container ? undefined : name)),
  diagnose: (file, workspace) => diagnoseSockeye(sockeye, file, workspace),
  ...outlineFeatures<SockeyeTree>({ elsewhere: declaredElsewhere }),
  references: (file, offset, options, workspace) =>
    referencesOf(sockeye, file, offset, options, workspace) ?? features.references(file, offset, options, workspace),
  hover(file, offset, workspace) {
    const found = nameAt(file.tree, offset);
    if (!found) return undefined;
    const { definition, use, span } = found;
    const other = definition ? { file, definition } : use && elsewhere(sockeye, file, use, workspace);
    return other && describe(file, other.definition, span);
  },
  links({ source, uri, tree }, workspace): DocumentLink[] {
    return tree.imports.flatMap(({ path, at }) => {
      const target = importedUri({ source, uri, tree }, path, workspace);
      return target === undefined ? [] : [{ range: source.range(at), target }];
    });
  },
  complete: completeSockeye,
};

const features = outlineFeatures<SockeyeTree>({});

function declaredElsewhere(file: File, use: Use, workspace: Workspace): Location[] {
  const found = elsewhere(sockeye, file, use, workspace);
  return found ? [locationOf(found.file, found.definition.at)] : [];
}

function describe({ source }: File, definition: Definition, span: Span): Hover {
  const { name, what, detail, container, inside } = definition;
  const ports = inside
    .filter((each) => PORTS.includes(each.what))
    .map((each) => `${each.what.slice(0, -5)} ${each.detail} ${each.name}`);
  const text = what === 'instance' ? plain(detail) : '';
  return hoverOf(source, span, [
    `**${plain(name)}** · ${what}${container ? ` of ${plain(container.name)}` : ''}`,
    text,
    what !== 'instance' && detail !== '' ? codeBlock('sockeye', detail) : '',
    ports.length === 0 ? '' : codeBlock('sockeye', ports.join('\n')),
  ]);
}
