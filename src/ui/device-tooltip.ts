import { l10n, MarkdownString } from 'vscode';
import type { DriverMatch } from '../barrelfish/drivers.ts';
import { shortAddress } from '../host/pci-address.ts';
import type { PciNames } from '../host/pci-names.ts';
import type { Bar, PciFunction, Snapshot } from '../host/snapshot.ts';
import { isRefusal, type Verdict } from '../host/verdict.ts';
import { deviceName, describeUse, formatBytes } from './device-row.ts';
import { driverFacts } from './driver-words.ts';
import { commandId } from './identifiers.ts';
import { reasonLine } from './reason-words.ts';

/** Strings of the host are text, whatever they contain. */
function plain(text: string): string {
  return text.replace(/[\\`*_{}[\]()#+\-.!|<>~&]/g, '\\$&').replace(/\s+/g, ' ');
}

function code(text: string): string {
  return `\`${text.replace(/`/g, "'")}\``;
}

function barRow(bar: Bar): string {
  const flags = [bar.kind === 'io' ? 'I/O' : bar.kind === 'rom' ? 'ROM' : 'memory'];
  if (bar.is64Bit) flags.push('64-bit');
  if (bar.prefetchable) flags.push(l10n.t('prefetchable'));
  const name = bar.kind === 'rom' ? 'ROM' : bar.index.toString();
  return `| ${name} | \`0x${bar.start.toString(16)}\` | ${formatBytes(bar.size)} | ${flags.join(', ')} |`;
}

/** The name leads to the entry; `known` is false while no device database is. */
function driverLine(fn: PciFunction, { match, known }: BarrelfishDriver): string | undefined {
  if (fn.bridge || !known) return undefined;
  if (!match) return l10n.t('none');
  const argument = encodeURIComponent(JSON.stringify([`${fn.vendor}:${fn.device}`]));
  const link = `[${plain(match.entry.binary)}](command:${commandId('goToDriverEntry')}?${argument})`;
  const others = match.others.map(({ binary }) => plain(binary)).join(', ');
  return `${link} (${plain(driverFacts(match))})${others === '' ? '' : `, ${l10n.t('before {0}', others)}`}`;
}

interface BarrelfishDriver {
  match: DriverMatch | undefined;
  known: boolean;
}

/** What `lspci -vv` would say, with Barrelfish's driver and the verdict. */
export function deviceTooltip(
  fn: PciFunction,
  snapshot: Snapshot,
  names: PciNames,
  verdict: Verdict,
  driver: BarrelfishDriver,
): MarkdownString {
  const lines: string[] = [];
  const vendor = names.vendor(fn.vendor) ?? l10n.t('unknown vendor');
  lines.push(`**${plain(fn.address)}** ${plain(vendor)} ${plain(deviceName(fn, names))}`, '');
  const fact = (title: string, value: string | undefined): void => {
    if (value !== undefined && value !== '') lines.push(`${title}: ${value}  `);
  };
  fact(
    l10n.t('Ids'),
    code(`${fn.vendor}:${fn.device}`) + (fn.revision === undefined ? '' : ` rev ${code(fn.revision)}`),
  );
  fact(l10n.t('Class'), `${code(fn.classCode)} ${plain(names.classOf(fn.classCode) ?? '')}`);
  if (fn.subsystem) {
    const { vendor: subVendor, device } = fn.subsystem;
    fact(l10n.t('Subsystem'), `${code(`${subVendor}:${device}`)} ${plain(names.vendor(subVendor) ?? '')}`);
  }
  fact(
    l10n.t('Driver'),
    code(fn.driver ?? l10n.t('none')) +
      (fn.driverOverride === undefined ? '' : `, override ${code(fn.driverOverride)}`),
  );
  fact(l10n.t('Barrelfish driver'), driverLine(fn, driver));
  if (fn.group !== undefined) {
    const others = (snapshot.groups.get(fn.group)?.functions ?? []).filter((address) => address !== fn.address);
    fact(
      l10n.t('IOMMU group'),
      [fn.group.toString(), ...others.map((address) => code(shortAddress(address)))].join(', '),
    );
  }
  if (fn.parent !== undefined) fact(l10n.t('Behind'), code(shortAddress(fn.parent)));
  if (fn.link) {
    const { speed, width, maxSpeed, maxWidth } = fn.link;
    const most = speed === maxSpeed && width === maxWidth ? '' : l10n.t(' (up to {0} ×{1})', maxSpeed, maxWidth);
    fact(l10n.t('Link'), `${speed} ×${width.toString()}${most}`);
  }
  fact(l10n.t('NUMA node'), fn.numaNode?.toString());
  fact(
    l10n.t('Reset'),
    fn.resetMethods === undefined || fn.resetMethods.length === 0
      ? l10n.t('none')
      : fn.resetMethods.map(code).join(' '),
  );
  if (fn.sriov) fact('SR-IOV', l10n.t('{0} of {1} virtual functions', fn.sriov.current, fn.sriov.total));
  if (fn.physicalFunction !== undefined) fact(l10n.t('Virtual function of'), code(shortAddress(fn.physicalFunction)));
  fact(l10n.t('Used for'), fn.uses.map((use) => plain(describeUse(use))).join(', '));
  if (fn.bars.length > 0) {
    lines.push('', `| BAR | ${l10n.t('Address')} | ${l10n.t('Size')} | |`, '|:--|:--|--:|:--|', ...fn.bars.map(barRow));
  }
  if (verdict.reasons.length > 0 && !fn.bridge) {
    lines.push('');
    for (const reason of verdict.reasons)
      lines.push(`- ${isRefusal(reason) ? '**✗**' : '!'} ${plain(reasonLine(reason))}`);
  }
  const tooltip = new MarkdownString(lines.join('\n'));
  // Texts of the host and of the database are escaped, so no other link can come in; and this one only opens a file.
  tooltip.isTrusted = { enabledCommands: [commandId('goToDriverEntry')] };
  return tooltip;
}
