/* A domain from a module: page tables, dispatcher, capabilities. */
#include "dispatch.h"

#include "coreboot.h"
#include "elf64.h"
#include "kernel.h"
#include "paging.h"

enum {
    WRITABLE_SEGMENT = 2,
    STACK_BYTES = 16 << 10,

    SLOT_ROOT = 0,
    SLOT_DISPATCHER,
    SLOT_PAGE_TABLE,
    SLOT_ENDPOINT,
    SLOT_PORTS,
};

/* In every domain. */
#define DISPATCHER_AT 0x8000000ul
#define STACK_AT 0x9000000ul

static void map_program(lpaddr_t vspace, const uint8_t *image)
{
    uint64_t lowest = elf64_lowest(image);
    lpaddr_t memory = allocate(elf64_end(image) - lowest);
    elf64_place(image, local_phys_to_mem(memory));
    for (uint32_t index = 0; index < ((const struct elf64_header *)image)->segment_count; index++) {
        const struct elf64_segment *segment = elf64_segment(image, index);
        if (!segment) {
            continue;
        }
        uint64_t end = segment->virtual_address + segment->memory_bytes;
        for (lvaddr_t page = segment->virtual_address & ~(lvaddr_t)(PAGE_BYTES - 1); page < end; page += PAGE_BYTES) {
            map_page(vspace, page, memory + (page - lowest), segment->flags & WRITABLE_SEGMENT);
        }
    }
}

static void map_memory(lpaddr_t vspace, lvaddr_t address, lpaddr_t memory, uint64_t bytes)
{
    for (uint64_t offset = 0; offset < bytes; offset += PAGE_BYTES) {
        map_page(vspace, address + offset, memory + offset, true);
    }
}

static void fill_cspace(struct dcb *dcb, lpaddr_t frame)
{
    lpaddr_t cnode = allocate(PAGE_BYTES);
    struct cte *slots = local_phys_to_mem(cnode);
    union capability_u root = {
        .l1cnode = { .cnode = cnode, .rightsmask = CAPRIGHTS_ALLRIGHTS, .allocated_bytes = PAGE_BYTES },
    };
    create_capability(&slots[SLOT_ROOT], ObjType_L1CNode, root, cnode, PAGE_BYTES);
    dcb->cspace = slots[SLOT_ROOT];
    create_capability(&slots[SLOT_DISPATCHER], ObjType_Dispatcher, (union capability_u) { .dispatcher = { dcb } },
                      mem_to_local_phys(dcb), sizeof *dcb);
    create_capability(&slots[SLOT_PAGE_TABLE], ObjType_VNode_x86_64_pml4,
                      (union capability_u) { .vnode_x86_64_pml4 = { dcb->vspace } }, dcb->vspace, PAGE_BYTES);
    create_capability(&slots[SLOT_ENDPOINT], ObjType_EndPointLMP,
                      (union capability_u) { .endpointlmp = { dcb, 0x40, 12, 3 } }, mem_to_local_phys(dcb), 0);
    create_capability(&slots[SLOT_PORTS], ObjType_IO, (union capability_u) { .io = { 0x60, 0x64 } }, 0, 0);
    create_capability(&dcb->disp_cte, ObjType_Frame, (union capability_u) { .frame = { frame, PAGE_BYTES } }, frame,
                      PAGE_BYTES);
}

void spawn(const char *name, const struct multiboot_module *module)
{
    static uint64_t last_domain_id;
    const uint8_t *image = local_phys_to_mem(module->start);
    if (!elf64_is_program(image)) {
        return;
    }
    struct dcb *dcb = local_phys_to_mem(allocate(sizeof *dcb));
    dcb->domain_id = ++last_domain_id;
    dcb->vspace = new_vspace();
    map_program(dcb->vspace, image);
    map_memory(dcb->vspace, STACK_AT, allocate(STACK_BYTES), STACK_BYTES);
    lpaddr_t frame = allocate(PAGE_BYTES);
    map_memory(dcb->vspace, DISPATCHER_AT, frame, PAGE_BYTES);
    fill_cspace(dcb, frame);

    struct dispatcher_shared_x86_64 *dispatcher = local_phys_to_mem(frame);
    dcb->disp = (dispatcher_handle_t)dispatcher;
    dcb->disabled = true;
    dispatcher->d.disabled = 1;
    dispatcher->d.udisp = DISPATCHER_AT;
    dispatcher->d.dispatcher_run = ((const struct elf64_header *)image)->entry;
    dispatcher->d.curr_core_id = my_core_id;
    for (unsigned index = 0; index < DISP_NAME_LEN - 1 && name[index] != '\0'; index++) {
        dispatcher->d.name[index] = name[index];
    }
    dispatcher->disabled_save_area = (struct registers_x86_64) {
        .rip = dispatcher->d.dispatcher_run,
        .rsp = STACK_AT + STACK_BYTES - 8, /* as after a call */
        .rdi = DISPATCHER_AT,
        .eflags = 2,
    };
    make_runnable(dcb);
    dispatch(dcb);
}
