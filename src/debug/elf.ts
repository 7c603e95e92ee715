import { open } from 'node:fs/promises';
import { Failure } from '../host/failure.ts';

/** What we need of an ELF file (System V ABI, chapter 4). */
export interface ElfHead {
  entry: bigint;
  /** Lowest virtual address of its PT_LOAD segments: where it was linked to. */
  base: bigint;
}

const PT_LOAD = 1;
const MOST = 64 * 1024;

/** Reads the head of a little-endian ELF file of 32 or 64 bits. */
export async function readElf(file: string): Promise<ElfHead> {
  const bad = (problem: string): Failure => new Failure('bad-file', { path: file, line: 0, problem });
  const handle = await open(file).catch(() => {
    throw new Failure('file-missing', { path: file, neededBy: 'the debugger' });
  });
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(MOST), 0, MOST, 0);
    if (bytesRead < 64 || buffer.readUInt32BE(0) !== 0x7f454c46) throw bad('not an ELF file');
    if (buffer[5] !== 1) throw bad('not little-endian');
    const wide = buffer[4] === 2;
    const address = (offset: number): bigint =>
      wide ? buffer.readBigUInt64LE(offset) : BigInt(buffer.readUInt32LE(offset));
    const start = Number(address(wide ? 0x20 : 0x1c));
    const size = buffer.readUInt16LE(wide ? 0x36 : 0x2a);
    const count = buffer.readUInt16LE(wide ? 0x38 : 0x2c);
    let base: bigint | undefined;
    for (let index = 0; index < count; index += 1) {
      const at = start + index * size;
      if (at + size > bytesRead) throw bad('its program headers are not where they should be');
      if (buffer.readUInt32LE(at) !== PT_LOAD) continue;
      const virtual = address(at + (wide ? 0x10 : 0x08));
      if (base === undefined || virtual < base) base = virtual;
    }
    return { entry: address(0x18), base: base ?? 0n };
  } finally {
    await handle.close();
  }
}

/** Largest of a section header table and of its names that is believed. */
const LARGEST_TABLE = 1024 * 1024;

/** Address of a section of a little-endian ELF file of 32 bits; undefined where it has none of that name. */
export async function sectionAddress(file: string, name: string): Promise<bigint | undefined> {
  const bad = (problem: string): Failure => new Failure('bad-file', { path: file, line: 0, problem });
  const handle = await open(file).catch(() => {
    throw new Failure('file-missing', { path: file, neededBy: 'the debugger' });
  });
  const read = async (offset: number, length: number): Promise<Buffer> => {
    if (length > LARGEST_TABLE) throw bad('its section headers are larger than they should be');
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, offset);
    if (bytesRead < length) throw bad('its section headers are not where they should be');
    return buffer;
  };
  try {
    const head = await read(0, 52);
    if (head.readUInt32BE(0) !== 0x7f454c46 || head[4] !== 1 || head[5] !== 1)
      throw bad('not a little-endian ELF file of 32 bits');
    const size = head.readUInt16LE(0x2e);
    const count = head.readUInt16LE(0x30);
    if (size < 40) throw bad('its section headers are too small');
    const table = await read(head.readUInt32LE(0x20), size * count);
    const ofNames = head.readUInt16LE(0x32);
    if (ofNames >= count) throw bad('its sections have no names');
    const place = ofNames * size;
    const names = await read(table.readUInt32LE(place + 0x10), table.readUInt32LE(place + 0x14));
    for (let index = 0; index < count; index += 1) {
      const at = table.readUInt32LE(index * size);
      const end = at + name.length;
      if (names.toString('latin1', at, end) === name && names[end] === 0)
        return BigInt(table.readUInt32LE(index * size + 0x0c));
    }
    return undefined;
  } finally {
    await handle.close();
  }
}
