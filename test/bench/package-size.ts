// What people download.
import { statSync } from 'node:fs';
import { packageExtension, packageFile } from '../e2e/package.ts';
import { limited, type Measurement } from './measurement.ts';

const MOST_MB = 2;

export const packageSize: Measurement = {
  name: 'size',
  title: 'the package',
  run: async () => {
    await packageExtension();
    return [limited('.vsix size', statSync(packageFile).size / 1e6, 'MB', MOST_MB)];
  },
};
