/** Every command of package.json, without its `barrelfish.` prefix. The table in commands.ts must have a handler for each. */
export type CommandName =
  | 'refresh'
  | 'retry'
  | 'connectInTerminal'
  | 'addHost'
  | 'showByClass'
  | 'showByGroup'
  | 'filter'
  | 'clearFilter'
  | 'showWithoutIommu'
  | 'showIommuSteps'
  | 'copyKernelArgument'
  | 'reveal'
  | 'copyAddress'
  | 'copyIds'
  | 'copyQemuOption'
  | 'explain'
  | 'showPlan'
  | 'bind'
  | 'release'
  | 'putBack'
  | 'setVirtualFunctions'
  | 'takeAnyway'
  | 'nameDevice'
  | 'neverTouch'
  | 'allowAgain'
  | 'boot'
  | 'bootGuest'
  | 'bootAndDebug'
  | 'copyCommandLine'
  | 'exportScript'
  | 'chooseBuildDirectory'
  | 'openSerial'
  | 'openLog'
  | 'attach'
  | 'stop'
  | 'showOutput'
  | 'checkHost'
  | 'copyHostReport'
  | 'showKernelArgumentDiff'
  | 'copyCheckCommands'
  | 'installHelper'
  | 'removeHelper';

export const DEVICES_VIEW = 'barrelfish.devices';
export const GUESTS_VIEW = 'barrelfish.guests';
export const CHECK_VIEW = 'barrelfish.check';
export const DEBUG_TYPE = 'barrelfish';
export const TASK_TYPE = 'barrelfish';
/** Scheme of read-only documents: plans, explanations. */
export const DOCUMENT_SCHEME = 'barrelfish';
/** Scheme that carries a device's state to its badge. */
export const DEVICE_SCHEME = 'barrelfish-device';

export function commandId(name: CommandName): string {
  return `barrelfish.${name}`;
}
