import { SymbolKind } from 'vscode-languageserver-types';
import type { Use } from '../outline.ts';
import { syntaxFindings } from '../syntax-findings.ts';
import type { Wrong } from '../wrong.ts';
import { SockeyeExpressions } from './expressions.ts';
import { sockeyeFindings } from './findings.ts';
import { NODES, type PortUse } from './syntax.ts';
import { DOMAINS, RELATIONS, RESERVED } from './words.ts';

/*
 *   definition = forall | ref relation
 *   forall    = "forall" name "in" "(" set ")" "{" { definition } "}"
 *   relation  = "accepts" "[" [ block { ";" block } ] "]"
 *             | ( "maps" | "converts" ) "[" [ map { ";" map } ] "]"
 *             | "overlays" node-ref
 *             | "blockoverlays" node-ref "bits" "(" number { "," number } ")"
 *             | "instantiates" name [ "(" [ sum { "," sum } ] ")" ]
 *             | "binds" "[" [ binding { ";" binding } ] "]"
 *   block     = address [ property ]
 *   map       = block "to" node-ref "at" block { "," node-ref "at" block }
 *   binding   = ref "to" node-ref
 *   node-ref  = ref [ "." ref ]
 *   ref       = name [ "[" set { ";" set } "]" ]
 */
const NAMED = [...NODES, 'instance'];
const DEEPEST = 100;

/** What the nodes and the instances of a module do. A production returns false when it had to say something. */
export class SockeyeDefinitions extends SockeyeExpressions {
  protected readonly ports: PortUse[] = [];
  /** Names of modules and types. */
  protected readonly global: Use[] = [];

  protected bodies(body: () => boolean): void {
    const { cursor } = this;
    while (!cursor.atEnd && !cursor.isSign('}') && !this.isModule()) {
      const { index } = cursor;
      if (body()) continue;
      cursor.resync(() => this.#isBody() || cursor.isSign('}') || this.isModule());
      if (cursor.index === index) cursor.take();
    }
  }

  protected definition(otherwise: Wrong, depth: number): boolean {
    const { cursor } = this;
    if (depth > DEEPEST) {
      cursor.markToken(syntaxFindings.tooDeep());
      cursor.resync(() => false);
    }
    if (this.word() === 'forall') return this.#forall(depth);
    if (this.word() === '' || RESERVED.has(this.word())) {
      cursor.markToken(otherwise);
      return false;
    }
    const { start } = cursor;
    const receiver = this.#ref();
    if (!receiver) return false;
    const relation = this.word();
    if (!RELATIONS.includes(relation)) {
      cursor.markError(sockeyeFindings.expectedRelation(receiver.name));
      return false;
    }
    this.takeWord(relation);
    const good = this.#relation(relation, receiver);
    this.block(start);
    return good;
  }

  #relation(relation: string, receiver: Use): boolean {
    switch (relation) {
      case 'accepts':
        return this.#list(() => this.#addresses());
      case 'maps':
      case 'converts':
        return this.#list(() => this.#map());
      case 'binds':
        return this.#list(() => {
          const port = this.#ref(receiver, ['output port']);
          return port !== undefined && this.keyword('to', 'behind the port') && this.#nodeRef();
        });
      case 'instantiates': {
        if (!this.globalUse('name of the module', 'struct', 'module')) return false;
        if (!this.cursor.takeSign('(') || this.cursor.takeSign(')')) return true;
        do if (!this.sum()) return false;
        while (this.cursor.takeSign(','));
        return this.sign(')', 'behind the arguments');
      }
      case 'blockoverlays':
        return this.#nodeRef() && this.keyword('bits', 'behind the node') && this.sets('(', ')', false);
      default:
        return this.#nodeRef();
    }
  }

  #list(entry: () => boolean): boolean {
    const { cursor } = this;
    if (!this.sign('[', 'before the list')) return false;
    if (cursor.takeSign(']')) return true;
    do if (!entry()) return false;
    while (cursor.takeSign(';'));
    return this.sign(']', 'behind the list');
  }

  #map(): boolean {
    if (!this.#addresses() || !this.keyword('to', 'behind the addresses')) return false;
    do if (!this.#nodeRef() || !this.keyword('at', 'behind the node') || !this.#addresses()) return false;
    while (this.cursor.takeSign(','));
    return true;
  }

  #addresses(): boolean {
    if (!this.sets('(', ')', true)) return false;
    const { cursor } = this;
    const isProperty = cursor.isSign('(') || cursor.isSign('!') || (this.word() !== '' && !RESERVED.has(this.word()));
    return !isProperty || this.property();
  }

  #forall(depth: number): boolean {
    const { cursor } = this;
    const { start } = cursor;
    this.takeWord('forall');
    const at = this.nameOf('variable');
    if (!at || !this.keyword('in', 'behind the variable') || !this.sets('(', ')', false)) return false;
    const beginning = { start, what: 'loop variable', symbol: SymbolKind.Variable, token: 'parameter' } as const;
    this.loops.push(this.open(this.textOf(at), at, beginning));
    const good = this.sign('{', 'before the definitions');
    if (good) this.bodies(() => this.definition(sockeyeFindings.expectedBody(), depth + 1));
    const closed = good && this.sign('}', 'at the end of “forall”');
    this.close();
    this.loops.pop();
    return closed;
  }

  #nodeRef(): boolean {
    const first = this.#ref();
    if (!first || !this.cursor.takeSign('.')) return first !== undefined;
    return this.#ref(first, ['input port']) !== undefined;
  }

  /** A node or an instance of this module; with an instance, a port of its module. */
  #ref(instance?: Use, what: readonly string[] = NAMED): Use | undefined {
    const { cursor } = this;
    const at = this.nameOf(instance ? 'name of the port' : 'name of a node or an instance');
    if (!at) return undefined;
    const use = this.use(at, instance ? 'property' : 'variable', what);
    if (instance) this.ports.push({ use, instance });
    else this.pending.push(use);
    return !cursor.isSign('[') || this.sets('[', ']', true) ? use : undefined;
  }

  protected globalUse(role: string, token: Use['token'], what: string): Use | undefined {
    const at = this.nameOf(role);
    if (!at) return undefined;
    const use = this.use(at, token, [what]);
    this.global.push(use);
    return use;
  }

  protected keyword(word: string, where: string): boolean {
    if (this.takeWord(word)) return true;
    this.cursor.markError(syntaxFindings.expectedSign(word, where));
    return false;
  }

  protected isTop(): boolean {
    return this.word() === 'type' || this.isModule();
  }

  protected isModule(): boolean {
    return this.word() === 'module' || this.word() === 'extern';
  }

  #isBody(): boolean {
    const word = this.word();
    if (['const', 'instance', 'input', 'output', 'forall'].includes(word)) return true;
    if (DOMAINS.includes(word)) return this.cursor.isSign('(', 1);
    return word !== '' && !RESERVED.has(word) && RELATIONS.includes(this.word(1));
  }
}
