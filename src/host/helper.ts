import { readFileSync } from 'node:fs';
import { runAsRoot, type RootOptions } from './as-root.ts';
import type { Connection } from './connection.ts';
import { elevatedScript, HELPER } from './elevated-script.ts';
import { GROUP_NAME, type HostFacts } from './facts.ts';
import { Failure } from './failure.ts';

/** One file of the helper, as it will be on the host: root's, and nobody else can write to it. */
export interface HelperFile {
  path: string;
  mode: string;
  text: string;
}

const script = readFileSync(new URL('./helper.sh', import.meta.url), 'utf8');

/** Without a full stop in its name: sudo would pass it over (sudoers(5), "Including other files"). */
const SUDOERS = '/etc/sudoers.d/barrelfish';
const POLICY = '/usr/share/polkit-1/actions/org.barrelfish.vscode.policy';

/** `""`: without arguments, and with no others (sudoers(5), "Cmnd_List"). */
function sudoersText(group: string): string {
  return [
    '# Barrelfish for VS Code: its helper runs as root without a password. "Remove Helper" takes this away.',
    `%${group} ALL=(root) NOPASSWD: ${HELPER} ""`,
    '',
  ].join('\n');
}

/** Whoever isn't in the group is asked by the desktop in these words, and not again for some minutes. */
const policyText = `<?xml version="1.0" encoding="UTF-8"?>
<!-- Barrelfish for VS Code: what the desktop asks before its helper runs as root. "Remove Helper" takes this away. -->
<!DOCTYPE policyconfig PUBLIC "-//freedesktop//DTD PolicyKit Policy Configuration 1.0//EN"
  "http://www.freedesktop.org/standards/PolicyKit/1/policyconfig.dtd">
<policyconfig>
  <vendor>Barrelfish for VS Code</vendor>
  <action id="org.barrelfish.vscode.change-devices">
    <description>Change the drivers of PCI devices</description>
    <message>Authentication is required to change the drivers of PCI devices</message>
    <defaults>
      <allow_any>auth_admin</allow_any>
      <allow_inactive>auth_admin</allow_inactive>
      <allow_active>auth_admin_keep</allow_active>
    </defaults>
    <annotate key="org.freedesktop.policykit.exec.path">${HELPER}</annotate>
  </action>
</policyconfig>
`;

/**
 * What `installHelper` writes: the policy only where there is polkit, and below the rule a comment when the helper's
 * directory had to be made for it, so that `removeHelper` knows.
 */
export function helperFiles(group: string): readonly HelperFile[] {
  if (!GROUP_NAME.test(group)) throw new TypeError(`not the name of a group: ${group}`);
  return [
    { path: HELPER, mode: '0755', text: elevatedScript },
    { path: SUDOERS, mode: '0440', text: sudoersText(group) },
    { path: POLICY, mode: '0644', text: policyText },
  ];
}

/**
 * Lets the members of a group run plans without a password. Throws as `runAsRoot` does, and `command-failed` when the
 * host refused it or it could not be done; then everything is as it was.
 */
export async function installHelper(
  connection: Connection,
  facts: HostFacts,
  group: string,
  options?: RootOptions,
): Promise<void> {
  await run(connection, facts, ['install', group, ...helperFiles(group).map(({ text }) => text)], options);
}

/** Takes away what `installHelper` wrote, of whatever version. Throws as it does. */
export async function removeHelper(connection: Connection, facts: HostFacts, options?: RootOptions): Promise<void> {
  await run(connection, facts, ['remove'], options);
}

async function run(
  connection: Connection,
  facts: HostFacts,
  args: readonly ['install' | 'remove', ...string[]],
  options: RootOptions | undefined,
): Promise<void> {
  const answerIn = (output: string): RegExpExecArray | null => /^(?:done|(?:refused|failed) (.*))$/m.exec(output);
  const job = {
    argv: ['/bin/sh', '-c', script, 'barrelfish-helper', ...args] as const,
    isAnswer: (output: string) => answerIn(output) !== null,
  };
  const { stdout, stderr, exitCode } = await runAsRoot(connection, facts, job, options);
  const answer = answerIn(stdout.toString('utf8'));
  if (answer?.[0] === 'done') return;
  throw new Failure('command-failed', { command: `helper.sh ${args[0]}`, exitCode, output: answer?.[1] ?? stderr });
}
