// What runs inside the page: nothing of this file, or of another, can be used in it.

/** What is read of an element inside the page; the project is not compiled with the types of a browser. */
export interface PageElement {
  readonly textContent: string | null;
  readonly innerText: string;
  readonly classList: Iterable<string>;
  getAttribute(name: string): string | null;
  querySelector(selector: string): PageElement | null;
  closest(selector: string): PageElement | null;
  click(): void;
  readonly ownerDocument: {
    addEventListener(
      type: 'click',
      listener: (event: { target: PageElement }) => void,
      options: { capture: true; once: true },
    ): void;
  };
}

export interface Row {
  readonly index: number;
  readonly label: string;
  readonly description: string;
  /** The second line of an item of a quick pick. */
  readonly detail: string;
  /** The name of the theme icon, such as `plug`. */
  readonly icon: string | undefined;
  /** 1 for a root. */
  readonly level: number;
  /** Undefined for a row without children. */
  readonly expanded: boolean | undefined;
  readonly checked: boolean | undefined;
  readonly selected: boolean;
  /** What a screen reader says. */
  readonly name: string;
}

export interface Rendered {
  readonly rows: readonly Row[];
  readonly complete: boolean;
}

export function readRows(elements: PageElement[]): Rendered {
  const labels =
    '.label-name, .thread > .name, .session > .name, .stack-frame > .label, .scope, .expression .name, .breakpoint > .name';
  const descriptions =
    '.label-description, .thread > .state, .session > .state, .stack-frame > .file, .expression .value, .breakpoint > .file-path';
  const flag = (element: PageElement | null, name: string) => {
    const value = element?.getAttribute(name);
    return value === 'true' ? true : value === 'false' ? false : undefined;
  };
  const rows = elements.map((element) => {
    const iconClasses = [
      ...(element.querySelector('.custom-view-tree-node-item-icon, .quick-input-list-icon')?.classList ?? []),
    ];
    const icon = iconClasses.find((name) => name.startsWith('codicon-') && name !== 'codicon-colored');
    const text = (selector: string) =>
      (element.querySelector(selector)?.textContent ?? '').replaceAll('\u00a0', ' ').trim();
    return {
      index: Number(element.getAttribute('data-index')),
      // The debugger puts a sign between the name of a variable and its value.
      label: text(labels).replace(/ ?[=:]$/, ''),
      description: text(descriptions),
      detail: text('.quick-input-list-label-meta .label-name'),
      icon: icon?.replace('codicon-', ''),
      level: Number(element.getAttribute('aria-level') ?? 1),
      expanded: flag(element, 'aria-expanded'),
      checked: flag(element, 'aria-checked'),
      selected: flag(element, 'aria-selected') === true,
      name: element.getAttribute('aria-label') ?? '',
    };
  });
  return {
    // A row that was scrolled into view, or expanded, can come late among the elements.
    rows: rows.sort((a, b) => a.index - b.index),
    complete: elements.length === 0 || elements.some((element) => element.getAttribute('data-last-element') === 'true'),
  };
}

/**
 * A row that is drawn anew between press and release of the mouse takes its click along, and one
 * that was drawn anew before has another button of that name.
 */
export function noteClick(button: PageElement): void {
  const noted = globalThis as { barrelfishClicked?: boolean };
  noted.barrelfishClicked = false;
  const name = button.getAttribute('aria-label');
  const note = ({ target }: { target: PageElement }) => {
    if (target.closest('[aria-label]')?.getAttribute('aria-label') === name) noted.barrelfishClicked = true;
  };
  button.ownerDocument.addEventListener('click', note, { capture: true, once: true });
}

export function clickFolded(elements: PageElement[]): void {
  const folded = elements.filter((element) => element.getAttribute('aria-expanded') === 'false');
  // From below, since what unfolds moves what is under it.
  for (const [index, element] of folded.reverse().entries())
    setTimeout(() => element.querySelector('.monaco-tl-twistie')?.click(), index);
}

/** Presses any of these buttons every few milliseconds; answers with how often it did. */
export async function clickOften(
  list: PageElement,
  { names, times }: { names: string[]; times: number },
): Promise<number> {
  let clicks = 0;
  for (let round = 0; round < times; round += 1) {
    for (const name of names) {
      const button = list.querySelector(`.monaco-list-row .action-label[aria-label="${name}"]`);
      if (button) clicks += 1;
      button?.click();
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return clicks;
}
