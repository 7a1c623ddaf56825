// Copies 64 KiB of the shared memory of docs/studies/shared-bus.json5: the hart eight bytes at a time (-DBY_HART), the
// DMA device in bursts of 64 bytes (-DBY_DMA), or each of them 64 KiB of its own at the same time. Then it ends the run.
    .equ dma, 0x10020000
    .equ finisher, 0x100000
    .equ bytes, 0x10000

    .section .text.start, "ax"
    .globl _start
_start:
#ifdef BY_DMA
    li s0, dma
    li t0, 0x40080000       // SOURCE
    sw t0, 0x10(s0)
    li t0, 0x400C0000       // DESTINATION
    sw t0, 0x18(s0)
    li t0, bytes            // LENGTH
    sw t0, 0x20(s0)
    li t0, 1                // CONTROL: START
    sw t0, 0x04(s0)
#endif
#ifdef BY_HART
    li a0, 0x40000000
    li a1, 0x40040000
    li a2, 0x40000000 + bytes
1:  ld t0, 0(a0)
    sd t0, 0(a1)
    addi a0, a0, 8
    addi a1, a1, 8
    bne a0, a2, 1b
#endif
#ifdef BY_DMA
    // The registers of the device are not on the shared bus: to ask takes nobody's turn.
2:  lw t0, 0x08(s0)         // STATUS: BUSY
    andi t0, t0, 1
    bnez t0, 2b
#endif
    li t0, finisher
    li t1, 0x5555
    sw t1, 0(t0)
3:  j 3b
