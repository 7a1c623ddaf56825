// The parallel flash: what a driver learns from it, does with it, and finds in it afterwards.
#include "board.h"

static const uint64_t base = 0x22000000;
static const uint32_t block = 0x40000;
static const uint32_t ready = 0x00800080;

void machineTrap(struct TrapFrame *frame) {
    print("trap %x at %x\n", frame->cause, frame->pc);
    finish(2);
}

static uint32_t read(uint32_t offset) { return load32(base + offset); }
static void write(uint32_t offset, uint32_t value) { store32(base + offset, value); }

// Two chips of 16 bits stand side by side: each gets the command.
static void command(uint32_t offset, uint32_t byte) { write(offset, byte << 16 | byte); }

static void finishWork(const char *what) {
    while ((read(0) & ready) != ready) {}
    print("%s: status %x\n", what, (uint64_t)read(0));
}

static void erase(uint32_t offset) {
    command(offset, 0x20);
    command(offset, 0xd0);
    finishWork("erase");
}

static void show(const char *what, uint32_t offset, unsigned count) {
    print("%s:", what);
    for (unsigned i = 0; i < count; i++) print(" %x", (uint64_t)read(offset + 4 * i));
    print("\n");
}

int main(void) {
    serialStart();
    show("unused", 0, 2);

    command(0x55 * 4, 0x98);
    show("query", 0x10 * 4, 3);
    show("command set", 0x13 * 4, 4);
    show("size", 0x27 * 4, 1);
    show("blocks", 0x2c * 4, 5);
    command(0, 0xff);
    show("unused", 0, 2);

    erase(block);
    command(0, 0xff);
    show("last of the block before", block - 4, 1);
    show("first of the block", block, 2);
    show("last of the block", 2 * block - 4, 2);

    command(block, 0x40);
    write(block + 8, 0x12345678);
    finishWork("program");
    command(block, 0x10);
    store8(base + block + 0x16, 0xab);
    finishWork("program a byte");

    command(block + 0x100, 0xe8);
    while ((read(block + 0x100) & ready) != ready) {}
    command(block + 0x100, 7);
    for (uint32_t i = 0; i < 8; i++) write(block + 0x100 + 4 * i, i * 0x01234567);
    command(block + 0x100, 0xd0);
    finishWork("buffer");
    command(0, 0x70);
    show("status", block + 0x100, 1);
    command(0, 0x50);
    command(0, 0xff);
    show("programmed", block, 8);
    show("programmed", block + 0xfc, 10);

    erase(block);
    command(0, 0xff);
    show("erased", block + 0x100, 2);
    return 0;
}
