#pragma once

#include "barrelfish_kpi/types.h"

enum cnode_type {
    CNODE_TYPE_ROOT,
    CNODE_TYPE_OTHER,
    CNODE_TYPE_COUNT,
} __attribute__((packed));

struct cnoderef {
    capaddr_t croot;
    capaddr_t cnode;
    enum cnode_type level;
} __attribute__((packed));

struct capref {
    struct cnoderef cnode;
    cslot_t slot;
};
