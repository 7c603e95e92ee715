/** Lines as Barrelfish prints them. */

export const said = (domain: string, text: string): string => `\u001b[34m${domain}.\u001b[31m0.5\u001b[0m: ${text}`;

function log(...lines: readonly string[]): string {
  return lines.map((line) => `${line}\r\n`).join('');
}

export const BOOT = log(
  'Booting from ROM..Kernel starting at address 0xfffffe000383c000',
  'Barrelfish CPU driver starting on x86_64 apic_id 0',
  'init: invoked as: init 1048576',
  'Spawning memory server (x86_64/sbin/mem_serv)...',
  'Spawning monitor (x86_64/sbin/monitor)...',
  'monitor: invoked as: monitor',
  'Spawning /x86_64/sbin/kaluga on core 0',
  said('acpi', 'No DMAR found in ACPI! Cannot initialize IO MMUs.'),
  'Kernel starting at address 0xfffffe0011001000',
  'Barrelfish CPU driver starting on x86_64 apic_id 1',
  'Kaluga: Starting "e1000n" ("e1000n_module") for (bus=0,dev=5,fun=0), int: lbl=pcilnk_3,lo=0,hi=0, on core 0',
  'Driver e1000n_module created, reachable at [17]',
  said('kaluga', 'Start networking e1000n'),
  said('net_sockets_ser', 'starting DHCP...'),
  '# IP Addr 10.0.2.15',
  'DHCP completed.',
  'fish v0.2 -- pleased to meet you!',
  '> ',
);

export const FAULT = log(
  'e1000n.0: unhandled page fault (error code 0x14) on 0 at IP 4012ab',
  'read page fault due to page not present, while in user mode',
  '          4012ab rip',
  '             202 eflags',
  said('e1000n', 'Dumping stack (0x7fff00)...'),
  said('e1000n', '0x7ffe00: 00 11 22 33 44 55 66 77  7766554433221100'),
  '[[here]]',
  said('e1000n', '0x7ffe08: 00 11 22 33 44 55 66 77  7766554433221100 <== We are here'),
  'something else',
);

export const KERNEL_EXCEPTION = log(
  'kernel 0: exception 14 (error code 0x2): write page fault due to page not present, while in supervisor mode',
  'Address that caused the fault: 0xdeadbeef000',
  'Faulting instruction pointer (or next instruction): 0xfffffe0003841234',
  '  => i.e. unrelocated kernel address 0x105234',
  'Registers:',
  ' rax: 0x0000000000000000  r8 : 0x0000000000000000',
  ' rsp: 0x0000000000000000  rbp: 0x0000000000000000',
  "Top o' stack:",
  ' 0 \t 0x0000000000000000 (0)',
  ' 9 \t 0x0000000000000000 (0)',
  'kernel 0: Waiting for GDB connection...',
);
