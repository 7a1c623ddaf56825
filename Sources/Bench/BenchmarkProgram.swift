/// Guests of benchmarks, as machine code: nobody needs an assembler to measure.
public enum BenchmarkProgram {
    /// A loop of integer instructions with loads, stores, branches, calls and a multiplication, for ever if `a0` is all
    /// ones, else for so many turns; then the board's power goes off. The stack is the caller's.
    ///
    /// ```
    /// loop: mul s2,s2,s3; addi s2,s2,1013; srli t0,s2,16; and t1,t0,s5; slli t2,t1,3; add t3,s0,t2
    ///       ld t4,(t3); xor t4,t4,s2; sd t4,(t3); lbu t5,4(t3); add s4,s4,t5; andi t6,t5,3; beqz t6,1f
    ///       addiw s4,s4,7; bltu t5,t1,2f; sub s4,s4,t1; j 3f
    /// 1:    jal func; j 3f
    /// 2:    slli t0,s4,5; sub s4,t0,s4; sltu t1,s4,s2; add s4,s4,t1
    /// 3:    addi s1,s1,1; bne s1,a0,loop
    /// func: addi sp,sp,-16; sd ra,8(sp); sw s4,(sp); lw a1,(sp); sraiw a1,a1,3; add s4,s4,a1; ld ra,8(sp)
    ///       addi sp,sp,16; ret
    /// ```
    static let mix: [UInt32] = [
        0x8001_0437, 0x0204_1413, 0x0204_5413, 0x0000_0493, 0x0000_3937, 0x0399_0913, 0x41c6_59b7, 0xe6d9_8993,
        0x0000_0a13, 0x0ff0_0a93, 0x0339_0933, 0x3f59_0913, 0x0109_5293, 0x0152_f333, 0x0033_1393, 0x0074_0e33,
        0x000e_3e83, 0x012e_ceb3, 0x01de_3023, 0x004e_4f03, 0x01ea_0a33, 0x003f_7f93, 0x000f_8a63, 0x007a_0a1b,
        0x006f_6a63, 0x406a_0a33, 0x01c0_006f, 0x0380_00ef, 0x0140_006f, 0x005a_1293, 0x4142_8a33, 0x012a_3333,
        0x006a_0a33, 0x0014_8493, 0xfaa4_90e3, 0x0010_02b7, 0x5550_0313, 0x0043_1313, 0x0053_0313, 0x0062_a023,
        0x0000_006f, 0xff01_0113, 0x0011_3423, 0x0141_2023, 0x0001_2583, 0x4035_d59b, 0x00ba_0a33, 0x0081_3083,
        0x0101_0113, 0x0000_8067,
    ]

    /// `mix` for the board virt, in RAM from 0x8000_0000 on.
    ///
    /// ```
    /// li sp,0x80008000; lui a0,turns
    /// ```
    /// - Parameter turns: rounded down to a multiple of 4096, which is the least.
    public static func mix(turns: UInt64) -> [UInt8] {
        bytes([0x8000_8137, 0x0201_1113, 0x0201_5113, count(turns)] + mix)
    }

    /// Reads of a byte, of `mtime` and of a word, and a write of a byte, of the board virt's devices; then its power goes
    /// off.
    ///
    /// ```
    ///       lui s0,0x10000; lui s1,0x200c; lui s2,0xc000; lui a0,turns
    /// loop: lbu t0,5(s0); sb t0,7(s0); ld t1,-8(s1); lw t2,4(s2); addi a0,a0,-1; bnez a0,loop
    ///       lui t0,0x100; addi t1,zero,0x555; slli t1,t1,4; addi t1,t1,5; sw t1,(t0); j .
    /// ```
    /// - Parameter turns: rounded down to a multiple of 4096, which is the least.
    public static func registers(turns: UInt64) -> [UInt8] {
        bytes([
            0x1000_0437, 0x0200_c4b7, 0x0c00_0937, count(turns), 0x0054_4283, 0x0054_03a3, 0xff84_b303, 0x0049_2383,
            0xfff5_0513, 0xfe05_16e3, 0x0010_02b7, 0x5550_0313, 0x0043_1313, 0x0053_0313, 0x0062_a023, 0x0000_006f,
        ])
    }

    /// `lui a0,turns`.
    private static func count(_ turns: UInt64) -> UInt32 { UInt32(min(max(turns >> 12, 1), 0x7ffff)) << 12 | 0x537 }

    static func bytes(_ words: [UInt32]) -> [UInt8] {
        words.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) } }
    }
}
