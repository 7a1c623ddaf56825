// Two harts of docs/studies/quantum.md send each other messages in four ways, and print how long those took: the mean and
// the worst, in nanoseconds of the cycle counter at 1 GHz.
#include "board.h"

enum { messages = 20, period = 100, nanosecondsPerTick = 100 };

/// Hart 0 asks by counting up, hart 1 answers with the same number; in lines of memory of their own.
static volatile uint64_t asked __attribute__((aligned(64))), answered __attribute__((aligned(64)));
/// How: both harts look at memory again and again; one interrupts the other, which computes; both sleep meanwhile.
enum { inMemory, running, asleep };
static volatile uint64_t mode __attribute__((aligned(64)));
/// What hart 0's timer interrupt has found.
static volatile uint64_t due, late, ticks;

static struct Measure { uint64_t total, worst; } measure;
static void note(uint64_t nanoseconds) {
    measure.total += nanoseconds;
    if (nanoseconds > measure.worst) measure.worst = nanoseconds;
}
static void tell(const char *name) {
    print("%s %u %u\n", name, measure.total / messages, measure.worst);
    measure = (struct Measure){0, 0};
}

static void ring(unsigned hart, uint32_t level) { store32(softwareInterruptAddress + 4 * hart, level); }

void machineTrap(struct TrapFrame *frame) {
    uint64_t cause = frame->cause & 0xff;
    if (cause == machineTimer) {
        late = readCSR(mcycle) - due;
        store64(timerCompareAddress, ~0ull);
        ticks++;
    } else if (readCSR(mhartid) == 1) {
        ring(1, 0);
        ring(0, 1);
    } else {
        ring(0, 0);
        answered = asked;
    }
}

/// Hart 1: answers what it sees in memory, or in its interrupt handler.
void secondary(void) {
    setCSR(mie, 1 << machineSoftware);
    while (mode == inMemory) {
        uint64_t number = asked;
        if (number != answered) answered = number;
    }
    setCSR(mstatus, 8);
    uint64_t work = 0;
    while (mode == running) __asm__ volatile("addi %0, %0, 1" : "+r"(work));
    while (true) waitForInterrupt();
}

/// Sends a message and waits for its answer.
static void exchange(void) {
    uint64_t start = readCSR(mcycle), number = asked + 1;
    asked = number;
    if (mode != inMemory) ring(1, 1);
    if (mode == asleep) {
        while (!(readCSR(mip) & 1 << machineSoftware)) waitForInterrupt();
        ring(0, 0);
    } else {
        while (answered != number) {}
    }
    note(readCSR(mcycle) - start);
}

/// Lets the other one come to where it waits, and the places in which messages begin differ.
static void pause(unsigned turns) {
    for (uint64_t end = readCSR(mcycle) + 1000 + 37 * turns; readCSR(mcycle) < end;) {}
}

static void exchanges(uint64_t how, const char *name) {
    mode = how;
    for (unsigned turn = 0; turn < messages; turn++) {
        pause(turn);
        exchange();
    }
    tell(name);
}

/// Ticks of the timer, whose interrupt says how late it is. The cycle counter is read at the instant of a tick.
static void timer(void) {
    uint64_t tick = timeNow();
    while (timeNow() == tick) {}
    tick = timeNow();
    uint64_t cycles = readCSR(mcycle);
    for (unsigned turn = 1; turn <= messages; turn++) {
        uint64_t last = ticks;
        due = cycles + turn * (uint64_t)period * nanosecondsPerTick;
        store64(timerCompareAddress, tick + turn * (uint64_t)period);
        while (ticks == last) {}
        note(late);
    }
    tell("timer");
}

int main(void) {
    exchanges(inMemory, "memory");
    setCSR(mie, 1 << machineSoftware | 1 << machineTimer);
    setCSR(mstatus, 8);
    exchanges(running, "running");
    timer();
    clearCSR(mstatus, 8);
    exchanges(asleep, "asleep");
    return 0;
}
