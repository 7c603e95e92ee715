import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bootAdvice, type BootAdvice, type BootFiles, type KernelArguments } from '../../../src/host/boot-loader.ts';

const ON: KernelArguments = { add: ['intel_iommu=on'], remove: [] };

function advice(
  files: Record<string, string>,
  programs: readonly string[],
  { wanted = ON, ...rest }: Partial<BootFiles> & { wanted?: KernelArguments } = {},
): BootAdvice {
  const boot = { loaderInfo: '', files: new Map(Object.entries(files)), programs: new Set(programs), ostree: false };
  return bootAdvice({ ...boot, ...rest }, wanted);
}

/** What a change puts in place of what. */
function changedLines({ changes }: BootAdvice): string[] {
  return changes.flatMap(({ diff }) => diff.split('\n').filter((line) => /^[+-](?![+-])/.test(line)));
}

const DEBIAN = `# If you change this file, run 'update-grub' afterwards to update
# /boot/grub/grub.cfg.

GRUB_DEFAULT=0
GRUB_TIMEOUT=5
GRUB_DISTRIBUTOR=\`lsb_release -i -s 2> /dev/null || echo Debian\`
GRUB_CMDLINE_LINUX_DEFAULT="quiet"
GRUB_CMDLINE_LINUX=""
`;

test('GRUB of Debian: a unified diff, and update-grub', () => {
  const { loader, kind, changes, commands } = advice({ '/etc/default/grub': DEBIAN }, ['update-grub', 'grub-mkconfig']);
  assert.deepEqual([loader, kind, commands], ['grub', 'change', ['sudo update-grub']]);
  assert.deepEqual(changes, [
    {
      file: '/etc/default/grub',
      diff: `--- a/etc/default/grub
+++ b/etc/default/grub
@@ -4,5 +4,5 @@
 GRUB_DEFAULT=0
 GRUB_TIMEOUT=5
 GRUB_DISTRIBUTOR=\`lsb_release -i -s 2> /dev/null || echo Debian\`
-GRUB_CMDLINE_LINUX_DEFAULT="quiet"
+GRUB_CMDLINE_LINUX_DEFAULT="quiet intel_iommu=on"
 GRUB_CMDLINE_LINUX=""
`,
    },
  ]);
});

test('the last assignment counts, in whichever file it is', () => {
  const cloud = '/etc/default/grub.d/50-cloudimg-settings.cfg';
  const files = {
    '/etc/default/grub': DEBIAN.replace('"quiet"', '"quiet amd_iommu=off"'),
    [cloud]: "GRUB_CMDLINE_LINUX_DEFAULT='console=ttyS0' # for the console\n",
  };
  const wanted = { add: ['intel_iommu=on'], remove: ['amd_iommu=off'] };
  assert.deepEqual(changedLines(advice(files, ['update-grub'], { wanted })), [
    '-GRUB_CMDLINE_LINUX_DEFAULT="quiet amd_iommu=off"',
    '+GRUB_CMDLINE_LINUX_DEFAULT="quiet"',
    "-GRUB_CMDLINE_LINUX_DEFAULT='console=ttyS0' # for the console",
    "+GRUB_CMDLINE_LINUX_DEFAULT='console=ttyS0 intel_iommu=on' # for the console",
  ]);
});

test('GRUB of Fedora: entries of their own, so grubby or an update of the entries', () => {
  const files = { '/etc/default/grub': 'GRUB_CMDLINE_LINUX="rhgb quiet"\nGRUB_ENABLE_BLSCFG=true\n' };
  const entries = { '/boot/loader/entries/abc-6.5.conf': 'title Fedora\noptions root=/dev/vda1 rhgb quiet\n' };
  const withGrubby = advice({ ...files, ...entries }, ['grub2-mkconfig', 'grubby', 'kernel-install']);
  assert.deepEqual(changedLines(withGrubby), [
    '-GRUB_CMDLINE_LINUX="rhgb quiet"',
    '+GRUB_CMDLINE_LINUX="rhgb quiet intel_iommu=on"',
  ]);
  assert.deepEqual(withGrubby.commands, ['sudo grubby --update-kernel=ALL --args="intel_iommu=on"']);
  const update = 'sudo grub2-mkconfig -o /boot/grub2/grub.cfg --update-bls-cmdline';
  assert.deepEqual(advice(files, ['grub2-mkconfig']).commands, [update]);
  const plain = { '/etc/default/grub': 'GRUB_CMDLINE_LINUX_DEFAULT=quiet\n' };
  assert.deepEqual(advice(plain, ['grub2-mkconfig']).commands, ['sudo grub2-mkconfig -o /boot/grub2/grub.cfg']);
  assert.deepEqual(changedLines(advice(plain, ['grub2-mkconfig'])), [
    '-GRUB_CMDLINE_LINUX_DEFAULT=quiet',
    '+GRUB_CMDLINE_LINUX_DEFAULT="quiet intel_iommu=on"',
  ]);
});

