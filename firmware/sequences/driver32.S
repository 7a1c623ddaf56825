// The driver of driver.S for RV32: the same table in words of 32 bits.
//
// Behind this driver, at `batch`, stands what a test has generated:
//     0   number of sequences
//     4   how often each is run, going on with the registers that the run before left
//     8   the sequence whose registers and memory are printed, or all ones
//     12  where sequences run: 0 machine mode; 1 supervisor and 2 user mode, behind Sv32, with their code at another address
//     64  a record for each sequence: the address of its code, fcsr, x0 to x31 (4 bytes each), f0 to f31 (8 bytes each);
//         in the place of x0 stands the seed of the window's contents
// A sequence ends with an ecall, or with the first other trap. It may write every register but x2 and x8, which
// point to the first byte and to the middle of a window of 512 bytes; it has no other memory.
//
// A line of output is a digest of 64 bits of x0-x31, f0-f31, fcsr, mcause, the offset of mepc, and the window; the words
// of a sequence that is shown have 32.

#define batch 0x80010000
#define window 0x80800000
#define windowWords 128
#define saved 0x80801000       // x, f, fcsr, mcause, offset: 99 words; then what the driver remembers
#define savedWords 99
#define recordSize 392
#define index 400              // offsets from `saved`
#define remaining 404
#define codeAddress 408
#define privilege 412          // MPP of the mode that sequences run in
#define callCause 416          // the cause of an ecall there
#define distance 420           // from where code stands to where it runs
#define tables 0x80802000      // of Sv32: the root, behind it the one that maps the window
#define codeSlot 256           // 0x40000000, in pages of 4 MiB
#define windowSlot 514         // 0x80800000
#define serial 0x10000000

    .section .text.start, "ax"
    .globl _start
_start:
    csrr t0, mhartid
1:  beqz t0, 2f
    wfi
    j 1b
2:  csrw mie, zero
    la t0, ended
    csrw mtvec, t0
    li t0, 3 << 13
    csrs mstatus, t0
    li t0, serial
    li t1, 3
    sb t1, 3(t0)
    li s0, saved
    sw zero, index(s0)
    li t0, 3 << 11
    sw t0, privilege(s0)
    li t0, 11
    sw t0, callCause(s0)
    sw zero, distance(s0)
    li t0, batch
    lw t1, 12(t0)
    beqz t1, next
    // All of memory for everybody; then the tables. Leaves: V, R, W, X, A, D, and U for user mode.
    li t0, -1
    csrw pmpaddr0, t0
    li t0, 0x1F
    csrw pmpcfg0, t0
    li t0, 1 << 11
    li t2, 0xCF
    li t3, 9
    li t4, 1
    beq t1, t4, 1f
    li t0, 0
    li t2, 0xDF
    li t3, 8
1:  sw t0, privilege(s0)
    sw t3, callCause(s0)
    li t0, 0x40000000 - 0x80000000
    sw t0, distance(s0)
    li s3, tables
    li t0, 0x80000000 >> 2
    or t0, t0, t2
    sw t0, 4*codeSlot(s3)
    li t1, 0x400000 >> 2
    add t0, t0, t1
    sw t0, 4*codeSlot+4(s3)
    li t0, (tables + 0x1000) >> 2 | 1
    li t1, tables + 4*windowSlot
    sw t0, 0(t1)
    li t0, window >> 2
    or t0, t0, t2
    li t1, tables + 0x1000
    sw t0, 0(t1)
    li t0, 1 << 31 | tables >> 12
    csrw satp, t0
    sfence.vma

next:
    li s0, saved
    lw s1, index(s0)
    li s2, batch
    lw t0, 0(s2)
    bgeu s1, t0, finished
    lw t0, 4(s2)
    sw t0, remaining(s0)
    li t0, recordSize
    mul t0, t0, s1
    add s2, s2, t0
    addi s2, s2, 64
    // No reservation is left over from the sequence before.
    li t0, window
    sc.w t1, zero, (t0)
    // The window's contents depend on what stands in the place of x0: a counter, multiplied and folded.
    li t1, windowWords
    li t2, 0x9E3779B9
    lw t3, 8(s2)
