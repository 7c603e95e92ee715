import { l10n } from 'vscode';
import type { Level } from '../debug/barrelfish-request.ts';
import { formatBytes } from './device-row.ts';

const DIGITS = 16;

function wide(value: string): string {
  return /^0x[0-9a-f]{1,16}$/.test(value) ? `0x${value.slice(2).padStart(DIGITS, '0')}` : value;
}

/** The way of an address through the page tables, as a text with columns. */
export function pageWalkText(address: string, where: string, levels: readonly Level[]): string {
  const head = [l10n.t('Level'), l10n.t('Entry at (physical)'), l10n.t('Entry'), l10n.t('Flags')];
  const rows = [head, ...levels.map(({ level, at, entry, flags }) => [level, wide(at), wide(entry), flags.join(' ')])];
  const widths = head.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const table = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return `${[l10n.t('{0} in {1}', address, where), '', ...table, '', outcome(levels)].join('\n')}\n`;
}

function outcome(levels: readonly Level[]): string {
  const last = levels.at(-1);
  if (!last) return l10n.t('Nothing could be read: the page tables themselves are not where they should be.');
  if (last.physical === undefined) return l10n.t('Not mapped: the entry of {0} is not present.', last.level);
  const size = last.size !== undefined && /^0x[0-9a-f]{1,16}$/.test(last.size) ? formatBytes(BigInt(last.size)) : '';
  return l10n.t('Mapped to physical {0}, in a page of {1}.', last.physical, size);
}
