import { env, l10n, window, workspace } from 'vscode';
import { rootOptions } from './password.ts';
import { planDocument, planLines } from './plan-text.ts';
import { reasonLine, reasonText, takenText } from './reason-words.ts';
import { Failure } from '../host/failure.ts';
import type { Host } from '../host/host.ts';
import { parsePciAddress, shortAddress, type PciAddress } from '../host/pci-address.ts';
import type { Plan, PlannedStep } from '../host/plan.ts';
import { endpointsOf, isOnVfio, type PciFunction } from '../host/snapshot.ts';
import { virtualFunctionsOf } from '../host/vf-plan.ts';
import { isOverridable, isRefusal, verdictOf, type Reason } from '../host/verdict.ts';
import { deviceName } from './device-row.ts';
import type { Documents } from './documents.ts';
import { DEVICES_VIEW } from './identifiers.ts';

/** A device on a host: what device commands are about. */
export interface Target {
  host: Host;
  address: PciAddress;
}

interface Wanted {
  host: Host;
  /** One device of each group. */
  addresses: PciAddress[];
}

/** One device for each IOMMU group: the others of its group come with it. */
function byHost(targets: readonly Target[]): Wanted[] {
  const hosts = new Map<Host, Map<number | PciAddress, PciAddress>>();
  for (const { host, address } of targets) {
    const groups = hosts.get(host) ?? new Map<number | PciAddress, PciAddress>();
    const group = host.ready().snapshot.functions.get(address)?.group ?? address;
    if (!groups.has(group)) groups.set(group, address);
    hosts.set(host, groups);
  }
  return [...hosts].map(([host, groups]) => ({ host, addresses: [...groups.values()] }));
}

export function functionAt({ host, address }: Target): PciFunction {
  const fn = host.ready().snapshot.functions.get(address);
  if (!fn) throw new Failure('no-device', { address });
  return fn;
}

export function nameOf(target: Target): string {
  return `${shortAddress(target.address)} ${deviceName(functionAt(target), target.host.ready().names)}`;
}

/** The plans of several groups, one after the other. */
async function combined(addresses: readonly PciAddress[], make: (address: PciAddress) => Promise<Plan>): Promise<Plan> {
  const steps: PlannedStep[] = [];
  for (const address of addresses) steps.push(...(await make(address)).steps);
  // The module is loaded once.
  return {
    steps: steps.filter(
      (step, index) => step.do.op !== 'module' || steps.findIndex((each) => each.do.op === 'module') === index,
    ),
  };
}

/** Shows the writes and asks. True when the user wants them. */
async function confirm(
  question: string,
  consequences: readonly string[],
  plan: Plan,
  button: string,
): Promise<boolean> {
  const detail = [...consequences, ...(consequences.length > 0 ? [''] : []), ...planLines(plan)].join('\n');
  return (await window.showWarningMessage(question, { modal: true, detail }, button)) === button;
}

async function carryOut(host: Host, plan: Plan, title: string): Promise<void> {
  await window.withProgress({ location: { viewId: DEVICES_VIEW }, title }, () => host.run(plan, rootOptions()));
}

/** What the user gives up, in sentences. */
function consequences(host: Host, addresses: readonly PciAddress[]): string[] {
  const { snapshot, facts } = host.ready();
  const reasons = addresses.flatMap((address) => verdictOf(snapshot, facts, address).reasons);
  const lines = reasons.map((reason) => `${isRefusal(reason) ? '⚠ ' : ''}${reasonLine(reason)}.`);
  const drivers = new Set(
    members(host, addresses).flatMap((fn) => (fn.driver === undefined || isOnVfio(fn) ? [] : [fn.driver])),
  );
  if (drivers.size > 0) lines.push(l10n.t('{0} comes back on release.', [...drivers].join(', ')));
  return lines;
}

function members(host: Host, addresses: readonly PciAddress[]): PciFunction[] {
  const { snapshot } = host.ready();
  return addresses.flatMap((address) => {
    const group = snapshot.functions.get(address)?.group;
    return group === undefined ? [] : endpointsOf(snapshot, group);
  });
}

function subject(host: Host, addresses: readonly PciAddress[]): string {
  const { snapshot } = host.ready();
  const all = members(host, addresses);
  const [first] = all;
  if (first && all.length === 1) return nameOf({ host, address: first.address });
  if (addresses.length > 1) return l10n.t('{0} devices', all.length);
  const group = snapshot.functions.get(addresses[0] ?? ('' as PciAddress))?.group;
  return l10n.t('group {0} ({1})', group ?? '?', all.map((fn) => shortAddress(fn.address)).join(', '));
}

/**
 * Binds the devices' groups to vfio-pci, after showing each write. False when the user would rather not. `then`: what
 * the button says; `typed`: the user has typed the address of what is refused otherwise.
 */
export async function bind(
  targets: readonly Target[],
  options: { then?: string; typed?: boolean } = {},
): Promise<boolean> {
  for (const { host, addresses } of byHost(targets)) {
    const plan = await combined(addresses, (address) => host.planBind(address, options));
    if (plan.steps.length === 0) continue;
    const question = l10n.t('Bind {0} to vfio-pci?', subject(host, addresses));
    const button = options.then ?? l10n.t('Bind');
    if (!(await confirm(question, consequences(host, addresses), plan, button))) return false;
    await carryOut(host, plan, l10n.t('Binding to vfio-pci'));
  }
  return true;
}

