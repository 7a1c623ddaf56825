// What the bare-metal programs know of the machine: addresses, registers, and a few ways to use them.
// The addresses are those of QEMU's `virt`; PL011 and the DMA device are on `platforms/demo.json5` only.
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    finisherAddress = 0x100000,
    clockAddress = 0x101000,
    softwareInterruptAddress = 0x2000000,
    timerCompareAddress = 0x2004000,
    timerAddress = 0x200BFF8,
    interruptControllerAddress = 0xC000000,
    serialAddress = 0x10000000,
    secondSerialAddress = 0x10010000,
    dmaAddress = 0x10020000,
    // Nothing answers here, neither on our boards nor on QEMU's.
    holeAddress = 0x18000000,
};

enum { serialSource = 10, clockSource = 11, secondSerialSource = 12, dmaSource = 13 };

/// Interrupt bits of mie and mip, and the codes in mcause (Priv. spec, table of mcause values).
enum { supervisorTimer = 5, machineSoftware = 3, machineTimer = 7, machineExternal = 11 };
#define causeInterrupt (1ull << (registerBits - 1))

/// What a register holds. Programs compute and print in 64 bits on RV32 too; only what goes into a register is a word.
typedef unsigned long Word;
#define registerBits __riscv_xlen
/// One of two pieces of source, by the width of registers.
#if __riscv_xlen == 32
#define byWidth(narrow, wide) narrow
#else
#define byWidth(narrow, wide) wide
#endif

static inline void store8(uint64_t address, uint8_t value) { *(volatile uint8_t *)(Word)address = value; }
static inline void store32(uint64_t address, uint32_t value) { *(volatile uint32_t *)(Word)address = value; }
static inline void store64(uint64_t address, uint64_t value) { *(volatile uint64_t *)(Word)address = value; }
static inline uint8_t load8(uint64_t address) { return *(volatile uint8_t *)(Word)address; }
static inline uint32_t load32(uint64_t address) { return *(volatile uint32_t *)(Word)address; }
static inline uint64_t load64(uint64_t address) { return *(volatile uint64_t *)(Word)address; }

#define readCSR(name) ({ Word value_; __asm__ volatile("csrr %0, " #name : "=r"(value_) :: "memory"); (uint64_t)value_; })
#define writeCSR(name, value) __asm__ volatile("csrw " #name ", %0" :: "r"((Word)(value)) : "memory")
#define setCSR(name, bits) __asm__ volatile("csrs " #name ", %0" :: "r"((Word)(bits)) : "memory")
#define clearCSR(name, bits) __asm__ volatile("csrc " #name ", %0" :: "r"((Word)(bits)) : "memory")
static inline void waitForInterrupt(void) { __asm__ volatile("wfi" ::: "memory"); }
static inline void fenceInstructions(void) { __asm__ volatile("fence.i" ::: "memory"); }
static inline void fenceAll(void) { __asm__ volatile("fence" ::: "memory"); }

/// What the trap entry saves (start.S) and puts back; on RV32 zero-extended.
struct TrapFrame {
    uint64_t x[32], pc, cause, value, status;
};
/// Every program has one. Called with interrupts off, on the trap stack.
void machineTrap(struct TrapFrame *frame);
extern void machineTrapEntry(void), supervisorTrapEntry(void);

/// Writes over the 16550, waiting for room. `print` knows %s %c %u %x (64 bits), %% and nothing else.
void print(const char *format, ...);
/// The same, taking the bytes one by one to `put`.
void printTo(void (*put)(char), const char *format, va_list arguments);
void serialStart(void);
void serialPut(char byte);

/// Ends the simulation: 0 passes (exit code 0), any other value is the exit code of a failure.
_Noreturn void finish(int code);

void *memset(void *destination, int value, size_t count);
void *memcpy(void *restrict destination, const void *restrict source, size_t count);

/// PLIC, context 0 (hart 0, machine mode).
void interruptSourceEnable(unsigned source, unsigned priority);
unsigned interruptClaim(void);
void interruptComplete(unsigned source);

static inline uint64_t timeNow(void) { return load64(timerAddress); }
