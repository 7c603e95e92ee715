/* Dispatchers, and the kernel's state of them: Barrelfish's names, with fewer fields. */
#pragma once

#include "barrelfish_kpi/capabilities.h"
#include "barrelfish_kpi/dispatcher_shared.h"
#include "multiboot.h"

#include <stdbool.h>

struct cte;

/* Of the tree of all capabilities of a core. */
struct mdbnode {
    struct cte *left, *right;
    genpaddr_t end;
    uint8_t end_root;
    uint8_t level;
    bool remote_copies : 1;
    bool remote_ancs : 1;
    bool remote_descs : 1;
    bool locked : 1;
    bool in_delete : 1;
    coreid_t owner;
};

struct delete_list {
    struct cte *next;
};

struct cte {
    struct capability cap;
    struct mdbnode mdbnode;
    struct delete_list delete_node;
};

struct dcb {
    dispatcher_handle_t disp; /* its page, as the kernel sees it */
    bool disabled;
    struct cte cspace;
    lpaddr_t vspace;
    struct cte disp_cte;
    unsigned faults_taken;
    uint64_t domain_id;
    systime_t wakeup_time;
    struct dcb *wakeup_prev, *wakeup_next;
    struct dcb *next, *prev;
};

enum sched_state {
    SCHED_RR,
    SCHED_RBED,
};

struct kcb {
    bool is_valid;
    struct kcb *next, *prev;
    lvaddr_t mdb_root;
    struct cte init_rootcn;
    enum sched_state sched;
    struct dcb *ring_current;
    struct dcb *queue_head, *queue_tail;
    struct dcb *wakeup_queue_head;
    int64_t kernel_off;
};

extern struct dcb *dcb_current;
extern struct kcb *kcb_current;
extern struct cte *mdb_root;
extern struct dcb *queue_tail;

/* A capability in a slot, which the tree knows from then on. */
void create_capability(struct cte *slot, enum objtype type, union capability_u value, genpaddr_t base, gensize_t bytes);

void make_kcb(void);
void make_runnable(struct dcb *dcb);
void scheduler_remove(struct dcb *dcb);

/* The module as a domain, which runs until it first yields. */
void spawn(const char *name, const struct multiboot_module *module);
/* Until it yields. */
void dispatch(struct dcb *dcb);
/* Each that is runnable, once. */
void dispatch_all(void);

struct exception_frame;
/* What a domain wants, or has done. */
void handle_domain(const struct exception_frame *frame);
