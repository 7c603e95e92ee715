/* Some of Barrelfish's capabilities, with fewer types than it has and so with other numbers. */
#pragma once

#include "barrelfish_kpi/types.h"

typedef uint8_t CapRights;

enum { CAPRIGHTS_ALLRIGHTS = 0x1f };

enum objtype {
    ObjType_Null,
    ObjType_RAM,
    ObjType_L1CNode,
    ObjType_L2CNode,
    ObjType_Dispatcher,
    ObjType_EndPointLMP,
    ObjType_Frame,
    ObjType_DevFrame,
    ObjType_VNode_x86_64_pml4,
    ObjType_Kernel,
    ObjType_IO,
    ObjType_Num,
} __attribute__((packed));

struct dcb;

struct Null {
};

struct RAM {
    genpaddr_t base;
    gensize_t bytes;
};

struct L1CNode {
    lpaddr_t cnode;
    CapRights rightsmask;
    gensize_t allocated_bytes;
} __attribute__((packed));

struct L2CNode {
    lpaddr_t cnode;
    CapRights rightsmask;
} __attribute__((packed));

struct Dispatcher {
    struct dcb *dcb;
};

struct EndPointLMP {
    struct dcb *listener;
    lvaddr_t epoffset;
    uint32_t epbuflen;
    uint16_t iftype;
} __attribute__((packed));

struct Frame {
    genpaddr_t base;
    gensize_t bytes;
};

struct DevFrame {
    genpaddr_t base;
    gensize_t bytes;
};

struct VNode_x86_64_pml4 {
    genpaddr_t base;
};

struct Kernel {
};

struct IO {
    uint16_t start;
    uint16_t end;
};

union capability_u {
    struct Null null;
    struct RAM ram;
    struct L1CNode l1cnode;
    struct L2CNode l2cnode;
    struct Dispatcher dispatcher;
    struct EndPointLMP endpointlmp;
    struct Frame frame;
    struct DevFrame devframe;
    struct VNode_x86_64_pml4 vnode_x86_64_pml4;
    struct Kernel kernel;
    struct IO io;
} __attribute__((packed));

struct capability {
    union capability_u u;
    enum objtype type;
    CapRights rights;
} __attribute__((packed));