1:  add t3, t3, t2
    srli t4, t3, 15
    xor t4, t4, t3
    mul t4, t4, t2
    srli t5, t4, 13
    xor t4, t4, t5
    sw t4, 0(t0)
    addi t0, t0, 4
    addi t1, t1, -1
    bnez t1, 1b
    // Code may stand where other code was run.
    fence.i
    lw t0, 0(s2)
    lw t1, distance(s0)
    add t0, t0, t1
    sw t0, codeAddress(s0)
    csrw mepc, t0
    csrw mscratch, s0
    li t0, 3 << 11
    csrc mstatus, t0
    lw t0, privilege(s0)
    csrs mstatus, t0
    .irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    fld f\n, 136 + 8*\n(s2)
    .endr
    lw t0, 4(s2)
    csrw fcsr, t0
    addi x31, s2, 8
    .irp n, 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    lw x\n, 4*\n(x31)
    .endr
    mret

    .balign 4
ended:
    csrrw x31, mscratch, x31
    .irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30
    sw x\n, 4*\n(x31)
    .endr
    mv s0, x31
    csrrw t0, mscratch, x31
    sw t0, 124(s0)
    csrr t1, mcause
    lw t2, remaining(s0)
    addi t2, t2, -1
    sw t2, remaining(s0)
    lw t3, callCause(s0)
    bne t1, t3, 1f
    beqz t2, 1f
    // Once more, with everything as it was left, in the mode that the trap came from.
    lw t0, codeAddress(s0)
    csrw mepc, t0
    mv x31, s0
    .irp n, 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    lw x\n, 4*\n(x31)
    .endr
    mret

1:  sw t1, 4*97(s0)
    csrr t1, mepc
    lw t0, codeAddress(s0)
    sub t1, t1, t0
    sw t1, 4*98(s0)
    csrr t1, fcsr
    sw t1, 4*96(s0)
    .irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    fsd f\n, 128 + 8*\n(s0)
    .endr

    li s3, 0x6A09E667
    li s7, 0xBB67AE85
    mv a0, s0
    li a1, savedWords
    call fold
    li a0, window
    li a1, windowWords
    call fold
    mv a0, s3
    call printWord
    mv a0, s7
    call printWord
    call endLine

    lw s1, index(s0)
    li t0, batch
    lw t0, 8(t0)
    bne t0, s1, 1f
    mv s4, s0
    li s5, savedWords
    call dump
    li s4, window
    li s5, windowWords
    call dump
1:  addi s1, s1, 1
    sw s1, index(s0)
    j next

finished:
    li t0, 0x100000
    li t1, 0x5555
    sw t1, 0(t0)
1:  wfi
    j 1b

// Folds a1 words at a0 into s3 and s7.
fold:
    li t2, 0x9E3779B1
    li t3, 0x85EBCA77
1:  lw t0, 0(a0)
    xor s3, s3, t0
    mul s3, s3, t2
    srli t1, s3, 15
    xor s3, s3, t1
    add s7, s7, t0
    mul s7, s7, t3
    srli t1, s7, 13
    xor s7, s7, t1
    addi a0, a0, 4
    addi a1, a1, -1
    bnez a1, 1b
    ret

// Prints s5 words at s4, one a line.
dump:
    mv s6, ra
1:  lw a0, 0(s4)
    call printWord
    call endLine
    addi s4, s4, 4
    addi s5, s5, -1
    bnez s5, 1b
    jr s6

// Prints a0 as 8 digits.
printWord:
    li t0, serial
    li t1, 28
1:  srl t2, a0, t1
    andi t2, t2, 15
    addi t2, t2, '0'
    li t3, '9'
    bleu t2, t3, 2f
    addi t2, t2, 'a' - '0' - 10
2:  lbu t3, 5(t0)
    andi t3, t3, 0x20
    beqz t3, 2b
    sb t2, 0(t0)
    addi t1, t1, -4
    bgez t1, 1b
    ret

endLine:
    li t0, serial
1:  lbu t3, 5(t0)
    andi t3, t3, 0x20
    beqz t3, 1b
    li t2, '\n'
    sb t2, 0(t0)
    ret
