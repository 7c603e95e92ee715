import {
  DocumentLink,
  DocumentSymbol,
  FoldingRange,
  FoldingRangeKind,
  Hover,
  languages,
  Location,
  Position,
  Range,
  SymbolKind,
  Uri,
  type CancellationToken,
  type Disposable,
  type DocumentLinkProvider,
  type DocumentSymbolProvider,
  type FoldingRangeProvider,
  type DefinitionProvider,
  type HoverProvider,
  type TextDocument,
} from 'vscode';
import type { SerialReference } from '../barrelfish/serial-references.ts';
import type { GuestList, RunningGuest } from './guest-list.ts';
import { SERIAL_LANGUAGE } from './identifiers.ts';
import { deviceHover, errorHover, placesHover } from './serial-log-hovers.ts';
import { LogReader, type PlacedReference, type ReadLog } from './serial-log-reading.ts';
import { isFailureEvent, symbolText } from './serial-log-words.ts';
import { abortedBy } from './serial-links.ts';
import type { GuestBuild, SerialSources } from './serial-sources.ts';

/** An editor that shows a million links shows none well. */
const MOST_LINKS = 5_000;
const MOST_SYMBOLS = 5_000;

/** What serial logs can do in an editor: links, hovers, definitions, outline and folding. Read when they are asked for. */
export class SerialLogLanguage
  implements
    DocumentLinkProvider,
    DocumentSymbolProvider,
    FoldingRangeProvider,
    HoverProvider,
    DefinitionProvider,
    Disposable
{
  readonly #guests: GuestList;
  readonly #sources: SerialSources;
  readonly #reader = new LogReader();
  readonly #registrations: readonly Disposable[];

  constructor(guests: GuestList, sources: SerialSources) {
    this.#guests = guests;
    this.#sources = sources;
    const selector = { language: SERIAL_LANGUAGE, scheme: 'file' };
    this.#registrations = [
      languages.registerDocumentLinkProvider(selector, this),
      languages.registerDocumentSymbolProvider(selector, this),
      languages.registerFoldingRangeProvider(selector, this),
      languages.registerHoverProvider(selector, this),
      languages.registerDefinitionProvider(selector, this),
    ];
  }

  dispose(): void {
    for (const each of this.#registrations) each.dispose();
  }

  /** Only of files that are there; addresses and errors are definitions, which are looked up when they are wanted. */
  async provideDocumentLinks(document: TextDocument, token: CancellationToken): Promise<DocumentLink[]> {
    const [log, build] = await Promise.all([this.#reader.read(document, token), this.#build(document)]);
    if (!log || !build) return [];
    const files = log.references.filter((each) => each.kind === 'file').slice(0, MOST_LINKS);
    const links: DocumentLink[] = [];
    for (const reference of files) {
      if (token.isCancellationRequested) return [];
      const target = await this.#sources.file(build, reference);
      if (!target) continue;
      const uri = Uri.file(target.file).with({ fragment: `L${(target.line + 1).toString()}` });
      links.push(new DocumentLink(rangeOf(reference), uri));
    }
    return links;
  }

  async provideDocumentSymbols(document: TextDocument, token: CancellationToken): Promise<DocumentSymbol[]> {
    const log = await this.#reader.read(document, token);
    return (log?.events ?? [])
      .flatMap((event) => {
        const name = symbolText(event);
        if (name === undefined) return [];
        const kind = isFailureEvent(event) ? SymbolKind.Event : SymbolKind.Key;
        const range = rangeOf(event);
        return [new DocumentSymbol(name, '', kind, range, range)];
      })
      .slice(0, MOST_SYMBOLS);
  }

  async provideFoldingRanges(
    document: TextDocument,
    _context: unknown,
    token: CancellationToken,
  ): Promise<FoldingRange[]> {
    const log = await this.#reader.read(document, token);
    return (log?.dumps ?? [])
      .filter(({ first, last }) => last > first)
      .map(({ first, last }) => new FoldingRange(first, last, FoldingRangeKind.Region));
  }

  async provideHover(document: TextDocument, position: Position, token: CancellationToken): Promise<Hover | undefined> {
    const device = this.#deviceHover(document, position);
    if (device) return device;
    const [found, build] = await Promise.all([this.#referenceAt(document, position, token), this.#build(document)]);
    if (!found || !build) return undefined;
    if (found.kind === 'error') {
      const error = await this.#sources.error(build, found.name);
      return error && new Hover(errorHover(error), found.range);
    }
    if (found.kind !== 'code') return undefined;
    const places = await this.#sources.places(build, found.program, found.address, abortedBy(token));
    return places.length === 0 ? undefined : new Hover(placesHover(found.program, places), found.range);
  }

  async provideDefinition(
    document: TextDocument,
    position: Position,
    token: CancellationToken,
  ): Promise<Location | undefined> {
    const [found, build] = await Promise.all([this.#referenceAt(document, position, token), this.#build(document)]);
    if (!found || !build) return undefined;
    const target = await this.#sources.target(build, found, abortedBy(token));
    return target && new Location(Uri.file(target.file), new Position(target.line, target.column));
  }

  /** The guest that the log is of, while it is known. */
  #guestOf(document: TextDocument): RunningGuest | undefined {
    return this.#guests.all().find(({ log }) => log.file === document.uri.fsPath);
  }

  async #build(document: TextDocument): Promise<GuestBuild | undefined> {
    return this.#sources.build(this.#guestOf(document)?.guest.spec);
  }

  #deviceHover(document: TextDocument, position: Position): Hover | undefined {
    const running = this.#guestOf(document);
    const { text } = document.lineAt(position);
    const found = running && deviceHover(running, text, position.character);
    if (!found) return undefined;
    return new Hover(found.text, new Range(position.line, found.from, position.line, found.to));
  }

  async #referenceAt(
    document: TextDocument,
    position: Position,
    token: CancellationToken,
  ): Promise<(SerialReference & { range: Range }) | undefined> {
    const log = await this.#reader.read(document, token);
    if (!log) return undefined;
    const own = log.references.find((each) => each.line === position.line && rangeOf(each).contains(position));
    if (own) return { ...own, range: rangeOf(own) };
    return addressInDump(document, position, log);
  }
}

function rangeOf({ line, from, to }: Pick<PlacedReference, 'line' | 'from' | 'to'>): Range {
  return new Range(line, from, line, to);
}

/** Any number in the dump after a domain's fault may be an address of its program. */
function addressInDump(
  document: TextDocument,
  position: Position,
  { events, dumps }: ReadLog,
): (SerialReference & { range: Range }) | undefined {
  const dump = dumps.find(({ first, last }) => first <= position.line && position.line <= last);
  const fault = dump && events.find((each) => each.kind === 'domain-fault' && each.line === dump.first);
  const range = document.getWordRangeAtPosition(position, /(?:0x)?[0-9a-fA-F]{5,16}/);
  if (fault?.kind !== 'domain-fault' || !range) return undefined;
  const text = document.getText(range);
  const address = text.startsWith('0x') ? text : `0x${text}`;
  return { kind: 'code', program: fault.domain, address, from: range.start.character, to: range.end.character, range };
}
