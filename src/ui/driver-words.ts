import { l10n } from 'vscode';
import type { DatabaseProblem } from '../barrelfish/device-db.ts';
import type { DriverMatch } from '../barrelfish/drivers.ts';
import type { Expected } from '../barrelfish/prolog-tokens.ts';

const t = l10n.t.bind(l10n);

/** `module e1000n_module, legacy interrupts, x86_64`: what a driver's entry says besides its name. */
export function driverFacts({ entry, interrupts }: DriverMatch): string {
  const models = {
    none: t('no interrupt model'),
    legacy: t('legacy interrupts'),
    msi: t('MSI'),
    msix: t('MSI-X'),
  };
  return [
    ...(entry.module === undefined ? [] : [t('module {0}', entry.module)]),
    interrupts === undefined ? t('interrupt model that the SKB does not know') : models[interrupts],
    ...entry.platforms,
  ].join(', ');
}

/** Whether a problem means that ECLiPSe leaves the entry out; else only a part of it says nothing. */
export function losesEntry(problem: DatabaseProblem): boolean {
  switch (problem.code) {
    case 'missing-field':
      return problem.field === 'binary';
    case 'wrong-value':
      return problem.field === 'binary';
    case 'out-of-range':
    case 'unknown-interrupts':
      return false;
    default:
      return true;
  }
}

function expectedText(expected: Expected): string {
  switch (expected) {
    case 'value':
      return t('A value');
    case 'field':
      return t('The name of a field');
    case ':':
      return t('A colon');
    case '.':
      return t('A full stop');
    default:
      return t('A comma or {0}', expected);
  }
}

/** A problem of a device database in one sentence. */
export function databaseProblemText(problem: DatabaseProblem): string {
  switch (problem.code) {
    case 'unclosed-quote':
      return t('The quotation has no end on its line. The entry is left out.');
    case 'unclosed-comment':
      return t('The comment has no end. All that follows is part of it.');
    case 'not-a-number':
      return t("{0} is no number. Write a base and its digits, 16'10d3. The entry is left out.", problem.text);
    case 'unexpected':
      return t('{0} is missing before {1}. The entry is left out.', expectedText(problem.expected), problem.found);
    case 'no-full-stop':
      return t('The entry has no end here. It is left out.');
    case 'too-deep':
      return t('Nested too deeply. The entry is left out.');
    case 'unknown-field':
      return t('{0} has no field {1}. What it is in is left out.', problem.struct, problem.field);
    case 'repeated-field':
      return t('{0} is given twice. What it is in is left out.', problem.field);
    case 'missing-field':
      return problem.field === 'binary'
        ? t('{0} names no {1}. The entry is left out.', problem.struct, problem.field)
        : t('{0} has no {1}: the SKB would take it for every device.', problem.struct, problem.field);
    case 'wrong-value':
      return {
        text: t('{0} has to be a name.', problem.field),
        number: t('{0} has to be a number.', problem.field),
        list: t('{0} has to be a list.', problem.field),
        card: t('{0} has to be a list of pci_card.', problem.field),
      }[problem.wanted];
    case 'out-of-range':
      return t('{0} is no id of 16 bits, so it matches no device.', problem.value);
    case 'unknown-interrupts':
      return t('{0} is none of none, legacy, msi and msix: the SKB names no driver for these devices.', problem.text);
  }
}
