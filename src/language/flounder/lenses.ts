import { type CodeLens, type InlayHint, InlayHintKind, type Location } from 'vscode-languageserver-types';
import type { Workspace } from '../language.ts';
import type { Span } from '../source-text.ts';
import { wiresOf } from './c-types.ts';
import type { Element } from './element.ts';
import { sourcesIncluding } from './members-in-c.ts';
import { messageElement, referencesTo } from './navigation.ts';
import { type FlounderFile, ownTypes } from './scope.ts';

/** How often a declaration is used: types in interfaces, messages in C, and the interface in Hakefiles, too. */
export function lenses(file: FlounderFile, workspace: Workspace): CodeLens[] {
  const { head, messages } = file.tree;
  const found: CodeLens[] = [];
  const including = sourcesIncluding(file, workspace);
  const show = (element: Element | undefined, what: string): void => {
    if (!element) return;
    const places = referencesTo(element, file, false, workspace, including);
    // The name of a structure stands behind all that it is the name of.
    const first = element.kind === 'type' ? element.declaration : element.name;
    if (places.length > 0) found.push(lens(file, { first, name: element.name }, places, what));
  };
  if (head?.name) show({ kind: 'interface', name: head.name }, 'use in Hakefiles and C');
  for (const all of ownTypes(file.tree).values()) {
    const declaration = all.at(-1); // the one of that name which counts
    if (declaration?.name) show({ kind: 'type', name: declaration.name, declaration }, 'reference');
  }
  for (const message of messages) show(messageElement(message), 'use in C');
  return found;
}

function lens(
  { source, uri }: FlounderFile,
  { first, name }: { readonly first: Span; readonly name: Span },
  places: readonly Location[],
  what: string,
): CodeLens {
  const start = source.positionAt(first.start);
  const range = { start, end: start };
  const at = source.positionAt(name.start);
  const [one = '', ...rest] = what.split(' ');
  const title = `${String(places.length)} ${[places.length === 1 ? one : `${one}s`, ...rest].join(' ')}`;
  return { range, command: { title, command: 'editor.action.showReferences', arguments: [uri, at, places] } };
}

/** Numbers that Flounder gives: those of constants, and those of messages, as they are seen in a debugger. */
export function hints({ tree, source }: FlounderFile, span: Span): InlayHint[] {
  const found: InlayHint[] = [];
  const show = (at: number, label: string, tooltip: string): void => {
    if (at >= span.start && at <= span.end) {
      found.push({ position: source.positionAt(at), label, kind: InlayHintKind.Parameter, paddingLeft: true, tooltip });
    }
  };
  for (const { constants } of tree.types) {
    for (const [value, { end }] of constants.entries()) show(end, `= ${String(value)}`, 'Value of the constant');
  }
  let number = 3; // behind dummy, bind, and bind_reply: tools/flounder/GHBackend.hs, msg_enums
  for (const message of tree.messages) {
    const wires = wiresOf(message);
    const last = number + wires.length - 1;
    if (message.name) {
      show(
        message.end,
        wires.length > 1 ? `#${String(number)}, ${String(last)}` : `#${String(number)}`,
        'Number of the message',
      );
    }
    number = last + 1;
  }
  return found;
}
