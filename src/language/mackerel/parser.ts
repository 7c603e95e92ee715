/*
 * file        = { import } device . What follows is not read.
 * import      = "import" name ";" .
 * device      = "device" name [ order ] "(" [ argument { "," argument } ] ")" text "{" declaration { declaration } "}" ";" .
 * order       = "lsbfirst" | "msbfirst" .
 * argument    = ( "addr" | "io" | "pci" ) name .
 * declaration = register | regarray | constants | space | regtype | datatype .
 * space       = "space" name "(" [ name { "," name } ] ")" addressing text ";" .
 * addressing  = "bytewise" | "valuewise" | "registerwise" | "stepwise" "(" integer ")" .
 * constants   = "constants" name [ "width" "(" integer ")" ] text "{" value { value } "}" ";" .
 * value       = name "=" expression [ text ] ";" .
 * expression  = term { ( "+" | "-" ) term } .   term = factor { ( "*" | "/" ) factor } .
 * factor      = "(" expression ")" | integer | name .
 * regtype     = "regtype" name text fields ";" .
 * datatype    = "datatype" name [ order "(" integer ")" ] text "{" dataField { dataField } "}" ";" .
 * register    = "register" name [ access ] [ "also" ] place [ text ] ( fields | type ) ";" .
 * regarray    = "regarray" name [ access ] [ "also" ] place "[" array "]" [ text ] ( fields | type ) ";" .
 * place       = "noaddr" | ( "addr" | "io" | "pci" ) "(" name "," integer ")" | name "(" ( name | integer ) ")" .
 * array       = integer [ ";" integer ] | integer "," integer { "," integer } .
 * fields      = "{" field { field } "}" .
 * field       = ( name | "_" ) integer [ fieldAccess ] [ type ] [ text ] ";" .   dataField the same, with fewer access modes.
 * type        = "type" "(" name [ "." name ] ")" .
 *
 * Keywords are known in capitals, too; see lexicon.ts for those that can be names. (tools/mackerel/MackerelParser.hs)
 */
import { Kind, type Tokens } from '../scanner.ts';

import { scanMackerel } from './lexicon.ts';
import { RegisterParser } from './register-parser.ts';
import type {
  Addressing,
  Argument,
  BitOrder,
  Declaration,
  Device,
  Import,
  MackerelTree,
  Name,
  Space,
} from './syntax.ts';
import type { Expectation } from './terminals.ts';

export function parseMackerel(text: string): MackerelTree {
  return new Parser(scanMackerel(text)).file();
}

/**
 * What could stand at a token, with what it is about. `from` is where the declaration around it begins; 0 is the file, and
 * −1 a place between declarations.
 */
export function expectedAt(tokens: Tokens, from: number, limit: number): ReadonlyMap<Expectation, string> {
  if (from < 0) return new Map([['declaration', '']]);
  const parser = new Parser(tokens, from, limit);
  if (from === 0) parser.file();
  else parser.declarationAhead();
  return parser.expected;
}

class Parser extends RegisterParser {
  constructor(tokens: Tokens, from = 0, limit = tokens.count - 1) {
    super(tokens, from, limit);
  }

  file(): MackerelTree {
    const imports: Import[] = [];
    for (;;) {
      this.offer('import');
      if (!this.isWord('import')) break;
      imports.push(this.#import());
    }
    const device = this.#device();
    this.#comments();
    return { tokens: this.cursor.tokens, imports, findings: this.cursor.findings, ...(device && { device }) };
  }

  /** A comment without an end takes the rest of the file, which the compiler then misses. */
  #comments(): void {
    const last = this.cursor.tokens.comments.at(-1);
    if (!last || last.closed) return;
    this.cursor.advance();
    this.fail('comment-open', '', { start: last.start, end: last.start + 2 });
  }

