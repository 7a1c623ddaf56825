// The demo firmware checks what it did. The first check that does not hold ends the run with its name.
#pragma once

#include "board.h"

/// Counts a check that holds; prints "FAIL name" and ends the simulation with exit code 1 otherwise.
void check(bool holds, const char *name);
unsigned checksPassed(void);

/// Waits with wfi until `*counter` reaches `goal`, but not longer than `limit` ticks of the timer (100 ns each).
bool waitFor(volatile const unsigned *counter, unsigned goal, uint64_t limit);

/// CRC-32 as Ethernet has it (reflected, 0xEDB88320).
uint32_t crc32(const void *bytes, size_t count);
/// A repeatable stream of 32-bit values: xorshift of Marsaglia, period 2^32 - 1.
uint32_t nextRandom(uint32_t *state);

/// Interrupts by source, as the trap handler has seen them.
extern volatile unsigned timerTicks, softwareInterrupts, clockAlarms, dmaInterrupts, serialInterrupts;
/// The access fault that the next instruction may cause: the handler notes it and goes on behind the instruction.
extern volatile bool faultExpected;
extern volatile uint64_t faultCause, faultAddress;

void startInterrupts(void);
void checkTimer(void);
void checkSoftwareInterrupt(void);
void checkClock(void);
void checkSerialInterrupt(void);
void checkFaults(void);
void checkArithmetic(void);
#ifdef DEMO_BOARD
void checkSecondSerial(void);
void checkCounters(void);
void dmaInterrupt(void);
void checkDMA(void);
#endif
