import TandemKernel
import Testing

/// QEMU is the judge of the front-end: random programs end in the same state on both.
///
/// `TANDEM_SEED` replays a run, `TANDEM_SEQUENCES` sets the number of sequences.
struct SequenceTests {
    /// Sequences to an image; larger ones would only take more memory.
    static let batchSize = 2000

    @Test("random instruction sequences end in the same state as on QEMU", .needs(.tandem, .qemu, .crossCompiler))
    func sequences() throws {
        let seed = environment("TANDEM_SEED").flatMap { UInt64($0) } ?? UInt64.random(in: 1...UInt64.max)
        let count = environment("TANDEM_SEQUENCES").flatMap { Int($0) } ?? 2000
        print("random instruction sequences: TANDEM_SEED=\(seed) TANDEM_SEQUENCES=\(count)")
        let driver = try bytes(of: BareMetal.image("sequences.bin"))
        var seeds = SplitMix64(seed: seed)
        for start in stride(from: 0, to: count, by: Self.batchSize) {
            let size = min(Self.batchSize, count - start)
            let batch = SequenceBatch(sequences: (0..<size).map { _ in SequenceGenerator.make(seed: seeds.next()) })
            let (theirs, ours) = try run(batch, driver: driver, name: "batch")
            #expect(theirs.count == size, "QEMU printed \(theirs.count) digests for \(size) sequences")
            let different = (0..<size).filter { $0 >= ours.count || theirs[$0] != ours[$0] }
            for index in different.prefix(3) {
                let account = try explain(batch.sequences[index], driver: driver)
                Issue.record("TANDEM_SEED=\(seed), sequence \(start + index) differs from QEMU\n\(account)")
            }
            #expect(different.isEmpty, "TANDEM_SEED=\(seed): \(different.count) of \(size) sequences differ from QEMU")
            if !different.isEmpty { break }
        }
    }

    @Test("a seed gives the same sequences whenever it is used")
    func repeatability() {
        for seed: UInt64 in 1...50 {
            let one = SequenceGenerator.make(seed: seed)
            let other = SequenceGenerator.make(seed: seed)
            #expect(one.code == other.code)
            #expect(one.integers == other.integers)
            #expect(one.floats == other.floats)
        }
    }

    @Test("two thousand sequences hold every instruction that the generator knows, with every rounding mode")
    func coverage() {
        var listing = ""
        for seed: UInt64 in 1...2000 { listing += SequenceGenerator.make(seed: seed).listing }
        let words = Set(listing.split { $0 == " " || $0 == "\n" || $0 == ";" })
        let rows = InstructionRow.integer + InstructionRow.memory + InstructionRow.atomic + InstructionRow.float
        for row in rows { #expect(words.contains(Substring(row.name)), "\(row.name) is never made") }
        let others = [
            "lr.w", "lr.d", "sc.w", "sc.d", "c.j", "c.beqz", "c.bnez", "jal", "jalr", "bgeu", "csrrwi", "frm,",
            "fflags,",
            "c.addi", "c.addiw", "c.li", "c.lui", "c.addi4spn", "c.srli", "c.srai", "c.andi", "c.sub", "c.xor", "c.or",
            "c.and", "c.subw", "c.addw", "c.slli", "c.mv", "c.add", "c.lw", "c.sw", "c.ld", "c.sd", "c.fld", "c.fsd",
            "c.lwsp", "c.ldsp", "c.fldsp", "c.swsp", "c.sdsp", "c.fsdsp", "loop",
        ]
        for name in others { #expect(words.contains(Substring(name)), "\(name) is never made") }
        for mode in [0, 1, 2, 3, 4, 5, 6, 7] { #expect(listing.contains("rm \(mode)\n"), "rounding mode \(mode)") }
    }

    /// Runs a batch on both machines and gives what they printed, line by line.
    private func run(
        _ batch: SequenceBatch, driver: [UInt8], name: String
    ) throws -> (theirs: [Substring], ours: [Substring]) {
        let image = "\(Repository.scratch)/\(name).bin"
        try write(batch.image(driver: driver), to: image)
        let theirs = try QEMU.run(["-bios", image])
        let ours = try Tandem.run(["virt", "-bios", image, "-nographic", "-report", "none"])
        return (digests(theirs), digests(ours))
    }

    private func digests(_ program: Program) -> [Substring] {
        program.lines.filter { line in
            line.utf8.count == 16 && line.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
        }
    }

    /// Cuts a sequence down as long as it still differs, and says what is left and in which registers it differs.
    private func explain(_ original: InstructionSequence, driver: [UInt8]) throws -> String {
        var sequence = original
        while sequence.items.count > 1 {
            let shorter = sequence.items.indices.map { left -> InstructionSequence in
                var candidate = sequence
                candidate.items.remove(at: left)
                return candidate
            }
            let (theirs, ours) = try run(SequenceBatch(sequences: shorter), driver: driver, name: "shorter")
            guard let next = shorter.indices.last(where: { $0 >= ours.count || theirs[$0] != ours[$0] }) else { break }
            sequence = shorter[next]
        }
        var repeats = 3
        for fewer in 1...2 where repeats == 3 {
            let (theirs, ours) = try run(
                SequenceBatch(sequences: [sequence], repeats: fewer), driver: driver, name: "shorter")
            if theirs != ours { repeats = fewer }
        }
        let batch = SequenceBatch(sequences: [sequence], repeats: repeats, shown: 0)
        let (theirs, ours) = try run(batch, driver: driver, name: "shown")
        var text =
            "run \(repeats) times, fcsr \(String(sequence.floatControl, radix: 16)) at first\n" + sequence.listing
        for (index, name) in SequenceBatch.shownNames.enumerated() {
            let expected = index + 1 < theirs.count ? theirs[index + 1] : "nothing"
            let actual = index + 1 < ours.count ? ours[index + 1] : "nothing"
            if expected != actual { text += "\(name): QEMU has \(expected), ours has \(actual)\n" }
        }
        text += "at first:"
        for (index, value) in sequence.integers.enumerated() { text += " x\(index)=\(String(value, radix: 16))" }
        for (index, value) in sequence.floats.enumerated() { text += " f\(index)=\(String(value, radix: 16))" }
        return text
    }
}
