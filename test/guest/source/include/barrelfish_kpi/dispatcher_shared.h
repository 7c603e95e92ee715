/* What a dispatcher and the kernel both see. Names as in Barrelfish, places not: nobody may count on them. */
#pragma once

#include "barrelfish_kpi/types.h"

enum { DISP_NAME_LEN = 16 };

struct registers_x86_64 {
    uint64_t rax, rbx, rcx, rdx, rsi, rdi, rbp, rsp;
    uint64_t r8, r9, r10, r11, r12, r13, r14, r15;
    uint64_t rip, eflags;
    uint16_t fs, gs;
};

struct dispatcher_shared_generic {
    uint32_t disabled;
    uint32_t haswork;
    lvaddr_t udisp;
    lvaddr_t dispatcher_run;
    systime_t systime;
    systime_t wakeup;
    char name[DISP_NAME_LEN];
    coreid_t curr_core_id;
};

struct dispatcher_shared_x86_64 {
    struct dispatcher_shared_generic d;
    struct registers_x86_64 enabled_save_area;
    struct registers_x86_64 disabled_save_area;
    struct registers_x86_64 trap_save_area;
};
