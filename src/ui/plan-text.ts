import { describeStep, type Plan, type Step } from '../host/plan.ts';
import { shortAddress } from '../host/pci-address.ts';

/** A write in a few words, for the confirmation. */
function brief(step: Step): string {
  switch (step.op) {
    case 'module':
      return `load module ${step.module}`;
    case 'record':
      return `${shortAddress(step.address)}  note what it had: ${step.driver ?? 'no driver'}`;
    case 'mark':
      return `${shortAddress(step.address)}  note: ${step.state}`;
    case 'forget':
      return `${shortAddress(step.address)}  drop the note`;
    case 'unbind':
      return `${shortAddress(step.address)}  unbind from ${step.driver}`;
    case 'override':
      return `${shortAddress(step.address)}  driver_override ← ${step.driver ?? '(none)'}`;
    case 'probe':
      return `${shortAddress(step.address)}  probe → ${step.driver ?? "the kernel's choice"}`;
    case 'd3cold':
      return `${shortAddress(step.address)}  d3cold_allowed ← ${step.allowed ? '1' : '0'}`;
    case 'vfs':
      return `${shortAddress(step.address)}  virtual functions ← ${step.count.toString()}`;
    case 'grant':
      return `/dev/vfio/${step.group.toString()}  owner ← uid ${step.uid.toString()}`;
    case 'memlock':
      return `process ${step.pid.toString()}  may lock ${(step.bytes / 2 ** 20).toFixed(0)} MiB`;
  }
}

/** Every write in its order, and what takes it back. */
export function planLines(plan: Plan): string[] {
  return plan.steps.map(({ do: step, undo }, index) => {
    const back = undo ? `   (undo: ${brief(undo).replace(/^\S+ {2}/, '')})` : '';
    return `${(index + 1).toString()}. ${brief(step)}${back}`;
  });
}

/** The plan as the commands that it amounts to, for reading. */
export function planDocument(title: string, plan: Plan): string {
  const lines = [
    `# ${title}`,
    '# Run in this order. When a step fails, those before it are undone in reverse order.',
    '',
  ];
  for (const { do: step, undo } of plan.steps) {
    lines.push(describeStep(step));
    if (undo) lines.push(`#   undo: ${describeStep(undo)}`);
  }
  return `${lines.join('\n')}\n`;
}
