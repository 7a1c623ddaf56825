// Drives the chip's devices and prints what it finds. Without MICRO_ALL it prints the same on QEMU's sifive_e, which lacks
// the modulators and the flash chip; nothing that it prints depends on the time that something took.
#include "../board/board.h"

enum {
    clockControl = 0x10008000,
    pins = 0x10012000,
    serialPort = 0x10013000,
    modulator = 0x10015000,
    flashPort = 0x10024000,
};

// Offsets of registers (FE310-G000 manual).
enum { serialTransmit = 0x00, serialTransmitControl = 0x08, serialInterruptEnable = 0x10, serialDivisor = 0x18 };
enum {
    pinInput = 0x00, pinInputEnable = 0x04, pinOutputEnable = 0x08, pinOutput = 0x0c, pinPullUp = 0x10,
    pinRiseEnable = 0x18, pinRisePending = 0x1c, pinFunctionEnable = 0x38, pinFunctionSelect = 0x3c,
};
enum { sourceSerial = 3, sourcePin = 8, sourceModulator = 40 };

extern void leaveBySemihosting(void);

static volatile unsigned claimed, timerCount;

static void put(char byte) {
    while (load32(serialPort + serialTransmit) >> 31) {}
    store32(serialPort + serialTransmit, (uint8_t)byte);
}

static void say(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    printTo(put, format, arguments);
    va_end(arguments);
}

void machineCause(Word cause) {
    if (cause == (causeInterrupt | machineTimer)) {
        timerCount++;
        store32(timerCompareAddress + 4, 0xffffffff);
    } else if (cause == (causeInterrupt | machineExternal)) {
        claimed = interruptClaim();
        store32(serialPort + serialInterruptEnable, 0);
        store32(pins + pinRisePending, 0xffffffff);
#ifdef MICRO_ALL
        store32(modulator, 0);
        store32(modulator + 0x20, 0xffff);
#endif
        interruptComplete(claimed);
    } else {
        // The store that ends a run here has no device on QEMU's board.
        leaveBySemihosting();
    }
}

/// Waits until a handler has changed a variable from zero. The look and the sleep must not be parted by the interrupt.
static void sleepUntil(volatile unsigned *variable) {
    for (;;) {
        clearCSR(mstatus, 8);
        if (*variable) break;
        waitForInterrupt();
        setCSR(mstatus, 8);
    }
    setCSR(mstatus, 8);
}

/// Waits for the interrupt of a source and prints its number.
static void await(const char *name, unsigned source) {
    sleepUntil(&claimed);
    say("%s: source %u\n", name, (uint64_t)claimed);
    claimed = 0;
    store32(interruptControllerAddress + 4 * source, 0);
}

static void clocks(void) {
    store32(clockControl + 4, 1u << 30);
    while (!(load32(clockControl + 4) >> 31)) {}
    while (!(load32(clockControl + 8) >> 31)) {}
    say("clocks: ready\n");
}

static void levels(void) {
    store32(pins + pinInputEnable, 0xff);
    store32(pins + pinOutputEnable, 0x0f);
    for (unsigned value = 0; value < 16; value += 5) {
        store32(pins + pinOutput, value);
        say("pins: %x\n", (uint64_t)load32(pins + pinInput));
    }
    store32(pins + pinPullUp, 0xf0);
    say("pull-ups: %x\n", (uint64_t)load32(pins + pinInput));
    store32(pins + pinPullUp, 0);
    store32(pins + pinOutput, 0);
}

static void interrupts(void) {
    setCSR(mie, 1 << machineExternal | 1 << machineTimer);
    setCSR(mstatus, 8);
    store32(timerCompareAddress + 4, 0);
    store32(timerCompareAddress, load32(timerAddress) + 8);
    sleepUntil(&timerCount);
    say("timer: %u\n", (uint64_t)timerCount);
    store32(pins + pinRisePending, 0xffffffff);
    store32(pins + pinRiseEnable, 1 << 2);
    interruptSourceEnable(sourcePin + 2, 1);
    store32(pins + pinOutput, 1 << 2);
    await("pin", sourcePin + 2);
    interruptSourceEnable(sourceSerial, 1);
    store32(serialPort + serialTransmitControl, 1 << 16 | 1);
    store32(serialPort + serialInterruptEnable, 1);
    await("serial", sourceSerial);
}

#ifdef MICRO_ALL
static void modulate(void) {
    // A period of 1000 clocks, high from 250 on, at pin 1.
    store32(modulator + 0x20, 999);
    store32(modulator + 0x24, 250);
    store32(pins + pinFunctionSelect, 1 << 1);
    store32(pins + pinFunctionEnable, 1 << 1);
    store32(modulator, 1u << 12 | 1u << 9);
    unsigned high = 0, low = 0;
    while (high < 3 || low < 3) {
        if (load32(pins + pinInput) >> 1 & 1) high++; else low++;
    }
    say("modulator: high and low\n");
    store32(pins + pinFunctionEnable, 0);
    interruptSourceEnable(sourceModulator, 1);
    await("modulator", sourceModulator);
}

static uint8_t exchange(uint8_t byte) {
    store32(flashPort + 0x48, byte);
    for (;;) {
        uint32_t answer = load32(flashPort + 0x4c);
        if (!(answer >> 31)) return (uint8_t)answer;
    }
}

static void flash(void) {
    store32(flashPort + 0x18, 2);
    exchange(0x9f);
    uint64_t identification = exchange(0);
    identification = identification << 8 | exchange(0);
    identification = identification << 8 | exchange(0);
    store32(flashPort + 0x18, 0);
    say("flash: %x\n", identification);
}
#endif

int main(void) {
    store32(serialPort + serialDivisor, 138);
    store32(serialPort + serialTransmitControl, 1);
    say("micro: %c%c%c%c\n", 'a', 'c', 'i', 'm');
    clocks();
    levels();
    interrupts();
#ifdef MICRO_ALL
    modulate();
    flash();
#endif
    say("done\n");
    finish(0);
}
