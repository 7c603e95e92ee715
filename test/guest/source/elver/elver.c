/*
 * The loader. It finds the module whose path ends in "/cpu", places it behind
 * the last module, and maps the first 4 GiB one to one.
 */
#include "elf64.h"
#include "multiboot.h"

#include <stdbool.h>
#include <stdint.h>

#define PAGE_PRESENT 0x01
#define PAGE_WRITABLE 0x02
#define PAGE_LARGE 0x80

enum {
    ENTRIES = 512,
    GIBIBYTES = 4,
    PAGE = 4096,
    LARGE_PAGE = 2 << 20,
};

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

static uint32_t after(uint32_t end, const char *string)
{
    while (*string != '\0') {
        string++;
    }
    return (uint32_t)(uintptr_t)string >= end ? (uint32_t)(uintptr_t)string + 1 : end;
}

/* Behind everything that the Multiboot loader has brought. */
static uint32_t first_free(const struct multiboot_info *info)
{
    const struct multiboot_module *modules = at(info->modules);
    uint32_t end = after(0, at(info->command_line));
    for (uint32_t index = 0; index < info->module_count; index++) {
        end = after(modules[index].end > end ? modules[index].end : end, at(modules[index].string));
    }
    return (end + PAGE - 1) & ~(uint32_t)(PAGE - 1);
}

static uint32_t place_cpu_driver(const uint8_t *image, uint32_t target)
{
    if (!elf64_is_program(image)) {
        stop("the CPU driver is not an ELF file for x86_64");
    }
    elf64_place(image, (uint8_t *)(uintptr_t)target);
    const struct elf64_header *header = (const struct elf64_header *)image;
    return target + (uint32_t)(header->entry - elf64_lowest(image));
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
    if (magic != MULTIBOOT_BOOTLOADER_MAGIC) {
        stop("not started by a Multiboot loader");
    }
    uint32_t entry = place_cpu_driver(at(find_cpu_driver(info)->start), first_free(info));
    map_low_memory();
    return entry;
}
