// Loops that read one register. Which one is chosen when it is compiled: READ_MTIME, READ_UART, READ_PLIC, READ_CLAIM,
// READ_CSR, or READ_RAM for what the loop costs by itself. Eight reads a turn, each used.
#include "bench.h"
#include "board.h"

// Values that depend on the time are only held to never going back.
static uint64_t last, backwards;
__attribute__((unused)) static inline uint64_t ordered(uint64_t time) {
    backwards += time < last;
    last = time;
    return 1;
}

#if defined READ_MTIME
#define NAME "mtime"
enum { accesses = WORK(16000000, 100000) };
static void prepare(void) {}
static inline uint64_t readOnce(void) { return ordered(load64(timerAddress)); }
#elif defined READ_UART
// The scratch register, a byte that holds what was written to it.
#define NAME "uart"
enum { accesses = WORK(24000000, 100000) };
static void prepare(void) { store8(serialAddress + 7, 0x5A); }
static inline uint64_t readOnce(void) { return load8(serialAddress + 7); }
#elif defined READ_PLIC
// The priority of a source.
#define NAME "plic"
enum { accesses = WORK(40000000, 100000) };
static void prepare(void) { store32(interruptControllerAddress + 4 * serialSource, 3); }
static inline uint64_t readOnce(void) { return load32(interruptControllerAddress + 4 * serialSource); }
#elif defined READ_CLAIM
// A claim while nothing is pending. It might change the controller, and so is a transaction always.
#define NAME "claim"
enum { accesses = WORK(16000000, 100000) };
static void prepare(void) {}
static inline uint64_t readOnce(void) { return load32(interruptControllerAddress + 0x200004); }
#elif defined READ_CSR
#define NAME "csr"
enum { accesses = WORK(14000000, 100000) };
static void prepare(void) {}
static inline uint64_t readOnce(void) { return ordered(readCSR(time)); }
#elif defined READ_RAM
#define NAME "ram"
enum { accesses = WORK(1600000000, 100000) };
static volatile uint64_t word = 3;
static void prepare(void) {}
static inline uint64_t readOnce(void) { return word; }
#endif

int main(void) {
    uint64_t sum = 0;
    prepare();
    for (uint64_t n = 0; n < accesses; n += 8) {
#pragma clang loop unroll(full)
        for (int i = 0; i < 8; i++) sum += readOnce();
    }
    report(NAME, accesses, fold(sum, backwards), accesses);
    return 0;
}
