// Machine, supervisor and user mode: switches, delegation, Sv39 or Sv32 paging and its faults, interrupts seen from below.
//
// The flow never returns through a change of mode. It goes on in the next function:
//   main (M) → supervise (S) → the user program (U) → afterUser (S) → afterSupervisor (M)
#include "board.h"

// Virtual addresses: devices (in the first gigabyte) and RAM (in the third) are where they are; user pages stand between.
#define userCode 0x40000000ull
#define userData 0x40001000ull
#define userLazy 0x40002000ull
#define userReadOnly 0x40003000ull
#define userExecuteOnly 0x40004000ull

// Page-table entry bits (Priv. spec, Sv39).
enum { valid = 1, readable = 2, writable = 4, executable = 8, user = 16, accessed = 64, dirty = 128 };
enum { statusSUM = 1 << 18, statusMXR = 1 << 19, statusMPRV = 1 << 17, statusTVM = 1 << 20, statusTW = 1 << 21,
       statusTSR = 1 << 22, statusMPP = 3 << 11, statusSPP = 1 << 8 };

/// What the supervisor asks of machine mode, in a7.
enum MachineCall { sayArgument = 1, leaveSupervisor, raiseTimer, dropTimer, trapPrivileged };
/// What the user asks of the supervisor, in a7.
enum UserCall { sayResult = 1, leaveUser };

#define page __attribute__((aligned(4096)))
typedef Word Entry;    // four bytes in Sv32, eight in Sv39
#if registerBits == 32
static Entry top[1024] page, bottom[1024] page;
#else
static Entry top[512] page, middle[512] page, bottom[512] page;
#endif
static uint8_t codePage[4096] page, dataPage[4096] page, lazyPage[4096] page, readOnlyPage[4096] page;
static uint8_t supervisorTrapStack[4096] __attribute__((aligned(16)));
static volatile uint64_t supervisorTicks;

static void afterUser(void);
static void afterSupervisor(void);

static Entry leaf(uint64_t address, uint64_t bits) { return (Entry)(address >> 12 << 10 | bits | valid | accessed); }

// Devices and RAM stay where they are; `bottom` maps user pages one by one.
static void fillTables(void) {
#if registerBits == 32
    // Pages of 4 MiB: the finisher's, the serial port's, the one that holds this image.
    top[0] = leaf(0, readable | writable | dirty);
    top[serialAddress >> 22] = leaf(serialAddress >> 22 << 22, readable | writable | dirty);
    top[userCode >> 22] = (Word)bottom >> 12 << 10 | valid;
    top[0x80000000u >> 22] = leaf(0x80000000, readable | writable | executable | dirty);
#else
    top[0] = leaf(0, readable | writable | dirty);
    top[1] = (Word)middle >> 12 << 10 | valid;
    top[2] = leaf(0x80000000, readable | writable | executable | dirty);
    middle[0] = (Word)bottom >> 12 << 10 | valid;
#endif
}
static void flush(void) { __asm__ volatile("sfence.vma" ::: "memory"); }

// The load or store of a whole register, "l" or "s" before its width.
#define wide(name) name byWidth("w", "d")

// The user program. Every instruction has four bytes, so that a handler can step over one.
extern const uint8_t userStart[], userEnd[];
__asm__(".section .rodata\n.balign 4\n.option push\n.option norvc\n"
        "userStart:\n"
        "li a7, 1\nli a0, 0x77\necall\n"
        "li t0, 0x40001000\nli t1, 0x55AA\n" wide("s") " t1, 0(t0)\n" wide("l") " a0, 0(t0)\necall\n"
        "li t0, 0x40002000\nli t1, 0x1234\n" wide("s") " t1, 8(t0)\n" wide("l") " a0, 8(t0)\necall\n"    // mapped when it is touched
        "li t0, 0x40003000\n" wide("l") " a0, 0(t0)\necall\n"
        wide("s") " t1, 16(t0)\n"                                                          // read-only
        "li t0, 0x40004000\n" wide("l") " t1, 24(t0)\n"                                       // execute-only
        "li t0, 0x80000000\n" wide("l") " t1, 0(t0)\n"                                        // the supervisor's
        "li t0, 0x40008000\nlw t1, 0(t0)\n"                                        // not mapped
        byWidth("", "li t0, 0x4000000000\nlw t1, 0(t0)\n")                         // not an Sv39 address
        "csrr t1, sstatus\nsret\n"                                                 // not for users
        "li t0, 0x40001000\njalr ra, 0(t0)\n"                                      // not executable
        "ebreak\n"
        "li a7, 2\necall\n"
        "userEnd:\n.option pop\n.previous\n");

