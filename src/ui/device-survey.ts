import { isDeepStrictEqual } from 'node:util';
import type { PciAddress } from '../host/pci-address.ts';
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
  readonly #children = new Map<string | undefined, readonly DeviceNode[]>();

  /**
   * `childrenOf` and `textOf` look at the present state of things. The view knows rows by their nodes, so a node of the
   * earlier survey that still says the same stays.
   */
  constructor(
    childrenOf: (node?: DeviceNode) => readonly DeviceNode[],
    textOf: (node: DeviceNode) => string,
    earlier?: DeviceSurvey,
  ) {
    const visit = (parent?: DeviceNode): void => {
      const children = childrenOf(parent).map((node) => earlier?.same(node) ?? node);
      this.#children.set(parent?.id, children);
      for (const node of children) {
        this.#rows.set(node.id, { node, parent, text: textOf(node) });
        visit(node);
      }
    };
    visit();
  }

  children(node?: DeviceNode): readonly DeviceNode[] {
    return this.#children.get(node?.id) ?? [];
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
      if (was?.node !== node || was.parent !== parent || was.text !== text) return true;
    }
    return false;
  }

  /** The node of that id, if it stands for the same rows. */
  private same(node: DeviceNode): DeviceNode | undefined {
    const known = this.#rows.get(node.id)?.node;
    return known && isDeepStrictEqual(membersOf(known), membersOf(node)) && known.host === node.host
      ? known
      : undefined;
  }
}

function membersOf(node: DeviceNode): readonly PciAddress[] {
  return 'functions' in node ? node.functions : [];
}

/** A text that differs when any part of a value does. */
export function comparable(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? `${part.toString()}n` : part));
}
