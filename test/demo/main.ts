// `npm run demo`: the lab and a VS Code with the extension installed, for trying it out. With `--play` the main job plays
// by itself and leaves pictures, the serial log and a report in out/demo. BARRELFISH_BUILD boots a real build instead of
// the test guest.
import { spawn } from 'node:child_process';
import { existsSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { readBuildDirectory } from '../../src/barrelfish/build-directory.ts';
import { installedExtension } from '../e2e/install.ts';
import { packageExtension, packageFile } from '../e2e/package.ts';
import { mainJob, realBarrelfishJob, type Stage } from '../e2e/main-job.ts';
import { labSettings, ROOMY } from '../e2e/workspace.ts';
import { buildGuest } from '../guest/build.ts';
import { password, startLab, type Lab } from '../lab/lab.ts';
import { outputRoot } from '../vscode/paths.ts';
import { startServer, workbenchUrl } from '../vscode/server.ts';
import { Workbench } from '../vscode/workbench.ts';
import { Report } from './report.ts';

const play = process.argv.includes('--play');
const realBuild = process.env['BARRELFISH_BUILD'];
const directory = path.join(outputRoot, 'demo');

interface Material {
  folder: string;
  buildDirectory: string;
  sourceDirectory: string;
}

async function material(): Promise<Material> {
  if (realBuild === undefined) {
    const { buildDirectory, sourceDirectory } = await buildGuest();
    return { folder: path.dirname(buildDirectory), buildDirectory, sourceDirectory };
  }
  const build = await readBuildDirectory(path.resolve(realBuild));
  if (!build) throw new Error(`BARRELFISH_BUILD is ${realBuild}, and hake has not been run there.`);
  return { folder: build.path, buildDirectory: build.path, sourceDirectory: build.sourceDirectory };
}

function settingsFor(lab: Lab, { buildDirectory }: Material): Record<string, unknown> {
  return {
    ...labSettings(lab, 'user'),
    'barrelfish.buildDirectory': buildDirectory,
    ...(realBuild === undefined ? {} : { 'barrelfish.qemu.memory': 2048 }),
  };
}

async function playMainJob(report: Report, lab: Lab, what: Material, extensionsDir: string): Promise<void> {
  let workbench: Workbench | undefined;
  await report.step('VS Code opens with the extension installed', async () => {
    const settings = settingsFor(lab, what);
    workbench = await Workbench.open({ folder: what.folder, extensionsDir, settings, ...ROOMY });
    await workbench.setSideBarWidth(480);
    return `from ${path.basename(packageFile)}, on 127.0.0.1:${String(workbench.server.port)}`;
  });
  if (!workbench) return;
  const stage: Stage = {
    workbench,
    lab,
    guest: what,
    password,
    picture: (name) => stage.workbench.screenshot(report.picture(name)),
  };
  try {
    for (const step of realBuild === undefined ? mainJob : realBarrelfishJob) {
      await report.step(step.name, () => step.run(stage));
    }
  } catch (error) {
    const open = await workbench.record(path.join(directory, 'failed'));
    console.error(`The window had open: ${open}`);
    throw error;
  } finally {
    const log = await lab.run('user', ['sh', '-c', 'cat ~/.local/state/barrelfish/guests/*/serial.log']);
    writeFileSync(path.join(directory, 'serial.log'), log.stdout);
    await workbench.close();
  }
}

/** Until Ctrl-C. */
async function show(lab: Lab, what: Material, extensionsDir: string): Promise<void> {
  const server = await startServer({ extensionsDir, settings: settingsFor(lab, what) });
  const address = workbenchUrl(server.port, { folder: what.folder });
  console.log(`
VS Code is at ${address}
Open the fish in the activity bar. Devices are those of the lab, a Linux machine reached over ssh; its user may use sudo
with the password "${password}". Everything ends with Ctrl-C.`);
  if (process.env['DISPLAY'] !== undefined && existsSync('/usr/bin/xdg-open')) {
    spawn('xdg-open', [address], { stdio: 'ignore', detached: true }).unref();
  }
  await new Promise(() => {
    setInterval(() => undefined, 2 ** 30); // nothing else keeps the process alive
  });
}

rmSync(directory, { recursive: true, force: true });
const report = new Report(directory);
let lab: Lab | undefined;
try {
  let what: Material | undefined;
  await report.step(realBuild === undefined ? 'The test guest is built' : 'The Barrelfish build is there', async () => {
    what = await material();
    return what.buildDirectory;
  });
  let extensionsDir = '';
  await report.step('The extension is packaged and installed', async () => {
    await packageExtension();
    extensionsDir = installedExtension();
    return `${path.basename(packageFile)}, ${(statSync(packageFile).size / 1024).toFixed(0)} KiB`;
  });
  await report.step('The lab is up', async () => {
    // Building the lab takes a minute the first time, and says what it is at.
    lab = await startLab({
      ...(realBuild === undefined ? {} : { memoryMiB: 6144 }),
      onProgress: (line) => {
        console.log(`\n  ${line}`);
      },
    });
    return lab.name;
  });
  if (lab && what) await (play ? playMainJob(report, lab, what, extensionsDir) : show(lab, what, extensionsDir));
  console.log(`\n${path.join(directory, 'report.json')}`);
} catch (error) {
  console.error(error);
  process.exitCode = 1;
} finally {
  await lab?.stop();
}
