#include "elf64.h"

static const struct elf64_header *header_of(const uint8_t *image)
{
    return (const struct elf64_header *)image;
}

bool elf64_is_program(const uint8_t *image)
{
    const struct elf64_header *header = header_of(image);
    return header->magic[0] == 0x7f && header->magic[1] == 'E' && header->class == ELF_CLASS_64 &&
           header->machine == ELF_MACHINE_X86_64;
}

/* Nothing for what is not loaded. */
const struct elf64_segment *elf64_segment(const uint8_t *image, uint32_t index)
{
    const struct elf64_header *header = header_of(image);
    const struct elf64_segment *segment =
        (const struct elf64_segment *)(image + header->segments_offset + index * header->segment_size);
    return segment->type == SEGMENT_LOAD ? segment : 0;
}

uint64_t elf64_lowest(const uint8_t *image)
{
    uint64_t lowest = UINT64_MAX;
    for (uint32_t index = 0; index < header_of(image)->segment_count; index++) {
        const struct elf64_segment *segment = elf64_segment(image, index);
        if (segment && segment->virtual_address < lowest) {
            lowest = segment->virtual_address;
        }
    }
    return lowest;
}

uint64_t elf64_end(const uint8_t *image)
{
    uint64_t end = 0;
    for (uint32_t index = 0; index < header_of(image)->segment_count; index++) {
        const struct elf64_segment *segment = elf64_segment(image, index);
        if (segment && segment->virtual_address + segment->memory_bytes > end) {
            end = segment->virtual_address + segment->memory_bytes;
        }
    }
    return end;
}

void elf64_place(const uint8_t *image, uint8_t *target)
{
    uint64_t lowest = elf64_lowest(image);
    for (uint32_t index = 0; index < header_of(image)->segment_count; index++) {
        const struct elf64_segment *segment = elf64_segment(image, index);
        if (!segment) {
            continue;
        }
        uint8_t *to = target + (uint32_t)(segment->virtual_address - lowest);
        const uint8_t *from = image + segment->offset;
        for (uint32_t byte = 0; byte < segment->memory_bytes; byte++) {
            to[byte] = byte < segment->file_bytes ? from[byte] : 0;
        }
    }
}
