import type { Argv } from '../host/connection.ts';
import type { Plan, Step } from '../host/plan.ts';
import { lockedBytes } from './launcher.ts';
import type { MachineSpec } from './machine.ts';
import { qemuCommand } from './qemu-arguments.ts';

// Characters that mean nothing to any shell, and an equal sign only behind one of them (zsh expands `=word`).
const INERT = /^[\w./:@%+,-][\w./:@%+,=-]*$/;

/** A value as a POSIX shell reads it back, byte for byte. */
export function quote(value: string): string {
  return INERT.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`;
}

/** For pasting into a terminal: one option a line. */
export function copyableCommandLine(argv: Argv): string {
  const lines: string[] = [];
  for (const [index, value] of argv.entries()) {
    const last = lines.length - 1;
    if (index === 0 || (value.startsWith('-') && argv[index - 1] !== '-append')) lines.push(quote(value));
    else lines[last] = `${lines[last] ?? ''} ${quote(value)}`;
  }
  return lines.join(' \\\n  ');
}

const device = (address: string): string => `/sys/bus/pci/devices/${address}`;

function takeLines(step: Step): string[] {
  switch (step.op) {
    case 'module':
      return [`[ -d /sys/bus/pci/drivers/vfio-pci ] || as_root modprobe ${step.module}`];
    case 'unbind':
      return [
        `must_have ${step.address} ${quote(step.driver)}`,
        `put ${step.address} ${device(step.address)}/driver/unbind`,
      ];
    case 'override':
      return [`put ${quote(step.driver ?? '')} ${device(step.address)}/driver_override`];
    case 'probe':
      return [
        `put ${step.address} /sys/bus/pci/drivers_probe`,
        ...(step.driver === undefined ? [] : [`must_have ${step.address} ${quote(step.driver)}`]),
      ];
    case 'grant':
      return [`as_root chown "$(id -u)" /dev/vfio/${step.group.toString()}`];
    // Notes are for the extension, and the limit is set for this shell instead.
    case 'record':
    case 'mark':
    case 'forget':
    case 'memlock':
      return [];
    case 'd3cold':
      return [`put ${step.allowed ? '1' : '0'} ${device(step.address)}/d3cold_allowed`];
    case 'vfs':
      return [`put ${step.count.toString()} ${device(step.address)}/sriov_numvfs`];
  }
}

/** Giving back goes on whatever was taken, however far taking got. */
function giveBackLines(step: Step): string[] {
  switch (step.op) {
    case 'unbind':
      return [`has ${step.address} ${quote(step.driver)} && put ${step.address} ${device(step.address)}/driver/unbind`];
    case 'override':
      return [`put ${quote(step.driver ?? '')} ${device(step.address)}/driver_override`];
    case 'd3cold':
      return [`put ${step.allowed ? '1' : '0'} ${device(step.address)}/d3cold_allowed`];
    case 'probe':
      return [
        `has ${step.address} none && put ${step.address} /sys/bus/pci/drivers_probe`,
        ...(step.driver === undefined
          ? []
          : [
              `has ${step.address} ${quote(step.driver)} || echo "${step.address} has not got ${step.driver} back" >&2`,
            ]),
      ];
    case 'module':
    case 'record':
    case 'mark':
    case 'forget':
    case 'vfs':
    case 'grant':
    case 'memlock':
      return [];
  }
}

const indented = (lines: readonly string[]): string => lines.map((line) => `  ${line}\n`).join('');

/**
 * A script that does without this extension what it does: takes the devices, boots, gives them back. The serial line
 * is the terminal it runs in. `plan` binds the devices that aren't bound yet.
 */
export function shellScript(spec: MachineSpec, plan: Plan = { steps: [] }): string {
  const take = plan.steps.flatMap((step) => takeLines(step.do));
  const giveBack = [...plan.steps].reverse().flatMap((step) => (step.undo ? giveBackLines(step.undo) : []));
  const bytes = lockedBytes(spec);
  const parts = [
    `#!/bin/sh
# Boots ${oneLine(spec.name)}${spec.passed.length === 0 ? '' : ` with ${spec.passed.map((each) => each.host).join(', ')}`}.
# Ctrl-A X ends QEMU, Ctrl-A H shows what else there is.
set -eu
`,
  ];
  if (take.length > 0 || bytes > 0) parts.push(ROOT);
  if (take.length > 0) {
    parts.push(DRIVERS, `give_back() {\n  trap - EXIT\n  set +e\n${indented(giveBack)}}\n`);
    parts.push(
      "trap give_back EXIT\ntrap 'exit 129' HUP\ntrap 'exit 130' INT\ntrap 'exit 143' TERM\n",
      `${take.join('\n')}\n`,
    );
  }
  if (bytes > 0) {
    parts.push(`# A passed device may reach all of the guest's memory, so all of it is locked: memory and 16 MiB, in bytes.
[ "$(id -u)" -eq 0 ] || as_root prlimit --pid $$ --memlock=${bytes.toString()}:${bytes.toString()}
`);
  }
  parts.push(`cd -- ${quote(spec.directory)}\n${copyableCommandLine(qemuCommand(spec))}\n`);
  return parts.join('\n');
}

/** A line break in a comment would end it. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ');
}

const ROOT = `as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -- "$@"; fi
}
`;

const DRIVERS = `# put VALUE FILE
put() {
  printf '%s\\n' "$1" | as_root tee "$2" >/dev/null
}

# has ADDRESS DRIVER: the kernel's own word for it; a write that succeeds proves nothing.
has() {
  driver=$(readlink "/sys/bus/pci/devices/$1/driver") || driver=none
  [ "\${driver##*/}" = "$2" ]
}

must_have() {
  has "$@" || { echo "$1 is with \${driver##*/}, not with $2" >&2; exit 1; }
}
`;
