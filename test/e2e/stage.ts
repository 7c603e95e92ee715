import path from 'node:path';
import { after } from 'node:test';
import { buildGuest } from '../guest/build.ts';
import { password, startLab, type LabOptions, type LabUser } from '../lab/lab.ts';
import { outputRoot } from '../vscode/paths.ts';
import type { WorkbenchOptions } from '../vscode/workbench.ts';
import { openWorkbench } from './fixture.ts';
import type { Stage } from './main-job.ts';
import { labSettings, ROOMY } from './workspace.ts';

/** A lab, the test guest and a workbench that shows both; all end with the tests of the file. */
export async function openStage(
  user: LabUser,
  options: { lab?: LabOptions; settings?: Record<string, unknown>; workbench?: WorkbenchOptions } = {},
): Promise<Stage> {
  const guest = await buildGuest();
  const lab = await startLab(options.lab);
  after(() => lab.stop());
  const workbench = await openWorkbench({
    folder: path.dirname(guest.buildDirectory),
    ...ROOMY,
    ...options.workbench,
    settings: { ...labSettings(lab, user), ...options.settings },
  });
  await workbench.setSideBarWidth(480);
  return {
    workbench,
    lab,
    guest,
    ...(user === 'user' ? { password } : {}),
    picture: (name) => workbench.screenshot(path.join(outputRoot, 'pictures', `${user}-${name}.png`)),
  };
}
