import { l10n, MarkdownString, Uri } from 'vscode';
import type { ErrorName } from '../barrelfish/error-names.ts';
import { driverAt } from '../barrelfish/boot-progress.ts';
import { formatGuestAddress, guestAddressOf } from '../guest/machine.ts';
import type { RunningGuest } from './guest-list.ts';
import { placeText, type FoundPlace, type Target } from './serial-sources.ts';

/** Kaluga writes decimal numbers, pci and lspci hexadecimal ones. */
const GUEST_ADDRESS =
  /\(?bus=(\d{1,3}),dev=(\d{1,2}),fun=(\d)\)?|(?<![0-9a-fA-F:.])([0-9a-f]{2}):([0-9a-f]{2})\.([0-7])(?!\w)/g;

function link(text: string, { file, line }: Target): string {
  const uri = Uri.file(file).with({ fragment: `L${(line + 1).toString()}` });
  return `[${escape(text)}](${uri.toString()})`;
}

function escape(text: string): string {
  return text.replaceAll(/[\\`*_{}[\]()#+\-.!<>|~]/g, '\\$&');
}

export function errorHover({ name, text, group, target }: ErrorName & { target: Target }): MarkdownString {
  return new MarkdownString(`**${escape(name)}** · ${escape(group)}\n\n${escape(text)}\n\n`).appendMarkdown(
    link(l10n.t('Definition in errno.fugu'), target),
  );
}

/** Innermost first: an inlined function, then who has it. */
export function placesHover(program: string, places: readonly FoundPlace[]): MarkdownString {
  const lines = places.map((place) => (place.target ? link(placeText(place), place.target) : escape(placeText(place))));
  return new MarkdownString(`**${escape(program)}**\n\n${lines.join('  \n')}`);
}

/** What a device of the guest is on the host, for an address at a column of a line. */
export function deviceHover(
  { guest, findings }: RunningGuest,
  line: string,
  column: number,
): { text: MarkdownString; from: number; to: number } | undefined {
  for (const match of line.matchAll(GUEST_ADDRESS)) {
    const [all, bus, device, fn, ...hexadecimal] = match;
    const to = match.index + all.length;
    if (column < match.index || column > to) continue;
    const numbers = bus === undefined ? hexadecimal.map((each) => parseInt(each, 16)) : [bus, device, fn].map(Number);
    const [first = 0, second = 0, third = 0] = numbers;
    const address = formatGuestAddress({ bus: first, device: second, function: third });
    const passed = guest.spec.passed.find((each) => formatGuestAddress(guestAddressOf(guest.spec, each)) === address);
    if (!passed) return undefined;
    const driver = driverAt(findings.progress, address)?.binary;
    const sentences = [l10n.t('{0} of the host', passed.host), driver && l10n.t('taken by {0}', driver)];
    const text = new MarkdownString(
      `**${address}** · ${sentences
        .filter((each) => each !== undefined)
        .map(escape)
        .join(' · ')}`,
    );
    return { text, from: match.index, to };
  }
  return undefined;
}
