/*
 * The loader. It finds the module whose path ends in "/cpu", places its
 * segments where they are linked, and maps the first 4 GiB one to one.
 */
#include "multiboot.h"
#include "serial.h"

#define PAGE_PRESENT 0x01
#define PAGE_WRITABLE 0x02
#define PAGE_LARGE 0x80

enum {
    ENTRIES = 512,
    GIBIBYTES = 4,
    LARGE_PAGE = 2 << 20,
    ELF_CLASS_64 = 2,
    ELF_MACHINE_X86_64 = 62,
    SEGMENT_LOAD = 1,
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

/* Room for the CPU driver, from the linker script. */
extern uint8_t cpu_arena[], cpu_arena_end[];

uint64_t page_map[ENTRIES] __attribute__((aligned(4096)));
static uint64_t page_pointers[ENTRIES] __attribute__((aligned(4096)));
static uint64_t page_directories[GIBIBYTES][ENTRIES] __attribute__((aligned(4096)));

static void stop(const char *reason) __attribute__((noreturn));

/* Says nothing: Barrelfish's loader can't either. The reason is for who reads this, or looks with a debugger. */
static void stop(const char *reason)
{
    (void)reason;
    for (;;) {
        __asm__ volatile("cli; pause");
    }
}

static const void *at(uint32_t address)
{
    return (const void *)(uintptr_t)address;
}

/* The path is the module string up to the first blank. */
static bool path_ends_in_cpu(const char *string)
{
    uint32_t length = 0;
    while (string[length] != '\0' && string[length] != ' ') {
        length++;
    }
    return length >= 4 && string[length - 4] == '/' && string[length - 3] == 'c' &&
           string[length - 2] == 'p' && string[length - 1] == 'u';
}

static const struct multiboot_module *find_cpu_driver(const struct multiboot_info *info)
{
    const struct multiboot_module *modules = at(info->modules);
    for (uint32_t index = 0; index < info->module_count; index++) {
        if (path_ends_in_cpu(at(modules[index].string))) {
            return &modules[index];
        }
    }
    stop("no module is a CPU driver (path ending in /cpu)");
}

static void place_segment(const uint8_t *image, const struct elf64_segment *segment)
{
    uint8_t *target = (uint8_t *)(uintptr_t)segment->virtual_address;
    if (target < cpu_arena || segment->memory_bytes > (uint32_t)(cpu_arena_end - target)) {
        stop("the CPU driver is linked outside of its place");
    }
    const uint8_t *from = image + segment->offset;
    for (uint32_t index = 0; index < segment->memory_bytes; index++) {
        target[index] = index < segment->file_bytes ? from[index] : 0;
    }
}

static uint32_t place_cpu_driver(const uint8_t *image)
{
    const struct elf64_header *header = (const struct elf64_header *)image;
    if (header->magic[0] != 0x7f || header->magic[1] != 'E' || header->class != ELF_CLASS_64 ||
        header->machine != ELF_MACHINE_X86_64) {
        stop("the CPU driver is not an ELF file for x86_64");
    }
    uint32_t lowest = UINT32_MAX;
    for (uint32_t index = 0; index < header->segment_count; index++) {
        const struct elf64_segment *segment =
            (const struct elf64_segment *)(image + header->segments_offset + index * header->segment_size);
        if (segment->type == SEGMENT_LOAD) {
            place_segment(image, segment);
            if (segment->virtual_address < lowest) {
                lowest = segment->virtual_address;
            }
        }
    }
    print_format("Kernel starting at address 0x%x\n", lowest);
    return (uint32_t)header->entry;
}

static void map_low_memory(void)
{
    page_map[0] = (uintptr_t)page_pointers | PAGE_PRESENT | PAGE_WRITABLE;
    for (uint32_t gibibyte = 0; gibibyte < GIBIBYTES; gibibyte++) {
        page_pointers[gibibyte] = (uintptr_t)page_directories[gibibyte] | PAGE_PRESENT | PAGE_WRITABLE;
        for (uint32_t entry = 0; entry < ENTRIES; entry++) {
            uint64_t address = (uint64_t)(gibibyte * ENTRIES + entry) * LARGE_PAGE;
            page_directories[gibibyte][entry] = address | PAGE_PRESENT | PAGE_WRITABLE | PAGE_LARGE;
        }
    }
}

uint32_t load_cpu_driver(uint32_t magic, const struct multiboot_info *info);

uint32_t load_cpu_driver(uint32_t magic, const struct multiboot_info *info)
{
    serial_start();
    if (magic != MULTIBOOT_BOOTLOADER_MAGIC) {
        stop("not started by a Multiboot loader");
    }
    uint32_t entry = place_cpu_driver(at(find_cpu_driver(info)->start));
    map_low_memory();
    return entry;
}
