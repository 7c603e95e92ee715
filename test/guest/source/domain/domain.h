/* What the programs have in common. Each brings its own init and work, at the same addresses as the others'. */
#pragma once

#include "barrelfish/caddr.h"
#include "barrelfish/waitset.h"
#include "barrelfish_kpi/dispatcher_shared.h"
#include "errors/errno.h"

#define INIT __attribute__((section(".text.init"), noinline))
#define WORK __attribute__((section(".text.work"), noinline))

struct domain {
    const char *name;
    uint64_t turns;
    struct dispatcher_shared_x86_64 *dispatcher;
};

extern struct domain self;
extern struct waitset default_waitset;
extern struct capref cap_root, cap_dispatcher;

/* Once. */
errval_t init(struct domain *domain);
/* Each time that it is the domain's turn; a result for main to keep. */
uint64_t work(struct domain *domain, uint64_t turn);

void domain_yield(void);
void domain_block(void);
void domain_print(const char *text);