static const char *modeName(uint64_t mode) { return mode == 3 ? "machine" : mode == 1 ? "supervisor" : "user"; }

void supervisorTrap(struct TrapFrame *frame) {
    const char *from = modeName(frame->status >> 8 & 1);
    switch (frame->cause) {
    case causeInterrupt | supervisorTimer:
        supervisorTicks++;
        clearCSR(sie, 1 << supervisorTimer);
        return;
    case 8:
        frame->pc += 4;
        if (frame->x[17] == sayResult) {
            print("user says %x\n", frame->x[10]);
        } else {
            print("user is done\n");
            frame->pc = (uint64_t)afterUser;
            frame->status |= statusSPP;
        }
        return;
    case 3:
        print("breakpoint from %s\n", from);
        frame->pc += 4;
        return;
    case 12:
        print("fetch page fault at %x from %s\n", frame->value, from);
        frame->pc = frame->x[1];
        return;
    case 13:
        print("load page fault at %x from %s\n", frame->value, from);
        frame->pc += 4;
        return;
    case 15:
        print("store page fault at %x from %s\n", frame->value, from);
        if (frame->value == userLazy + 8) {
            bottom[2] = leaf((uint64_t)lazyPage, readable | writable | user | dirty);
            flush();
        } else {
            frame->pc += 4;
        }
        return;
    }
    print("supervisor: trap %x at %x value %x\n", frame->cause, frame->pc, frame->value);
    finish(3);
}

void machineTrap(struct TrapFrame *frame) {
    frame->pc += 4;
    if (frame->cause == 2) {
        print("illegal instruction from %s\n", modeName(frame->status >> 11 & 3));
        return;
    }
    if (frame->cause != 9) {
        print("machine: trap %x at %x value %x\n", frame->cause, frame->pc - 4, frame->value);
        finish(4);
    }
    switch ((enum MachineCall)frame->x[17]) {
    case sayArgument:
        print("supervisor calls %x\n", frame->x[10]);
        break;
    case leaveSupervisor:
        frame->pc = (uint64_t)afterSupervisor;
        frame->status |= statusMPP;
        break;
    case raiseTimer:
        setCSR(mip, 1 << supervisorTimer);
        break;
    case dropTimer:
        clearCSR(mip, 1 << supervisorTimer);
        break;
    case trapPrivileged:
        frame->status |= statusTVM | statusTW | statusTSR;
        break;
    }
}

static void callMachine(enum MachineCall call, uint64_t argument) {
    register Word a0 __asm__("a0") = (Word)argument;
    register Word a7 __asm__("a7") = call;
    __asm__ volatile("ecall" : "+r"(a0) : "r"(a7) : "memory");
}

