import type { BuildDirectory } from '../barrelfish/build-directory.ts';
import { targetsOf } from '../barrelfish/build-needs.ts';
import { parseMenuList } from '../barrelfish/menu-list.ts';
import type { EmulatedWish } from '../guest/emulated-wish.ts';
import type { Host } from '../host/host.ts';
import type { PciAddress } from '../host/pci-address.ts';
import type { BootCheck } from './boot-check.ts';
import { withChanges, type BootMenu } from './boot-menu.ts';
import type { Boot } from './build-choice.ts';
import type { Builds } from './builds.ts';

/** What is to be booted from a menu.lst, as far as its drivers are concerned. */
interface Machine {
  host: Host;
  devices: readonly PciAddress[];
  emulated: readonly EmulatedWish[];
  cores: number;
  hotplug: boolean;
}

/** What is done before a boot: asking about what stands in a driver's way, and building what is missing. */
export class BootPreparation {
  readonly #check: BootCheck;
  readonly #builds: Builds;

  constructor(check: BootCheck, builds: Builds) {
    this.#check = check;
    this.#builds = builds;
  }

  /** The menu.lst with what the user wants to be fixed for this boot; undefined when they would rather not boot. */
  async prepare(boot: Boot, menu: BootMenu, machine: Machine, signal: AbortSignal): Promise<BootMenu | undefined> {
    const { build } = boot;
    const { host, ...rest } = machine;
    const { snapshot } = host.ready();
    const fix = await this.#check.checkBoot({ build, menu: parseMenuList(menu.text), snapshot, ...rest });
    if (!fix) return undefined;
    if (fix.targets.length > 0) await this.#builds.make(build, fix.targets, { signal });
    const fixed = withChanges(menu, fix.changes);
    await this.#builds.buildForBoot(build, targetsOf(build, parseMenuList(fixed.text)), { signal });
    return fixed;
  }

  /** Makes the image that a board boots, as the setting says. Throws `build-failed` or `cancelled`. */
  async prepareImage(build: BuildDirectory, image: string, signal: AbortSignal): Promise<void> {
    await this.#builds.buildForBoot(build, [image], { signal });
  }
}
