// Runs a batch of generated programs, and prints a digest of what each left behind (Tests/SystemTests/Programs).
//
// A program is copied to the region of its hart, where it finds code, a stack, data, and page tables. It runs in the mode
// that its record names. Every trap comes to this driver in machine mode: an ecall asks for a service, everything else
// goes on at the address in gp. Programs are ended by a service, by too many traps, or when they take too long: a program
// that is led astray may never end.
#include <stdbool.h>
#include <stdint.h>

/// A register, an address, an entry of a page table.
typedef unsigned long word_t;

#define region(hart) (0x80400000ul + (word_t)(hart) * 0x200000ul)
enum {
    codeSize = 0x8000,
    stackOffset = 0x8000,
    dataOffset = 0x9000,
    tableOffset = 0xD000,
    tablePages = 19,
    mostTraps = 64,
    mostHarts = 4,
    /// A program with interrupts is ended at the next of them.
    mostInstructions = 100000000,
};
static const word_t sharedPage = 0x803FF000, forbiddenBlock = 0x803FE100;
static const word_t regionMask = 0x1FFFF;

/// What a test has put behind the driver.
struct Header {
    /// `limit`: ticks of mtime after which a program without interrupts is ended.
    uint64_t count, harts, shown, hasInterrupts, limit;
};
static const struct Header *const batch = (struct Header *)0x80C00000ul;

struct Record {
    /// Where the code, and pairs of address and value for the page tables, stand.
    uint64_t code, codeBytes, entries, entryCount;
    uint64_t seed, pc;
    /// What satp holds in the two address spaces; zero where nothing is translated.
    uint64_t spaces[2];
    /// Bits of mstatus: MPP, SUM, MXR, FS.
    uint64_t status;
    uint64_t fcsr;
    /// Where code stands for user, supervisor, and machine mode, each with the alias beside it.
    uint64_t bases[4][2];
    uint64_t x[32], f[32];
};

/// The offsets of the first fields stand in driver.S too.
struct Context {
    uint64_t x[32], f[32], fcsr, pc, stack, kept;
    const struct Record *record;
    uint64_t hart, log, traps, interrupts, random, start;
    bool isEndless;
    struct {
        uint64_t cause, pc, value;
    } list[mostTraps + 1];
};

static struct Context contexts[mostHarts];
static volatile word_t finished;
static volatile uint64_t digests[mostHarts];

void enter(struct Context *);
_Noreturn void leave(struct Context *);

#define readCSR(name) ({ word_t v_; __asm__ volatile("csrr %0, " #name : "=r"(v_)); v_; })
#define writeCSR(name, value) __asm__ volatile("csrw " #name ", %0" ::"r"((word_t)(value)) : "memory")
#define setCSR(name, value) __asm__ volatile("csrs " #name ", %0" ::"r"((word_t)(value)) : "memory")
#define clearCSR(name, value) __asm__ volatile("csrc " #name ", %0" ::"r"((word_t)(value)) : "memory")

enum { statusMIE = 1 << 3, statusMPIE = 1 << 7, statusMPP = 3 << 11, statusFS = 3 << 13, statusMPRV = 1 << 17 };
enum { statusSUM = 1 << 18, statusMXR = 1 << 19 };

static volatile uint64_t *timerCompare(word_t hart) { return (volatile uint64_t *)(0x2004000 + 8 * hart); }
static volatile uint32_t *softwareInterrupt(word_t hart) { return (volatile uint32_t *)(0x2000000 + 4 * hart); }
static uint64_t timeNow(void) { return *(volatile uint64_t *)0x200BFF8; }

static uint64_t fold(uint64_t digest, uint64_t word) {
    digest = (digest ^ word) * 0x9E3779B97F4A7C15;
    return digest ^ digest >> 32;
}

static uint64_t draw(uint64_t *state) {
    *state += 0x9E3779B97F4A7C15;
    uint64_t z = *state;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
    return z ^ z >> 27;
}

static void print(uint64_t word, char end) {
    volatile uint8_t *serial = (volatile uint8_t *)0x10000000;
    for (int shift = 60; shift >= -4; shift -= 4) {
        uint64_t digit = word >> (shift & 63) & 15;
        char c = shift < 0 ? end : digit < 10 ? '0' + digit : 'a' + digit - 10;
        while (!(serial[5] & 0x20)) {}
        serial[0] = c;
    }
}

// MARK: Traps

static _Noreturn void end(struct Context *c) {
    setCSR(mstatus, statusFS);
    leave(c);
}

static void interrupt(struct Context *c, uint64_t code) {
    if (!batch->hasInterrupts || readCSR(minstret) - (word_t)c->start > mostInstructions) {
        c->isEndless = true;
        end(c);
    }
    c->log = fold(c->log, code);
    c->log = fold(c->log, c->pc);
    c->log = fold(c->log, readCSR(minstret));
    if (code == 3) {
        *softwareInterrupt(c->hart) = 0;
        return;
    }
    c->log = fold(c->log, timeNow());
    // Seldom when there were many; but never again would leave a program that waits for one asleep.
    uint64_t distance = c->interrupts == 0 ? 20000 : 1 + draw(&c->random) % 700;
    if (c->interrupts != 0) c->interrupts--;
    *timerCompare(c->hart) = timeNow() + distance;
}

