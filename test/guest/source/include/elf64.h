/* The part of 64-bit ELF that loader and kernel read. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum {
    ELF_CLASS_64 = 2,
    ELF_MACHINE_X86_64 = 62,
    SEGMENT_LOAD = 1,
    RELOCATION_RELATIVE = 8,
};

struct elf64_header {
    uint8_t magic[4];
    uint8_t class;
    uint8_t identification[11];
    uint16_t type;
    uint16_t machine;
    uint32_t version;
    uint64_t entry;
    uint64_t segments_offset;
    uint64_t sections_offset;
    uint32_t flags;
    uint16_t header_size;
    uint16_t segment_size;
    uint16_t segment_count;
} __attribute__((packed));

struct elf64_segment {
    uint32_t type;
    uint32_t flags;
    uint64_t offset;
    uint64_t virtual_address;
    uint64_t physical_address;
    uint64_t file_bytes;
    uint64_t memory_bytes;
    uint64_t alignment;
} __attribute__((packed));

struct elf64_relocation {
    uint64_t offset;
    uint64_t kind;
    uint64_t addend;
} __attribute__((packed));

bool elf64_is_program(const uint8_t *image);
const struct elf64_segment *elf64_segment(const uint8_t *image, uint32_t index);
/* Where it is linked, and where that ends. */
uint64_t elf64_lowest(const uint8_t *image);
uint64_t elf64_end(const uint8_t *image);
/* Copies all that is loaded to a place of the same size. */
void elf64_place(const uint8_t *image, uint8_t *target);
