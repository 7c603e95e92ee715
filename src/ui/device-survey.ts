import type { DeviceNode } from './device-nodes.ts';

/** A row, and where it hangs. */
interface Surveyed {
  readonly node: DeviceNode;
  readonly parent: DeviceNode | undefined;
}

/** All rows at one moment, in order. */
export class DeviceSurvey {
  readonly #rows = new Map<string, Surveyed>();

  /** `childrenOf` looks at the present state of things. */
  constructor(childrenOf: (node?: DeviceNode) => readonly DeviceNode[]) {
    const visit = (parent?: DeviceNode): void => {
      for (const node of childrenOf(parent)) {
        this.#rows.set(node.id, { node, parent });
        visit(node);
      }
    };
    visit();
  }

  parent({ id }: DeviceNode): DeviceNode | undefined {
    return this.#rows.get(id)?.parent;
  }

  find(match: (node: DeviceNode) => boolean): DeviceNode | undefined {
    for (const { node } of this.#rows.values()) if (match(node)) return node;
    return undefined;
  }

  /** Whether the rows are those of another survey, at the same places; what they say may differ. */
  hasRowsOf(other: DeviceSurvey): boolean {
    if (other.#rows.size !== this.#rows.size) return false;
    const others = other.#rows.values();
    for (const { node, parent } of this.#rows.values()) {
      const { value } = others.next();
      if (value?.node.id !== node.id || value.parent?.id !== parent?.id) return false;
    }
    return true;
  }
}

/** The rows that the view has been told of, each by the node that it was told last: it knows no other. */
export class ToldRows {
  readonly #rows = new Map<string, { readonly node: DeviceNode; readonly text: string }>();
  readonly #textOf: (node: DeviceNode) => string;

  /** `textOf`: all that the view shows of a row at present, to be compared. */
  constructor(textOf: (node: DeviceNode) => string) {
    this.#textOf = textOf;
  }

  add(node: DeviceNode): void {
    this.#rows.set(node.id, { node, text: this.#textOf(node) });
  }

  /** Those that say something else than when the view was told, or than when this was asked last. */
  takeChanged(): DeviceNode[] {
    const changed = [...this.#rows.values()].filter(({ node, text }) => this.#textOf(node) !== text);
    for (const { node } of changed) this.add(node);
    return changed.map(({ node }) => node);
  }

  /** Those of these ids that the view knows. */
  rows(ids: ReadonlySet<string>): DeviceNode[] {
    return [...this.#rows.values()].flatMap(({ node }) => (ids.has(node.id) ? [node] : []));
  }

  forget(): void {
    this.#rows.clear();
  }
}

/** A text that differs when any part of a value does. */
export function comparable(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? `${part.toString()}n` : part));
}
