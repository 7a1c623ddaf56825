// The PL011 and the DMA device: what QEMU's board does not have.
#include "checks.h"

// PL011 (ARM DDI 0183): data, flags, divisors, line control, control.
enum { secondData = 0x00, secondFlags = 0x18, secondDivisor = 0x24, secondFraction = 0x28, secondLine = 0x2C,
       secondControl = 0x30 };
enum { flagFull = 1 << 5, flagBusy = 1 << 3 };

static void secondPut(char byte) {
    while (load32(secondSerialAddress + secondFlags) & flagFull) {}
    store32(secondSerialAddress + secondData, (uint8_t)byte);
}

static void secondPrint(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    printTo(secondPut, format, arguments);
    va_end(arguments);
}

void checkSecondSerial(void) {
    // 24 MHz / 16 / 1: 1.5 Mbaud; 8 bits, FIFOs on; transmitter and receiver on.
    store32(secondSerialAddress + secondControl, 0);
    store32(secondSerialAddress + secondDivisor, 1);
    store32(secondSerialAddress + secondFraction, 0);
    store32(secondSerialAddress + secondLine, 0x70);
    store32(secondSerialAddress + secondControl, 0x301);
    check(load32(secondSerialAddress + 0xFE0) == 0x11, "the second serial port is a PL011");
    secondPrint("hello from the second serial port, a PL011\n");
    while (load32(secondSerialAddress + secondFlags) & flagBusy) {}
}

// The DMA demo device: see its register table in Sources/Devices.
enum { dmaIdentity = 0x00, dmaControl = 0x04, dmaStatus = 0x08, dmaBurst = 0x0C, dmaSourceLow = 0x10, dmaSourceHigh = 0x14,
       dmaDestinationLow = 0x18, dmaDestinationHigh = 0x1C, dmaLength = 0x20, dmaPattern = 0x24, dmaMoved = 0x28 };
enum { dmaStart = 1, dmaInterruptEnable = 2, dmaFill = 4, dmaBusy = 1, dmaDone = 2, dmaError = 4 };

static volatile uint32_t dmaOutcome;

// Acknowledges before the claim is completed, so that the level is low by then.
void dmaInterrupt(void) {
    dmaOutcome = load32(dmaAddress + dmaStatus);
    store32(dmaAddress + dmaStatus, dmaDone | dmaError);
}

static uint32_t dmaRun(uint32_t mode, uint64_t source, uint64_t destination, uint32_t length, uint32_t burst) {
    unsigned before = dmaInterrupts;
    store32(dmaAddress + dmaBurst, burst);
    store32(dmaAddress + dmaSourceLow, (uint32_t)source);
    store32(dmaAddress + dmaSourceHigh, (uint32_t)(source >> 32));
    store32(dmaAddress + dmaDestinationLow, (uint32_t)destination);
    store32(dmaAddress + dmaDestinationHigh, (uint32_t)(destination >> 32));
    store32(dmaAddress + dmaLength, length);
    fenceAll();
    store32(dmaAddress + dmaControl, mode | dmaInterruptEnable | dmaStart);
    check(waitFor(&dmaInterrupts, before + 1, 1000000), "the DMA device interrupts when it is done");
    check(dmaInterrupts == before + 1, "one transfer, one interrupt");
    fenceAll();
    return dmaOutcome;
}

enum { blockSize = 16384 };
static uint32_t source[blockSize / 4], destination[blockSize / 4 + 4];

// Two functions of two instructions each, as words: they return 17 and 42.
static const uint32_t seventeen[] = { 0x01100513, 0x00008067 }, fortyTwo[] = { 0x02A00513, 0x00008067 };
static uint32_t code[2] __attribute__((aligned(64)));

void checkDMA(void) {
    check(load32(dmaAddress + dmaIdentity) == 0x31414D44, "the DMA device says who it is");
    check(load32(dmaAddress + dmaBurst) == 64, "the DMA device moves 64 bytes at a time after reset");
    interruptSourceEnable(dmaSource, 3);

    uint32_t seed = 0x54414E44;
    for (unsigned i = 0; i < blockSize / 4; i++) source[i] = nextRandom(&seed);
    uint32_t expected = crc32(source, blockSize);
    check(dmaRun(0, (uint64_t)source, (uint64_t)destination, blockSize, 64) == dmaDone, "a copy is done");
    check(load32(dmaAddress + dmaMoved) == blockSize, "all bytes were moved");
    check(crc32(destination, blockSize) == expected, "the copy is the same as its source");
    check(!(load32(dmaAddress + dmaStatus) & (dmaBusy | dmaDone | dmaError)), "the status is clear behind a transfer");

    // Odd ends: 1001 bytes to an address that no burst is aligned to.
    memset(destination, 0, sizeof destination);
    uint8_t *odd = (uint8_t *)destination + 3;
    check(dmaRun(0, (uint64_t)source + 1, (uint64_t)odd, 1001, 16) == dmaDone, "an odd copy is done");
    check(crc32(odd, 1001) == crc32((uint8_t *)source + 1, 1001), "the odd copy is the same as its source");
    check(odd[-1] == 0 && odd[1001] == 0, "nothing beside the odd copy was touched");

    store32(dmaAddress + dmaPattern, 0xA5C3F00Du);
    check(dmaRun(dmaFill, 0, (uint64_t)destination, 4096, 32) == dmaDone, "a fill is done");
    bool same = true;
    for (unsigned i = 0; i < 1024; i++) same &= destination[i] == 0xA5C3F00Du;
    check(same && destination[1024] == 0, "the fill wrote its pattern and no more");

    // Into code that has been run: the instruction fence makes the new code seen.
    memcpy(code, seventeen, sizeof code);
    fenceInstructions();
    unsigned (*function)(void) = (unsigned (*)(void))(uint64_t)code;
    check(function() == 17, "code that was stored runs");
    check(dmaRun(0, (uint64_t)fortyTwo, (uint64_t)code, sizeof code, 8) == dmaDone, "a copy into code is done");
    fenceInstructions();
    check(function() == 42, "code that DMA brought runs");

    check(dmaRun(0, holeAddress, (uint64_t)destination, 256, 64) & dmaError, "a copy from a hole is an error");
    check(load32(dmaAddress + dmaMoved) < 256, "a copy from a hole moves nothing behind it");
    check(dmaRun(0, (uint64_t)source, holeAddress, 256, 64) & dmaError, "a copy to a hole is an error");
    check(dmaRun(0, (uint64_t)source, (uint64_t)destination, 256, 64) == dmaDone, "a copy behind an error works");
}
