// A benchmark program on the host.
#include <inttypes.h>
#include <stdio.h>

#include "bench.h"

void report(const char *name, uint64_t iterations, uint64_t checksum, uint64_t work) {
    printf("name=%s iterations=%" PRIu64 " checksum=%" PRIx64 " work=%" PRIu64 "\n", name, iterations, checksum, work);
}
