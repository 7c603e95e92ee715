// What has to be installed from Debian or Ubuntu.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import process from 'node:process';
import { run, SetUpError, step } from './steps.mjs';

/** Debian packages, and what each is for. */
const packages = {
  binutils: 'building the test guest',
  'ca-certificates': 'downloads',
  cpio: 'the initial file system of the lab',
  'debian-archive-keyring': 'building the lab',
  e2fsprogs: 'the disk of the lab',
  'fonts-dejavu-core': 'readable screenshots',
  gcc: 'building the test guest',
  gdb: 'debugging the test guest',
  'gdb-multiarch': 'debugging the boards',
  kmod: 'the kernel modules of the lab',
  'libc6-dev': 'building the lab',
  make: 'building the test guest',
  mmdebstrap: 'building the lab',
  'openssh-client': 'the lab as a remote host',
  pciutils: 'the names of PCI devices',
  python3: 'the harness of the test guest',
  'qemu-system-arm': 'the boards',
  'qemu-system-x86': 'the lab and the test guest',
  'qemu-utils': 'the disks of the lab',
  socat: 'the sockets of the lab',
};

/** Where a browser may be. A snap is of no use: it cannot read the temporary directory of the tests. */
const browsers = ['/usr/bin/chromium', '/usr/bin/google-chrome', '/usr/bin/google-chrome-stable'];

/** @param {string} name */
function isInstalled(name) {
  const query = spawnSync('dpkg-query', ['--show', '--showformat=${db:Status-Status}', name], { encoding: 'utf8' });
  return query.stdout === 'installed';
}

export function findBrowser() {
  const named = process.env['CHROMIUM'];
  if (named !== undefined && !existsSync(named)) {
    throw new SetUpError(`CHROMIUM says ${named}, where there is nothing. Set it to the path of Chromium or Chrome.`);
  }
  return named ?? browsers.find((file) => existsSync(file));
}

function isUbuntu() {
  return existsSync('/etc/os-release') && /^ID=ubuntu$/m.test(readFileSync('/etc/os-release', 'utf8'));
}

/** How to become root, if that is needed. @returns {string[]} */
function elevation() {
  if (process.getuid?.() === 0) return [];
  // The one program that may ask something, so it gets the terminal.
  const sudo = spawnSync('sudo', process.stdin.isTTY ? ['--validate'] : ['--non-interactive', 'true'], {
    stdio: 'inherit',
  });
  if (sudo.status !== 0)
    throw new SetUpError('This needs root or sudo. Run it as root, or install the packages yourself.');
  return ['sudo', '--non-interactive'];
}

export async function installPackages() {
  if (spawnSync('apt-get', ['--version']).status !== 0) {
    console.log(
      `This is neither Debian nor Ubuntu, so nothing is installed. Needed are: ${Object.keys(packages).join(' ')} chromium`,
    );
    return;
  }
  const missing = Object.entries(packages).filter(([name]) => !isInstalled(name));
  if (findBrowser() === undefined) {
    if (isUbuntu()) {
      throw new SetUpError(
        'Ubuntu has Chromium only as a snap, which the tests cannot use. Install Google Chrome from https://www.google.com/chrome/\n' +
          'or set CHROMIUM to the path of a Chromium or Chrome that is no snap.',
      );
    }
    missing.push(['chromium', 'the workbench that is tested']);
  }
  if (missing.length === 0) return;

  console.log('Missing Debian packages, which are going to be installed:');
  for (const [name, purpose] of missing) console.log(`  ${name.padEnd(24)} ${purpose}`);
  /** @type {(...args: string[]) => [string, ...string[]]} */
  const aptGet = (...args) => {
    const [file, ...rest] = [
      ...elevation(),
      'env',
      'DEBIAN_FRONTEND=noninteractive',
      'apt-get',
      '-o',
      'DPkg::Lock::Timeout=120',
      ...args,
    ];
    if (file === undefined) throw new Error('no command');
    return [file, ...rest];
  };
  const names = missing.map(([name]) => name);
  await step('Reading the package lists', async () => {
    await run(aptGet('update'), {
      quiet: true,
      explain: () => 'The package lists could not be read. Is there a network, and is /etc/apt right?',
    });
  });
  await step(`Installing ${String(names.length)} packages`, async () => {
    await run(aptGet('install', '--yes', '--no-install-recommends', ...names), {
      quiet: true,
      explain: () =>
        `The packages could not be installed. Try it by hand: apt-get install --no-install-recommends ${names.join(' ')}`,
    });
  });
}
