// Reading a serial log for stages, links and addresses, against cutting it into lines.
import { SerialScanner } from '../../src/barrelfish/serial-scanner.ts';
import { compared, limited, median, milliseconds, takeTurns, type Measurement, type Result } from './measurement.ts';

const MIB = 1024 * 1024;
const LOG_MIB = 10;
const PIECE = 64 * 1024;
const ROUNDS = 7;
const LEAST_MIB_PER_S = 20;

const said = (domain: string, text: string): string => `\u001b[34m${domain}.\u001b[31m0.5\u001b[0m: ${text}`;

/** Per boot: what Barrelfish prints, in the proportions that it has with a driver that talks and faults. */
function bootLog(): string {
  const talk = Array.from({ length: 60 }, (_, index) =>
    index % 6 === 0
      ? said('e1000n', `queue ${String(index)} at ../source/usr/drivers/e1000n/e1000n.c:${String(index)}`)
      : `e1000n: descriptor ${String(index)} is owned by the device, and nothing else is to be said about it`,
  );
  const memory = Array.from({ length: 60 }, (_, index) =>
    said('e1000n', `0x7ffe${String(1000 + index * 8)}: 00 11 22 33 44 55 66 77  7766554433221100`),
  );
  return [
    'Kernel starting at address 0xfffffe000383c000',
    'Barrelfish CPU driver starting on x86_64 apic_id 0',
    ...['mem_serv', 'monitor', 'skb', 'kaluga', 'acpi', 'pci'].map((name) => `Spawning x86_64/sbin/${name} on core 0`),
    'Kaluga: Starting "e1000n" ("e1000n_module") for (bus=0,dev=5,fun=0), int: lbl=x,lo=0,hi=0, on core 0',
    'Driver e1000n_module created, reachable at [17]',
    ...talk,
    'ERROR: ahcid.0 in do_ahci_init() ../source/usr/drivers/ahcid/ahcid.c:77',
    'ERROR: it failed',
    'Failure: (            devq) The queue could not be made [DEVQ_ERR_INIT_QUEUE]',
    'Aborted',
    'e1000n.0: unhandled page fault (error code 0x14) on 0 at IP 4012ab',
    'read page fault due to page not present, while in user mode',
    ...memory,
    '# IP Addr 10.0.2.15',
    'fish v0.2 -- pleased to meet you!',
  ]
    .map((line) => `${line}\r\r\n`)
    .join('');
}

function pieces(): Buffer[] {
  const one = Buffer.from(bootLog());
  const log = Buffer.alloc(LOG_MIB * MIB, one);
  return Array.from({ length: log.length / PIECE }, (_, index) => log.subarray(index * PIECE, (index + 1) * PIECE));
}

function scan(log: readonly Buffer[]): void {
  const found = { events: 0, references: 0 };
  const scanner = new SerialScanner(() => (found.events += 1), { onReference: () => (found.references += 1) });
  for (const piece of log) scanner.push(piece);
  scanner.end();
  if (found.events < 10_000 || found.references < 10_000) throw new Error('The scanner has found too little.');
}

function split(log: readonly Buffer[]): void {
  let lines = 0;
  let rest = '';
  for (const piece of log) {
    const parts = (rest + piece.toString('latin1')).split('\n');
    rest = parts.pop() ?? '';
    lines += parts.length;
  }
  if (lines < 10_000) throw new Error('There are too few lines.');
}

export const serialScan: Measurement = {
  name: 'serial-scan',
  title: `reading ${String(LOG_MIB)} MiB of serial log for stages, links and addresses, against cutting it into lines`,
  run: async (): Promise<Result[]> => {
    const log = pieces();
    const turns = await takeTurns(
      ROUNDS,
      () =>
        milliseconds(() => {
          scan(log);
        }),
      () =>
        milliseconds(() => {
          split(log);
        }),
    );
    const [ours, reference] = [median(turns.ours), median(turns.reference)];
    const most = (LOG_MIB / LEAST_MIB_PER_S) * 1000;
    return [
      limited(`serial-scan ${String(LOG_MIB)} MiB`, ours, 'ms', most),
      compared('serial-scan to lines', ours, reference, 'ms'),
    ];
  },
};
