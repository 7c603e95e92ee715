/* The further cores, each with a kernel of its own. */
#pragma once

#define START_AP_AT 0x6000
#define KERNEL_BOOT_MAGIC 0x0acab00d

#define CALL_VECTOR 32

#ifndef __ASSEMBLER__
#include "barrelfish_kpi/types.h"

#include <stdbool.h>

enum { MOST_CORES = 4 };

/* One for all kernels: the first one's. */
struct global {
    volatile uint32_t started;      /* cores that are up */
    volatile uint32_t rounds;       /* what is asked of the further cores, until a core is called */
    volatile uint32_t calls;
    volatile bool stop;             /* before the rounds are over */
    volatile uint32_t finished;     /* cores that have done what was asked */
    uint32_t cores;
};

/* In the page before a further core's kernel: what its starter tells it. */
struct x86_core_data {
    lpaddr_t multiboot;             /* information of the Multiboot loader */
    lpaddr_t start_free_ram;
    lpaddr_t end_free_ram;
    coreid_t src_core_id;
    coreid_t dst_core_id;
};

extern struct global *global;
extern struct x86_core_data *glbl_core_data;
extern coreid_t my_core_id;

uint32_t apic_id(void);
void acknowledge_interrupt(void);
void start_cores(void);
/* All dispatchers of all further cores have their turn so many times; until they are told to stop when 0. */
void call_cores(uint32_t rounds);
void wait_for_cores(void);
void wait_for_calls(void) __attribute__((noreturn));
#endif
