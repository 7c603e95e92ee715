import { l10n } from 'vscode';
import type { Expected } from '../guest/value-reader.ts';

const t = l10n.t.bind(l10n);

interface Problem {
  property: string;
  /** A code of {@link Expected}. */
  expected: string;
  got?: string;
  allowed?: readonly string[];
}

const expectations: Record<Expected, (allowed: readonly string[]) => string> = {
  list: () => t('a list'),
  object: () => t('an object in braces'),
  text: () => t('a text of one line'),
  boolean: () => t('true or false'),
  number: ([least = '', greatest = '']) => t('a whole number from {0} to {1}', least, greatest),
  'one-of': (allowed) => t('one of {0}', allowed.join(', ')),
  'known-property': (allowed) => t('one of the properties {0}', allowed.join(', ')),
  name: () => t('a name'),
  'unique-name': () => t('a name that no other boot configuration has'),
  device: () => t('an address such as 0000:03:00.0, or vendor and device id such as 8086:10d3'),
  'log-level': () => t('panic, error, warning, notice, debug, or their number from 0 to 4'),
  'log-mask': () =>
    t('all, none, a number, or a list of startup, gdb, apic, elf, paging, syscall, caps, dispatch and io'),
  'one-word': () => t('one word without blanks and quotation marks, such as ticks=false'),
  'kernel-number': () => t('an argument whose value is a decimal number, or one that begins with 0x, up to 0x7fffffff'),
  'kernel-truth': () => t('an argument whose value is true or false'),
  'not-with-board': () => t('left out'),
  argument: () => t('a text'),
  'module-path': () => t('a path as in a menu.lst, such as /x86_64/sbin/e1000n, or the name of one of its modules'),
  'one-line': () => t('a text of one line'),
  'variable-name': () => t('the name of a variable: letters, digits and _'),
  'property-name': () => t("the name of a property of QEMU's, and none that the extension sets"),
  slot: () => t('a slot from 1 to 30'),
  'free-slot': () => t('a slot of its own for each'),
  mac: () => t('the address of a single network card, such as 52:54:00:00:00:01'),
  port: () => t('a port from 1 to 65535'),
  ipv4: () => t('an IPv4 address of the host'),
  image: () => t('the path of a disk image; "~" means nothing in it'),
  'absolute-image': () => t('an absolute path, since it is a path on the host'),
  'writable-or-snapshot': () => t('"write" or "snapshot", since QEMU has no AHCI disk that is read-only'),
  'device-kind': (allowed) => t('one of {0}', allowed.join(', ')),
  'serial-number': () => t('up to 20 characters of ASCII'),
};

/** What is wrong with a property, as a clause. */
export function problemClause({ property, expected, got, allowed = [] }: Problem): string {
  if (expected === 'known-property') return t('it has the unknown property {0}', property);
  if (expected === 'not-with-board')
    return t(
      '{0} can not be set with the boot target {1}, which starts {2} as make has built it from {3}',
      property,
      ...allowed,
    );
  const should = expectations[expected as Expected](allowed);
  const what = property === '' ? t('it') : property;
  return got === undefined
    ? t('{0} is missing, and should be {1}', what, should)
    : t('{0} should be {1}, and is {2}', what, should, got);
}

/** What is wrong with an entry of the setting, as a sentence. */
export function problemText(problem: Problem, entry: { name: string | undefined; index: number }): string {
  const which =
    entry.name === undefined
      ? t('boot configuration number {0}', entry.index + 1)
      : t('boot configuration "{0}"', entry.name);
  return t('barrelfish.bootConfigurations, {0}: {1}.', which, problemClause(problem));
}
