/* Memory as the kernel sees it: all of the first 4 GiB at MEMORY_OFFSET, and nothing below. */
#pragma once

#include "barrelfish_kpi/types.h"

#include <stdbool.h>

#define MEMORY_OFFSET 0xfffffe0000000000ul

enum {
    PAGE_BYTES = 4096,
    LARGE_PAGE_BYTES = 2 << 20,
    TABLE_ENTRIES = 512,
};

static inline void *local_phys_to_mem(lpaddr_t address)
{
    return (void *)(address + MEMORY_OFFSET);
}

static inline lpaddr_t mem_to_local_phys(const void *address)
{
    return (lpaddr_t)address - MEMORY_OFFSET;
}

static inline uint64_t round_up(uint64_t value, uint64_t to)
{
    return (value + to - 1) / to * to;
}

/* While the kernel still runs low: the same memory at 0 and at MEMORY_OFFSET. */
void paging_init(void);
/* Once it runs high. */
void paging_reset(void);
lpaddr_t boot_page_map(void);

void set_free_memory(lpaddr_t start, lpaddr_t end);
/* Empty pages of this core's own, side by side. */
lpaddr_t allocate(uint64_t bytes);

/* Page tables of a domain, with the kernel's part in them. */
lpaddr_t new_vspace(void);
void map_page(lpaddr_t vspace, lvaddr_t address, lpaddr_t page, bool writable);
void switch_vspace(lpaddr_t vspace);
