import type { Argv, Connection, RunOptions, RunResult } from './connection.ts';
import type { HostFacts } from './facts.ts';
import { Failure, type FailureFacts } from './failure.ts';

/** Asks the user for the password of `user` on a host; undefined when they won't say. `again`: the last was wrong. */
export type AskPassword = (question: { host: string; user: string; again: boolean }) => Promise<string | undefined>;

/** `auto`: all of them, those first that ask for nothing. */
export type WayUp = 'auto' | 'sudo' | 'pkexec';

export interface RootOptions extends Pick<RunOptions, 'signal'> {
  askPassword?: AskPassword;
  way?: WayUp;
}

/** What runs as root: a fixed script of ours and what it works on. Standard input belongs to the password. */
export interface RootJob {
  argv: Argv;
  /** The same for ways that feed no password: what it works on comes by standard input, and may be of any length. */
  fed?: { argv: Argv; stdin: string };
  /** The same with the host's installed helper, which takes no arguments. */
  installed?: { argv: Argv; stdin: string } | undefined;
  /** Whether this is the script's own output: then it ran as root, whatever its exit code. */
  isAnswer: (output: string) => boolean;
}

/** In the language that we read its answers in. */
const SUDO: Argv = ['env', 'LC_ALL=C', 'sudo'];
/** Its internal agent would wait for somebody at a terminal. */
const PKEXEC: Argv = ['env', 'LC_ALL=C', 'pkexec', '--disable-internal-agent'];
/** pkexec(1), "RETURN VALUE". */
const DISMISSED = 126;
/**
 * sudo shows it in place of its own prompt and of any PAM module's (sudo(8), "-p"): who asks for what is then counted,
 * not read. `%p` is whose password it wants; with `targetpw` that isn't the caller's.
 */
const PROMPT = 'barrelfish-asks %p: ';
const ASKED = /barrelfish-asks (.*?): /;

const JOB_MS = 60_000;
/** PAM may wait for a finger or a telephone before it asks for a password. */
const PAM_MS = 60_000;
/** pkexec doesn't tell when its dialog is answered. Somebody may type for long; nobody sits before it for longer. */
const DIALOG_MS = 10 * 60_000;

/**
 * Runs a job as root: at once when we are root, else by `sudo` without a password, by `pkexec` where the user has a
 * desktop that shows its dialog, and by `sudo` with a password, which goes to sudo's standard input and nowhere else.
 * Throws `elevation-failed` when root rights could not be had, `cancelled` when the user would not give a password.
 */
export async function runAsRoot(
  connection: Connection,
  facts: HostFacts,
  job: RootJob,
  options: RootOptions = {},
): Promise<RunResult> {
  const { way = 'auto', signal } = options;
  const fed = job.fed ?? { argv: job.argv };
  if (facts.uid === 0) return connection.run(fed.argv, { stdin: job.fed?.stdin, signal, timeoutMs: JOB_MS });
  let quiet: RunResult | undefined;
  if (way !== 'pkexec') {
    for (const form of job.installed ? [job.installed, fed] : [fed]) {
      quiet = await attempt(connection, [...SUDO, '-n', '--'], form, { signal, timeoutMs: JOB_MS });
      if (isAnswer(job, quiet)) return quiet;
    }
  }
  if (way !== 'sudo') {
    const result = await attempt(connection, PKEXEC, job.installed ?? fed, { signal, timeoutMs: DIALOG_MS + JOB_MS });
    if (isAnswer(job, result)) return result;
    if (result.exitCode === DISMISSED) throw new Failure('cancelled', undefined);
    if (way === 'pkexec') throw failure(connection, 'no-way', result);
  }
  if (quiet && isHopeless(quiet)) throw sudoFailure(connection, quiet);
  return withPassword(connection, facts, job, options);
}

