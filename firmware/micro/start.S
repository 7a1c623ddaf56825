// Entry of the microcontroller's images, and the way into and out of the trap handler.

    .section .text.start, "ax"
    .globl _start
_start:
    la sp, stackEnd
    la t0, trapEntry
    csrw mtvec, t0
    csrw mie, zero
    la t0, bssStart
    la t1, bssEnd
1:  bgeu t0, t1, 2f
    sw zero, 0(t0)
    addi t0, t0, 4
    j 1b
2:  call main
    j .

    .balign 4
trapEntry:
    addi sp, sp, -96
    // A C function keeps the others.
    .irp n, 1,5,6,7,10,11,12,13,14,15,16,17
    sw x\n, 4 * \n - 4(sp)
    .endr
    .irp n, 28,29,30,31
    sw x\n, 4 * \n - 44(sp)
    .endr
    csrr a0, mcause
    call machineCause
    .irp n, 1,5,6,7,10,11,12,13,14,15,16,17
    lw x\n, 4 * \n - 4(sp)
    .endr
    .irp n, 28,29,30,31
    lw x\n, 4 * \n - 44(sp)
    .endr
    addi sp, sp, 96
    mret

// Ends a run on QEMU: SYS_EXIT by semihosting, whose call is these three instructions in one page (RISC-V semihosting
// specification 0.4).
    .globl leaveBySemihosting
    .balign 16
    .option push
    .option norvc
leaveBySemihosting:
    li a0, 0x18
    li a1, 0x20026
    slli zero, zero, 0x1f
    ebreak
    srai zero, zero, 7
    j .
    .option pop
