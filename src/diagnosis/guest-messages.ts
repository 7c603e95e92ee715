import type { Message } from './diagnosis.ts';

/** What gdb prints. */
export const gdbMessages: readonly Message[] = [
  {
    // gdb/breakpoint.c
    pattern: /No hardware breakpoint support in the target/i,
    meaning: () => ({ code: 'no-hardware-breakpoints' }),
  },
  {
    // gdb/breakpoint.c; "Cannot access memory at address …" follows, which alone is about anything
    pattern: /Cannot insert breakpoint (\d{1,9})\./,
    meaning: (_, breakpoint) => ({ code: 'breakpoint-unmapped', breakpoint: Number(breakpoint) }),
  },
];

/** What Barrelfish prints on its serial line. */
export const serialMessages: readonly Message[] = [
  {
    // usr/kaluga/driver_startup.c, default_start_function_new
    pattern: /^Not auto ([\w.-]{1,64})$/,
    meaning: (_, driver) => ({ code: 'device-undriven', driver, why: 'not-auto' }),
  },
  {
    // usr/kaluga/start_pci.c, pci_change_event, and driver_startup.c
    pattern: /^(?:Already started ([\w.-]{1,64})|([\w.-]{1,64}) already running\. ?)$/,
    meaning: (_, started, running) => ({ code: 'device-undriven', driver: started || running, why: 'taken' }),
  },
];
