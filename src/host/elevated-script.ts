import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** What changes devices as root. */
export const elevatedScript = readFileSync(new URL('./elevated.sh', import.meta.url), 'utf8');

export const elevatedHash = createHash('sha256').update(elevatedScript).digest('hex');

/** Where a host may have it installed. */
export const HELPER = '/usr/local/libexec/barrelfish-elevated';
