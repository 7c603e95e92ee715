import assert from 'node:assert/strict';
import { registerHooks } from 'node:module';
import { test } from 'node:test';
import { parseDeviceDatabase } from '../../../src/barrelfish/device-db.ts';
import { Drivers } from '../../../src/barrelfish/drivers.ts';
import type { BootFinding } from '../../../src/guest/boot-checks.ts';
import { pciAddress } from '../../../src/host/pci-address.ts';

// In place of the editor: sentences with their arguments put in, as in English.
const EDITOR = `data:text/javascript,${encodeURIComponent(`
  export const l10n = { t: (text, ...args) => text.replace(/\\{(\\d+)\\}/g, (_, index) => String(args[index])) };
`)}`;
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'vscode' ? { url: EDITOR, shortCircuit: true } : next(specifier, context),
});
const { databaseProblemText, driverFacts, losesEntry } = await import('../../../src/ui/driver-words.ts');
const { findingsDocument, findingWords, fixLines, questionText } = await import('../../../src/ui/boot-check-words.ts');

const address = pciAddress('0000:03:00.0');
const reasons: readonly BootFinding['reason'][] = [
  { code: 'no-entry', ids: '8086:10d3' },
  { code: 'not-in-menu' },
  { code: 'not-auto' },
  { code: 'not-built', target: 'x86_64/sbin/e1000n' },
  { code: 'taken', by: 'e1000', at: '00:02.0', emulated: true },
  { code: 'taken', by: '0000:02:00.0', at: '00:05.0', emulated: false },
  { code: 'no-start-function', module: 'e1000n_module' },
  { code: 'no-core', core: 4, cores: 1 },
  { code: 'unknown-interrupts' },
  { code: 'no-interrupt-line' },
  { code: 'msi' },
  { code: 'no-network-server' },
  { code: 'old-database' },
];

test('every finding is a sentence about its device, and has advice', () => {
  const questions = reasons.map((reason) => questionText({ address, driver: 'e1000n', reason }));
  for (const text of questions) {
    assert.match(text, /03:00\.0/);
    assert.match(text, /[a-z0-9]\.$/);
    assert.doesNotMatch(text, /undefined|\{\d\}/);
  }
  assert.equal(new Set(questions).size, reasons.length);
  for (const reason of reasons) assert.match(findingWords({ address, driver: 'e1000n', reason }).advice, /\.$/);
});

test('a fix says which lines and targets it is about', () => {
  const finding: BootFinding = {
    address,
    driver: 'e1000n',
    reason: { code: 'not-in-menu' },
    fix: {
      changes: [
        { kind: 'add-module', path: '/x86_64/sbin/e1000n', arguments: 'auto' },
        { kind: 'set-argument', program: 'pci', argument: 'auto' },
      ],
      targets: ['x86_64/sbin/e1000n'],
    },
  };
  assert.deepEqual(fixLines(finding), [
    'menu.lst: add "module /x86_64/sbin/e1000n auto"',
    'menu.lst: pci gets auto',
    'make x86_64/sbin/e1000n',
  ]);
  const document = findingsDocument([finding, { address, reason: { code: 'no-entry', ids: '8086:10d3' } }]);
  for (const text of ['## 03:00.0', ...fixLines(finding), 'device_db.pl names no driver for 8086:10d3'])
    assert.ok(document.includes(text), document);
});

test('every problem of a database has words, and says when an entry is lost', () => {
  const texts: readonly (readonly [string, boolean])[] = [
    ['pci_driver{ binary: "a', true],
    ['/* open', true],
    [`pci_driver{ binary: a, priority: 16'xyz }.`, true],
    ['pci_driver{ binary a }.', true],
    ['pci_driver{ binary: a', true],
    [`pci_driver{ binary: ${'['.repeat(100)}`, true],
    ['pci_driver{ binary: a, supported_cards: [], colour: red }.', true],
    ['pci_driver{ binary: a, binary: b }.', true],
    ['pci_driver{ supported_cards: [] }.', true],
    ['pci_driver{ binary: a }.', false],
    ['pci_driver{ binary: 1, supported_cards: [] }.', true],
    ['pci_driver{ binary: a, supported_cards: [], priority: high }.', false],
    ['pci_driver{ binary: a, supported_cards: 1 }.', false],
    ['pci_driver{ binary: a, supported_cards: [1] }.', false],
    ['pci_driver{ binary: a, supported_cards: [pci_card{ vendor: 70000 }] }.', false],
    ['pci_driver{ binary: a, supported_cards: [], interrupt_model: [any] }.', false],
  ];
  for (const [text, lost] of texts) {
    const { problems, entries } = parseDeviceDatabase(text);
    const [problem, ...others] = problems;
    assert.ok(problem, text);
    assert.deepEqual(others, [], text);
    assert.match(databaseProblemText(problem), /^[\w{].*\.$/, text);
    assert.doesNotMatch(databaseProblemText(problem), /undefined|\{\d\}/, text);
    assert.equal(losesEntry(problem), lost, text);
    assert.equal(entries.length, lost ? 0 : 1, text);
  }
});

test('what an entry says besides the name', () => {
  const facts = (more: string): string => {
    const card = "supported_cards: [pci_card{ vendor: 16'8086, device: 1 }]";
    const drivers = new Drivers(parseDeviceDatabase(`pci_driver{ binary: mlx4, ${card}${more} }.`).entries);
    const match = drivers.for({ vendor: '8086', device: '0001' });
    assert.ok(match);
    return driverFacts(match);
  };
  const platforms = ", platforms: ['x86_64', 'x86_32']";
  assert.equal(facts(`, interrupt_model: [legacy]${platforms}`), 'legacy interrupts, x86_64, x86_32');
  assert.equal(facts(`, module: "mlx4_module", interrupt_model: [legacy, msix]`), 'module mlx4_module, MSI-X');
  assert.equal(facts(''), 'no interrupt model');
});
