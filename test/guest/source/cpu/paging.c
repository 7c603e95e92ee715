#include "paging.h"

#include "kernel.h"

enum {
    PRESENT = 1 << 0,
    WRITABLE = 1 << 1,
    USER = 1 << 2,
    LARGE = 1 << 7,
    GIBIBYTES = 4,
};

typedef uint64_t page_table[TABLE_ENTRIES] __attribute__((aligned(4096)));

static page_table boot_pml4, kernel_pml4, pdpt, pdirs[GIBIBYTES];

static lpaddr_t free_memory, free_memory_end;

static unsigned index_at(lvaddr_t address, unsigned level)
{
    return address >> (12 + 9 * level) & (TABLE_ENTRIES - 1);
}

/* The tables are below 4 GiB, low or high. */
static lpaddr_t table_address(const uint64_t *table)
{
    return (uint32_t)(uintptr_t)table;
}

void switch_vspace(lpaddr_t vspace)
{
    __asm__ volatile("movq %0, %%cr3" : : "r"(vspace) : "memory");
}

void paging_init(void)
{
    for (uint64_t page = 0; page < GIBIBYTES * TABLE_ENTRIES; page++) {
        pdirs[page / TABLE_ENTRIES][page % TABLE_ENTRIES] = page * LARGE_PAGE_BYTES | PRESENT | WRITABLE | LARGE;
    }
    for (unsigned gibibyte = 0; gibibyte < GIBIBYTES; gibibyte++) {
        pdpt[gibibyte] = table_address(pdirs[gibibyte]) | PRESENT | WRITABLE;
    }
    kernel_pml4[index_at(MEMORY_OFFSET, 3)] = table_address(pdpt) | PRESENT | WRITABLE;
    boot_pml4[index_at(MEMORY_OFFSET, 3)] = boot_pml4[0] = table_address(pdpt) | PRESENT | WRITABLE;
    switch_vspace(boot_page_map());
}

void paging_reset(void)
{
    switch_vspace(table_address(kernel_pml4));
}

lpaddr_t boot_page_map(void)
{
    return table_address(boot_pml4);
}

void set_free_memory(lpaddr_t start, lpaddr_t end)
{
    free_memory = round_up(start, PAGE_BYTES);
    free_memory_end = end;
}

lpaddr_t allocate(uint64_t bytes)
{
    lpaddr_t start = free_memory;
    bytes = round_up(bytes, PAGE_BYTES);
    if (bytes > free_memory_end - start) {
        panic("no memory is left");
    }
    memset(local_phys_to_mem(start), 0, bytes);
    free_memory += bytes;
    return start;
}

lpaddr_t new_vspace(void)
{
    lpaddr_t vspace = allocate(PAGE_BYTES);
    uint64_t *table = local_phys_to_mem(vspace);
    table[index_at(MEMORY_OFFSET, 3)] = kernel_pml4[index_at(MEMORY_OFFSET, 3)];
    return vspace;
}

void map_page(lpaddr_t vspace, lvaddr_t address, lpaddr_t page, bool writable)
{
    uint64_t *table = local_phys_to_mem(vspace);
    for (unsigned level = 3; level > 0; level--) {
        uint64_t *entry = &table[index_at(address, level)];
        if (!(*entry & PRESENT)) {
            *entry = allocate(PAGE_BYTES) | PRESENT | WRITABLE | USER;
        }
        table = local_phys_to_mem(*entry & ~(uint64_t)(PAGE_BYTES - 1));
    }
    table[index_at(address, 0)] = page | PRESENT | USER | (writable ? WRITABLE : 0);
}