static void fence(struct Context *c, uint64_t word) {
    word_t address = c->x[28], space = word >> 8 & 0xFFFF;
    switch (word >> 4 & 3) {
    case 0: __asm__ volatile("sfence.vma" ::: "memory"); break;
    case 1: __asm__ volatile("sfence.vma %0" ::"r"(address) : "memory"); break;
    case 2: __asm__ volatile("sfence.vma zero, %0" ::"r"(space) : "memory"); break;
    default: __asm__ volatile("sfence.vma %0, %1" ::"r"(address), "r"(space) : "memory");
    }
}

/// Goes on in another mode, at the same place of the code as it stands for that mode.
static void changeMode(struct Context *c, uint64_t choice) {
    const struct Record *record = c->record;
    if (record->spaces[0] == 0) return;
    uint64_t mode = choice & 3;
    if (mode == 2) return;
    clearCSR(mstatus, statusMPP | statusMPRV);
    setCSR(mstatus, mode << 11);
    // From machine mode data can be reached as user mode would.
    if (mode == 3) setCSR(mstatus, statusMPRV);
    c->pc = record->bases[mode][0] + (c->pc & regionMask);
    c->x[3] = record->bases[mode][0] + (c->x[3] & regionMask);
    c->x[19] = record->bases[mode][0];
    c->x[20] = record->bases[mode][1];
}

static void service(struct Context *c) {
    const struct Record *record = c->record;
    word_t word = c->x[31], base = region(c->hart);
    c->pc += 4;
    switch (word & 15) {
    case 0: end(c);
    case 1: {
        // A new entry in a page table.
        word_t place = c->x[29] & -sizeof(word_t);
        if (place < base + tableOffset || place >= base + tableOffset + tablePages * 4096ul) return;
        *(volatile word_t *)place = c->x[30];
        fence(c, word);
        break;
    }
    case 2:
        if (record->spaces[0] == 0) return;
        writeCSR(satp, record->spaces[c->x[30] & 1]);
        if (word & 16) __asm__ volatile("sfence.vma" ::: "memory");
        break;
    case 3: changeMode(c, c->x[30]); break;
    case 4:
        // New code.
        *(volatile uint32_t *)(base + (c->x[29] & (codeSize - 4))) = c->x[30];
        __asm__ volatile("fence.i" ::: "memory");
        break;
    case 5:
        clearCSR(mstatus, statusSUM | statusMXR);
        setCSR(mstatus, c->x[30] & (statusSUM | statusMXR));
        if (c->x[30] & 1) clearCSR(mstatus, statusFS);
        break;
    case 6:
        if (batch->hasInterrupts) *timerCompare(c->hart) = timeNow() + (c->x[30] & 0xFF);
        break;
    case 7:
        if (batch->hasInterrupts) *softwareInterrupt(c->hart) = 1;
        break;
    }
}

void trap(struct Context *c) {
    word_t cause = readCSR(mcause), value = readCSR(mtval), status = readCSR(mstatus);
    if (cause >> (__riscv_xlen - 1)) {
        interrupt(c, cause & 63);
        return;
    }
    c->list[c->traps].cause = cause;
    c->list[c->traps].pc = c->pc;
    c->list[c->traps].value = value;
    // QEMU 7.2 has the cause of a load for an AMO off its boundary, and the specification leaves the value of some traps open.
    c->log = fold(c->log, cause == 4 ? 6 : cause);
    c->log = fold(c->log, c->pc);
    if (cause != 3 && cause != 4 && cause != 6) c->log = fold(c->log, value);
    c->log = fold(c->log, status & statusMPP);
    if (++c->traps > mostTraps) end(c);
    if (cause == 8 || cause == 9 || cause == 11) {
        service(c);
    } else if (cause == 2 && (status & statusFS) == 0) {
        setCSR(mstatus, 1 << 13);
    } else {
        c->pc = c->x[3];
    }
}

// MARK: Programs

static void prepare(struct Context *c) {
    const struct Record *record = c->record;
    word_t base = region(c->hart);
    uint64_t state = record->seed;
    const uint64_t *from = (const uint64_t *)(word_t)record->code;
    uint64_t *code = (uint64_t *)base;
    for (uint64_t i = 0; i < codeSize / 8; i++) code[i] = i < record->codeBytes / 8 ? from[i] : 0;
    uint64_t *data = (uint64_t *)(base + stackOffset);
    for (uint64_t i = 0; i < (tableOffset - stackOffset) / 8; i++) data[i] = draw(&state);
    uint64_t *tables = (uint64_t *)(base + tableOffset);
    for (uint64_t i = 0; i < tablePages * 512; i++) tables[i] = 0;
    const uint64_t *entry = (const uint64_t *)(word_t)record->entries;
    for (uint64_t i = 0; i < record->entryCount; i++, entry += 2) *(word_t *)(word_t)entry[0] = entry[1];
    if (batch->harts == 1) {
        uint64_t *shared = (uint64_t *)sharedPage;
        for (int i = 0; i < 512; i++) shared[i] = draw(&state);
    }
    for (int i = 0; i < 32; i++) {
        c->x[i] = record->x[i];
        c->f[i] = record->f[i];
    }
    c->fcsr = record->fcsr;
    c->pc = record->pc;
    c->log = c->traps = 0;
    c->random = record->seed;
    c->interrupts = batch->hasInterrupts ? 40 : 0;
    c->isEndless = false;
    // No reservation is left over from the program before.
    __asm__ volatile("sc.w zero, zero, (%0)" ::"r"(data) : "memory");
    __asm__ volatile("fence.i" ::: "memory");
}

