/**
 * Names from a `pci.ids` file (the format is described in the file itself): vendors at column 0, devices behind one
 * tab, subsystems behind two; classes in lines "C xx". Looks up by searching the text, so a file that is damaged
 * somewhere still gives the names of the rest, and nothing is parsed that nobody asks for.
 */
export class PciNames {
  readonly #text: string;
  readonly #fallback: PciNames | undefined;
  readonly #vendors = new Map<string, string>();

  constructor(text: string, fallback?: PciNames) {
    this.#text = `\n${text}`;
    this.#fallback = fallback;
  }

  /** `Intel Corporation`; undefined when nobody knows. */
  vendor(vendor: string): string | undefined {
    return nameIn(this.#block(`\n${vendor}  `)) ?? this.#fallback?.vendor(vendor);
  }

  /** `82574L Gigabit Network Connection`. */
  device(vendor: string, device: string): string | undefined {
    return lineIn(this.#block(`\n${vendor}  `), `\n\t${device}  `) ?? this.#fallback?.device(vendor, device);
  }

  /** `Ethernet controller`, from a class code of six digits. */
  classOf(classCode: string): string | undefined {
    const block = this.#block(`\nC ${classCode.slice(0, 2)}  `);
    return lineIn(block, `\n\t${classCode.slice(2, 4)}  `) ?? nameIn(block) ?? this.#fallback?.classOf(classCode);
  }

  /** A vendor or class with all that is indented below it. */
  #block(head: string): string | undefined {
    const known = this.#vendors.get(head);
    if (known !== undefined) return known;
    const start = this.#text.indexOf(head);
    if (start === -1) return undefined;
    const next = /\n[^\t\n#]/g;
    next.lastIndex = start + head.length;
    const block = this.#text.slice(start, next.exec(this.#text)?.index);
    this.#vendors.set(head, block);
    return block;
  }
}

function nameIn(block: string | undefined): string | undefined {
  return block?.split('\n', 2)[1]?.replace(/^(?:C )?[0-9a-f]+\s+/, '');
}

function lineIn(block: string | undefined, head: string): string | undefined {
  const start = block?.indexOf(head) ?? -1;
  if (block === undefined || start === -1) return undefined;
  const end = block.indexOf('\n', start + 1);
  return block.slice(start + head.length, end === -1 ? undefined : end).trim();
}
