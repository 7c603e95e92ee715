import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TerminalEscapes } from '../../../src/guest/terminal-escapes.ts';

const filtered = (text: string): string => new TerminalEscapes().filter(text);

test('text, and what shows it, passes unchanged', () => {
  const texts = [
    'plain text\r\nwith\ttabs, \b \b and \u0007 bells\r\n',
    'äöü € 漢字 😀',
    '\u001b[34me1000n.\u001b[31m0.5\u001b[0m: hello',
    '\u001b[1;38;5;208;48:2::1:2:3mcolours\u001b[m',
    '\u001b[0G> ab\u001b[0K\u001b[4G', // linenoise
    '\u001b[6n',
    '\u001b[H\u001b[2J\u001b[12;40H\u001b[5A\u001b[1;24r\u001b[3L\u001b[2P\u001b[4X',
    '\u001b7\u001b8\u001bD\u001bM\u001bc',
    '\u001b[?25l\u001b[?25h\u001b[?7l',
  ];
  for (const text of texts) assert.equal(filtered(text), text);
});

const HARMFUL = {
  'writing the clipboard': '\u001b]52;c;ZWNobyBiYWQ=\u0007',
  'writing the clipboard, ended by ST': '\u001b]52;c;ZWNobyBiYWQ=\u001b\\',
  'reading the clipboard': '\u001b]52;c;?\u0007',
  'a title': '\u001b]0;title\u0007',
  'a link': '\u001b]8;;https://example.org/\u001b\\\u001b]8;;\u001b\\',
  'shell integration': '\u001b]633;A\u0007\u001b]633;E;rm -rf ~;nonce\u0007\u001b]133;C\u0007\u001b]1337;File=:\u0007',
  'a notification': '\u001b]99;i=1:p=title;Hello\u001b\\\u001b]9;4;1;50\u0007\u001b]777;notify;a;b\u0007',
  'colours of the terminal itself': '\u001b]4;1;?\u0007\u001b]10;?\u0007',
  'strings to the device': '\u001bP$qm\u001b\\\u001bP+q544e\u001b\\\u001b_Gi=1\u001b\\\u001b^x\u001b\\\u001bXy\u001b\\',
  questions: '\u001b[c\u001b[>c\u001b[0c\u001b[5n\u001b[?6n\u001b[14t\u001b[21t\u001b[?1$p\u001b[>q\u001bZ',
  'modes that send': '\u001b[?1000h\u001b[?1003;1006h\u001b[?1004h\u001b[?2004h\u001b[?1049h\u001b[=5u\u001b[>1u',
  'the same with 8 bits': '\u009d52;c;ZWNobyBiYWQ=\u009c\u009bc\u0090$qm\u009c\u009d0;t\u0007',
  'more parameters than there are': `\u001b[${'1;'.repeat(500)}m`,
  'a letter that repeats the last one': '\u001b[999999999b',
};
for (const [name, sequence] of Object.entries(HARMFUL)) {
  test(`${name} does not pass, and nothing else goes with it`, () => {
    assert.equal(filtered(`before ${sequence}after`), 'before after');
    assert.equal(filtered(`${sequence}${sequence}\u001b[1m`), '\u001b[1m');
  });
}

test('cut anywhere it is the same', () => {
  const text = Object.values(HARMFUL).join('text \u001b[31mred\u001b[0m\r\n');
  const whole = filtered(text);
  assert.equal(whole.includes('ZWNob'), false);
  for (let size = 1; size < 40; size += 1) {
    const escapes = new TerminalEscapes();
    let parts = '';
    for (let at = 0; at < text.length; at += size) parts += escapes.filter(text.slice(at, at + size));
    assert.equal(parts, whole);
  }
});

test('one sequence within another does not carry it past', () => {
  assert.equal(filtered('\u001b]0;\u001b]52;c;eA==\u0007'), '');
  assert.equal(filtered('\u001b[\u001b]52;c;eA==\u0007x'), 'x');
  assert.equal(filtered('\u001b[1\u009d52;c;eA==\u0007x'), 'x');
  assert.equal(filtered('\u001b\u001b\u001b]52;c;eA==\u0007x'), 'x');
  assert.equal(filtered('\u001b[3\u00181mx'), '1mx');
  // A terminal goes to the next line at once, and then finds the rest of the sequence.
  assert.equal(filtered('\u001b[3\n1mx'), '\n\u001b[31mx');
  assert.equal(filtered('\u001b[3é]52;x'), 'é]52;x');
});

test('a string that is never ended costs a line', () => {
  assert.equal(filtered('a\u001b]broken off\r\nb\r\n'), 'a\nb\r\n');
});
