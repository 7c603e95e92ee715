import { Failure } from '../host/failure.ts';
import type { Guest } from './guest.ts';

/** What the guest's display shows, as PNG. Throws `no-display`, and what QEMU says. */
export async function screenshot(guest: Guest): Promise<Buffer> {
  const { connection, session, qmp, spec } = guest;
  const file = `${session.directory}/screen.png`;
  try {
    await qmp.execute('screendump', { filename: file, format: 'png' });
  } catch (error) {
    // "There is no console to take a screendump from." (ui/console.c)
    if (Failure.is(error, 'qmp-error') && /no console/i.test(error.facts.description)) {
      throw new Failure('no-display', { guest: spec.name }, { cause: error });
    }
    throw error;
  }
  const { stdout, stderr, exitCode } = await connection.run(['cat', '--', file]);
  await connection.run(['rm', '-f', '--', file]);
  if (exitCode !== 0) throw new Failure('command-failed', { command: 'cat', exitCode, output: stderr });
  return stdout;
}
