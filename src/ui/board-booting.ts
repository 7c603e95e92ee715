import type { BuildDirectory } from '../barrelfish/build-directory.ts';
import type { BoardTarget } from '../guest/boards.ts';
import { checkBoard, planBoard } from '../guest/board-plan.ts';
import type { BootPlan } from '../guest/boot-plan.ts';
import type { BootPreparation } from './boot-preparation.ts';
import type { BootWish } from './booting.ts';
import { guestSettings } from './settings.ts';

/** Builds a board's image where that is needed, and plans its boot. Memory and cores are the board's unless wished. */
export async function prepareBoard(
  wish: BootWish,
  { build, target, preparation }: { build: BuildDirectory; target: BoardTarget; preparation: BootPreparation },
  signal: AbortSignal,
): Promise<BootPlan> {
  const { devices, configuration } = wish;
  checkBoard({ build, target, devices });
  await preparation.prepareImage(build, target.image, signal);
  const { qemuPath, extraArguments } = guestSettings();
  const { memoryMiB, cores } = configuration ?? {};
  return planBoard({
    build,
    target,
    devices,
    options: {
      name: configuration?.name ?? target.name,
      program: qemuPath,
      ...(memoryMiB === undefined ? {} : { memoryMiB }),
      ...(cores === undefined ? {} : { cores }),
      paused: wish.paused ?? false,
      extraArguments: [...extraArguments, ...(configuration?.extraArguments ?? [])],
      environment: configuration?.environment ?? {},
      origin: {
        ...(configuration ? { configuration: configuration.name } : {}),
        buildDirectory: build.path,
        menuList: target.menuList,
        bootTarget: target.name,
      },
    },
  });
}
