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
