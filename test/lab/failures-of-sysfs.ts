// Rows of the failure table that are written to sysfs, or read from it, in the lab that failures.test.ts starts.

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { pciAddress } from '../../src/host/pci-address.ts';
import { readSnapshot } from '../../src/host/snapshot-reader.ts';
import { verdictOf } from '../../src/host/verdict.ts';
import { means, produce, reason, type Stage } from './failures.ts';
import type { Lab } from './lab.ts';

const NIC = pciAddress('01:00.0');
const NVME = pciAddress('06:00.0');
const VIRTUAL = pciAddress('06:00.1');
const USB = pciAddress('00:14.0');
const EMPTY_PORT = pciAddress('00:03.2');
const LATE = pciAddress('0c:00.0');
const ABSENT = pciAddress('99:00.0');

/** Has one more NIC for as long as the work takes. */
async function withLateNic(
  lab: Lab,
  properties: Readonly<Record<string, string>>,
  work: () => Promise<void>,
): Promise<void> {
  const id = 'late';
  await lab.qmp.execute({ execute: 'device_add', arguments: { driver: 'e1000e', id, bus: 'port10', ...properties } });
  try {
    await produce(lab, `until [ -e $D/${LATE}/driver ]; do sleep 0.1; done; to ${LATE} vfio-pci`);
    await work();
  } finally {
    await lab.qmp.execute({ execute: 'device_del', arguments: { id } });
    await produce(lab, `while [ -e $D/${LATE} ]; do sleep 0.1; done`);
  }
}

