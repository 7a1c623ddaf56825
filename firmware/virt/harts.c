// Four harts: a lock, a shared counter, and interrupts from one hart to the next. The output does not depend on who
// was first.
#include "board.h"

enum { harts = 4, rounds = 500 };

static volatile Word lock, counter, unlocked, ready, finished;
static volatile unsigned received[harts];

void machineTrap(struct TrapFrame *frame) {
    uint64_t hart = readCSR(mhartid);
    if (frame->cause != (causeInterrupt | machineSoftware)) {
        print("trap %x at %x on hart %u\n", frame->cause, frame->pc, hart);
        finish(2);
    }
    store32(softwareInterruptAddress + 4 * hart, 0);
    received[hart]++;
}

static void add(volatile Word *cell, Word value) {
    __asm__ volatile("amoadd." byWidth("w", "d") " zero, %0, (%1)" :: "r"(value), "r"(cell) : "memory");
}

static void work(void) {
    uint64_t hart = readCSR(mhartid);
    setCSR(mie, 1 << machineSoftware);
    setCSR(mstatus, 8);
    add(&ready, 1);
    while (ready != harts) {}
    for (unsigned round = 0; round < rounds; round++) {
        Word taken;
        do
            __asm__ volatile("1: lr." byWidth("w", "d") " %0, (%1)\nbnez %0, 2f\nsc." byWidth("w", "d") " %0, %2, (%1)\nbnez %0, 1b\n2:"
                             : "=&r"(taken) : "r"(&lock), "r"((Word)1) : "memory");
        while (taken);
        fenceAll();
        counter = counter + 1;
        fenceAll();
        lock = 0;
        add(&unlocked, hart + 1);
    }
    // Hart n interrupts hart n + 1; hart 0 begins, and the ring is run round ten times.
    for (unsigned round = 1; round <= 10; round++) {
        if (hart == 0 && round == 1) store32(softwareInterruptAddress + 4, 1);
        for (;;) {
            clearCSR(mstatus, 8);
            bool arrived = received[hart] >= round;
            if (!arrived) waitForInterrupt();
            setCSR(mstatus, 8);
            if (arrived) break;
        }
        if (hart != 0 || round < 10) store32(softwareInterruptAddress + 4 * ((hart + 1) % harts), 1);
    }
    add(&finished, 1);
}

void secondary(void) {
    work();
    clearCSR(mstatus, 8);
    for (;;) waitForInterrupt();
}

int main(void) {
    serialStart();
    work();
    while (finished != harts) {}
    print("counter under the lock: %u\n", (uint64_t)counter);
    print("counter by atomics: %u\n", (uint64_t)unlocked);
    for (unsigned hart = 0; hart < harts; hart++) print("hart %u received %u\n", (uint64_t)hart, (uint64_t)received[hart]);
    return 0;
}
