import type { Connection, RunOptions } from '../host/connection.ts';
import { Failure } from '../host/failure.ts';

export interface QemuVersion {
  major: number;
  minor: number;
  micro: number;
}

/** The oldest that is known to have all that we ask of it. */
const OLDEST = { major: 4, minor: 2 };

/** Undefined when it is new enough. */
export function tooOld({ major, minor, micro }: QemuVersion): Failure<'qemu-too-old'> | undefined {
  if (major > OLDEST.major || (major === OLDEST.major && minor >= OLDEST.minor)) return undefined;
  const needed = `${OLDEST.major.toString()}.${OLDEST.minor.toString()}`;
  return new Failure('qemu-too-old', { version: [major, minor, micro].join('.'), needed });
}

/** Asks the program itself. Throws `program-missing`. */
export async function qemuVersion(
  connection: Connection,
  program: string,
  options: RunOptions = {},
): Promise<QemuVersion> {
  const { stdout, stderr, exitCode } = await connection.run([program, '--version'], options);
  const match = /version (\d+)\.(\d+)(?:\.(\d+))?/.exec(stdout.toString('utf8'));
  if (!match) throw new Failure('command-failed', { command: `${program} --version`, exitCode, output: stderr });
  const [major = 0, minor = 0, micro = 0] = match.slice(1).map((part) => Number(part || 0));
  return { major, minor, micro };
}
