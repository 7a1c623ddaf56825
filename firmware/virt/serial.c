// The 16550 through the PLIC: priorities, thresholds, claims and completions, and a line sent by interrupt.
#include "board.h"

static volatile unsigned claims, empty;
static const char *volatile line;

void machineTrap(struct TrapFrame *frame) {
    if (frame->cause != (causeInterrupt | machineExternal)) {
        print("trap %x at %x\n", frame->cause, frame->pc);
        finish(2);
    }
    unsigned source = interruptClaim();
    if (source != serialSource) {
        empty++;
        return;
    }
    claims++;
    // Reading the identification takes a transmitter interrupt away (NS16550A data sheet, table 5).
    uint8_t identification = load8(serialAddress + 2);
    if ((identification & 0xF) == 2)
        for (unsigned room = 16; room && *line; room--) store8(serialAddress, (uint8_t)*line++);
    if (!*line) store8(serialAddress + 1, 0);
    interruptComplete(source);
}

static bool isPending(void) {
    return load32(interruptControllerAddress + 0x1000) >> serialSource & 1;
}

int main(void) {
    serialStart();
    print("line status: %x\n", (uint64_t)load8(serialAddress + 5) & 0x61);
    store8(serialAddress + 7, 0x5A);
    print("scratch: %x\n", (uint64_t)load8(serialAddress + 7));
    interruptSourceEnable(serialSource, 1);
    setCSR(mie, 1ull << machineExternal);

    // A threshold of the source's own priority holds it back.
    store32(interruptControllerAddress + 0x200000, 1);
    line = "";
    store8(serialAddress + 1, 2);
    print("pending %u,", (uint64_t)isPending());
    print(" held back: %s\n", readCSR(mip) & 1 << machineExternal ? "no" : "yes");
    store32(interruptControllerAddress + 0x200000, 0);
    print("let through: %s\n", readCSR(mip) & 1 << machineExternal ? "yes" : "no");
    // Nothing is printed between claim and completion: it would move the level that is being looked at.
    unsigned source = interruptClaim();
    bool pending = isPending();
    unsigned again = interruptClaim();
    store8(serialAddress + 1, 0);
    interruptComplete(source);
    print("claimed %u, pending %u, again %u\n", (uint64_t)source, (uint64_t)pending, (uint64_t)again);
    print("after completion: pending %u\n", (uint64_t)isPending());

    line = "sent by interrupt, sixteen bytes at a time at most, to the last one\n";
    setCSR(mstatus, 8);
    store8(serialAddress + 1, 2);
    while (*line) {}
    while (load8(serialAddress + 1)) {}
    clearCSR(mstatus, 8);
    print("several claims: %s, claims of nothing: %u\n", claims >= 4 ? "yes" : "no", (uint64_t)empty);

    // The priorities and enable bits are WARL; source 0 does not exist.
    store32(interruptControllerAddress, 7);
    print("priority of source 0: %u\n", (uint64_t)load32(interruptControllerAddress));
    store32(interruptControllerAddress + 4 * serialSource, 7);
    print("priority of the serial port: %u\n", (uint64_t)load32(interruptControllerAddress + 4 * serialSource));
    return 0;
}
