/** Access modes of registers and fields (tools/mackerel/Attr.hs). `none`: of a register type's field, which takes the register's. */
export type Access =
  'ro' | 'wo' | 'rc' | 'ros' | 'rw' | 'rwc' | 'rwzc' | 'rwo' | 'rwcs' | 'rws' | 'rwl' | 'mbz' | 'mb1' | 'rsvd' | 'none';

interface Mode {
  readonly meaning: string;
  /** Whether a driver can reasonably read and write it: by this the accessors of fields are made. */
  readonly read: boolean;
  readonly write: boolean;
}

const MODES: Readonly<Record<Access, Mode>> = {
  rw: { meaning: 'read and write', read: true, write: true },
  ro: { meaning: 'read only', read: true, write: false },
  wo: { meaning: 'write only; what was written last is kept in a shadow', read: false, write: true },
  rc: { meaning: 'read only; reading clears it', read: true, write: false },
  ros: { meaning: 'read only, sticky: survives a reset', read: true, write: false },
  rwc: { meaning: 'read; writing 1 clears it', read: true, write: true },
  rwzc: { meaning: 'read; writing 0 clears it', read: true, write: true },
  rwo: { meaning: 'read; can be written once', read: true, write: true },
  rwcs: { meaning: 'read; writing 1 clears it; sticky: survives a reset', read: true, write: true },
  rws: { meaning: 'read and write, sticky: survives a reset', read: true, write: true },
  rwl: { meaning: 'read and write until it is locked', read: true, write: true },
  mbz: { meaning: 'must be zero: always written as 0', read: false, write: false },
  mb1: { meaning: 'must be one: always written as 1s', read: false, write: false },
  rsvd: { meaning: 'reserved: written back as it was read', read: false, write: false },
  none: { meaning: 'as the register', read: true, write: true },
};

export const REGISTER_ACCESS: ReadonlyMap<string, Access> = new Map([
  ['rw', 'rw'],
  ['ro', 'ro'],
  ['rc', 'rc'],
  ['rwc', 'rwc'],
  ['rw1c', 'rwc'],
  ['wo', 'wo'],
  ['rwzc', 'rwzc'],
]);

export const FIELD_ACCESS: ReadonlyMap<string, Access> = new Map([
  ...REGISTER_ACCESS,
  ['ros', 'ros'],
  ['rwo', 'rwo'],
  ['rwcs', 'rwcs'],
  ['rw1cs', 'rwcs'],
  ['rws', 'rws'],
  ['rwl', 'rwl'],
  ['mbz', 'mbz'],
  ['mb1', 'mb1'],
  ['rsvd', 'rsvd'],
]);

export const DATA_ACCESS: ReadonlyMap<string, Access> = new Map([
  ['rw', 'rw'],
  ['mbz', 'mbz'],
  ['mb1', 'mb1'],
  ['rsvd', 'rsvd'],
]);

export function meaningOf(access: Access): string {
  return MODES[access].meaning;
}

export function canRead(access: Access): boolean {
  return MODES[access].read;
}

export function canWrite(access: Access): boolean {
  return MODES[access].write;
}