static void run(struct Context *c) {
    const struct Record *record = c->record;
    writeCSR(satp, record->spaces[0]);
    __asm__ volatile("sfence.vma" ::: "memory");
    clearCSR(mstatus, statusMPP | statusFS | statusMPRV | statusSUM | statusMXR | statusMPIE);
    setCSR(mstatus, 1 << 13);
    c->start = readCSR(minstret);
    *timerCompare(c->hart) = timeNow() + (batch->hasInterrupts ? 1 + draw(&c->random) % 300 : batch->limit);
    writeCSR(mie, batch->hasInterrupts ? 1 << 3 | 1 << 7 : 1 << 7);
    setCSR(mstatus, statusMPIE);
    setCSR(mstatus, record->status);
    enter(c);
    writeCSR(mie, 0);
    *timerCompare(c->hart) = ~0ull;
    if (batch->hasInterrupts) *softwareInterrupt(c->hart) = 0;
    // Loads and stores of this driver are its own again.
    clearCSR(mstatus, statusMPRV | statusMIE | statusMPIE);
    writeCSR(satp, 0);
}

static void show(const struct Context *c) {
    print(c->log, '\n');
    for (int i = 1; i < 32; i++) print(c->x[i], '\n');
    for (int i = 0; i < 32; i++) print(c->f[i], '\n');
    print(c->fcsr, '\n');
    const uint64_t *data = (const uint64_t *)(region(c->hart) + stackOffset);
    for (int i = 0; i < (tableOffset - stackOffset) / 8 + tablePages * 512; i++) print(data[i], '\n');
    for (uint64_t i = 0; i < c->traps; i++) {
        print(c->list[i].cause, ' ');
        print(c->list[i].pc, ' ');
        print(c->list[i].value, '\n');
    }
}

static uint64_t digest(const struct Context *c) {
    // Where it was stopped is not the same everywhere.
    if (c->isEndless) return 0;
    uint64_t digest = c->log;
    for (int i = 1; i < 32; i++) digest = fold(digest, c->x[i]);
    for (int i = 0; i < 32; i++) digest = fold(digest, c->f[i]);
    digest = fold(digest, c->fcsr);
    const uint64_t *data = (const uint64_t *)(region(c->hart) + stackOffset);
    for (int i = 0; i < (tableOffset - stackOffset) / 8 + tablePages * 512; i++) digest = fold(digest, data[i]);
    if (batch->harts == 1)
        for (int i = 0; i < 512; i++) digest = fold(digest, ((const uint64_t *)sharedPage)[i]);
    return digest;
}

void main(word_t hart) {
    if (hart >= batch->harts) return;
    // Machine mode alone may use everything; one block is forbidden to the other modes.
    writeCSR(pmpaddr0, forbiddenBlock >> 2 | 7);
#if __riscv_xlen == 64
    writeCSR(pmpaddr1, ~0ul);
    writeCSR(pmpcfg0, 0x1F18);
#else
    // QEMU's board has flash and PCI Express from 0x2000_0000 on, which answer; with 32 bits stray programs get there.
    writeCSR(pmpaddr1, 0x20000000 >> 2 | (0x20000000 / 8 - 1));
    writeCSR(pmpaddr2, 0x40000000 >> 2 | (0x40000000 / 8 - 1));
    writeCSR(pmpaddr3, ~0ul);
    writeCSR(pmpcfg0, 0x1F989818);
#endif
    // Harts set the bits A and D of page-table entries by themselves (menvcfg.ADUE).
#if __riscv_xlen == 64
    setCSR(0x30A, 1ul << 61);
#else
    setCSR(0x31A, 1ul << 29);
#endif
    writeCSR(mcounteren, ~0ull);
    writeCSR(scounteren, ~0ull);
    struct Context *c = &contexts[hart];
    c->hart = hart;
    const struct Record *records = (const struct Record *)(batch + 1);
    for (uint64_t i = hart; i < batch->count; i += batch->harts) {
        c->record = &records[i];
        prepare(c);
        run(c);
        uint64_t result = digest(c);
        digests[hart] = fold(digests[hart], result);
        if (hart == 0) print(result, '\n');
        if (i == batch->shown) show(c);
    }
    __atomic_fetch_add(&finished, 1, __ATOMIC_SEQ_CST);
    if (hart != 0) return;
    while (finished != batch->harts) {}
    *(volatile uint32_t *)0x100000 = 0x5555;
}
