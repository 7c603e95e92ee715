#pragma once

#include <stdint.h>

typedef uint64_t lvaddr_t;
typedef uint64_t lpaddr_t;
typedef uint64_t genpaddr_t;
typedef uint64_t gensize_t;
typedef uint64_t systime_t;
typedef uint8_t coreid_t;
typedef uint32_t cslot_t;
typedef uint32_t capaddr_t;
typedef uintptr_t dispatcher_handle_t;
