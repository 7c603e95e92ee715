import {
  l10n,
  Range,
  TerminalLink,
  Uri,
  window,
  type CancellationToken,
  type Disposable,
  type TerminalLinkContext,
  type TerminalLinkProvider,
} from 'vscode';
import { withoutEscapes } from '../barrelfish/escape-sequences.ts';
import { referencesIn, type SerialReference } from '../barrelfish/serial-references.ts';
import { placeText, type GuestBuild, type SerialSources, type Target } from './serial-sources.ts';
import type { SerialTerminals } from './serial-terminal.ts';

/** A link to a place that is there. */
class SerialLink extends TerminalLink {
  readonly target: Target;

  constructor({ from, to }: SerialReference, tooltip: string, target: Target) {
    super(from, to - from, tooltip);
    this.target = target;
  }
}

/** In a line of a terminal more are not looked up. */
const MOST_LINKS = 20;

/** Links in the serial terminals, to files that are there: of the source tree and of the build directory only. */
export class SerialLinks implements TerminalLinkProvider<SerialLink>, Disposable {
  readonly #terminals: SerialTerminals;
  readonly #sources: SerialSources;
  readonly #registration = window.registerTerminalLinkProvider(this);

  constructor(terminals: SerialTerminals, sources: SerialSources) {
    this.#terminals = terminals;
    this.#sources = sources;
  }

  async provideTerminalLinks(context: TerminalLinkContext, token: CancellationToken): Promise<SerialLink[]> {
    const guest = this.#terminals.guestOf(context.terminal);
    if (!guest) return [];
    const references = referencesIn(withoutEscapes(context.line)).slice(0, MOST_LINKS);
    const build = references.length > 0 ? await this.#sources.build(guest.spec) : undefined;
    if (!build) return [];
    const links = await Promise.all(references.map((each) => this.#link(build, each, abortedBy(token))));
    return links.filter((link) => link !== undefined);
  }

  async handleTerminalLink({ target }: SerialLink): Promise<void> {
    await openTarget(target);
  }

  dispose(): void {
    this.#registration.dispose();
  }

  async #link(build: GuestBuild, reference: SerialReference, signal: AbortSignal): Promise<SerialLink | undefined> {
    const target = await this.#sources.target(build, reference, signal);
    if (!target) return undefined;
    return new SerialLink(reference, await this.#tooltip(build, reference, signal), target);
  }

  async #tooltip(build: GuestBuild, reference: SerialReference, signal: AbortSignal): Promise<string> {
    switch (reference.kind) {
      case 'file':
        return l10n.t('Go to line {0}', reference.pathLine);
      case 'error':
        return (await this.#sources.error(build, reference.name))?.text ?? reference.name;
      case 'code': {
        const [place] = await this.#sources.places(build, reference.program, reference.address, signal);
        return place ? placeText(place) : reference.address;
      }
    }
  }
}

async function openTarget({ file, line, column }: Target): Promise<void> {
  await window.showTextDocument(Uri.file(file), { selection: new Range(line, column, line, column) });
}

/** Fires when the editor does not want it any more. */
export function abortedBy(token: CancellationToken): AbortSignal {
  const controller = new AbortController();
  if (token.isCancellationRequested) controller.abort();
  else
    token.onCancellationRequested(() => {
      controller.abort();
    });
  return controller.signal;
}
