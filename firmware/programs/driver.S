// Entry of the program driver, the way into a program and out of it. The rest is driver.c.

// Offsets in struct Context.
#define X 0
#define F 256
#define FCSR 512
#define PC 520
#define STACK 528
#define KEPT 536
#define STACK_SHIFT 14

// Registers of either width stand in 64-bit words.
#if __riscv_xlen == 64
#define LOAD ld
#define STORE sd
#else
#define LOAD lw
#define STORE sw
#endif

    .section .text.start, "ax"
    .globl _start
_start:
    .option push
    .option norelax
    la gp, __global_pointer$
    .option pop
    csrw mie, zero
    la t0, trapEntry
    csrw mtvec, t0
    csrr a0, mhartid
    li t0, 4
    bgeu a0, t0, asleep
    la sp, stacks
    addi t0, a0, 1
    slli t0, t0, STACK_SHIFT
    add sp, sp, t0
    call main
asleep:
    wfi
    j asleep

// void enter(struct Context *): runs the program of a context until `leave` is called for it. mepc and mstatus are set.
    .globl enter
enter:
    addi sp, sp, -112
    .irp n, 0,1,2,3,4,5,6,7,8,9,10,11
    STORE s\n, 8*\n(sp)
    .endr
    STORE ra, 96(sp)
    STORE gp, 104(sp)
    STORE sp, KEPT(a0)
    STORE sp, STACK(a0)
    csrw mscratch, a0
    .irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    fld f\n, F + 8*\n(a0)
    .endr
    LOAD t0, FCSR(a0)
    csrw fcsr, t0
    mv x31, a0
resume:
    LOAD t0, PC(x31)
    csrw mepc, t0
    .irp n, 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    LOAD x\n, X + 8*\n(x31)
    .endr
    mret

// void leave(struct Context *): goes back to the caller of `enter`, with the floating-point state in the context.
    .globl leave
leave:
    .irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    fsd f\n, F + 8*\n(a0)
    .endr
    csrr t0, fcsr
    STORE t0, FCSR(a0)
    LOAD sp, KEPT(a0)
    .irp n, 0,1,2,3,4,5,6,7,8,9,10,11
    LOAD s\n, 8*\n(sp)
    .endr
    LOAD ra, 96(sp)
    LOAD gp, 104(sp)
    addi sp, sp, 112
    ret

    .balign 4
trapEntry:
    // Data accesses are not translated here, not even with MPRV: MPP says machine mode.
    csrrw x31, mscratch, x31
    .irp n, 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30
    STORE x\n, X + 8*\n(x31)
    .endr
    csrrw t0, mscratch, x31
    STORE t0, X + 248(x31)
    csrr t0, mepc
    STORE t0, PC(x31)
    .option push
    .option norelax
    la gp, __global_pointer$
    .option pop
    LOAD sp, STACK(x31)
    mv s0, x31
    mv a0, x31
    call trap
    mv x31, s0
    j resume
