// A benchmark program on a board.
#include "bench.h"
#include "board.h"

// Starts .data, and so all that is written, on a page of its own. A store to a page that holds code costs a translator
// more than any other, and whether a small image has such pages is chance.
__attribute__((used, section(".data"), aligned(4096))) static uint64_t firstOfData = 1;

void report(const char *name, uint64_t iterations, uint64_t checksum, uint64_t work) {
    serialStart();
    print("name=%s iterations=%u checksum=%x work=%u\n", name, iterations, checksum, work);
}

void machineTrap(struct TrapFrame *frame) {
    print("trap %x at %x value %x\n", frame->cause, frame->pc, frame->value);
    finish(2);
}
