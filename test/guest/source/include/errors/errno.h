/* What the tree's tools would make of errors/errno.fugu. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

typedef uintptr_t errval_t;

enum err_code {
    SYS_ERR_OK = 0,
    SYS_ERR_NOT_BUILT_IN = 5,
    DRIVER_ERR_NO_DEVICE = 6,
    DRIVER_ERR_NO_ANSWER = 7,
};

enum { ERROR_BITS = 10 };

static inline errval_t err_push(errval_t value, enum err_code code)
{
    return value << ERROR_BITS | (errval_t)code;
}

static inline bool err_is_fail(errval_t value)
{
    return (value & ((1u << ERROR_BITS) - 1)) >= SYS_ERR_NOT_BUILT_IN;
}
