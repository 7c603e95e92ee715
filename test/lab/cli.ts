// The lab by hand: start it, look around in it over ssh, stop it.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { buildImage } from './image.ts';
import { startLab, type Iommu } from './lab.ts';
import { end, sweep, type RunningLab } from './registry.ts';
import { hosts, remoteLine, type LabUser } from './ssh.ts';

const usage = `usage: lab [--name NAME] COMMAND
  start [--iommu intel|amd|none|poor] [--cold] [--memory MIB] [--nested-kvm]
                           start a lab that stays
  stop                     end it
  status                   the labs that run
  ssh [root|user|visitor]  a shell in it (user is dev, who may use sudo)
  exec [--user root|user|visitor] -- ARGV…
                           one command in it
  build                    only make what starting needs`;

const defaultName = 'lab';

const log = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

async function running(name: string): Promise<RunningLab & { readonly sshConfig: string }> {
  const lab = (await sweep()).find((candidate) => candidate.name === name);
  if (lab?.sshConfig === undefined) throw new Error(`No lab named ${name} is running`);
  return { ...lab, sshConfig: lab.sshConfig };
}

function parseUser(text: string): LabUser {
  if (!Object.hasOwn(hosts, text)) throw new Error(`Not a user of the lab: ${text}`);
  return text as LabUser;
}

function parseIommu(text: string): Iommu {
  if (text !== 'intel' && text !== 'amd' && text !== 'none' && text !== 'poor')
    throw new Error(`Not an IOMMU: ${text}`);
  return text;
}

async function ssh(name: string, argv: readonly string[]): Promise<number> {
  const { sshConfig } = await running(name);
  const child = spawn('ssh', ['-F', sshConfig, ...argv], { stdio: 'inherit' });
  const [code] = (await once(child, 'close')) as [number | null];
  return code ?? 255;
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      name: { type: 'string', default: defaultName },
      iommu: { type: 'string', default: 'intel' },
      memory: { type: 'string', default: '3072' },
      user: { type: 'string', default: 'root' },
      cold: { type: 'boolean', default: false },
      'nested-kvm': { type: 'boolean', default: false },
    },
  });
  const { name, cold } = values;
  const [command, ...rest] = positionals;
  switch (command) {
    case 'start': {
      const shape = {
        iommu: parseIommu(values.iommu),
        memoryMiB: Number(values.memory),
        nestedKvm: values['nested-kvm'],
      };
      const { sshConfig } = await startLab({ ...shape, name, cold, detached: true, onProgress: log });
      log(`ssh -F ${sshConfig} ${Object.values(hosts).join('|')}`);
      return 0;
    }
    case 'stop':
      await end(await running(name));
      return 0;
    case 'status':
      for (const lab of await sweep())
        console.log(`${lab.name}\t${String(lab.keeper.pid)}\t${lab.description ?? 'starting'}`);
      return 0;
    case 'ssh':
      return await ssh(name, [hosts[parseUser(rest[0] ?? 'root')]]);
    case 'exec':
      return await ssh(name, [hosts[parseUser(values.user)], '--', remoteLine(rest)]);
    case 'build':
      await buildImage(log);
      return 0;
    default:
      log(usage);
      return 2;
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  log(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
