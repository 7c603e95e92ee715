import type { DeviceNode } from './device-nodes.ts';

/** A row as the view has been told it. */
interface Surveyed {
  readonly node: DeviceNode;
  readonly parent: DeviceNode | undefined;
  /** All that the view shows of it, to be compared. */
  readonly text: string;
}

/** All rows at one moment, in order. */
export class DeviceSurvey {
  readonly #rows = new Map<string, Surveyed>();

  /** `childrenOf` and `textOf` look at the present state of things. */
  constructor(childrenOf: (node?: DeviceNode) => readonly DeviceNode[], textOf: (node: DeviceNode) => string) {
    const visit = (parent?: DeviceNode): void => {
      for (const node of childrenOf(parent)) {
        this.#rows.set(node.id, { node, parent, text: textOf(node) });
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

  /** Whether the view has to be told when this follows an earlier survey. */
  differsFrom(earlier: DeviceSurvey): boolean {
    if (earlier.#rows.size !== this.#rows.size) return true;
    const before = earlier.#rows.values();
    for (const { node, parent, text } of this.#rows.values()) {
      const was = before.next().value;
      if (was?.node.id !== node.id || was.parent?.id !== parent?.id || was.text !== text) return true;
    }
    return false;
  }
}

/** A text that differs when any part of a value does. */
export function comparable(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? `${part.toString()}n` : part));
}
