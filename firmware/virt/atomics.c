// LR/SC and every AMO, words and (on RV64) doublewords: results, memory, sign extension.
#include "board.h"

void machineTrap(struct TrapFrame *frame) {
    print("trap %x at %x value %x\n", frame->cause, frame->pc, frame->value);
    finish(2);
}

static uint64_t cell[32] __attribute__((aligned(64)));

#define exchange(instruction, memory, operand)                                                            \
    do {                                                                                                  \
        cell[0] = memory;                                                                                 \
        Word old_;                                                                                        \
        __asm__ volatile(instruction " %0, %1, (%2)" : "=&r"(old_) : "r"((Word)(operand)), "r"(cell) : "memory"); \
        print(instruction " %x %x: %x %x\n", (uint64_t)(memory), (uint64_t)(operand), (uint64_t)old_, cell[0]);     \
    } while (0)

#define everyPair(instruction)                                                 \
    do {                                                                       \
        exchange(instruction, 0x123456789ABCDEF0, 0x0FEDCBA987654321);         \
        exchange(instruction, 0x7FFFFFFFFFFFFFFF, 1);                          \
        exchange(instruction, 0x00000000FFFFFFFF, 0x8000000080000000);         \
        exchange(instruction, 0xFFFFFFFF7FFFFFFF, 0xFFFFFFFFFFFFFFFF);         \
    } while (0)

static uint64_t reserveWord(void *address) {
    long value;
    __asm__ volatile("lr.w.aq %0, (%1)" : "=r"(value) : "r"(address) : "memory");
    return (Word)value;
}

static uint64_t storeWord(void *address, uint64_t value) {
    Word failed;
    __asm__ volatile("sc.w.rl %0, %1, (%2)" : "=&r"(failed) : "r"((Word)value), "r"(address) : "memory");
    return failed;
}

int main(void) {
    serialStart();
    everyPair("amoswap.w"); everyPair("amoadd.w"); everyPair("amoxor.w"); everyPair("amoand.w"); everyPair("amoor.w");
    everyPair("amomin.w"); everyPair("amomax.w"); everyPair("amominu.w"); everyPair("amomaxu.w");
#if __riscv_xlen == 64
    everyPair("amoswap.d"); everyPair("amoadd.d"); everyPair("amoxor.d"); everyPair("amoand.d"); everyPair("amoor.d");
    everyPair("amomin.d"); everyPair("amomax.d"); everyPair("amominu.d"); everyPair("amomaxu.d");
#endif

    cell[0] = 0x1111111180000000;
    uint64_t loaded = reserveWord(cell);
    uint64_t failed = storeWord(cell, 7);
    print("lr.w %x, sc.w %u, memory %x\n", loaded, failed, cell[0]);
    failed = storeWord(cell, 8);
    print("without a reservation: sc.w %u, memory %x\n", (uint64_t)(failed != 0), cell[0]);
    reserveWord(cell);
    failed = storeWord(cell + 16, 9);
    print("to another line: memory %x %s\n", cell[16], failed ? "failed" : "succeeded");
    failed = storeWord(cell, 10);
    print("the reservation is gone: %u, memory %x\n", (uint64_t)(failed != 0), cell[0]);

    // A counter in a loop of the shape that the specification guarantees to end.
    Word rounds = 1000, scratch;
    cell[1] = 0;
    __asm__ volatile(
        "1: lr." byWidth("w", "d") " %0, (%2)\n"
        "addi %0, %0, 3\n"
        "sc." byWidth("w", "d") " %0, %0, (%2)\n"
        "bnez %0, 1b\n"
        "addi %1, %1, -1\n"
        "bnez %1, 1b" : "=&r"(scratch), "+r"(rounds) : "r"(cell + 1) : "memory");
    print("a thousand times three: %u\n", cell[1]);
    return 0;
}
