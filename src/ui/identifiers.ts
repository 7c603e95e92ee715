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
  | 'goToDriverEntry'
  | 'showDriven'
  | 'showAllDevices'
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
  | 'bootConfiguration'
  | 'bootLast'
  | 'newBootConfiguration'
  | 'saveBootConfiguration'
  | 'editBootConfigurations'
  | 'showBootMenu'
  | 'copyCommandLine'
  | 'exportScript'
  | 'chooseBuildDirectory'
  | 'build'
  | 'buildAgain'
  | 'buildMissing'
  | 'buildModule'
  | 'setUpBuildDirectory'
  | 'useContainer'
  | 'showProblems'
  | 'buildDirectoryPath'
  | 'openSerial'
  | 'openLog'
  | 'openPastLog'
  | 'compareLog'
  | 'showLogTimes'
  | 'attach'
  | 'attachOverSerial'
  | 'saveMemory'
  | 'debugDomain'
  | 'copyDomainName'
  | 'openGdbSetting'
  | 'openLaunchConfigurations'
  | 'pauseDebugging'
  | 'decodeError'
  | 'walkPageTables'
  | 'crashReport'
  | 'copyCpptoolsEntry'
  | 'pause'
  | 'resume'
  | 'reset'
  | 'powerDown'
  | 'stop'
  | 'kill'
  | 'plug'
  | 'unplug'
  | 'screenshot'
  | 'connectGuest'
  | 'removeGuest'
  | 'showOutput'
  | 'restartLanguageServer'
  | 'checkHost'
  | 'copyHostReport'
  | 'showKernelArgumentDiff'
  | 'copyCheckCommands'
  | 'installHelper'
  | 'removeHelper';

export const DEVICES_VIEW = 'barrelfish.devices';
export const GUESTS_VIEW = 'barrelfish.guests';
export const DOMAINS_VIEW = 'barrelfish.domains';
export const CHECK_VIEW = 'barrelfish.check';
/** Of the records of serial lines. */
export const SERIAL_LANGUAGE = 'barrelfish-serial';
export const DEBUG_TYPE = 'barrelfish';
export const TASK_TYPE = 'barrelfish';
export const MAKE_TASK_TYPE = 'barrelfish-make';
/** Scheme of read-only documents: plans, explanations. */
export const DOCUMENT_SCHEME = 'barrelfish';
/** Scheme that carries a device's state to its badge. */
export const DEVICE_SCHEME = 'barrelfish-device';

export function commandId(name: CommandName): string {
  return `barrelfish.${name}`;
}
