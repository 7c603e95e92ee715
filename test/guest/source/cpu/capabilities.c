#include "dispatch.h"

#include "coreboot.h"
#include "kernel.h"
#include "paging.h"

struct kcb *kcb_current;
struct cte *mdb_root;
struct dcb *queue_tail;

static void insert(struct cte *slot)
{
    struct cte **at = &mdb_root;
    while (*at) {
        bool before = slot->mdbnode.end < (*at)->mdbnode.end;
        at = before ? &(*at)->mdbnode.left : &(*at)->mdbnode.right;
    }
    *at = slot;
    kcb_current->mdb_root = (lvaddr_t)mdb_root;
}

void create_capability(struct cte *slot, enum objtype type, union capability_u value, genpaddr_t base, gensize_t bytes)
{
    slot->cap = (struct capability) { .u = value, .type = type, .rights = CAPRIGHTS_ALLRIGHTS };
    slot->mdbnode = (struct mdbnode) { .end = base + bytes, .owner = my_core_id };
    insert(slot);
}

void make_kcb(void)
{
    kcb_current = local_phys_to_mem(allocate(sizeof *kcb_current));
    kcb_current->is_valid = true;
    kcb_current->sched = SCHED_RBED;
    lpaddr_t cnode = allocate(PAGE_BYTES);
    union capability_u root = {
        .l1cnode = { .cnode = cnode, .rightsmask = CAPRIGHTS_ALLRIGHTS, .allocated_bytes = PAGE_BYTES },
    };
    create_capability(&kcb_current->init_rootcn, ObjType_L1CNode, root, cnode, PAGE_BYTES);
}

void make_runnable(struct dcb *dcb)
{
    dcb->next = 0;
    dcb->prev = kcb_current->queue_tail;
    if (kcb_current->queue_tail) {
        kcb_current->queue_tail->next = dcb;
    } else {
        kcb_current->queue_head = dcb;
    }
    kcb_current->queue_tail = queue_tail = dcb;
}

void scheduler_remove(struct dcb *dcb)
{
    if (dcb->prev) {
        dcb->prev->next = dcb->next;
    } else {
        kcb_current->queue_head = dcb->next;
    }
    if (dcb->next) {
        dcb->next->prev = dcb->prev;
    } else {
        kcb_current->queue_tail = queue_tail = dcb->prev;
    }
    dcb->next = dcb->prev = 0;
}
