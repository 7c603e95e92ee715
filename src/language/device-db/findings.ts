import type { DatabaseProblem } from '../../barrelfish/device-db.ts';
import { error, warning, type Wrong } from '../wrong.ts';

/** What the reader of the database can't make sense of, in words. */
export function wrongOf(problem: DatabaseProblem): Wrong {
  const { code } = problem;
  switch (code) {
    case 'unclosed-quote':
      return error(code, 'The text isn’t closed in its line.');
    case 'unclosed-comment':
      return error(code, 'The comment isn’t closed: “*/” is missing.');
    case 'not-a-number':
      return error(code, `${problem.text} is no number. Hexadecimal ones are written 16'8086.`);
    case 'unexpected':
      return error(code, unexpected(problem.expected, problem.found));
    case 'no-full-stop':
      return error(code, 'The entry isn’t ended: “.” is missing, or something before it isn’t closed.');
    case 'too-deep':
      return error(code, 'This is nested too deep to be read.');
    case 'unknown-field':
      return error(code, `${problem.struct} has no field ${problem.field}: the SKB refuses the entry.`);
    case 'repeated-field':
      return error(code, `${problem.field} is given twice: the SKB refuses the entry.`);
    case 'missing-field':
      return error(code, `${problem.field} is missing in this ${problem.struct}.`);
    case 'wrong-value':
      return error(code, `${problem.field} wants ${WANTED[problem.wanted]}.`);
    case 'out-of-range':
      return warning(code, `${String(problem.value)} is no id of 16 bits: no device has it.`);
    case 'unknown-interrupts':
      return warning(
        code,
        `The SKB knows no interrupt model “${problem.text}”, and starts no driver for these devices. It knows none, legacy, msi and msix.`,
      );
  }
}

const WANTED = {
  text: 'a text in quotes',
  number: 'a number',
  list: 'a list: [ … ]',
  card: 'pci_card{ … }',
} as const;

function unexpected(expected: string, found: string): string {
  const wanted = expected === 'value' || expected === 'field' ? `a ${expected}` : `“${expected}”`;
  const instead = found === '' ? 'the file ends' : `“${found}” stands`;
  return `Here ${instead} where ${wanted} should be: the SKB refuses the entry.`;
}
