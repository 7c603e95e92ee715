import { lookUp } from '../look-up.ts';

/** An argument that a program looks for: `loglevel=` with a value, `video_init` without. */
export interface KnownArgument {
  readonly name: string;
  readonly says: string;
  /** What it can be, each with what that means. */
  readonly values?: Readonly<Record<string, string>>;
}

const LEVELS = {
  '0': 'panics only',
  '1': 'errors',
  '2': 'warnings',
  '3': 'notices, which is the usual one',
  '4': 'debugging messages of the subsystems in logmask',
};
const TRUTH = { true: 'on', false: 'off' };

const LOGGING: readonly KnownArgument[] = [
  { name: 'loglevel=', says: 'How much the kernel says.', values: LEVELS },
  {
    name: 'logmask=',
    says:
      'Subsystems of debugging messages, as bits: 1 startup, 2 gdb, 4 apic, 8 elf, 16 paging, 32 syscall, ' +
      '64 caps, 128 dispatch, 256 io.',
  },
  { name: 'timeslice=', says: 'How long a dispatcher runs before the next one gets its turn, in milliseconds.' },
];
const TICKS: KnownArgument = { name: 'ticks=', says: 'Whether the timer interrupts the kernel.', values: TRUTH };

/** kernel/arch/x86/startup_x86.c */
const X86_KERNEL: readonly KnownArgument[] = [
  ...LOGGING,
  TICKS,
  {
    name: 'serial=',
    says: 'I/O port of the serial line.',
    values: { '0x3f8': 'COM1', '0x2f8': 'COM2', '0x3e8': 'COM3', '0x2e8': 'COM4' },
  },
  { name: 'bsp_coreid=', says: 'Number of the core that boots.' },
];

/** kernel/arch/armv7/init.c, kernel/arch/arm/gic.c */
const ARMV7_KERNEL: readonly KnownArgument[] = [
  ...LOGGING,
  { name: 'consolePort=', says: 'Number of the serial port that the console is on.' },
  { name: 'debugPort=', says: 'Number of the serial port for debugging.' },
  { name: 'periphclk=', says: 'Clock of the peripherals, in Hz, where the hardware does not tell.' },
  { name: 'periphbase=', says: 'Physical address of the private peripherals of the cores.' },
  { name: 'timerirq=', says: 'Interrupt of the timer.' },
  { name: 'cntfrq=', says: 'Frequency of the system counter, in Hz.' },
  { name: 'gic=', says: "Physical address of the interrupt controller's CPU interface." },
  { name: 'gicdist=', says: "Physical address of the interrupt controller's distributor." },
];

/** kernel/arch/armv8/init.c, kernel/arch/arm/gic_v2.c, gic_v3.c */
const ARMV8_KERNEL: readonly KnownArgument[] = [
  ...LOGGING,
  TICKS,
  { name: 'serial=', says: 'Physical address of the UART of the console.' },
  { name: 'gic=', says: "Physical address of the interrupt controller's CPU interface (GICv2)." },
  { name: 'gicdist=', says: "Physical address of the interrupt controller's distributor." },
  { name: 'gicredist=', says: "Physical address of the interrupt controller's redistributors (GICv3)." },
];

