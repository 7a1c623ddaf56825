// Arithmetic whose results are known: sums of integers, primes, and IEEE doubles to the last bit.
#include "checks.h"

#include <limits.h>

uint32_t nextRandom(uint32_t *state) {
    uint32_t x = *state;
    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    return *state = x;
}

uint32_t crc32(const void *bytes, size_t count) {
    static uint32_t table[256];
    if (!table[1])
        for (uint32_t i = 0; i < 256; i++) {
            uint32_t value = i;
            for (int bit = 0; bit < 8; bit++) value = value >> 1 ^ (value & 1 ? 0xEDB88320u : 0);
            table[i] = value;
        }
    uint32_t crc = ~0u;
    for (const uint8_t *byte = bytes; count; count--) crc = crc >> 8 ^ table[(crc ^ *byte++) & 0xFF];
    return ~crc;
}

static unsigned countPrimes(void) {
    enum { limit = 20000 };
    static uint8_t composite[limit];
    unsigned count = 0;
    for (unsigned i = 2; i < limit; i++) {
        if (composite[i]) continue;
        count++;
        for (unsigned j = i * i; j < limit; j += i) composite[j] = 1;
    }
    return count;
}

static uint64_t bits(double value) {
    union { double value; uint64_t bits; } both = { value };
    return both.bits;
}

void checkArithmetic(void) {
    check(crc32("123456789", 9) == 0xCBF43926u, "CRC-32 of its test string");
    check(countPrimes() == 2262, "there are 2262 primes below 20000");

    uint64_t product = 1;
    for (uint64_t i = 1; i <= 20; i++) product *= i;
    check(product == 2432902008176640000ull, "20!");
    volatile long lowest = LONG_MIN, minusOne = -1, zero = 0;
    long quotient, remainder;
    __asm__ volatile("div %0, %1, %2" : "=r"(quotient) : "r"(lowest), "r"(minusOne));
    check(quotient == LONG_MIN, "a division that overflows gives the dividend");
    __asm__ volatile("rem %0, %1, %2" : "=r"(remainder) : "r"(lowest), "r"(zero));
    check(remainder == LONG_MIN, "a remainder by zero gives the dividend");

    writeCSR(fcsr, 0);
    double sum = 0;
    for (unsigned n = 1; n <= 2000; n++) sum += 1.0 / ((double)n * n);
    // The sum of 1/n² for n up to 2000, rounded to nearest at every step.
    check(bits(sum) == 0x3FFA4F9A3A252A6Cull, "a sum of doubles to the last bit");
    check(readCSR(fflags) == 1, "the sum was inexact, and nothing else");
    volatile double two = 2;
    double root;
    __asm__ volatile("fsqrt.d %0, %1" : "=f"(root) : "f"(two));
    check(bits(root) == 0x3FF6A09E667F3BCDull, "the square root of two");
    writeCSR(fcsr, 0);
    volatile double none = 0;
    double infinity;
    __asm__ volatile("fdiv.d %0, %1, %2" : "=f"(infinity) : "f"(two), "f"(none));
    check(bits(infinity) == 0x7FF0000000000000ull && readCSR(fflags) == 8, "a division by zero is flagged");
}

#ifdef DEMO_BOARD
void checkCounters(void) {
    uint64_t before, after;
    __asm__ volatile(
        "csrr %0, minstret\n.rept 10\naddi zero, zero, 1\n.endr\ncsrr %1, minstret" : "=&r"(before), "=&r"(after));
    check(after - before == 11, "eleven instructions retired");
    __asm__ volatile(
        "csrr %0, mcycle\n.rept 10\naddi zero, zero, 1\n.endr\ncsrr %1, mcycle" : "=&r"(before), "=&r"(after));
    check(after - before == 11, "a cycle for an instruction");
}
#endif
