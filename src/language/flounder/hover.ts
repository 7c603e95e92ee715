import type { Hover } from 'vscode-languageserver-types';
import { docOf } from '../comment-text.ts';
import type { Workspace } from '../language.ts';
import { codeBlock, hoverOf, plain } from '../markdown.ts';
import type { Span } from '../source-text.ts';
import { CTypes, rpcFunction, rxHandler, txWrapper, wiresOf } from './c-types.ts';
import { elementAt, type Element } from './element.ts';
import { layoutOf } from './layout.ts';
import { declarationsOf, type FlounderFile, scopeOf, type Scope } from './scope.ts';
import type { MessageDeclaration, TypeDeclaration } from './syntax.ts';
import { builtins, keywords } from './words.ts';

export function hover(file: FlounderFile, offset: number, workspace: Workspace): Hover | undefined {
  const element = elementAt(file.tree, offset);
  if (element) return hoverOf(file.source, element.name, paragraphsOf(element, file, scopeOf(file, workspace)));
  const { tokens } = file.tree;
  const at = tokens.at(offset);
  const word = { start: tokens.start(at), end: tokens.end(at) };
  const meaning = word.start <= offset ? keywords.get(tokens.textOf(at).toLowerCase()) : undefined;
  return meaning === undefined ? undefined : hoverOf(file.source, word, [meaning]);
}

/** What there is to say of a name, in Markdown; that of a C name made of it is the same. */
export function paragraphsOf(element: Element, file: FlounderFile, scope: Scope): (string | undefined)[] {
  const types = new CTypes(file.tree.head?.name?.text ?? '⟨interface⟩', file, scope);
  switch (element.kind) {
    case 'interface':
      return interfaceParagraphs(file);
    case 'type':
      return typeParagraphs(element.declaration, file, types);
    case 'type use':
      return usedTypeParagraphs(element.name.text, file, scope, types);
    case 'message':
      return messageParagraphs(element.message, file, types);
    case 'field': {
      const { field } = element;
      const code = `${types.type(field.type.text)} ${element.name.text};`.replace('* ', '*');
      return [codeBlock('c', code), docText(file, field)];
    }
    case 'constant': {
      const constant = `${types.interface}_${element.name.text}`;
      return [codeBlock('c', `${constant} = ${String(element.value)}`), docText(file, element.name)];
    }
    case 'argument': {
      const { argument, message } = element;
      const parameters = message.form === 'rpc' ? types.called(argument) : types.sent(argument);
      const way = argument.direction === 'out' ? 'Comes back from the server.' : undefined;
      const most =
        argument.maximum === undefined
          ? undefined
          : `At most ${bytes(argument.maximum)}${argument.length ? '' : ', with its closing zero'}.`;
      return [codeBlock('c', parameters.join(', ')), [way, most].filter(Boolean).join(' '), docText(file, argument)];
    }
  }
}

function interfaceParagraphs({ tree }: FlounderFile): (string | undefined)[] {
  const { head, messages, types } = tree;
  if (!head?.name) return [];
  const rpcs = messages.filter(({ form }) => form === 'rpc').length;
  const counts = [count(messages.length - rpcs, 'message'), count(rpcs, 'rpc'), count(types.length, 'type')];
  return [
    codeBlock('flounder', `interface ${head.name.text}`),
    plain(head.description ?? ''),
    counts.filter(Boolean).join(', '),
    `C: \`#include <if/${head.name.text}_defs.h>\``,
  ];
}

function typeParagraphs(declaration: TypeDeclaration, file: FlounderFile, types: CTypes): (string | undefined)[] {
  const name = declaration.name?.text ?? '';
  const text = codeBlock('flounder', dedented(file.source.slice(declaration)));
  return [text, docText(file, declaration), cType(name, types)];
}

/** Where included files of several architectures declare it, each is shown. */
function usedTypeParagraphs(name: string, file: FlounderFile, scope: Scope, types: CTypes): (string | undefined)[] {
  const builtin = builtins.get(name);
  if (builtin) return [`\`${name}\` · built in`, builtin.what, cType(name, types)];
  const all = declarationsOf(name, file, scope);
  const shown = all.slice(0, 8).map(({ declaration, file: where }) => {
    const path = where.uri === file.uri ? '' : `\n\n${plain(where.uri.slice(where.uri.lastIndexOf('/if/') + 1))}`;
    return `${codeBlock('flounder', dedented(where.source.slice(declaration)))}${path}`;
  });
  const one = all.at(-1);
  return [
    ...new Set(shown),
    one && docText(one.file, one.declaration),
    all.length > 0 ? cType(name, types) : undefined,
  ];
}

function cType(name: string, types: CTypes): string {
  const layout = layoutOf(name, types);
  return `C: \`${types.type(name).trim()}\`${layout ? ` · ${bytes(layout.size)} (64-bit)` : ''}`;
}

function messageParagraphs(message: MessageDeclaration, file: FlounderFile, types: CTypes): (string | undefined)[] {
  const head = `${message.form} ${dedented(file.source.slice({ start: message.name?.start ?? message.start, end: message.end }))}`;
  const calls =
    message.form === 'rpc'
      ? [`// b->rpc_tx_vtbl.${message.name?.text ?? ''}: calls, and waits`, rpcFunction(types, message, 'tx')]
      : wiresOf(message).flatMap((wire) => [
          '// sends',
          txWrapper(types, wire),
          '// b->rx_vtbl: receives',
          rxHandler(types, wire),
        ]);
  const server =
    message.form === 'rpc'
      ? wiresOf(message).map((wire, index) => (index === 0 ? rxHandler(types, wire) : txWrapper(types, wire)))
      : [];
  const answers = server.length > 0 ? ['// rx_vtbl of the server, and its answer', ...server] : [];
  return [
    codeBlock('flounder', head),
    docText(file, message),
    '---',
    codeBlock('c', [...calls, ...answers].join('\n')),
  ];
}

function docText({ source, tree }: FlounderFile, span: Span): string | undefined {
  const doc = docOf(source, tree.tokens.comments, span);
  return doc === undefined
    ? undefined
    : doc
        .split(/\n{2,}/)
        .map(plain)
        .join('\n\n');
}

/** Lines behind the first without the indentation that they share. */
function dedented(text: string): string {
  const [first = '', ...rest] = text.split(/\r\n?|\n/);
  const depths = rest.filter((line) => line.trim() !== '').map((line) => line.length - line.trimStart().length);
  const depth = depths.length > 0 ? Math.min(...depths.slice(0, 1000)) : 0;
  return [first, ...rest.map((line) => line.slice(Math.min(depth, line.length - line.trimStart().length)))].join('\n');
}

function bytes(number: number): string {
  return count(number, 'byte') || '0 bytes';
}

function count(number: number, what: string): string {
  return number === 0 ? '' : `${String(number)} ${what}${number === 1 ? '' : 's'}`;
}
