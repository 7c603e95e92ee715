import type { Definition, Outline, Use } from '../outline.ts';
import type { Span } from '../source-text.ts';

export interface Import {
  /** Below socs/, without the ending. */
  readonly path: string;
  readonly at: Span;
  /** Undefined where everything is taken. */
  readonly names: readonly { readonly name: string; readonly alias: string; readonly at: Span }[] | undefined;
}

/** A port of an instance's module. */
export interface PortUse {
  readonly use: Use;
  readonly instance: Use;
}

export interface SockeyeTree extends Outline {
  /** The second version of the language, or the first (tools/sockeye/v1), of which some files are left. */
  readonly version: 1 | 2;
  readonly imports: readonly Import[];
  readonly ports: readonly PortUse[];
  /** The modules that instances are of. */
  readonly moduleOf: ReadonlyMap<Definition, Use>;
}

export const PORTS: readonly string[] = ['input port', 'output port'];
export const NODES: readonly string[] = ['node', ...PORTS];
export const VARIABLES: readonly string[] = ['parameter', 'constant', 'loop variable'];
