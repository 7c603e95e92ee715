import type { Message } from './diagnosis.ts';

// Flags of an IO_PAGE_FAULT (AMD I/O Virtualization Technology (IOMMU) Specification, 48882, "IO_PAGE_FAULT Event").
// RW means something only for accesses to pages that are present, PE and RZ only where PR is set.
const INTERRUPT = 0x08;
const PRESENT = 0x10;
const WRITE = 0x20;
const NO_PERMISSION = 0x40;
const RESERVED_BITS = 0x80;
const TRANSLATION = 0x100;

function reasonOf(flags: number): string {
  if (flags & INTERRUPT) return 'interrupt not remapped';
  if (!(flags & PRESENT)) return 'page not present';
  if (flags & NO_PERMISSION) return 'no permission';
  return flags & RESERVED_BITS ? 'reserved bits set' : 'page fault';
}

function accessOf(flags: number): 'read' | 'write' | undefined {
  if (!(flags & PRESENT) || flags & (INTERRUPT | TRANSLATION)) return undefined;
  return flags & WRITE ? 'write' : 'read';
}

/** Without the zeros at the head that one kernel prints and another does not. */
function hex(text: string): string {
  return `0x${BigInt(text.startsWith('0x') ? text : `0x${text}`).toString(16)}`;
}

/** What the IOMMU's drivers print when a device reaches for memory that it was not given. */
export const dmaFaultMessages: readonly Message[] = [
  {
    // drivers/iommu/intel/dmar.c, dmar_fault_do_one. Earlier kernels: `[DMA Read] Request device [01:00.0] PASID
    // ffffffff fault addr fffff000 [fault reason 06] …`, and yet earlier ones without the PASID.
    pattern:
      /\[DMA (Read|Write)(?: NO_PASID| PASID 0x[0-9a-f]{1,8})?\] Request device \[((?:[0-9a-f]{4}:)?[0-9a-f]{2}:[0-9a-f]{2}\.[0-7])\] (?:PASID [0-9a-f]{1,8} )?fault addr ((?:0x)?[0-9a-f]{1,16}) \[fault reason (?:0x)?[0-9a-f]{1,2}\] ([\w :,/.-]{1,80})/,
    meaning: (_, access, device, at, reason) => ({
      code: 'dma-fault',
      device,
      at: hex(at),
      access: access === 'Read' ? 'read' : 'write',
      reason: reason.trim(),
    }),
  },
  {
    // drivers/iommu/amd/iommu.c, amd_iommu_report_page_fault. The device stands before it where the kernel knows it, else
    // in the brackets; there, earlier kernels print it without its domain.
    pattern:
      /Event logged \[IO_PAGE_FAULT (?:device=((?:[0-9a-f]{4}:)?[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]) )?domain=0x[0-9a-f]{1,5} address=(0x[0-9a-f]{1,16}) flags=(0x[0-9a-f]{1,4})\]/,
    meaning: (address, device, at, text) => {
      const flags = Number(text);
      return {
        code: 'dma-fault',
        device: device === '' ? (address ?? '') : device,
        at: hex(at),
        access: accessOf(flags),
        reason: reasonOf(flags),
      };
    },
  },
];
