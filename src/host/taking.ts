/** Who has taken a device and what it had before, as elevated.sh notes it on the host until the device is given back. */
export interface Taking {
  /** What it had; undefined for none. */
  driver?: string;
  override?: string;
  /** The kernel might take its power away. */
  d3cold?: true;
  /** Nobody knows what the device had: the note is damaged, or a newer version of this extension wrote it. */
  problem?: 'damaged' | 'newer';
  uid: number;
  user: string;
  /** Seconds since 1970, by the host's clock. */
  since: number;
  /** The machine with the editor. */
  from?: string;
  /** `interrupted`: the plan that was to take it, or to give it back, is not running any more and has not ended either. */
  state: 'taken' | 'changing' | 'interrupted';
}

const NAME = /^[\w-]+$/;
const VERSION = 1;

/**
 * Reads a note. `runners` are the processes that are named in notes and live, as `PID START` with the time of start in
 * clock ticks, since a pid alone may be another process's by now.
 */
export function readTaking(note: string, runners: ReadonlySet<string>): Taking {
  const [head, ...lines] = note.split('\n');
  const values = new Map(lines.map((line) => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)]));
  const name = (key: string): string | undefined => {
    const value = values.get(key) ?? '';
    return NAME.test(value) && value !== '-' ? value : undefined;
  };
  const [state, ...runner] = (values.get('state') ?? '').split(' ');
  const [driver, override, from] = [name('driver'), name('override'), name('from')];
  const version = Number(/^barrelfish-note (\d{1,9})$/.exec(head ?? '')?.[1]);
  const whole = version === VERSION && NAME.test(values.get('driver') ?? '') && state !== undefined && state !== '';
  const d3cold = values.get('d3cold');
  return {
    ...(driver === undefined ? {} : { driver }),
    ...(override === undefined ? {} : { override }),
    ...(from === undefined ? {} : { from }),
    ...(d3cold === '1' ? { d3cold: true } : {}),
    ...(whole ? {} : { problem: version > VERSION ? 'newer' : 'damaged' }),
    uid: Number(values.get('uid') ?? NaN),
    user: name('user') ?? '?',
    since: Number(values.get('since') ?? NaN),
    state:
      state === 'taken' || version > VERSION ? 'taken' : runners.has(runner.join(' ')) ? 'changing' : 'interrupted',
  };
}

/** `PID START` of lines of /proc/PID/stat (proc(5): the second field is in brackets and may contain anything). */
export function readRunners(lines: readonly string[]): Set<string> {
  return new Set(
    lines.map((line) => {
      const pid = /^\d+/.exec(line)?.[0] ?? '';
      const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
      return `${pid} ${fields[19] ?? ''}`;
    }),
  );
}