/** Gives the devices' groups back to the drivers that they had. */
export async function release(targets: readonly Target[]): Promise<void> {
  for (const { host, addresses } of byHost(targets)) {
    const plan = await combined(addresses, (address) => host.planRelease(address));
    if (plan.steps.length === 0) continue;
    const drivers = [
      ...new Set(
        members(host, addresses)
          .map((fn) => fn.taking?.driver)
          .filter((name) => name !== undefined),
      ),
    ];
    const question =
      drivers.length > 0
        ? l10n.t('Release {0} to {1}?', subject(host, addresses), drivers.join(', '))
        : l10n.t('Release {0} to the host?', subject(host, addresses));
    const others = members(host, addresses).flatMap(({ address, taking }) =>
      taking && taking.uid !== host.ready().facts.uid ? [takenText(address, taking)] : [],
    );
    if (!(await confirm(question, others, plan, l10n.t('Release')))) return;
    await carryOut(host, plan, l10n.t('Releasing to the host'));
  }
}

/** Puts back what an interrupted plan has left half done. */
export async function putBack(targets: readonly Target[]): Promise<void> {
  for (const { host, addresses } of byHost(targets)) {
    const plan = await combined(addresses, (address) => host.planRelease(address));
    const question = l10n.t('Put {0} back as it was?', subject(host, addresses));
    const what = l10n.t('A change was begun and did not get to its end. These steps undo what was done of it.');
    if (!(await confirm(question, [what], plan, l10n.t('Put Back')))) return;
    await carryOut(host, plan, l10n.t('Putting back'));
  }
}

/** Asks how many virtual functions a physical one is to have, and makes or removes them. */
export async function setVirtualFunctions(target: Target): Promise<void> {
  const { host, address } = target;
  const { sriov } = functionAt(target);
  if (!sriov) {
    void window.showInformationMessage(l10n.t('{0} has no virtual functions to give.', nameOf(target)));
    return;
  }
  const answer = await window.showInputBox({
    title: l10n.t('Virtual functions of {0}', nameOf(target)),
    prompt: l10n.t('How many: 0 to {0}', sriov.total),
    value: String(sriov.current === 0 ? sriov.total : 0),
    validateInput: (text) =>
      /^\d+$/.test(text) && Number(text) <= sriov.total ? undefined : l10n.t('A number from 0 to {0}.', sriov.total),
  });
  if (answer === undefined) return;
  const plan = await host.planVirtualFunctions(address, Number(answer));
  if (plan.steps.length === 0) return;
  const question = l10n.t(
    'Change the virtual functions of {0} from {1} to {2}?',
    nameOf(target),
    sriov.current,
    answer,
  );
  const going = virtualFunctionsOf(host.ready().snapshot, address).map((fn) => fn.address);
  const lost = going.length === 0 ? [] : [l10n.t('{0} go away.', going.map(shortAddress).join(', '))];
  if (!(await confirm(question, lost, plan, l10n.t('Change')))) return;
  await carryOut(host, plan, l10n.t('Changing virtual functions'));
}

/** The plan for a device in its present state, as a document. */
export async function showPlan(target: Target, documents: Documents): Promise<void> {
  const fn = functionAt(target);
  const bound = isOnVfio(fn) || fn.taking !== undefined;
  const plan = target.host.planFor(target.address);
  const title = bound
    ? `Release ${nameOf(target)} on ${target.host.name}`
    : `Bind ${nameOf(target)} on ${target.host.name} to vfio-pci`;
  await documents.show(
    `${bound ? 'Release' : 'Bind'} ${shortAddress(target.address).replaceAll(':', '-')}.sh`,
    planDocument(title, plan),
  );
}

function refusalsOf({ host, address }: Target): Reason[] {
  const { snapshot, facts } = host.ready();
  return verdictOf(snapshot, facts, address).reasons.filter(isRefusal);
}

/** Says why the host keeps a device, and goes on to {@link takeAnyway} where that can be had. */
export async function explain(target: Target): Promise<void> {
  const refusals = refusalsOf(target);
  const own = (reason: Reason): string => (reason.address === target.address ? reasonText(reason) : reasonLine(reason));
  const anyway = l10n.t('Take It Anyway…');
  const chosen = await window.showInformationMessage(
    l10n.t('{0} stays with the host', nameOf(target)),
    { modal: true, detail: refusals.map((reason) => `• ${own(reason)}`).join('\n') },
    ...(workspace.isTrusted && refusals.length > 0 && refusals.every(isOverridable) ? [anyway] : []),
  );
  if (chosen === anyway) await takeAnyway(target);
}

/** Binds what the host would rather keep, for somebody who types its address. */
export async function takeAnyway(target: Target): Promise<void> {
  const { address } = target;
  const refusals = refusalsOf(target);
  const never = refusals.filter((reason) => !isOverridable(reason));
  if (never.length > 0) throw new Failure('refused', { address, reasons: never });
  if (refusals.length > 0) {
    const typed = await window.showInputBox({
      title: l10n.t('Take {0} from the host', nameOf(target)),
      prompt: l10n.t('{0}. Type {1} to take it all the same.', refusals.map(reasonLine).join('; '), address),
      placeHolder: address,
      ignoreFocusOut: true,
      validateInput: (text) =>
        parsePciAddress(text.trim()) === address ? undefined : l10n.t('The address of the device: {0}', address),
    });
    if (typed === undefined) return;
  }
  await bind([target], { typed: refusals.length > 0 });
}

export async function copyAddresses(targets: readonly Target[]): Promise<void> {
  await env.clipboard.writeText(targets.map(({ address }) => address).join('\n'));
}

export async function copyIds(targets: readonly Target[]): Promise<void> {
  const ids = targets.map(functionAt).map((fn) => `${fn.vendor}:${fn.device}`);
  await env.clipboard.writeText(ids.join('\n'));
}
