import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { commands, l10n, Uri, window } from 'vscode';
import type { Guest } from '../guest/guest.ts';
import { attachedDevices, plug, unplug, type AttachedDevice } from '../guest/hot-plug.ts';
import { memoryPlan } from '../guest/launcher.ts';
import { formatGuestAddress } from '../guest/machine.ts';
import { screenshot } from '../guest/screenshot.ts';
import type { Host } from '../host/host.ts';
import { shortAddress } from '../host/pci-address.ts';
import { isOnVfio } from '../host/snapshot.ts';
import { bind } from './device-commands.ts';
import { pickDevices } from './device-picker.ts';
import type { RunningGuest } from './guest-list.ts';
import type { GuestNode } from './guest-tree.ts';
import { withLateProgress } from './late-progress.ts';
import { rootOptions } from './password.ts';

/** Gives a device of the guest's host to the guest, bound first where that is needed. */
export async function plugInto({ guest, host }: RunningGuest): Promise<void> {
  const [target] =
    (await pickDevices({ all: () => [host] }, l10n.t('Plug into {0}', guest.spec.name), ['bound', 'free'], false)) ??
    [];
  if (!target) return;
  await host.refresh();
  const fn = host.ready().snapshot.functions.get(target.address);
  if (fn && !isOnVfio(fn) && !(await bind([target], { then: l10n.t('Bind and Plug In') }))) return;
  await raiseMemoryLimit(guest, host);
  await plug(guest, target.address);
  await host.refresh();
}

/** A guest that was booted without devices may not lock its memory yet. */
async function raiseMemoryLimit({ spec, session }: Guest, host: Host): Promise<void> {
  if (spec.passed.length > 0) return;
  const plan = memoryPlan({ ...spec, passed: ['what comes'] }, host.ready().facts, session.pid);
  if (plan) await host.run(plan, rootOptions());
}

interface Plugged {
  running: RunningGuest;
  device: AttachedDevice;
}

/** The device of a row, or one that the user picks. */
export async function pluggedDevice(
  node: unknown,
  pickGuest: () => Promise<RunningGuest | undefined>,
): Promise<Plugged | undefined> {
  const candidate = node as GuestNode | undefined;
  if (candidate?.kind === 'device') return candidate;
  const running = await pickGuest();
  if (!running) return undefined;
  const removable = (await attachedDevices(running.guest)).filter((device) => device.removable);
  if (removable.length === 0) {
    void window.showInformationMessage(
      l10n.t(
        '{0} has no device that could be taken away: none is behind a root port of its own.',
        running.guest.spec.name,
      ),
    );
    return undefined;
  }
  const picks = removable.map((device) => ({
    label: shortAddress(device.host),
    description: l10n.t('is {0} in the guest', formatGuestAddress(device.guest)),
    device,
  }));
  const chosen = await window.showQuickPick(picks, { title: l10n.t('Unplug') });
  return chosen && { running, device: chosen.device };
}

export async function unplugFrom({ guest, host }: RunningGuest, device: AttachedDevice): Promise<void> {
  await withLateProgress(l10n.t('Waiting for {0} to let go of {1}', guest.spec.name, device.host), (_, signal) =>
    unplug(guest, device, signal),
  );
  await host.refresh();
}

/** What the guest's display shows, as a picture in the editor. */
export async function showScreen({ guest }: RunningGuest, directory: string): Promise<void> {
  const png = await screenshot(guest);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const file = path.join(directory, `${guest.session.id}.png`);
  await writeFile(file, png, { mode: 0o600 });
  await commands.executeCommand('vscode.open', Uri.file(file));
}
