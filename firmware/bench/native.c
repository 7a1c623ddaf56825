// A benchmark program on the host.
#define _GNU_SOURCE
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "arena.h"
#include "bench.h"

// The arenas stand where they do in the guest; pages that no program touches cost nothing.
__attribute__((constructor)) static void mapArenas(void) {
    void *start = (void *)tableArena;
    if (mmap(start, ramEnd - tableArena, PROT_READ | PROT_WRITE,
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0) != start) {
        perror("mapping the arenas");
        exit(1);
    }
}

void report(const char *name, uint64_t iterations, uint64_t checksum, uint64_t work) {
    printf("name=%s iterations=%" PRIu64 " checksum=%" PRIx64 " work=%" PRIu64 "\n", name, iterations, checksum, work);
}
