import type { SerialFact } from './serial-events.ts';

export interface Marker {
  /** What a line has of which one stands in whatever the pattern matches. */
  words: readonly string[];
  /** Every repetition is bounded. */
  pattern: RegExp;
  fact: (...groups: string[]) => SerialFact;
}

/**
 * `name.core` or, from debug_printf, `name.core.thread: ` (lib/barrelfish/debug.c); names have up to 16 characters. It
 * begins where a word does: otherwise a long word would be read from each of its letters on.
 */
const DOMAIN = String.raw`(?<![\w.+-])([\w+-][\w.+-]{0,63}?)`;
const HEX = '(?:0x)?([0-9a-fA-F]{1,16})';
const FILE = String.raw`([^\s:,"]{1,300}?)`;

const number = (text: string): number => Number(text);
const optional = (text: string): number | undefined => (text === '' ? undefined : Number(text));
const address = (text: string): string => `0x${text.toLowerCase().replace(/^0+(?=.)/, '')}`;

/** What Barrelfish prints, by who prints it. Nothing is anchored: firmware may have printed on the same line before. */
const MARKERS: readonly Marker[] = [
  {
    // kernel/arch/x86_64/init.c, arch_init: once for each core
    words: ['Kernel starting at'],
    pattern: /Kernel starting at address 0x([0-9a-fA-F]{1,16})/,
    fact: (base) => ({ kind: 'kernel-base', base: address(base) }),
  },
  {
    // kernel/arch/armv8/init.c, arch_init: each core, behind its greeting
    words: ['Kernel first byte'],
    pattern: /ARMv8-A: Kernel first byte at 0x([0-9a-fA-F]{1,16})/,
    fact: (base) => ({ kind: 'kernel-base', base: address(base) }),
  },
  {
    // kernel/arch/*/init.c: "x86_64 apic_id 0", "x86_32 core 0"
    words: ['CPU driver starting'],
    pattern: /Barrelfish CPU driver starting on ((?!ARM)\w{1,16})(?: (?:apic_id|core) (\d{1,5}))?/,
    fact: (architecture, core) => ({ kind: 'kernel-up', architecture, core: number(core) }),
  },
  {
    // kernel/arch/armv8/init.c: "ARMv8 (BSP)", "ARMv8 (APP) mpid=0:0:0:1"; the last two of MPIDR's levels tell cores apart
    words: ['CPU driver starting'],
    pattern: /Barrelfish CPU driver starting on (ARMv8) \([A-Z]{3}\)(?: mpid=\d{1,3}:\d{1,3}:(\d{1,3}):(\d{1,3}))?/,
    fact: (architecture, cluster, core) => ({
      kind: 'kernel-up',
      architecture,
      core: 256 * number(cluster) + number(core),
    }),
  },
  {
    // kernel/arch/armv7/init.c, by printk, which knows the core
    words: ['CPU driver starting'],
    pattern: /(?:kernel (\d{1,5}): ARMv7-A: )?Barrelfish CPU driver starting on (ARMv7)/,
    fact: (core, architecture) => ({ kind: 'kernel-up', architecture, core: number(core) }),
  },
  // usr/init/init.c and usr/monitor/main.c
  { words: ['init: invoked'], pattern: /init: invoked as:/, fact: () => ({ kind: 'init-up' }) },
  { words: ['monitor: invoked'], pattern: /monitor: invoked as:/, fact: () => ({ kind: 'monitor-up' }) },
  {
    // usr/monitor/spawn.c
    words: ['Spawning '],
    pattern: /Spawning (\S{1,255}) on core (\d{1,5})/,
    fact: (program, core) => ({ kind: 'spawning', program, core: number(core) }),
  },
  {
    // usr/init/init.c
    words: ['Spawning '],
    pattern: /Spawning (?:monitor|memory server) \(([^()\s]{1,255})\)/,
    fact: (program) => ({ kind: 'spawning', program }),
  },
  {
    // usr/kaluga/start_pci.c, pci_change_event
    words: ['Kaluga: Starting'],
    pattern:
      /Kaluga: Starting "([^"]{1,64})" \("([^"]{1,64})"\) for \(bus=(\d{1,5}),dev=(\d{1,5}),fun=(\d{1,5})\)(?:.{0,200}?, on core (\d{1,5}))?/,
    fact: (binary, module, bus, device, fn, core) => ({
      kind: 'driver-starting',
      binary,
      module,
      bus: number(bus),
      device: number(device),
      function: number(fn),
      ...(core === '' ? {} : { core: number(core) }),
    }),
  },
  {
    // lib/driverkit/ddomain_client.c
    words: [' created'],
    pattern: /Driver ([\w.-]{1,64}) created/,
    fact: (module) => ({ kind: 'driver-created', module }),
  },
  {
    // usr/kaluga/driver_startup.c
    words: ['Not auto '],
    pattern: /^Not auto ([\w.-]{1,64})\s*$/,
    fact: (driver) => ({ kind: 'driver-left-out', driver, why: 'not-auto' }),
  },
  {
    // usr/kaluga/start_pci.c and driver_startup.c
    words: ['Already started', 'already running'],
    pattern: /^(?:Already started ([\w.-]{1,64})|([\w.-]{1,64}) already running\.)\s*$/,
    fact: (started, running) => ({ kind: 'driver-left-out', driver: started || running, why: 'taken' }),
  },
  {
    // lib/net/dhcp.c
    words: ['starting DHCP', 'waiting for DHCP'],
    pattern: /starting DHCP\.\.\.|waiting for DHCP to complete/,
    fact: () => ({ kind: 'network-starting' }),
  },
  {
    // usr/kaluga/driver_startup.c, which goes on only when there is an address
    words: ['Start networking'],
    pattern: /Start networking /,
    fact: () => ({ kind: 'network-starting' }),
  },
  {
    // lib/net/netif.c
    words: ['# IP Addr'],
    pattern: /# IP Addr (\d{1,3}(?:\.\d{1,3}){3})/,
    fact: (own) => ({ kind: 'network-up', address: own }),
  },
  { words: ['DHCP completed'], pattern: /DHCP completed\./, fact: () => ({ kind: 'network-up' }) },
  // usr/fish/fish_common.c
  { words: ['fish v'], pattern: /fish v\d{1,3}\.\d{1,3}/, fact: () => ({ kind: 'usable' }) },
  // usr/acpi/acpi_parse_dmar.c
  {
    words: ['No DMAR'],
    pattern: /acpi\.\d{1,5}(?:\.\S{1,20})?: No DMAR found in ACPI!/,
    fact: () => ({ kind: 'no-dmar' }),
  },
  {
    // kernel/logging.c
    words: ['PANIC!'],
    pattern: /kernel (\d{1,5}) PANIC! ?(.{0,300})/,
    fact: (core, reason) => ({ kind: 'kernel-panic', core: number(core), reason: reason.trim() }),
  },
  {
    // kernel/arch/x86_64/irq.c, generic_handle_kernel_exception
    words: [': exception '],
    pattern: /kernel (\d{1,5}): exception (\d{1,3}) \(error code 0x[0-9a-fA-F]{1,16}\): ?(.{0,200})/,
    fact: (core, exception, what) => ({
      kind: 'kernel-exception',
      core: number(core),
      exception: number(exception),
      what: what.trim(),
    }),
  },
  {
    words: ['unrelocated kernel'],
    pattern: /unrelocated kernel address 0x([0-9a-fA-F]{1,16})/,
    fact: (text) => ({ kind: 'kernel-address', address: address(text) }),
  },
  {
    // kernel/gdb_stub.c
    words: ['Waiting for GDB'],
    pattern: /(?:kernel (\d{1,5}): )?Waiting for GDB connection\.\.\./,
    fact: (core) => ({ kind: 'waiting-for-gdb', core: number(core) }),
  },
  {
    // lib/barrelfish/dispatch.c
    words: ['unhandled page', 'WHILE DISABLED'],
    pattern: new RegExp(
      `${DOMAIN}(?:\\.(\\d{1,5}))?: (?:unhandled page fault|page fault WHILE DISABLED) \\(error code 0x[0-9a-fA-F]{1,16}\\) on ${HEX} at IP ${HEX}`,
    ),
    fact: (domain, core, at, ip) => ({
      kind: 'domain-fault',
      domain,
      core: optional(core),
      at: address(at),
      ip: address(ip),
    }),
  },
  {
    words: ['unhandled trap'],
    pattern: new RegExp(
      `${DOMAIN}(?:\\.(\\d{1,5}))?: unhandled trap \\(IRQ (\\d{1,3}), error code 0x[0-9a-fA-F]{1,16}\\) at IP ${HEX}`,
    ),
    fact: (domain, core, trap, ip) => ({
      kind: 'domain-fault',
      domain,
      core: optional(core),
      ip: address(ip),
      trap: number(trap),
    }),
  },
  {
    // lib/libc/gen/assert.c, behind what debug_printf begins a line with
    words: ['ssertion failed: '],
    pattern: new RegExp(
      `${DOMAIN}\\.(\\d{1,5})\\.[\\w-]{1,20}: Assertion failed: \\((.{0,300}?)\\),` +
        ` (?:function [\\w.$]{1,100}, )?file (\\S{1,300}), line (\\d{1,7})\\.`,
    ),
    fact: (domain, core, expression, path, line) => ({
      kind: 'domain-assertion',
      domain,
      core: number(core),
      expression,
      path,
      pathLine: number(line),
    }),
  },
  {
    // lib/barrelfish/init.c, libc_assert; dispatch.c, disp_assert_fail, which names no core
    words: ['ssertion failed on', 'ssertion failed in'],
    pattern: new RegExp(
      `(?:Assertion failed on core (\\d{1,5}) in|Dispatcher assertion failed in) ([\\w.+-]{1,64}): (.{0,300}?),` +
        ` function [\\w.$]{1,100}, file (\\S{1,300}), line (\\d{1,7})\\.`,
    ),
    fact: (core, domain, expression, path, line) => ({
      kind: 'domain-assertion',
      domain,
      core: optional(core),
      expression,
      path,
      pathLine: number(line),
    }),
  },
  {
    // lib/barrelfish/debug.c, debug_err, of an error (of a success it prints "SUCCESS: "); user_panic_fn without either
    words: ['() '],
    pattern: new RegExp(`(?:ERROR: |^)${DOMAIN}\\.(\\d{1,5}) in ([\\w.$]{1,100})\\(\\) ${FILE}:(\\d{1,7})(?!\\d)`),
    fact: (domain, core, fn, path, line) => ({
      kind: 'domain-error',
      domain,
      core: number(core),
      function: fn,
      path,
      pathLine: number(line),
    }),
  },
  // lib/libc/sys/barrelfish/syscalls.c, abort
  { words: ['Aborted'], pattern: /^Aborted\s*$/, fact: () => ({ kind: 'domain-aborted' }) },
];

/** Of the words, what each can be the sign of. */
export const MARKERS_BY_WORD: ReadonlyMap<string, readonly Marker[]> = byWord();

function byWord(): Map<string, Marker[]> {
  const found = new Map<string, Marker[]>();
  for (const marker of MARKERS) {
    for (const word of marker.words) found.set(word, [...(found.get(word) ?? []), marker]);
  }
  return found;
}

/** Source of an expression that finds all of the words. The prompt is at the beginning of its line. */
export const WORDS = [...MARKERS_BY_WORD.keys()].map((word) => word.replace(/[()]/g, '\\$&')).join('|');
