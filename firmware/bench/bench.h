// What a benchmark program needs of its surroundings. `bare.c` gives it on a board, `native.c` on the host: the same
// source makes both, and both must come to the same checksum.
#pragma once

#include <stddef.h>
#include <stdint.h>

/// How much a program does: enough for a second or two on QEMU, or as little as proves that it works (-DQUICK).
#ifdef QUICK
#define WORK(full, quick) (quick)
#else
#define WORK(full, quick) (full)
#endif

/// Keeps a function a function: what is to be measured includes its call.
#define separate __attribute__((noinline))

/// Prints the one line of a program. `work` counts what the program is about, in units that its row names.
void report(const char *name, uint64_t iterations, uint64_t checksum, uint64_t work);

/// Folds a value into a checksum; order matters.
static inline uint64_t fold(uint64_t sum, uint64_t value) { return (sum << 7 | sum >> 57) * 5 + value; }

/// A sequence of 2^64 well mixed numbers (xorshift; Marsaglia 2003). The state is never zero.
static inline uint64_t nextRandom(uint64_t *state) {
    uint64_t x = *state;
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    return *state = x;
}

/// The bits of a double: checksums compare results to the last bit.
static inline uint64_t bitsOf(double value) {
    union { double value; uint64_t bits; } both = { value };
    return both.bits;
}
