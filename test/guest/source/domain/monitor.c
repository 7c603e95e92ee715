/* On each core: passes messages on to the other monitors. */
#include "domain.h"

struct monitor_state {
    coreid_t core;
    uint64_t messages_sent;
    uint64_t messages_seen[4];
};

struct monitor_state monitor;

INIT errval_t init(struct domain *domain)
{
    monitor.core = domain->dispatcher->d.curr_core_id;
    monitor.messages_sent = 1;
    return SYS_ERR_OK;
}

WORK uint64_t work(struct domain *domain, uint64_t turn)
{
    uint64_t before = monitor.messages_sent;
    coreid_t to = (coreid_t)((monitor.core + turn) % 4);
    monitor.messages_sent++;
    monitor.messages_seen[to]++;
    return before + (domain->name != 0);
}

/* The kernel has one of that name too. */
coreid_t my_core_id = 77;
