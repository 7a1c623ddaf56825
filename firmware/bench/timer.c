// Timer interrupts one microsecond apart, while the program counts. The next deadline is the last one and ten ticks of
// the 10 MHz clock, so that a machine that keeps simulated time takes a million interrupts a second of it.
#include "bench.h"
#include "board.h"

enum { interrupts = WORK(200000, 1000), spacing = 10 };

static volatile uint64_t taken;
static uint64_t deadline, early;

__attribute__((interrupt("machine"), aligned(4))) static void tick(void) {
    deadline += spacing;
    store64(timerCompareAddress, deadline);
    taken++;
}

int main(void) {
    uint64_t start = timeNow();
    deadline = start + spacing;
    store64(timerCompareAddress, deadline);
    writeCSR(mtvec, (uint64_t)tick);
    setCSR(mie, 1 << machineTimer);
    setCSR(mstatus, 8);
    uint64_t turns = 0;
    while (taken < interrupts) turns++;
    clearCSR(mstatus, 8);
    // None may come before its time.
    early = timeNow() - start < (uint64_t)interrupts * spacing;
    __asm__ volatile("" :: "r"(turns));
    report("timer", interrupts, fold(interrupts, early), interrupts);
    return 0;
}
