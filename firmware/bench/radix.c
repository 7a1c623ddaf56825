// A radix sort of 64 MiB of 32-bit keys in supervisor mode, every page of 4 KiB behind a page table of LEVELS levels:
// three are Sv39, five Sv57. Eight bits a pass scatter each pass over 256 places.
#include "arena.h"
#include "bench.h"
#include "board.h"

#define count (WORK(arenaSize, 1ull << 20) / 4)

// Page-table entry bits (Priv. spec, Sv39).
enum { valid = 1, readable = 2, writable = 4, executable = 8, accessed = 64, dirty = 128 };
enum { statusMPP = 3 << 11, supervisor = 1 << 11 };

static uint64_t tableEnd = tableArena;

static uint64_t *newTable(void) {
    uint64_t *table = (uint64_t *)tableEnd;
    tableEnd += 4096;
    for (int i = 0; i < 512; i++) table[i] = 0;
    return table;
}

// Maps a page to itself.
static void map(uint64_t *table, uint64_t address) {
    for (int level = LEVELS - 1; level > 0; level--) {
        uint64_t *entry = &table[address >> (12 + 9 * level) & 511];
        if (!(*entry & valid)) *entry = (uint64_t)newTable() >> 12 << 10 | valid;
        table = (uint64_t *)(*entry >> 10 << 12);
    }
    table[address >> 12 & 511] =
        address >> 12 << 10 | valid | readable | writable | executable | accessed | dirty;
}

static separate void pass(const uint32_t *from, uint32_t *to, unsigned shift) {
    static uint32_t places[256];
    for (int i = 0; i < 256; i++) places[i] = 0;
    for (size_t i = 0; i < count; i++) places[from[i] >> shift & 255]++;
    uint32_t place = 0;
    for (int i = 0; i < 256; i++) {
        uint32_t here = places[i];
        places[i] = place;
        place += here;
    }
    for (size_t i = 0; i < count; i++) {
        uint32_t key = from[i];
        to[places[key >> shift & 255]++] = key;
    }
}

static void supervise(void) {
    uint32_t *keys = (uint32_t *)firstArena, *other = (uint32_t *)secondArena;
    uint64_t state = 0x9E3779B97F4A7C15, before = 0, after = 0;
    for (size_t i = 0; i < count; i++) {
        keys[i] = (uint32_t)(nextRandom(&state) >> 16);
        before += keys[i];
    }
    pass(keys, other, 0);
    pass(other, keys, 8);
    pass(keys, other, 16);
    pass(other, keys, 24);
    uint64_t checksum = 0;
    for (size_t i = 0; i < count; i++) {
        after += keys[i];
        if (i && keys[i - 1] > keys[i]) finish(3);
        if (i % 4096 == 0) checksum = fold(checksum, keys[i]);
    }
    if (before != after) finish(4);
    report(LEVELS == 3 ? "radix39" : "radix57", 1, fold(checksum, after), count);
    finish(0);
}

int main(void) {
    uint64_t *top = newTable();
    for (uint64_t page = ramStart; page < ramEnd; page += 4096) map(top, page);
    map(top, serialAddress);
    map(top, finisherAddress);
    // Without an entry of physical memory protection that matches, supervisor mode reaches nothing.
    writeCSR(pmpaddr0, ~0ull >> 10);
    writeCSR(pmpcfg0, 0x1F);
    // Modes of satp: 8 is Sv39, 10 is Sv57.
    writeCSR(satp, (LEVELS == 3 ? 8ull : 10ull) << 60 | (uint64_t)top >> 12);
    if (readCSR(satp) >> 60 != (LEVELS == 3 ? 8 : 10)) finish(5);
    __asm__ volatile("sfence.vma" ::: "memory");
    writeCSR(mepc, (uint64_t)supervise);
    clearCSR(mstatus, statusMPP);
    setCSR(mstatus, supervisor);
    __asm__ volatile("mret");
    return 0;
}
