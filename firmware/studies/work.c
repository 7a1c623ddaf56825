// Two harts that compute beside each other and do nothing to each other: what docs/studies/quantum.md times.
#include "board.h"

static uint64_t table[2][512];
static volatile bool isDone;

static uint64_t work(unsigned hart) {
    uint64_t state = hart + 1;
    for (uint64_t turn = 0; turn < TURNS; turn++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        table[hart][state >> 55] ^= state;
        if (state & 1) state += table[hart][turn % 512];
    }
    return state;
}

void secondary(void) {
    __asm__ volatile("" :: "r"(work(1)));
    isDone = true;
    while (true) waitForInterrupt();
}

void machineTrap(struct TrapFrame *frame) { (void)frame; }

int main(void) {
    __asm__ volatile("" :: "r"(work(0)));
    while (!isDone) {}
    return 0;
}
