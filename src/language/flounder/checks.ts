import type { Finding, Workspace } from '../language.ts';
import type { Span } from '../source-text.ts';
import { checkNames } from './name-checks.ts';
import { type Code, finding } from './findings.ts';
import { declarationsOf, type FlounderFile, missingOn, type Scope, scopeOf } from './scope.ts';
import type { Argument, Name, TypeDeclaration } from './syntax.ts';
import { builtins } from './words.ts';

/** What Flounder, or the C compiler behind it, rejects in a file that can be parsed. */
export function check(file: FlounderFile, workspace: Workspace): Finding[] {
  const scope = scopeOf(file, workspace);
  const findings: Finding[] = [];
  const report: Report = (code, span, ...words) => findings.push(finding(code, span, ...words));
  checkFileName(file, report);
  new TypeChecks(file, scope, report).run();
  checkNames(file.tree, scope, report);
  return findings;
}

export type Report = (code: Code, span: Span, ...words: string[]) => void;

/** Main.lhs, checkFilename. */
function checkFileName({ uri, tree }: FlounderFile, report: Report): void {
  const name = tree.head?.name;
  const base = decoded(uri.slice(uri.lastIndexOf('/') + 1)).replace(/\.[^.]*$/, '');
  if (name && name.text !== base) report('file-name', name, name.text, base);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

class TypeChecks {
  readonly #file: FlounderFile;
  readonly #scope: Scope;
  readonly #report: Report;
  /** Own types declared above the place that is being checked. */
  readonly #known = new Set<string>();
  /** What makes a type differ in size between machines, by its name. */
  readonly #machineSized = new Set(['size', 'uintptr', 'intptr']);

  constructor(file: FlounderFile, scope: Scope, report: Report) {
    this.#file = file;
    this.#scope = scope;
    this.#report = report;
  }

  run(): void {
    const { tree } = this.#file;
    for (const declaration of tree.types) this.#declaration(declaration);
    for (const message of tree.messages) {
      for (const argument of message.arguments) this.#argument(argument);
    }
  }

  #declaration(declaration: TypeDeclaration): void {
    const { form, name, of, fields, length } = declaration;
    if (form === 'builtin alias') {
      if (of && !builtins.has(of.text)) this.#report('not-builtin', of, of.text);
    } else if (of) this.#use(of, name);
    for (const { type } of fields) this.#use(type, name);
    if (of && length !== undefined && length < 1) this.#report('array-length', declaration.name ?? of, String(length));
    if (!name) return;
    this.#known.add(name.text);
    const inside = [...(of ? [of] : []), ...fields.map(({ type }) => type)];
    if (inside.some(({ text }) => this.#machineSized.has(text))) this.#machineSized.add(name.text);
  }

  #use(type: Name, within: Name | undefined): void {
    const { text } = type;
    if (builtins.has(text) || this.#known.has(text)) return;
    if (this.#scope.included.has(text)) {
      this.#everywhere(type);
      return;
    }
    if (text === within?.text) this.#report('type-in-itself', type, text);
    else if (this.#scope.own.has(text)) this.#report('type-declared-later', type, text);
    else if (this.#scope.complete) this.#report('unknown-type', type, text, this.#near(text) ?? '');
    else this.#report('type-unchecked', type, text);
  }

  #everywhere(type: Name): void {
    const missing = missingOn(type.text, this.#scope);
    if (missing.length === 0) return;
    const known = this.#scope.architectures.filter((each) => !missing.includes(each));
    this.#report('type-somewhere', type, type.text, known.join(', '), missing.join(', '));
  }

  #argument({ type, length, name }: Argument): void {
    this.#use(type, undefined);
    const { text } = type;
    if (length) {
      if (!this.#sentAsBytes(text))
        this.#report('array-of-wide', { start: type.start, end: name?.end ?? type.end }, text);
    } else if (!builtins.has(text) && this.#isAmbiguous(text)) this.#report('type-ambiguous', type, text);
    if (this.#machineSized.has(text)) this.#report('not-over-ump', type, text);
  }

  /** MsgFragments.hs: bytes, or a name that `alias` gave them. */
  #sentAsBytes(type: string): boolean {
    const declaration = declarationsOf(type, this.#file, this.#scope).at(-1)?.declaration;
    if (!builtins.has(type) && !declaration) return true; // unknown, which is said already
    const sent = builtins.has(type) ? type : declaration?.form === 'builtin alias' ? declaration.of?.text : undefined;
    return sent === 'char' || sent === 'int8' || sent === 'uint8';
  }

  /** Syntax.lhs, lookup_type_name: what is no alias of a built-in type is looked up a second time, by name alone. */
  #isAmbiguous(name: string): boolean {
    const { own, included, architectures } = this.#scope;
    const mine = own.get(name) ?? [];
    const theirs = included.get(name) ?? [];
    const newest = mine.at(-1) ?? theirs.at(-1)?.declaration;
    if (newest?.form === 'builtin alias') return false;
    const onOne = theirs.filter(({ architecture }) => architecture === undefined || architecture === architectures[0]);
    return mine.length + onOne.length > 1;
  }

  #near(name: string): string | undefined {
    const plain = name.toLowerCase().replace(/_t$/, '');
    const names = [...builtins.keys(), ...this.#known, ...this.#scope.included.keys()];
    return (
      names.find((each) => each.toLowerCase() === plain) ?? names.find((each) => each.toLowerCase() === `${plain}s`)
    );
  }
}
