import { declarationOf, type FlounderFile, type Scope } from './scope.ts';
import type { Argument, MessageDeclaration, TypeDeclaration } from './syntax.ts';
import { builtins } from './words.ts';

/** Types of an interface as they stand in the C headers; after tools/flounder/BackendCommon.hs. */
export class CTypes {
  readonly interface: string;
  readonly #file: FlounderFile;
  readonly #scope: Scope;

  constructor(interfaceName: string, file: FlounderFile, scope: Scope) {
    this.interface = interfaceName;
    this.#file = file;
    this.#scope = scope;
  }

  /** `uint8_t`, `char *`, `spawn_ps_entry_t`. */
  type(name: string): string {
    return builtins.get(name)?.c ?? `${this.interface}_${name}_t`;
  }

  /** What a name stands for in the end, behind all of its aliases: a declaration, or the name of a built-in type. */
  resolved(name: string): TypeDeclaration | string | undefined {
    let at = name;
    for (let step = 0; step < MOST_ALIASES; step++) {
      if (builtins.has(at)) return at;
      const declaration = declarationOf(at, this.#file, this.#scope)?.declaration;
      if (declaration?.form !== 'alias' && declaration?.form !== 'builtin alias') return declaration;
      if (!declaration.of || declaration.of.text === at) return undefined;
      at = declaration.of.text;
    }
    return undefined;
  }

  /** Parameters of the functions that send or receive a message. */
  sent({ type, name, length, maximum }: Argument): string[] {
    const [own, named] = [this.type(type.text), name?.text ?? '_'];
    if (length) return [declared(`const ${own} *`, named), declared('size_t', length.text)];
    if (maximum !== undefined) return [declared('const char *', named)];
    return [declared(own.endsWith('*') ? `const ${own}` : own, named)];
  }

  /** Parameters of an rpc's function: what comes back is written through pointers. */
  called(argument: Argument): string[] {
    const { direction, type, name, length, maximum } = argument;
    if (direction !== 'out') return this.sent(argument);
    const [own, named] = [this.type(type.text), name?.text ?? '_'];
    if (length) return [`${declared(own, named)}[${String(maximum ?? 0)}]`, declared('size_t *', length.text)];
    if (maximum !== undefined) return [`char ${named}[${String(maximum)}]`];
    const resolved = this.resolved(type.text);
    const isArray = typeof resolved === 'object' && resolved.form === 'array';
    return [declared(isArray ? own : own.endsWith('*') ? `${own}*` : `${own} *`, named)];
  }

  binding(): string {
    return `struct ${this.interface}_binding *_binding`;
  }
}

const MOST_ALIASES = 100;

function declared(type: string, name: string): string {
  return type.endsWith('*') ? `${type}${name}` : `${type} ${name}`;
}

/** A message as it goes over the channel: an rpc is two. */
export interface Wire {
  readonly name: string;
  readonly arguments: readonly Argument[];
}

export function wiresOf({ form, name, arguments: all }: MessageDeclaration): Wire[] {
  if (!name) return [];
  if (form !== 'rpc') return [{ name: name.text, arguments: all }];
  return [
    { name: `${name.text}_call`, arguments: all.filter(({ direction }) => direction !== 'out') },
    { name: `${name.text}_response`, arguments: all.filter(({ direction }) => direction === 'out') },
  ];
}

/** A C declaration, in one line as long as it is short. */
function declarationText(result: string, name: string, parameters: readonly string[]): string {
  const head = declared(result, name);
  const line = `${head}(${parameters.join(', ')});`;
  if (line.length <= 90) return line;
  return `${head}(\n${parameters.map((each) => `    ${each}`).join(',\n')});`;
}

export function txWrapper(types: CTypes, wire: Wire): string {
  const parameters = [
    types.binding(),
    'struct event_closure _continuation',
    ...wire.arguments.flatMap((each) => types.sent(each)),
  ];
  return declarationText('errval_t', `${types.interface}_${wire.name}__tx`, parameters);
}

export function rxHandler(types: CTypes, wire: Wire): string {
  const parameters = [types.binding(), ...wire.arguments.flatMap((each) => types.sent(each))];
  return declarationText('void', `${types.interface}_${wire.name}__rx_method_fn`, parameters);
}

/** The client's side (`tx`), or the server's handler (`rx`): they look alike. */
export function rpcFunction(types: CTypes, { name, arguments: all }: MessageDeclaration, side: 'tx' | 'rx'): string {
  const parameters = [types.binding(), ...all.flatMap((each) => types.called(each))];
  return declarationText('errval_t', `${types.interface}_${name?.text ?? ''}__rpc_${side}_method_fn`, parameters);
}
