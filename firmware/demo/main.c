// The embedded default guest: drives every device of the demo board, checks the results, and says so.
#include "checks.h"

static unsigned passed;

void check(bool holds, const char *name) {
    if (!holds) {
        print("FAIL %s\n", name);
        finish(1);
    }
    passed++;
}

unsigned checksPassed(void) { return passed; }

bool waitFor(volatile const unsigned *counter, unsigned goal, uint64_t limit) {
    uint64_t end = timeNow() + limit;
    for (;;) {
        // Interrupts are off while the counter is looked at, so that none falls between the look and the wfi
        // (wfi wakes for a pending interrupt that is enabled in mie, also when mstatus.MIE is clear).
        clearCSR(mstatus, 8);
        if (*counter >= goal) break;
        if (timeNow() >= end) break;
        store64(timerCompareAddress, end);
        setCSR(mie, 1 << machineTimer);
        waitForInterrupt();
        clearCSR(mie, 1 << machineTimer);
        setCSR(mstatus, 8);
    }
    setCSR(mstatus, 8);
    return *counter >= goal;
}

int main(void) {
    serialStart();
#ifdef DEMO_BOARD
    print("Tandem demo firmware\n");
#else
    print("Tandem self-test\n");
#endif
    startInterrupts();
    print("timer and software interrupts\n");
    checkSoftwareInterrupt();
    checkTimer();
    print("real-time clock\n");
    checkClock();
    checkSerialInterrupt();
    print("access faults\n");
    checkFaults();
    print("arithmetic\n");
    checkArithmetic();
#ifdef DEMO_BOARD
    checkCounters();
    checkSecondSerial();
    print("direct memory access\n");
    checkDMA();
#endif
    print("PASS %u checks\n", (uint64_t)passed);
    return 0;
}
