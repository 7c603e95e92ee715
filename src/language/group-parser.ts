import { SymbolKind } from 'vscode-languageserver-types';
import { groupFindings } from './group-findings.ts';
import type { Definition, Outline } from './outline.ts';
import { OutlineBuilder } from './outline-builder.ts';
import { Kind, type Lexicon } from './scanner.ts';
import { syntaxFindings } from './syntax-findings.ts';

/*
 * Fugu and Pleco are one grammar with different words (tools/fugu/Parser.hs, tools/pleco/Parser.hs):
 *
 *   file  = group { group }                 What follows the last group is passed over without a word.
 *   group = GROUP name [ name ] "{" entry { entry } "}" ";"      The second name where there is a prefix.
 *   entry = [ "default" ] ENTRY name string ","                  "default" before one kind of entry only.
 *
 * Words of the language are those of any case; a name begins with a letter, and none of the reserved words is a name.
 */
export interface GroupGrammar {
  /** The tree's program that reads it. */
  readonly tool: string;
  readonly group: { readonly word: string; readonly what: string; readonly prefix: boolean };
  readonly entries: readonly { readonly word: string; readonly what: string }[];
  /** The kind of entry that may be the default. */
  readonly orDefault?: string;
  readonly entryToken: Definition['token'];
}

/** The library that the tree's parsers are built of takes comments in comments, and names like `don't`. */
export const JAVA_LEXICON: Lexicon = {
  lineComments: ['//'],
  blockComment: { open: '/*', close: '*/', nested: true },
  nameSigns: "'",
};

export interface GroupedOutline extends Outline {
  /** Where the tree's program stops reading; the text's length when it reads all. */
  readonly readTo: number;
}

export function parseGroups(text: string, grammar: GroupGrammar): GroupedOutline {
  return new GroupParser(text, grammar).file();
}

class GroupParser extends OutlineBuilder {
  readonly #grammar: GroupGrammar;
  readonly #reserved: ReadonlySet<string>;

  constructor(text: string, grammar: GroupGrammar) {
    super(text, JAVA_LEXICON, false);
    this.#grammar = grammar;
    this.#reserved = new Set([grammar.group.word, ...grammar.entries.map(({ word }) => word)]);
  }

  file(): GroupedOutline {
    const { tool, group } = this.#grammar;
    const { cursor } = this;
    let stop: number | undefined;
    if (!this.#isGroup()) {
      cursor.markToken(groupFindings.expectedGroup(tool, group.word));
      cursor.resync(() => this.#isGroup());
    }
    while (!cursor.atEnd) {
      if (this.#isGroup()) {
        this.#group();
        continue;
      }
      if (stop === undefined) {
        stop = cursor.start;
        cursor.markToken(groupFindings.ignoredText(tool, group.word));
      }
      cursor.resync(() => this.#isGroup());
    }
    const outline = this.outline();
    if (stop === undefined) return { ...outline, readTo: cursor.tokens.text.length };
    const readTo = stop;
    return { ...outline, readTo, findings: outline.findings.filter(({ start }) => start <= readTo) };
  }

  #group(): void {
    const { cursor } = this;
    const { word, what, prefix } = this.#grammar.group;
    const start = cursor.start;
    this.takeWord(word);
    const at = this.name(`name of the ${what}`, this.#reserved);
    const none = { start: cursor.lastEnd, end: cursor.lastEnd };
    this.open(at ? this.textOf(at) : '', at ?? none, { start, what, symbol: SymbolKind.Namespace, token: 'namespace' });
    const second = at && prefix ? this.name('prefix of the names', this.#reserved) : undefined;
    if (!at || (prefix && !second)) cursor.resync(() => cursor.isSign('{') || cursor.isSign('}') || this.#isGroup());
    if (!this.#isGroup()) this.#body();
    this.close({ detail: second ? this.textOf(second) : '' });
  }

  #body(): void {
    const { cursor } = this;
    const { group, entries, tool } = this.#grammar;
    if (!cursor.takeSign('{')) {
      cursor.markError(syntaxFindings.expectedSign('{', `before the entries of the ${group.what}`));
      cursor.resync(() => cursor.isSign('{') || this.#isEntry() || this.#isGroup() || cursor.isSign('}'));
      cursor.takeSign('{');
    } else if (cursor.isSign('}')) cursor.markError(groupFindings.emptyGroup(tool));
    while (!cursor.atEnd && !cursor.isSign('}') && !this.#isGroup()) {
      if (this.#isEntry()) this.#entry();
      else {
        cursor.markToken(groupFindings.expectedEntry(entries.map(({ word }) => `“${word}”`).join(' or ')));
        this.#skip();
      }
    }
    const end = `at the end of the ${group.what}`;
    if (!cursor.takeSign('}')) cursor.markError(syntaxFindings.expectedSign('};', end));
    else if (!cursor.takeSign(';')) cursor.markError(syntaxFindings.expectedSign(';', end));
  }

  #entry(): void {
    const { cursor } = this;
    const { orDefault, entries, entryToken } = this.#grammar;
    const start = cursor.start;
    const isDefault = orDefault !== undefined && this.takeWord('default') !== undefined;
    const word = this.word();
    const kind = entries.find((each) => each.word === word);
    if (!kind || (isDefault && word !== orDefault)) {
      cursor.markError(groupFindings.expectedDefault(orDefault ?? ''));
      this.#skip();
      return;
    }
    this.takeWord(word);
    const at = this.name(`name of the ${kind.what}`, this.#reserved);
    if (!at) {
      // A word of the language in the place of the name begins no entry of its own.
      if (cursor.kind(1) === Kind.string) cursor.take();
      this.#skip();
      return;
    }
    const what = isDefault ? `default ${kind.what}` : kind.what;
    this.open(this.textOf(at), at, { start, what, symbol: SymbolKind.EnumMember, token: entryToken });
    const string = this.string('description');
    const about = string ? this.stringText(string) : '';
    const comma = string && cursor.takeSign(',');
    if (string && !comma) cursor.markError(groupFindings.expectedComma());
    this.close({ about, detail: about });
    if (!comma) this.#skip();
  }

  /** To the next entry. */
  #skip(): void {
    const { cursor } = this;
    cursor.resync(() => cursor.isSign(',') || cursor.isSign('}') || this.#isEntry() || this.#isGroup());
    cursor.takeSign(',');
  }

  #isGroup(): boolean {
    return this.word() === this.#grammar.group.word;
  }

  #isEntry(): boolean {
    const word = this.word();
    if (word === 'default') return this.#grammar.orDefault !== undefined;
    return this.#grammar.entries.some((each) => each.word === word);
  }
}
