import type { Lab, LabUser } from '../lab/lab.ts';

/** All rows of the lab's tree are in sight, so that finding one needs no scrolling. */
export const ROOMY = { width: 1440, height: 1440 };

/** The settings with which the extension reaches the lab as one of its users. */
export function labSettings(lab: Lab, user: LabUser): Record<string, unknown> {
  return {
    'barrelfish.hosts': { lab: lab.hosts[user] },
    'barrelfish.ssh.configFile': lab.sshConfig,
    // Enough for the test guest; the lab is small.
    'barrelfish.qemu.memory': 64,
  };
}
