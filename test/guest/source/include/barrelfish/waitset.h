#pragma once

#include <stdbool.h>
#include <stdint.h>

struct thread;
struct waitset;

struct event_closure {
    void (*handler)(void *arg);
    void *arg;
};

enum ws_chantype {
    CHANTYPE_LMP_IN,
    CHANTYPE_UMP_IN,
    CHANTYPE_DEFERRED,
    CHANTYPE_OTHER,
};

enum ws_chanstate {
    CHAN_UNREGISTERED,
    CHAN_IDLE,
    CHAN_POLLED,
    CHAN_PENDING,
    CHAN_WAITING,
};

struct waitset_chanstate {
    struct waitset_chanstate *next, *prev;
    struct waitset *waitset;
    struct event_closure closure;
    enum ws_chantype chantype;
    enum ws_chanstate state;
    uint32_t token;
    bool persistent;
};

/* Each a ring. */
struct waitset {
    struct waitset_chanstate *pending, *polled, *idle, *waiting;
    struct thread *waiting_threads;
};