export function testSysfsFailures({
  lab,
  connection,
  facts,
  untouched,
  rows,
  groupOf,
  reasonsFor,
  failed,
}: Stage): void {
  test('the old way and wrong names are refused', async () => {
    const said = await produce(
      lab,
      `cd $B/drivers
    section twice; for _ in 1 2; do echo 8086 10d3 | tee $B/drivers/vfio-pci/new_id; done
    echo 8086 10d3 >$B/drivers/vfio-pci/remove_id
    section bind; echo ${NIC} | tee $B/drivers/vfio-pci/bind
    section misspelt; echo ${NIC} >$B/drivers/vfio_pci/bind
    section tee; echo ${NIC} | tee $B/drivers/vfio_pci/bind
    section builtin; modprobe -r "$(basename "$(tail -n 1 /lib/modules/*/modules.builtin)" .ko)"
    section missing; modprobe vfio-nonsense
    to ${NIC} vfio-pci; echo >$D/${NIC}/driver_override
    section bound; echo ${NIC} | tee $B/drivers/e1000e/bind
    section gone; echo vfio-pci >$D/${ABSENT}/driver_override
    section gone-tee; echo vfio-pci | tee $D/${ABSENT}/driver_override
    section gone-probe; echo ${ABSENT} | tee $B/drivers_probe
    section end; to ${NIC} ''`,
    );
    means({ code: 'new-id-known', driver: 'vfio-pci' }, { script: said.get('twice') });
    means({ code: 'bind-refused', driver: 'vfio-pci' }, { script: said.get('bind') });
    rows.add(18);
    for (const shell of ['misspelt', 'tee'])
      means({ code: 'driver-misspelt', written: 'vfio_pci', driver: 'vfio-pci' }, { script: said.get(shell) });
    rows.add(20);
    const builtin = /Module (\w+) is builtin/.exec(said.get('builtin') ?? '')?.[1] ?? '';
    means({ code: 'module-builtin', module: builtin }, { script: said.get('builtin') });
    means({ code: 'module-missing', module: 'vfio-nonsense' }, { script: said.get('missing') });
    rows.add(21);
    means({ code: 'bind-busy', driver: 'e1000e' }, { script: said.get('bound') });
    rows.add(22);
    for (const shell of ['gone', 'gone-tee'])
      means({ code: 'device-gone', address: ABSENT }, { script: said.get(shell) });
    means({ code: 'device-gone' }, { script: said.get('gone-probe') });
  });

  test('a probe that the kernel calls a success is seen to have changed nothing', async () => {
    means(
      { code: 'probe-took-nothing', address: NIC, driver: 'e1000e', wanted: 'vfio-pci' },
      { script: await failed({ op: 'probe', address: NIC, driver: 'vfio-pci' }) },
    );
    rows.add(19);
  });

  test('a number of virtual functions is refused, and the kernel says why', async () => {
    const count = `$D/${NVME}/sriov_numvfs`;
    const said = await produce(
      lab,
      `
    section many; echo 9 | tee ${count}
    section user; as_dev sh -c "echo 1 >${count}"
    echo 1 >${count}
    section set; echo 2 | tee ${count}
    section set-log; log
    echo 0 >${count}; logged=$(dmesg | wc -l); echo ${NVME} >$D/${NVME}/driver/unbind
    section driver; echo 1 | tee ${count}
    section driver-log; log
    section end; echo ${NVME} >$B/drivers_probe; until [ -b /dev/nvme0n1 ]; do sleep 0.1; done`,
    );
    const refused = { code: 'sriov-refused', address: NVME } as const;
    means({ ...refused, problem: 'too-many' }, { script: said.get('many') });
    means({ ...refused, problem: 'forbidden' }, { script: said.get('user') });
    means({ ...refused, problem: 'already-set' }, { script: said.get('set'), kernel: said.get('set-log') });
    means({ ...refused, problem: 'driver' }, { script: said.get('driver'), kernel: said.get('driver-log') });
    rows.add(35);
  });

  test('a function whose siblings are in other groups cannot be reset alone', async () => {
    // A virtual function could, by the reset of its own that is switched off here. NVMe's driver looks at new devices when it has
    // time, which may be after they were given to vfio-pci: this one it isn't shown.
    const said = await produce(
      lab,
      `
    echo 0 >$D/${NVME}/sriov_drivers_autoprobe; echo 1 >$D/${NVME}/sriov_numvfs
    to ${VIRTUAL} vfio-pci; echo >$D/${VIRTUAL}/reset_method
    section reset; qemu -device vfio-pci,host=${VIRTUAL}
    section end; echo 0 >$D/${NVME}/sriov_numvfs; echo 1 >$D/${NVME}/sriov_drivers_autoprobe`,
    );
    means({ code: 'reset-incomplete', address: VIRTUAL, group: groupOf(NVME) }, { qemu: said.get('reset') });
    rows.add(15);
  });

  test('a device that has lost its link does not wake', async () => {
    await withLateNic(lab, {}, async () => {
      // A port that leads to no bus: every read of the device gives ones, as of one without power.
      const said = await produce(
        lab,
        `
      port=${EMPTY_PORT}; bus=$(setpci -s $port SECONDARY_BUS); last=$(setpci -s $port SUBORDINATE_BUS)
      until [ "$(cat $D/${LATE}/power_state)" = D3hot ]; do sleep 0.1; done
      setpci -s $port SUBORDINATE_BUS=0 SECONDARY_BUS=0
      echo on >$D/${LATE}/power/control; echo auto >$D/${LATE}/power/control
      section log; log | grep -m 1 'Unable to change'
      section end; setpci -s $port SECONDARY_BUS=$bus SUBORDINATE_BUS=$last`,
      );
      means({ code: 'does-not-wake', address: LATE, from: 'D3hot' }, { kernel: said.get('log') });
    });
    rows.add(16);
  });

  test('an option ROM that is none is named by QEMU and by the kernel', async () => {
    const romfile = join(lab.directory, 'not-a-rom');
    await writeFile(romfile, Buffer.alloc(64 * 1024, 0x42));
    await withLateNic(lab, { romfile }, async () => {
      const said = await produce(
        lab,
        `output=$(mktemp)
      timeout 60 $machine -device vfio-pci,host=${LATE},rombar=1 >$output 2>&1 & waiting=$!
      until grep -q 'device rom' $output; do kill -0 $waiting || break; sleep 0.1; done
      kill $waiting; wait $waiting
      section said; cat $output; rm $output
      section log; log`,
      );
      means({ code: 'rom-unreadable', address: LATE }, { qemu: said.get('said') });
      means({ code: 'rom-unreadable', address: LATE }, { kernel: said.get('log') });
    });
    rows.add(23);
  });

  test('what the host needs for itself is refused, and what it would miss is named', async () => {
    const carrier = [...untouched.functions.values()].find(({ uses }) =>
      uses.some((use) => use.kind === 'net' && use.defaultRoute),
    );
    assert.ok(carrier);
    reason('carries-ssh', reasonsFor(carrier.address));
    const { sshInterface: _, sshServerAddress: __, ...local } = facts;
    reason('default-route', reasonsFor(carrier.address, untouched, local));
    rows.add(33);
    assert.match(reason('input-goes-away', reasonsFor(USB)).name, /QEMU/);
    assert.equal(verdictOf(untouched, facts, USB).level, 'caution');
    rows.add(34);
    const display = [...untouched.functions.values()].find(({ bootVga }) => bootVga);
    assert.ok(display);
    reason('boot-vga', reasonsFor(display.address));
    rows.add(44);
    const disk = [...untouched.functions.values()].find(({ uses }) =>
      uses.some((use) => use.kind === 'block' && use.mounts.includes('/mnt/data')),
    );
    assert.ok(disk);
    assert.ok(reason('mounted', reasonsFor(disk.address)).points.includes('/mnt/data'));
    await produce(lab, 'mkswap /dev/nvme0n1; swapon /dev/nvme0n1');
    const swapping = await readSnapshot(connection);
    await produce(lab, 'swapoff /dev/nvme0n1; wipefs --all /dev/nvme0n1');
    assert.deepEqual(reason('swap', reasonsFor(NVME, swapping)).devices, ['nvme0n1']);
    rows.add(43);
  });
}
