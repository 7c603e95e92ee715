/* The driver: a ring of descriptors, and an error that it got over. */
#include "domain.h"

enum { RING_ENTRIES = 8 };

struct e1000_driver_state {
    uint32_t device_id;
    uint32_t head, tail;
    uint64_t descriptors[RING_ENTRIES];
    errval_t last_error;
    struct capref registers;
};

struct e1000_driver_state device = { .device_id = 0x100e };

INIT errval_t init(struct domain *domain)
{
    struct e1000_driver_state *state = &device;
    errval_t err = err_push(SYS_ERR_NOT_BUILT_IN, DRIVER_ERR_NO_ANSWER);
    uint32_t entries = 0;
    state->registers = cap_dispatcher;
    state->registers.slot = 5;
    while (entries < RING_ENTRIES) {
        state->descriptors[entries] = 0x1000u * entries;
        entries++;
    }
    state->last_error = err;
    domain->turns = 0;
    return SYS_ERR_OK;
}

WORK uint64_t work(struct domain *domain, uint64_t turn)
{
    uint32_t slot = (uint32_t)(turn % RING_ENTRIES);
    uint64_t sum = device.descriptors[slot] + domain->turns;
    device.tail = slot;
    device.descriptors[slot] = sum;
    return sum;
}
