// Entry of every bare-metal image, and the way into and out of the trap handler.

#define STACK_SHIFT 14          // 16 KiB
#define TRAP_STACK_SHIFT 12     // 4 KiB
#define HARTS 8
#define FRAME (36 * 8)          // struct TrapFrame, rounded to 16 bytes

// A register to and from eight bytes of memory, which RV32 fills up with zeros.
#if __riscv_xlen == 64
    .macro keep register, offset, base
    sd \register, \offset(\base)
    .endm
    .macro fetch register, offset, base
    ld \register, \offset(\base)
    .endm
#else
    .macro keep register, offset, base
    sw \register, \offset(\base)
    sw zero, \offset + 4(\base)
    .endm
    .macro fetch register, offset, base
    lw \register, \offset(\base)
    .endm
#endif

    .section .text.start, "ax"
    .globl _start
_start:
    .option push
    .option norelax
    la gp, __global_pointer$
    .option pop
    csrw mie, zero
    la t0, machineTrapEntry
    csrw mtvec, t0
    csrr a0, mhartid
    li t0, HARTS
    bgeu a0, t0, sleep
    // The hart's own stack, and its own trap stack in mscratch.
    la t1, stacks
    addi t0, a0, 1
    slli t2, t0, STACK_SHIFT
    add sp, t1, t2
    li t2, HARTS << STACK_SHIFT
    add t1, t1, t2
    slli t2, t0, TRAP_STACK_SHIFT
    add t1, t1, t2
    csrw mscratch, t1
    // Floating point on (mstatus.FS = initial), with its flags and rounding mode at zero.
    li t0, 1 << 13
    csrs mstatus, t0
    fscsr zero
    bnez a0, 2f
    la t0, bssStart
    la t1, bssEnd
1:  bgeu t0, t1, 1f
    keep zero, 0, t0
    addi t0, t0, 8
    j 1b
    // The other harts wait for memory that is cleared.
1:  fence rw, w
    la t0, started
    li t1, 1
    sw t1, 0(t0)
    call main
    // What main returns is the verdict: 0 passes, anything else is the exit code of a failure.
    call finish
2:  la t0, started
    lw t0, 0(t0)
    beqz t0, 2b
    fence r, rw
    call secondary
sleep:
    wfi
    j sleep

    .data
    .balign 4
started:
    .word 0

    .section .text.start, "ax"
// A program that uses more than one hart has a `secondary` of its own; the others sleep.
    .weak secondary
secondary:
    wfi
    j secondary

// Traps: sp changes places with the trap stack, all registers go to a TrapFrame, `handler` may change them.
// The handler runs with interrupts off and must not trap itself.
    .macro trapEntry name, handler, scratch, epc, cause, tval, status, return
    .text
    .balign 4
    .globl \name
\name:
    csrrw sp, \scratch, sp
    addi sp, sp, -FRAME
    .irp n, 1,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    keep x\n, 8*\n, sp
    .endr
    csrr t0, \scratch
    keep t0, 16, sp
    csrr t0, \epc
    keep t0, 8*32, sp
    csrr t0, \cause
    keep t0, 8*33, sp
    csrr t0, \tval
    keep t0, 8*34, sp
    csrr t0, \status
    keep t0, 8*35, sp
    .option push
    .option norelax
    la gp, __global_pointer$
    .option pop
    mv a0, sp
    call \handler
    fetch t0, 8*35, sp
    csrw \status, t0
    fetch t0, 8*32, sp
    csrw \epc, t0
    fetch t0, 16, sp
    csrw \scratch, t0
    .irp n, 1,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    fetch x\n, 8*\n, sp
    .endr
    addi sp, sp, FRAME
    csrrw sp, \scratch, sp
    \return
    .endm

    trapEntry machineTrapEntry, machineTrap, mscratch, mepc, mcause, mtval, mstatus, mret
    .weak supervisorTrap
    trapEntry supervisorTrapEntry, supervisorTrap, sscratch, sepc, scause, stval, sstatus, sret
supervisorTrap:
    ret
