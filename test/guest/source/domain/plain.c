/* A program that only takes its turns. */
#include "domain.h"

uint64_t plain_turns;

INIT errval_t init(struct domain *domain)
{
    domain->turns = 0;
    return SYS_ERR_OK;
}

WORK uint64_t work(struct domain *domain, uint64_t turn)
{
    (void)domain;
    plain_turns = turn;
    return 0;
}
