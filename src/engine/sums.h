/* engine/sums.h - sums of times that stop at the greatest, which is never. */
#ifndef ENGINE_SUMS_H
#define ENGINE_SUMS_H

#include <stdint.h>

static inline uint64_t ph__plus(uint64_t a, uint64_t b)
{
    return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

static inline uint64_t ph__times(uint64_t a, uint64_t b)
{
    return b && a > UINT64_MAX / b ? UINT64_MAX : a * b;
}

static inline uint64_t ph__smaller(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static inline uint64_t ph__greater(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

#endif