  #import(): Import {
    const { start } = this.cursor;
    this.cursor.advance();
    this.offer('import-name');
    const name = this.name('the device to import');
    if (name) this.semicolon('behind the import');
    else this.cursor.resync(() => this.isWord('import') || this.isWord('device') || this.cursor.isSign(';'));
    if (!name) this.cursor.takeSign(';');
    return { start, end: this.cursor.previousEnd, ...(name && { name }) };
  }

  #device(): Device | undefined {
    const { cursor } = this;
    this.offer('device');
    if (!this.isWord('device')) {
      this.fail('device-expected');
      cursor.resync(() => this.isWord('device'));
      if (cursor.atEnd) return undefined;
    }
    const { start } = cursor;
    cursor.advance();
    this.offer('device-name');
    const name = this.name('the name of the device');
    this.offer('order');
    const order = this.#order() ?? 'lsbfirst';
    const args = this.#arguments();
    const description = this.text('that describes the device');
    const open = cursor.start;
    if (!this.sign('{', 'in front of the declarations')) {
      cursor.resync(() => cursor.isSign('{') || this.atBeginning);
      cursor.takeSign('{');
    }
    const declarations = this.#declarations();
    const close = cursor.isSign('}') ? cursor.end : cursor.previousEnd;
    if (this.sign('}', 'at the end of the device')) this.sign(';', 'at the end of the device');
    return {
      start,
      end: cursor.previousEnd,
      order,
      arguments: args,
      body: { start: open, end: Math.max(open, close) },
      declarations,
      ...(name && { name }),
      ...(description && { description }),
    };
  }

  #order(): BitOrder | undefined {
    if (this.takeWord('lsbfirst')) return 'lsbfirst';
    return this.takeWord('msbfirst') ? 'msbfirst' : undefined;
  }

  #arguments(): Argument[] {
    const found: Argument[] = [];
    if (!this.sign('(', 'in front of the arguments of the device')) return found;
    this.offer('argument-type');
    if (this.cursor.takeSign(')')) return found;
    do {
      this.offer('argument-type');
      const { start } = this.cursor;
      const type = this.builtin();
      if (!type) this.fail('argument-type');
      const name = type && this.name('the name of the argument');
      if (type && name) found.push({ start, end: name.end, type, name });
      else this.#skipInParentheses();
    } while (this.cursor.takeSign(','));
    this.sign(')', 'behind the arguments of the device');
    return found;
  }

  #skipInParentheses(): void {
    const { cursor } = this;
    cursor.resync(() => cursor.isSign(')') || cursor.isSign(',') || cursor.isSign('{') || this.atText);
  }

  #declarations(): Declaration[] {
    const { cursor } = this;
    const found: Declaration[] = [];
    let damaged = false;
    for (;;) {
      this.offer('declaration');
      if (cursor.atEnd) return found;
      if (this.atBeginning || this.isWord('space')) {
        const before = cursor.findings.length;
        const declaration = this.declaration();
        if (declaration) found.push(declaration);
        damaged = cursor.findings.length > before;
        continue;
      }
      if (cursor.isSign('}')) {
        if (!damaged || this.#endsDevice()) {
          if (found.length === 0 && !damaged) this.fail('device-empty');
          return found;
        }
        cursor.advance(); // it belongs to what is damaged
        cursor.takeSign(';');
        continue;
      }
      if (!damaged) this.fail('declaration-expected', cursor.text);
      damaged = true;
      cursor.advance();
      cursor.resync(() => this.atBeginning || cursor.isSign('}'));
    }
  }

  /** Whether a closing brace is the device's: nothing that could be in the device follows. */
  #endsDevice(): boolean {
    const { tokens, index } = this.cursor;
    let next = index + 1;
    if (tokens.textOf(next) === ';') next++;
    return tokens.kind(next) === Kind.end;
  }

  declarationAhead(): void {
    if (this.atBeginning || this.isWord('space')) this.declaration();
  }

  declaration(): Declaration | undefined {
    if (this.isWord('register')) return this.register('register');
    if (this.isWord('regarray')) return this.register('regarray');
    if (this.isWord('constants')) return this.constants();
    if (this.isWord('regtype')) return this.regtype();
    if (this.isWord('datatype')) return this.datatype(() => this.#order());
    return this.#space();
  }

  #space(): Space | undefined {
    const { start } = this.cursor;
    this.cursor.advance();
    const name = this.name('the name of the space');
    if (!name) {
      this.giveUp();
      return undefined;
    }
    const parameters: Name[] = [];
    let sound = this.sign('(', 'in front of what the space is addressed by');
    if (sound && !this.cursor.isSign(')')) {
      do {
        const parameter = this.name('what the space is addressed by');
        if (parameter) parameters.push(parameter);
        else sound = false;
      } while (sound && this.cursor.takeSign(','));
    }
    sound &&= this.sign(')');
    if (sound) this.offer('addressing');
    const addressing = sound ? this.#addressing() : undefined;
    const description = addressing && this.text('that describes the space');
    this.finish(description !== undefined, 'space');
    return {
      kind: 'space',
      start,
      end: this.cursor.previousEnd,
      name,
      parameters,
      ...(addressing && { addressing }),
      ...(description && { description }),
    };
  }

  #addressing(): Addressing | undefined {
    if (this.takeWord('bytewise')) return { by: 'bytes', step: 1 };
    if (this.takeWord('valuewise')) return { by: 'values' };
    if (this.takeWord('registerwise')) return { by: 'registers' };
    if (!this.takeWord('stepwise')) {
      this.fail('addressing-expected');
      return undefined;
    }
    if (!this.sign('(', 'with the bytes of a step')) return undefined;
    const step = this.integer('the bytes of a step');
    return step && this.sign(')') ? { by: 'bytes', step: step.value } : undefined;
  }
}
