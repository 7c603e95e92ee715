import { bootAdvice, type BootAdvice, type KernelArguments } from './boot-loader.ts';
import type { Evidence } from './readiness-reader.ts';
import type { ReadinessFacts } from './readiness.ts';

/** How to change the kernel's command line, where that is what's missing. */
export function kernelArgumentAdvice(seen: Evidence): BootAdvice | undefined {
  const { finding, kind, groups, words } = iommuFacts(seen);
  const remapping = remappingFacts(seen);
  const off = groups === 0 ? words.filter(switchesOff) : [];
  const asked = words.some((word) => !switchesOff(word));
  const wanted: KernelArguments = {
    // AMD-Vi is used by default, and nothing asks for it (Documentation/admin-guide/kernel-parameters.txt).
    add: groups === 0 && kind === 'VT-d' && !asked && finding !== 'not-in-machine' ? ['intel_iommu=on'] : [],
    remove: [...off, ...(remapping.finding === 'switched-off' ? remapping.words : [])],
  };
  return wanted.add.length + wanted.remove.length === 0 ? undefined : bootAdvice(seen.boot, wanted);
}

/** Words of the command line, as Documentation/admin-guide/kernel-parameters.txt has them. */
function argumentsLike(seen: Evidence, pattern: RegExp): string[] {
  return (seen.commandLine ?? '').split(/\s+/).filter((word) => pattern.test(word));
}

function switchesOff(word: string): boolean {
  return /[=,]off(?:,|$)/.test(word);
}

function logged(seen: Evidence, pattern: RegExp): { logged?: string } {
  const line = seen.log.lines.find((each) => pattern.test(each));
  return line === undefined ? {} : { logged: line };
}

/** Is there an IOMMU, is it on, and if not: who has to do something about it? */
export function iommuFacts(seen: Evidence): ReadinessFacts['iommu'] {
  const { iommus: units, iommuTables: tables, cpu } = seen;
  const table = tables?.[0];
  const isOf = (prefix: string): boolean => units.some((name) => name.startsWith(prefix));
  const intel = isOf('dmar') || table === 'DMAR' || (table === undefined && cpu?.vendor === 'intel');
  const amd = isOf('ivhd') || table === 'IVRS' || (table === undefined && cpu?.vendor === 'amd');
  const groups = Math.max(0, seen.groupCount - seen.noIommuGroups);
  const off = argumentsLike(seen, /^(?:(?:amd|intel)_)?iommu=(?:\w+,)*off(?:,\w+)*$/);
  const asked = argumentsLike(seen, /^intel_iommu=(?:\w+,)*on(?:,\w+)*$/);
  const finding = (): ReadinessFacts['iommu']['finding'] => {
    if (groups > 0) return 'on';
    if (seen.commandLine === undefined && tables === undefined) return 'unread';
    if (off.length > 0) return 'switched-off';
    if (tables?.length === 0) return cpu?.hypervisor === true ? 'not-in-machine' : 'not-in-firmware';
    return intel && asked.length === 0 ? 'not-asked-for' : 'unexplained';
  };
  return {
    finding: finding(),
    kind: isOf('smmu') ? 'SMMU' : intel ? 'VT-d' : amd ? 'AMD-Vi' : 'IOMMU',
    units,
    groups,
    ...(table === undefined ? {} : { table }),
    words: [...off, ...asked],
    ...logged(seen, /DMAR: IOMMU enabled|Directed I\/O|AMD-Vi: .*IOMMU/),
  };
}

/** Are interrupts of devices remapped, so that a guest can't make up those of the host? */
export function remappingFacts(seen: Evidence): ReadinessFacts['interrupt-remapping'] {
  const chips = seen.interruptChips;
  const parameters = seen.unsafeParameters.filter((path) => path.endsWith('/allow_unsafe_interrupts'));
  const words = argumentsLike(seen, /^(?:nointremap|intremap=off)$/);
  const log = logged(seen, /Enabled IRQ remapping|Interrupt remapping enabled/);
  const finding = (): ReadinessFacts['interrupt-remapping']['finding'] => {
    if (log.logged !== undefined || chips.some((name) => name.includes('IR-'))) return 'on';
    if (parameters.length > 0) return 'unsafe';
    if (words.length > 0) return 'switched-off';
    // Without an IOMMU in use it can't be told; and only the chips of x86 tell it.
    return chips.length === 0 || seen.groupCount <= seen.noIommuGroups ? 'unseen' : 'off';
  };
  return { finding: finding(), chips, parameters, words, ...log };
}