async function withPassword(
  connection: Connection,
  facts: HostFacts,
  job: RootJob,
  { askPassword, signal }: RootOptions,
): Promise<RunResult> {
  let { user } = facts;
  for (let again = false; ; again = true) {
    const password = await askPassword?.({ host: connection.name, user, again });
    if (password === undefined) throw new Failure('cancelled', undefined);
    // -k: sudo asks even if it remembers, so the line is read. It is all there is to read: a second question finds the
    // end of the file, at which sudo gives up at once.
    const sudo: Argv = [...SUDO, '-k', '-S', '-p', PROMPT, '--'];
    const form = { argv: job.argv, stdin: `${password}\n` };
    const result = await attempt(connection, sudo, form, { signal, timeoutMs: PAM_MS + JOB_MS });
    if (isAnswer(job, result)) return result;
    const questions = questionsIn(result);
    if (asksMore(questions)) throw failure(connection, 'asks-more', result);
    if (!isRejection(questions)) throw sudoFailure(connection, result);
    user = questions[0]?.user ?? user;
  }
}

/** Whose password sudo asked for, and what was said until it asked again or ended. */
interface Question {
  user: string;
  then: string;
}

const NOT_ASKED: Question = { user: '', then: '' };

function questionsIn({ stderr }: RunResult): Question[] {
  const [, ...parts] = stderr.split(ASKED);
  return parts.flatMap((user, at) => (at % 2 === 0 ? { user, then: parts[at + 1] ?? '' } : []));
}

/**
 * The password was wrong. sudo then says so, in words that its administrator may choose (`badpass_message`, `insults`),
 * and asks again. Only where it doesn't ask again (`passwd_tries`) its words have to be known.
 */
function isRejection([{ then } = NOT_ASKED, again]: readonly Question[]): boolean {
  return again ? then.includes('\n') : then.includes('incorrect password');
}

/** It asked twice in one breath, or found nothing to read where another prompt than ours stood. */
function asksMore([{ then } = NOT_ASKED, again]: readonly Question[]): boolean {
  return again ? !then.includes('\n') : then.includes('no password was provided');
}

/** Runs it, and names in what goes wrong the program that a person would name. */
async function attempt(
  connection: Connection,
  by: Argv,
  { argv, stdin }: { argv: Argv; stdin?: string },
  options: Pick<RunOptions, 'signal' | 'timeoutMs'>,
): Promise<RunResult> {
  const [, , program = ''] = by;
  const missing = { exitCode: 127, stdout: Buffer.of(), stderr: `${program} is not installed` };
  try {
    const result = await connection.run([...by, ...argv], { ...options, stdin });
    return result.exitCode === 127 && result.stderr.startsWith('env: ') ? missing : result;
  } catch (error) {
    if (Failure.is(error, 'timeout')) throw new Failure('timeout', { ...error.facts, operation: program });
    if (Failure.is(error, 'program-missing')) return missing;
    throw error;
  }
}

function isAnswer(job: RootJob, result: RunResult): boolean {
  return job.isAnswer(result.stdout.toString('utf8'));
}

/** No password would help. */
function isHopeless(result: RunResult): boolean {
  return result.exitCode === 127 || isDenied(result) || /no new privileges|setuid root|have a tty/.test(result.stderr);
}

function isDenied({ stderr }: RunResult): boolean {
  return /not in the sudoers|not allowed|may not run/.test(stderr);
}

function sudoFailure(connection: Connection, result: RunResult): Failure {
  return failure(connection, isDenied(result) ? 'not-allowed' : 'no-way', result);
}

function failure(
  connection: Connection,
  cause: FailureFacts['elevation-failed']['cause'],
  { exitCode, stderr }: RunResult,
): Failure {
  const said = stderr
    .replaceAll(new RegExp(ASKED, 'g'), '')
    .replace(/'\/bin\/sh -c .*' as/s, "'/bin/sh' as") // it repeats the whole script
    .replace(/^This incident has been reported.*$/m, '');
  const lines = said.split('\n').flatMap((line) => line.trim() || []);
  return new Failure('elevation-failed', {
    host: connection.name,
    cause,
    detail: lines.join('\n') || `exit code ${exitCode.toString()}`,
  });
}
