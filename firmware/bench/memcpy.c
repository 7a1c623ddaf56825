// Copies of 64 MiB, word by word and eight words a turn, as a C library's memcpy does it without vectors.
#include "arena.h"
#include "bench.h"

enum { size = WORK(arenaSize, 1 << 20), iterations = WORK(16, 4) };

static separate void copy(uint64_t *to, const uint64_t *from, size_t bytes) {
    for (const uint64_t *end = from + bytes / 8; from != end; from += 8, to += 8) {
        uint64_t a = from[0], b = from[1], c = from[2], d = from[3];
        uint64_t e = from[4], f = from[5], g = from[6], h = from[7];
        to[0] = a;
        to[1] = b;
        to[2] = c;
        to[3] = d;
        to[4] = e;
        to[5] = f;
        to[6] = g;
        to[7] = h;
    }
}

int main(void) {
    uint64_t *first = (uint64_t *)firstArena, *second = (uint64_t *)secondArena;
    uint64_t state = 0x2545F4914F6CDD1D, checksum = 0;
    for (size_t i = 0; i < size / 8; i += 64) first[i] = nextRandom(&state);
    for (int n = 0; n < iterations; n++) {
        if (n % 2) {
            copy(first, second, size);
        } else {
            copy(second, first, size);
        }
        first[n * 64] += 1;
    }
    for (size_t i = 0; i < size / 8; i += 64) checksum = fold(checksum, first[i] ^ second[i] << 1);
    report("memcpy", iterations, checksum, (uint64_t)iterations * size);
    return 0;
}
