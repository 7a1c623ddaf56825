// Timer interrupts: the count is printed, never the time.
#include "board.h"

static volatile unsigned ticks;
static volatile bool early;
static volatile uint64_t deadline;
static const uint64_t spacing = 500;

void machineTrap(struct TrapFrame *frame) {
    if (frame->cause != (causeInterrupt | machineTimer)) {
        print("trap %x at %x\n", frame->cause, frame->pc);
        finish(2);
    }
    early |= timeNow() < deadline;
    ticks++;
    deadline += spacing;
    store64(timerCompareAddress, deadline);
}

int main(void) {
    serialStart();
    store64(timerCompareAddress, ~0ull);
    print("the timer is off: %s\n", readCSR(mip) & 1 << machineTimer ? "pending" : "quiet");
    deadline = timeNow() + spacing;
    store64(timerCompareAddress, deadline);
    setCSR(mie, 1 << machineTimer);
    setCSR(mstatus, 8);
    for (unsigned seen = 0; seen < 10;) {
        clearCSR(mstatus, 8);
        if (ticks == seen) waitForInterrupt();
        setCSR(mstatus, 8);
        // Ticks that came while this line was being printed are printed too.
        while (seen < ticks && seen < 10) print("tick %u\n", (uint64_t)++seen);
    }
    clearCSR(mstatus, 8);
    clearCSR(mie, 1 << machineTimer);
    print("early ticks: %s\n", early ? "yes" : "none");

    // A compare value in the past pends at once; one in the future takes the level away.
    store64(timerCompareAddress, 0);
    while (!(readCSR(mip) & 1 << machineTimer)) {}
    print("the past is pending\n");
    store64(timerCompareAddress, ~0ull);
    while (readCSR(mip) & 1 << machineTimer) {}
    print("the future is not\n");

    // The time CSR is MTIMER's count.
    uint64_t before = readCSR(time), between = timeNow(), after = readCSR(time);
    print("time CSR in order: %s\n", before <= between && between <= after ? "yes" : "no");
    return 0;
}
