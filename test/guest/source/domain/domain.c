#include "domain.h"

#include "syscalls.h"

struct domain self = { DOMAIN_NAME, 0, 0 };
struct capref cap_root = { { 0, 0, CNODE_TYPE_ROOT }, 0 };
struct capref cap_dispatcher = { { 0x80000000, 0x100, CNODE_TYPE_OTHER }, 3 };

static void handle_event(void *arg)
{
    (void)arg;
}

static struct waitset_chanstate channels[3];
struct waitset default_waitset;

static uint64_t call_kernel(uint64_t number, uint64_t first, uint64_t second)
{
    __asm__ volatile("int %1" : "+a"(number) : "i"(SYSCALL_VECTOR), "D"(first), "S"(second) : "memory");
    return number;
}

void domain_yield(void)
{
    call_kernel(SYSCALL_YIELD, 0, 0);
}

void domain_block(void)
{
    call_kernel(SYSCALL_BLOCK, 0, 0);
}

void domain_print(const char *text)
{
    uint64_t length = 0;
    while (text[length] != '\0') {
        length++;
    }
    call_kernel(SYSCALL_PRINT, (uint64_t)text, length);
}

static void insert(struct waitset_chanstate **ring, struct waitset_chanstate *channel)
{
    if (!*ring) {
        *ring = channel->next = channel->prev = channel;
        return;
    }
    channel->next = *ring;
    channel->prev = (*ring)->prev;
    channel->prev->next = channel->next->prev = channel;
}

/* One channel that has something, and two that have not. */
static void make_waitset(void)
{
    for (unsigned index = 0; index < sizeof channels / sizeof channels[0]; index++) {
        struct waitset_chanstate *channel = &channels[index];
        channel->waitset = &default_waitset;
        channel->closure = (struct event_closure) { handle_event, channel };
        channel->chantype = index == 0 ? CHANTYPE_LMP_IN : CHANTYPE_UMP_IN;
        channel->state = index == 0 ? CHAN_PENDING : CHAN_IDLE;
        insert(index == 0 ? &default_waitset.pending : &default_waitset.idle, channel);
    }
}

__attribute__((section(".text.main"))) int main(struct dispatcher_shared_x86_64 *dispatcher)
{
    volatile uint64_t result = 0;
    self.dispatcher = dispatcher;
    make_waitset();
    errval_t error = init(&self);
    if (err_is_fail(error)) {
        domain_block();
    }
    for (;;) {
        domain_yield();
        self.turns++;
        result += work(&self, self.turns);
    }
}

void _start(struct dispatcher_shared_x86_64 *dispatcher)
{
    main(dispatcher);
}
