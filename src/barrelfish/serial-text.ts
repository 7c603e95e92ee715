import { withoutEscapes } from './escape-sequences.ts';

/** When a part of a serial log came: from byte `from` on, so many milliseconds after the guest's start. */
interface Timed {
  from: number;
  milliseconds: number;
}

/** What stands beside a serial log: lines of `BYTES MILLISECONDS`. Damaged ones are left out. */
export function parseTimes(text: string): Timed[] {
  return text.split('\n').flatMap((line) => {
    const [, from, milliseconds] = /^(\d{1,15}) (\d{1,15})$/.exec(line) ?? [];
    return from === undefined ? [] : [{ from: Number(from), milliseconds: Number(milliseconds) }];
  });
}

function lines(text: string): string[] {
  return text.split(/\r*\n/);
}

/**
 * A serial log with the time in front of each line, in seconds since the guest's start. `log` has one character for each
 * byte. A line's time is that of its first byte.
 */
export function withTimes(log: string, times: readonly Timed[]): string {
  let next = 0;
  let at = 0;
  let seconds = '';
  return log
    .split('\n')
    .map((line) => {
      while (next < times.length && (times[next]?.from ?? 0) <= at) {
        seconds = ((times[next]?.milliseconds ?? 0) / 1000).toFixed(3);
        next += 1;
      }
      at += line.length + 1;
      return `[${seconds.padStart(10)}] ${withoutEscapes(line.replace(/\r+$/, ''))}`;
    })
    .join('\n');
}

/**
 * A serial log as it is compared with that of another run: without escape sequences, and with a stand-in for what differs
 * from run to run: addresses, and counters such as time stamps.
 */
export function comparable(log: string): string {
  return lines(log)
    .map((line) =>
      withoutEscapes(line)
        .replaceAll(/\b0x[0-9a-f]{5,}\b/gi, '0x…')
        .replaceAll(/\b(?=[0-9a-f]*\d)[0-9a-f]{12,}\b/gi, '…')
        .replaceAll(/\b\d{8,}\b/g, '…')
        .replaceAll(/\[ *\d+\.\d+\]/g, '[…]'),
    )
    .join('\n');
}