static void supervise(void) {
    print("supervisor: hello\n");
    callMachine(sayArgument, 0xCAFE);

    fillTables();
    bottom[0] = leaf((uint64_t)codePage, readable | executable | user);
    bottom[1] = leaf((uint64_t)dataPage, readable | writable | user | dirty);
    bottom[3] = leaf((uint64_t)readOnlyPage, readable | user);
    bottom[4] = leaf((uint64_t)readOnlyPage, executable | user);
    memcpy(codePage, userStart, (size_t)(userEnd - userStart));
    store64((uint64_t)readOnlyPage, 0xBEEF);
    store64((uint64_t)dataPage, 0xF00D);
    fenceInstructions();
    writeCSR(satp, byWidth(1ull << 31, 8ull << 60) | (Word)top >> 12);
    flush();
    print("supervisor: paging is on, mode %u\n", readCSR(satp) >> byWidth(31, 60));
#if registerBits == 64
    writeCSR(satp, 7ull << 60);
    print("supervisor: a reserved mode changes nothing: %u\n", readCSR(satp) >> 60);
#endif

    // A user page is out of the supervisor's reach unless SUM is set; an execute-only page unless MXR is.
    setCSR(sstatus, statusSUM);
    uint64_t seen = load64(userData);
    setCSR(sstatus, statusMXR);
    uint64_t hidden = load64(userExecuteOnly);
    clearCSR(sstatus, statusSUM | statusMXR);
    print("supervisor: with SUM %x, with MXR %x\n", seen, hidden);
    __asm__ volatile(".option push\n.option norvc\n" wide("l") " t0, 0(%0)\n.option pop" :: "r"((Word)userData) : "t0", "memory");

    writeCSR(sepc, userCode);
    clearCSR(sstatus, statusSPP);
    __asm__ volatile("sret");
}

static void afterUserOnStack(void) {
    print("supervisor finds %x and %x\n", load64((uint64_t)dataPage), load64((uint64_t)lazyPage + 8));

    // A timer interrupt that machine mode raises for the supervisor.
    callMachine(raiseTimer, 0);
    print("supervisor: timer pending %u\n", readCSR(sip) >> supervisorTimer & 1);
    setCSR(sie, 1 << supervisorTimer);
    setCSR(sstatus, 2);
    while (!supervisorTicks) {}
    clearCSR(sstatus, 2);
    callMachine(dropTimer, 0);
    print("supervisor: ticks %u, timer pending %u\n", supervisorTicks, readCSR(sip) >> supervisorTimer & 1);

    // TVM, TW and TSR: what the supervisor may do otherwise traps into machine mode.
    callMachine(trapPrivileged, 0);
    __asm__ volatile("csrr t0, satp\nsfence.vma\nwfi\nsret" ::: "t0", "memory");
    callMachine(leaveSupervisor, 0);
}

// Comes here by sret, without a stack of its own.
__attribute__((naked)) static void afterUser(void) {
    __asm__("la sp, stacks\nli t0, 1 << 14\nadd sp, sp, t0\nj %0" :: "i"(afterUserOnStack));
}

static void afterSupervisor(void) {
    clearCSR(mstatus, statusTVM | statusTW | statusTSR);
    // MPRV: machine mode loads and stores with the eyes of the mode in MPP, user here.
    Word seen;
    clearCSR(mstatus, statusMPP);
    __asm__ volatile("csrs mstatus, %1\n" wide("l") " %0, 0(%2)\ncsrc mstatus, %1"
                     : "=&r"(seen) : "r"((Word)statusMPRV), "r"((Word)userData) : "memory");
    print("machine: the user's data is %x\n", (uint64_t)seen);
    finish(0);
}

int main(void) {
    serialStart();
    print("machine: hello\n");
    // Physical memory protection: without an entry that matches, supervisor and user mode reach nothing.
    writeCSR(pmpaddr0, ~0ull >> 10);
    writeCSR(pmpcfg0, 0x1F);
    writeCSR(medeleg, 1 << 3 | 1 << 8 | 1 << 12 | 1 << 13 | 1 << 15);
    writeCSR(mideleg, 1 << supervisorTimer);
    print("machine: delegated %x and %x\n", readCSR(medeleg) & 0xFFFF, readCSR(mideleg) & 0xFFF & ~0x444ull);
    writeCSR(stvec, (uint64_t)supervisorTrapEntry);
    writeCSR(sscratch, (uint64_t)supervisorTrapStack + sizeof supervisorTrapStack);
    writeCSR(satp, 0);
    writeCSR(mepc, (uint64_t)supervise);
    clearCSR(mstatus, statusMPP);
    setCSR(mstatus, 1 << 11);
    __asm__ volatile("mret");
    return 0;
}
