// Timer, software and external interrupts, the real-time clock, and faults: all that goes through the trap handler.
#include "checks.h"

volatile unsigned timerTicks, softwareInterrupts, clockAlarms, dmaInterrupts, serialInterrupts;
volatile bool faultExpected;
volatile uint64_t faultCause, faultAddress;

static volatile uint64_t lastTick, tickDeadline;
static const uint64_t tickSpacing = 1000;    // 100 µs of the 10 MHz timer
static volatile bool ticking;

// Goldfish RTC: registers of 32 bits, time in nanoseconds; reading the low half latches the high half.
enum { clockLow = 0x00, clockHigh = 0x04, alarmLow = 0x08, alarmHigh = 0x0C, clockInterruptEnable = 0x10,
       clockClearInterrupt = 0x1C };

static const char *serialLine;
static unsigned serialPosition;

// The transmitter has room: fills its FIFO of 16, or turns the interrupt off behind the last byte.
static void serialInterrupt(void) {
    serialInterrupts++;
    load8(serialAddress + 2);
    for (unsigned room = 16; room && serialLine[serialPosition]; room--)
        store8(serialAddress, (uint8_t)serialLine[serialPosition++]);
    if (!serialLine[serialPosition]) store8(serialAddress + 1, 0);
}

static void externalInterrupt(void) {
    unsigned source = interruptClaim();
    switch (source) {
    case 0:
        return;
    case serialSource:
        serialInterrupt();
        break;
    case clockSource:
        clockAlarms++;
        store32(clockAddress + clockClearInterrupt, 1);
        break;
#ifdef DEMO_BOARD
    case dmaSource:
        dmaInterrupts++;
        dmaInterrupt();
        break;
#endif
    default:
        check(false, "an interrupt from a source that was not enabled");
    }
    interruptComplete(source);
}

void machineTrap(struct TrapFrame *frame) {
    switch (frame->cause) {
    case causeInterrupt | machineSoftware:
        store32(softwareInterruptAddress, 0);
        softwareInterrupts++;
        return;
    case causeInterrupt | machineTimer:
        lastTick = timeNow();
        timerTicks++;
        tickDeadline += tickSpacing;
        store64(timerCompareAddress, ticking ? tickDeadline : ~0ull);
        return;
    case causeInterrupt | machineExternal:
        externalInterrupt();
        return;
    }
    if (!faultExpected) {
        print("trap: cause %x at %x, value %x\n", frame->cause, frame->pc, frame->value);
        check(false, "no trap without a reason");
    }
    faultExpected = false;
    faultCause = frame->cause;
    faultAddress = frame->value;
    // A fetch that failed returns to its caller; a load or a store is stepped over (two bytes if compressed).
    if (frame->cause == 1)
        frame->pc = frame->x[1];
    else
        frame->pc += (*(volatile uint16_t *)frame->pc & 3) == 3 ? 4 : 2;
}

void startInterrupts(void) {
    store64(timerCompareAddress, ~0ull);
    setCSR(mie, 1 << machineSoftware | 1 << machineExternal);
    setCSR(mstatus, 8);
}

void checkSoftwareInterrupt(void) {
    for (unsigned round = 1; round <= 3; round++) {
        store32(softwareInterruptAddress, 1);
        check(waitFor(&softwareInterrupts, round, 10000), "a software interrupt reaches its own hart");
    }
    check(load32(softwareInterruptAddress) == 0, "the software interrupt is cleared by its handler");
}

void checkTimer(void) {
    enum { rounds = 5 };
    uint64_t start = timeNow();
    // mtimecmp is armed once here; from then on the handler arms it, each deadline counted from the one before.
    tickDeadline = start + tickSpacing;
    ticking = true;
    store64(timerCompareAddress, tickDeadline);
    for (unsigned round = 1; round <= rounds; round++) {
        uint64_t deadline = start + round * tickSpacing;
        clearCSR(mstatus, 8);
        setCSR(mie, 1 << machineTimer);
        while (timerTicks < round) {
            waitForInterrupt();
            setCSR(mstatus, 8);
            clearCSR(mstatus, 8);
        }
        setCSR(mstatus, 8);
        check(lastTick >= deadline, "a timer interrupt does not come early");
#ifdef DEMO_BOARD
        // Simulated time: an idle hart is woken on the tick, not some while after it.
        check(lastTick < deadline + tickSpacing / 4, "a timer interrupt does not come late");
#endif
    }
    clearCSR(mie, 1 << machineTimer);
    ticking = false;
    store64(timerCompareAddress, ~0ull);
    check(!(readCSR(mip) & 1 << machineTimer), "a compare value in the future takes the interrupt away");
}

static uint64_t clockNow(void) {
    uint64_t low = load32(clockAddress + clockLow);
    return (uint64_t)load32(clockAddress + clockHigh) << 32 | low;
}

void checkClock(void) {
    uint64_t before = clockNow();
    check(before != 0, "the clock is set");
    interruptSourceEnable(clockSource, 1);
    uint64_t alarm = before + 200000;
    store32(clockAddress + clockInterruptEnable, 1);
    store32(clockAddress + alarmHigh, (uint32_t)(alarm >> 32));
    store32(clockAddress + alarmLow, (uint32_t)alarm);
    check(waitFor(&clockAlarms, 1, 10000000), "the clock's alarm interrupts");
    store32(clockAddress + clockInterruptEnable, 0);
    uint64_t after = clockNow();
    check(after >= alarm, "the alarm does not come early");
    for (unsigned round = 0; round < 8; round++) {
        uint64_t next = clockNow();
        check(next >= after, "the clock never goes backwards");
        after = next;
    }
}

void checkSerialInterrupt(void) {
    serialLine = "this line was sent by the transmitter's interrupt\n";
    serialPosition = 0;
    unsigned before = serialInterrupts;
    interruptSourceEnable(serialSource, 2);
    store8(serialAddress + 1, 2);
    while (serialLine[serialPosition] || load8(serialAddress + 1))
        if (!waitFor(&serialInterrupts, serialInterrupts + 1, 1000000)) break;
    check(!serialLine[serialPosition], "the line went out by interrupt");
    check(serialInterrupts - before >= 4, "a FIFO of 16 bytes took several interrupts");
}

void checkFaults(void) {
    faultExpected = true;
    (void)load32(holeAddress + 0x10);
    check(!faultExpected && faultCause == 5 && faultAddress == holeAddress + 0x10, "a load from a hole faults");
    faultExpected = true;
    store32(holeAddress + 0x128, 1);
    check(!faultExpected && faultCause == 7 && faultAddress == holeAddress + 0x128, "a store to a hole faults");
    faultExpected = true;
    ((void (*)(void))holeAddress)();
    check(!faultExpected && faultCause == 1 && faultAddress == holeAddress, "a jump into a hole faults");
}
