import path from 'node:path';
import { exists, type BuildDirectory } from '../barrelfish/build-directory.ts';
import { Failure } from '../host/failure.ts';
import type { PciAddress } from '../host/pci-address.ts';
import type { BoardTarget } from './boards.ts';
import type { BootOptions, BootPlan } from './boot-plan.ts';
import type { Architecture } from './machine.ts';

/** A board is always emulated, and has only the devices that belong to it. */
type BoardOptions = Omit<BootOptions, 'accelerator' | 'hotplug' | 'emulated'>;

export interface BoardRequest {
  build: Pick<BuildDirectory, 'path' | 'sourceDirectory' | 'architectures'>;
  target: BoardTarget;
  /** None can be passed on: they are for saying so. */
  devices: readonly PciAddress[];
  options: BoardOptions;
}

const PROGRAMS: Record<Architecture, string> = {
  x86_64: 'qemu-system-x86_64',
  armv7: 'qemu-system-arm',
  armv8: 'qemu-system-aarch64',
};

/** The QEMU for an architecture: beside the one that is set for a PC, where that is a path. */
function programFor(architecture: Architecture, program = ''): string {
  return path.posix.basename(program) === PROGRAMS.x86_64
    ? path.posix.join(path.posix.dirname(program), PROGRAMS[architecture])
    : PROGRAMS[architecture];
}

/** Throws `no-passthrough`, and `no-architecture` for a build directory that makes no such image. */
export function checkBoard({ build, target, devices }: Omit<BoardRequest, 'options'>): void {
  const { name: bootTarget, board } = target;
  const { architecture } = board;
  if (devices.length > 0) throw new Failure('no-passthrough', { bootTarget, devices });
  if (!build.architectures.includes(architecture))
    throw new Failure('no-architecture', { path: build.path, architecture, bootTarget });
}

/**
 * Makes the machine that a boot target of the tree starts, with the image as make has built it. Throws what
 * `checkBoard` throws, `not-built`, and `file-missing` for the firmware.
 */
export async function planBoard({ build, target, devices, options }: BoardRequest): Promise<BootPlan> {
  checkBoard({ build, target, devices });
  const { name: bootTarget, board, image } = target;
  const files = [{ source: path.join(build.path, image), target: image }];
  if (!(await exists(path.join(build.path, image)))) {
    throw new Failure('not-built', { menu: path.join(build.path, target.menuList), targets: [image], bootTarget });
  }
  const firmware = target.firmware === undefined ? undefined : path.join(build.sourceDirectory, target.firmware);
  if (firmware !== undefined && target.firmware !== undefined) {
    if (!(await exists(firmware))) throw new Failure('file-missing', { path: firmware, neededBy: bootTarget });
    files.push({ source: firmware, target: `source/${target.firmware}` });
  }
  const { environment = {}, origin } = options;
  return {
    spec: {
      name: options.name ?? bootTarget,
      program: programFor(board.architecture, options.program),
      directory: build.path,
      // KVM runs the host's processor, and a board has its own.
      accelerator: 'tcg',
      memoryMiB: options.memoryMiB ?? target.memoryMiB,
      cores: options.cores ?? target.cores,
      kernel: { path: image, arguments: '' },
      modules: [],
      board: { ...board, ...(firmware === undefined ? {} : { firmware }) },
      passed: [],
      emulated: [],
      sparePorts: 0,
      paused: options.paused ?? false,
      extraArguments: options.extraArguments ?? [],
      ...(Object.keys(environment).length === 0 ? {} : { environment }),
      ...(origin ? { origin } : {}),
    },
    root: build.path,
    files,
  };
}