test('systemd-boot: the file that kernel-install makes entries from', () => {
  const files = {
    '/etc/kernel/cmdline': 'root=/dev/vda2 rw',
    '/boot/loader/entries/arch.conf': 'options root=/dev/vda2 rw\n',
  };
  const found = advice(files, ['kernel-install'], { kernelImage: '/lib/modules/6.9.1/vmlinuz' });
  assert.deepEqual(found.changes, [
    {
      file: '/etc/kernel/cmdline',
      diff: `--- a/etc/kernel/cmdline
+++ b/etc/kernel/cmdline
@@ -1,1 +1,1 @@
-root=/dev/vda2 rw
\\ No newline at end of file
+root=/dev/vda2 rw intel_iommu=on
\\ No newline at end of file
`,
    },
  ]);
  assert.deepEqual(found.commands, ['sudo kernel-install add "$(uname -r)" "/lib/modules/$(uname -r)/vmlinuz"']);
  const proxmox = advice(files, ['proxmox-boot-tool', 'kernel-install', 'update-grub'], {
    loaderInfo: 'systemd-boot 252',
  });
  assert.deepEqual(proxmox.commands, ['sudo proxmox-boot-tool refresh']);
});

test('systemd-boot without that file: each entry, by hand as they were made', () => {
  const files = {
    '/boot/loader/entries/arch.conf':
      'title Arch\nlinux /vmlinuz-linux\noptions root=/dev/vda2\noptions rw iommu=off\n',
    '/boot/loader/entries/firmware.conf': 'title Firmware\nefi /shell.efi\n',
  };
  const found = advice(files, ['kernel-install'], { wanted: { add: ['intel_iommu=on'], remove: ['iommu=off'] } });
  assert.deepEqual([found.loader, found.kind, found.commands], ['systemd-boot', 'change', []]);
  assert.deepEqual(changedLines(found), ['-options rw iommu=off', '+options rw intel_iommu=on']);
});

test('files that have it already need no change, only to be taken up', () => {
  const grub = advice({ '/etc/default/grub': 'GRUB_CMDLINE_LINUX="intel_iommu=on"\n' }, ['update-grub']);
  assert.deepEqual([grub.kind, grub.changes, grub.commands], ['already-set', [], ['sudo update-grub']]);
  const entry = advice({ '/boot/loader/entries/a.conf': 'options rw intel_iommu=on\n' }, []);
  assert.deepEqual([entry.kind, entry.changes, entry.commands], ['already-set', [], []]);
});

test('what is not of a known shape is left to a person', () => {
  const kinds = [
    advice({ '/etc/default/grub': 'GRUB_CMDLINE_LINUX_DEFAULT="quiet \\\n splash"\n' }, ['update-grub']),
    advice({ '/etc/default/grub': 'GRUB_CMDLINE_LINUX_DEFAULT="$(cat /x)"quiet\n' }, ['update-grub']),
    advice({ '/etc/default/grub': 'GRUB_CMDLINE_LINUX_DEFAULT+=" quiet"\n' }, ['update-grub']),
    advice({}, [], { loaderInfo: 'systemd-boot 254' }),
    advice({}, ['update-grub']),
  ].map(({ loader, kind, changes }) => [loader, kind, changes.length]);
  assert.deepEqual(kinds, [
    ['grub', 'by-hand', 0],
    ['grub', 'by-hand', 0],
    ['grub', 'by-hand', 0],
    ['systemd-boot', 'by-hand', 0],
    ['unknown', 'by-hand', 0],
  ]);
});

test('a file without an assignment gets one, and changes far apart are hunks of their own', () => {
  const empty = advice({ '/etc/default/grub': '' }, ['update-grub']);
  assert.match(empty.changes[0]?.diff ?? '', /^@@ -0,0 \+1,1 @@\n\+GRUB_CMDLINE_LINUX_DEFAULT="intel_iommu=on"$/m);
  const lines = Array.from({ length: 20 }, (_, index) => `A${index.toString()}=1`);
  lines[1] = 'GRUB_CMDLINE_LINUX="iommu=off"';
  lines[15] = 'GRUB_CMDLINE_LINUX_DEFAULT=""';
  const wanted = { add: ['intel_iommu=on'], remove: ['iommu=off'] };
  const far = advice({ '/etc/default/grub': `${lines.join('\n')}\n` }, ['update-grub'], { wanted });
  assert.deepEqual(far.changes[0]?.diff.match(/^@@.*$/gm), ['@@ -1,5 +1,5 @@', '@@ -13,7 +13,7 @@']);
});

test('a system that is an image has its arguments changed by its own tool', () => {
  const wanted = { add: ['intel_iommu=on'], remove: ['iommu=off'] };
  const found = advice({ '/etc/default/grub': DEBIAN }, ['rpm-ostree', 'grub2-mkconfig'], { ostree: true, wanted });
  assert.deepEqual([found.kind, found.changes], ['change', []]);
  assert.deepEqual(found.commands, [
    'sudo rpm-ostree kargs --append-if-missing=intel_iommu=on --delete-if-present=iommu=off',
  ]);
});
