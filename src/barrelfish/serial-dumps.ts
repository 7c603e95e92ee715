/** What debug_printf begins a line with: domain, core, thread (lib/barrelfish/debug.c). */
const PREFIX = /^[\w+-][\w.+-]{0,63}\.\d{1,5}\.[\w-]{1,20}: /;

/**
 * Memory as numbers: an address, then bytes or words, then perhaps what they are as text, which may be anything.
 * lib/barrelfish/debug.c, debug_dump_mem; hexdump and xxd write the same.
 */
const MEMORY = /^\s{0,8}(?:0x)?[0-9a-fA-F]{4,16}(?::\s{0,4}|\s{1,4})(?:(?:0x)?[0-9a-fA-F]{2,16}[ \t]{1,4}){2}/;

/** The same as debug_dump_mem prints it, colours and all: hundreds of such lines follow a fault. */
export const PRINTED_MEMORY =
  /\u001b\[34m[\w+-][\w.+-]{0,63}\u001b\[31m\d{1,5}\.[\w-]{1,20}\u001b\[0m: 0x[0-9a-f]{1,16}: (?:[0-9a-f]{2} ){4}/y;

/** Registers and what stands between them: kernel/arch/x86_64/irq.c, lib/barrelfish/arch/{x86_64,arm,aarch64}/debug.c. */
const REGISTERS =
  /^\s{0,20}(?:[0-9a-fA-F]{1,16} (?:r[a-z0-9]{1,2}|e?flags|[c-gs]s)\s*$|(?:r[a-z0-9]{1,2} ?|xmm\d{1,2} ?|mxcsr|fcw|fsw)\s?: {1,2}(?:0x)?[0-9a-fA-F]|\d{1,2} {1,2}\t? ?0x[0-9a-fA-F]{16} \(\d{1,20}\)|(?:[xrdv]\[?\d{1,2}\]?|stack|link|pc|[cs]psr|fpscr) {1,6}0x[0-9a-f]{8,16}|Registers:|Top o' stack:)/;
const SENTENCES =
  /^(?:(?:read|write) page fault due to |Address that caused the fault: |Faulting instruction pointer |\s{0,4}=> i\.e\. unrelocated kernel |Dumping (?:stack|code|memory) |return address = |NULL pointer dereferenced|NaT|\s*$)/;

/** How long the prefix of a line is; 0 when it has none. */
export function prefixLength(line: string): number {
  return PREFIX.exec(line)?.[0].length ?? 0;
}

/** Memory is data: whatever it reads like, nobody says it. Without its prefix. */
export function isMemory(line: string): boolean {
  return MEMORY.test(line);
}

/** A line of what is printed after a fault or an exception; without its prefix, and no memory. */
export function isOfDump(line: string): boolean {
  return REGISTERS.test(line) || SENTENCES.test(line);
}
