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
import { importedDefinition, importedUri } from './imports.ts';
import { parseSockeye } from './parser.ts';
import { PORTS, type SockeyeTree } from './syntax.ts';

type File = ParsedFile<SockeyeTree>;
type Found = { readonly file: File; readonly definition: Definition } | undefined;

/** socs/*.soc: how memory and interrupts of a machine hang together. */
export const sockeye: Language<SockeyeTree> = {
  id: 'barrelfish-sockeye',
  parse: ({ text }) => (isFirstVersion(text) ? parseFirstVersion(text) : parseSockeye(text)),
  summarize: (file) => summaryOf(file, ({ name, container }) => (container ? undefined : name)),
  diagnose: (file, workspace) => diagnoseSockeye(sockeye, file, workspace),
  ...outlineFeatures<SockeyeTree>({
    elsewhere(file, use, workspace): Location[] {
      const found = elsewhere(file, use, workspace);
      return found ? [locationOf(found.file, found.definition.at)] : [];
    },
    usedElsewhere(file, { name, what, container }, workspace) {
      if (container) return [];
      return workspace.using(name).flatMap((uri) => {
        const other = uri === file.uri ? undefined : workspace.parsed(sockeye, uri);
        if (!other) return [];
        return other.tree.uses
          .filter((use) => use.name === name && !use.to && use.what.includes(what))
          .map((use) => locationOf(other, use));
      });
    },
  }),
  hover(file, offset, workspace) {
    const found = nameAt(file.tree, offset);
    if (!found) return undefined;
    const { definition, use, span } = found;
    const other = definition ? { file, definition } : use && elsewhere(file, use, workspace);
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

/** What a name stands for that this file doesn't declare. */
function elsewhere(file: File, use: Use, workspace: Workspace): Found {
  const port = file.tree.ports.find((each) => each.use === use);
  if (!port) return importedDefinition(sockeye, file, use, workspace);
  const module = port.instance.to && file.tree.moduleOf.get(port.instance.to);
  const found = module && importedDefinition(sockeye, file, module, workspace);
  const definition = found?.definition.inside.find(({ name, what }) => name === use.name && use.what.includes(what));
  return found && definition && { file: found.file, definition };
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