const PROGRAMS: Readonly<Record<string, { readonly says: string; readonly arguments?: readonly KnownArgument[] }>> = {
  elver: { says: 'The boot loader of x86_64: switches to 64 bits, and loads the module `cpu`.', arguments: X86_KERNEL },
  init: { says: 'The first program in user mode. It starts mem_serv and monitor.' },
  mem_serv: { says: 'Hands out physical memory.' },
  monitor: { says: 'One on each core: keeps the cores in agreement, and starts the modules with `boot`.' },
  ramfsd: { says: 'The file system in memory, which has the modules as its files.' },
  skb: { says: 'The system knowledge base: a Prolog engine that knows the hardware and matches drivers to devices.' },
  kaluga: {
    says: 'The device manager: starts a driver (a module with `auto`) when its device is found.',
    arguments: [
      {
        name: 'add_device_db=',
        says: 'A further file of driver entries, by its name without .pl: usr/skb/programs has them.',
      },
      { name: 'cpu_count=', says: 'How many cores are waited for.' },
      { name: 'eth0=', says: 'The only network card that is started, as BUS:DEVICE:FUNCTION in decimal.' },
      { name: 'apicid=', says: 'Hardware id of the core that boots. The monitor adds it by itself.' },
    ],
  },
  acpi: {
    says: "Reads the machine's ACPI tables.",
    arguments: [
      { name: 'video_init', says: 'Initialises the video mode.' },
      { name: 'dump_tables', says: 'Prints the tables.' },
      { name: 'ignore_irq_override', says: 'Leaves interrupts where the tables say that they are moved.' },
      { name: 'apicid=', says: 'Hardware id of the core that boots. The monitor adds it by itself.' },
    ],
  },
  pci: {
    says: 'Enumerates the PCI bus, and programs bridges and BARs.',
    arguments: [
      { name: 'skb_bridge_program=', says: 'The Prolog program that lays out the address windows of bridges.' },
      { name: 'numvfs=', says: 'Turns SR-IOV on, with at most so many virtual functions for a device.' },
    ],
  },
  spawnd: { says: 'One on each core: starts programs there.' },
  startd: { says: 'Starts the modules that nobody else does: those without boot, auto or nospawn.' },
  proc_mgmt: { says: 'Keeps track of the processes.' },
  routing_setup: { says: 'Sets up the routing of messages between cores.' },
  corectrl: { says: 'Boots the other cores, and stops them.' },
  ahcid: { says: 'Driver of AHCI disk controllers.' },
  e1000n: {
    says: 'Driver of the Intel 8254x and 8257x network cards.',
    arguments: [
      { name: 'mac=', says: 'The hardware address to use, as six bytes in hexadecimal.' },
      { name: 'noirq', says: 'Polls instead of using interrupts.' },
      { name: 'servicename=', says: 'Name under which the card is offered.' },
      { name: 'affinitymin=', says: 'Lowest physical address of memory for the driver.' },
      { name: 'affinitymax=', says: 'Highest physical address of memory for the driver.' },
    ],
  },
  serial_pc16550d: {
    says: 'Driver of the serial port of PCs.',
    arguments: [{ name: 'portbase=', says: 'I/O port of the UART.', values: { '0x3f8': 'COM1', '0x2f8': 'COM2' } }],
  },
  net_sockets_server: { says: 'Sockets for other programs. A network driver starts it.' },
  angler: {
    says: 'Starts a shell on a terminal: angler TERMINAL TYPE.',
    arguments: [
      { name: 'serial0.terminal', says: 'The first serial line.' },
      { name: 'xterm', says: 'A terminal that knows escape sequences.' },
      { name: 'dumb', says: 'A terminal that knows none.' },
    ],
  },
  fish: { says: 'The shell. angler starts it.' },
  usb_manager: {
    says: 'Manages USB host controllers.',
    arguments: ['ehci', 'ohci', 'uhci', 'xhci'].map((name) => ({ name, says: `A controller of the kind ${name}.` })),
  },
  xeon_phi: {
    says: 'Driver of Xeon Phi cards.',
    arguments: [
      { name: '--tftp=', says: 'Where the modules for the card are loaded from.' },
      { name: '--nfs=', says: 'Where the modules for the card are loaded from.' },
      { name: '--modlist=', says: 'List of the modules for the card.' },
      { name: '--no-dma', says: 'Copies without the DMA engine.' },
    ],
  },
};

const KERNELS: Readonly<Record<string, readonly KnownArgument[]>> = {
  x86_64: X86_KERNEL,
  k1om: X86_KERNEL,
  armv7: ARMV7_KERNEL,
  armv8: ARMV8_KERNEL,
};

/** A CPU driver: `cpu`, `cpu_a15ve`. */
export function isCpuDriver(program: string): boolean {
  return /^cpu(?:_|$)/.test(program);
}

/** What a program is for; undefined for one that isn't known. */
export function programSays(program: string): string | undefined {
  const says = lookUp(PROGRAMS, program)?.says;
  if (says !== undefined || !isCpuDriver(program)) return says;
  return 'The kernel: Barrelfish calls it CPU driver, and has one on each core.';
}

/** What a kernel of an architecture takes. */
export function kernelArguments(architecture: string | undefined): readonly KnownArgument[] {
  return lookUp(KERNELS, architecture ?? 'x86_64') ?? X86_KERNEL;
}

export function argumentsOf(program: string, architecture: string | undefined): readonly KnownArgument[] {
  if (isCpuDriver(program) || program === 'elver') return kernelArguments(architecture);
  return lookUp(PROGRAMS, program)?.arguments ?? [];
}

/** The known argument that a word is one of. */
export function knownArgument(word: string, known: readonly KnownArgument[]): KnownArgument | undefined {
  return known.find(({ name }) => (name.endsWith('=') ? word.startsWith(name) : word === name));
}
