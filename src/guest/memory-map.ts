/** A range of the guest's physical addresses. */
export interface MemoryRegion {
  start: bigint;
  /** Last address. */
  end: bigint;
  /** As QEMU has it: `ram`, `rom`, `i/o`, `ramd` … */
  kind: string;
  /** `pc.ram`, `vga.mmio`, `0000:01:00.0 BAR 0` … */
  name: string;
}

/**
 * Reads the map that `info mtree -f` prints: of its views the one that processors and devices without an IOMMU of the
 * guest's see, which is called "memory".
 */
export function parseMemoryMap(text: string): MemoryRegion[] {
  const view = text.split(/^FlatView #\d+\s*$/m).find((each) => /^ AS "memory", /m.test(each)) ?? '';
  return view.split(/\r?\n/).flatMap((line) => {
    const match = /^ {2}([0-9a-f]{16})-([0-9a-f]{16}) \(prio -?\d+, ([^)]+)\): (.+)$/.exec(line);
    const [, start = '', end = '', kind = '', name = ''] = match ?? [];
    if (!match) return [];
    return [
      { start: BigInt(`0x${start}`), end: BigInt(`0x${end}`), kind, name: name.replace(/ @[0-9a-f]+(?: .*)?$/, '') },
    ];
  });
}

/** What the guest has at an address; undefined for nothing. */
export function regionAt(map: readonly MemoryRegion[], address: bigint): MemoryRegion | undefined {
  return map.find(({ start, end }) => start <= address && address <= end);
}
