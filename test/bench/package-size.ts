// What people download.
import { stat } from 'node:fs/promises';
import { packageFile } from '../e2e/package.ts';
import { limited, type Measurement } from './measurement.ts';

const MOST_MB = 2;

export const packageSize: Measurement = {
  name: 'size',
  title: 'the package',
  run: async () => [limited('.vsix size', (await stat(packageFile)).size / 1e6, 'MB', MOST_MB)],
};
