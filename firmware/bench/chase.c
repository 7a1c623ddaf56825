// A pointer chase: one random cycle through all cache lines of 64 MiB.
#include "arena.h"
#include "bench.h"

enum { lines = WORK(arenaSize, 2 << 20) / 64, iterations = WORK(6000000, 100000) };

struct Line {
    struct Line *next;
    uint64_t number, rest[6];
};

int main(void) {
    struct Line *line = (struct Line *)firstArena;
    for (uint64_t i = 0; i < lines; i++) line[i].number = i;
    // Sattolo's algorithm: a random permutation that is a single cycle.
    uint64_t state = 0x2545F4914F6CDD1D;
    for (uint64_t i = lines - 1; i > 0; i--) {
        uint64_t other = (nextRandom(&state) >> 32) * i >> 32, kept = line[i].number;
        line[i].number = line[other].number;
        line[other].number = kept;
    }
    for (uint64_t i = 0; i < lines; i++) line[i].next = &line[line[i].number];

    struct Line *place = line;
    for (int n = 0; n < iterations; n++) place = place->next;
    report("chase", iterations, fold(place->number, (uint64_t)(place - line)), iterations);
    return 0;
}
