import type { Board } from './machine.ts';

/** A boot target of the tree's that starts QEMU with a board and an image. */
export interface BoardTarget {
  /** As the Makefile calls it. */
  name: string;
  board: Omit<Board, 'firmware'>;
  /** What make puts together, and what it puts into it; relative to the build directory. */
  image: string;
  menuList: string;
  /** Relative to the source tree. */
  firmware?: string;
  memoryMiB: number;
  cores: number;
  /** The image is made for so many cores: another number is of no use. */
  fixedCores: boolean;
}

const EXPRESS = {
  architecture: 'armv7',
  machine: 'vexpress-a15',
  image: { as: 'kernel' },
  serialPort: 0,
  cpuDriver: 'cpu_a15ve',
  bootDriver: 'boot_ve',
} as const;

/** qemu_a15ve_1, _2 and _4: the menu.lst tells Kaluga which cores there are. */
function express(cores: number): BoardTarget {
  const name = `armv7_a15ve_${cores.toString()}`;
  return {
    name: `qemu_a15ve_${cores.toString()}`,
    board: EXPRESS,
    image: `${name}_image`,
    menuList: `platforms/arm/menu.lst.${name}`,
    memoryMiB: 2048,
    cores,
    fixedCores: true,
  };
}

const ARM64 = {
  architecture: 'armv8',
  machine: 'virt,gic-version=3',
  cpu: 'cortex-a57',
  serialPort: 0,
  cpuDriver: 'cpu_a57_qemu',
  bootDriver: 'boot_armv8_generic',
} as const;
const ARM64_MENU = 'platforms/arm/menu.lst.armv8_a57_qemu';

/** From platforms/Hakefile (boot, armv7Image, armv8Image and armv8EFIImage) and tools/qemu-wrapper.sh. */
const TARGETS: readonly BoardTarget[] = [
  express(1),
  express(2),
  express(4),
  {
    name: 'qemu_zynq7',
    board: {
      architecture: 'armv7',
      machine: 'xilinx-zynq-a9',
      image: { as: 'kernel' },
      serialPort: 1,
      cpuDriver: 'cpu_zynq7',
      bootDriver: 'boot_zynq7',
    },
    image: 'armv7_zynq7_image',
    menuList: 'platforms/arm/menu.lst.armv7_zynq7',
    memoryMiB: 2048,
    cores: 1,
    fixedCores: true,
  },
  {
    name: 'qemu_a57',
    board: { ...ARM64, image: { as: 'disk' } },
    image: 'armv8_a57_qemu_image',
    menuList: ARM64_MENU,
    firmware: 'tools/hagfish/QEMU_EFI.fd',
    memoryMiB: 4096,
    cores: 4,
    fixedCores: false,
  },
  {
    name: 'qemu_a57_uboot',
    board: { ...ARM64, image: { as: 'memory', address: '0x50000000' } },
    image: 'armv8_a57_qemu_image.efi',
    menuList: ARM64_MENU,
    firmware: 'tools/qemu-armv8-uboot.bin',
    memoryMiB: 3072,
    cores: 4,
    fixedCores: false,
  },
];

/** A PC, as without a boot target. */
const PC_TARGET = 'qemu_x86_64';

/** Boot targets of the tree that can be asked for. */
export const BOOT_TARGETS: readonly string[] = [PC_TARGET, ...TARGETS.map(({ name }) => name)];

/** Undefined for the PC, and for what is none of BOOT_TARGETS. */
export function boardTarget(name: string | undefined): BoardTarget | undefined {
  return TARGETS.find((each) => each.name === name);
}
