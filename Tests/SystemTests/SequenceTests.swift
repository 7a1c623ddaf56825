import TandemKernel
import Testing

/// QEMU is the judge of the front-end: random programs end in the same state on both.
///
/// `TANDEM_SEED` replays a run, `TANDEM_SEQUENCES` sets the number of sequences.
struct SequenceTests {
    /// Sequences to an image; larger ones would only take more memory.
    static let batchSize = 2000

    @Test(
        "random instruction sequences end in the same state as on QEMU",
        .needs(.tandem, .qemu, .qemu32, .crossCompiler), arguments: GuestWidth.allCases)
    func sequences(width: GuestWidth) throws { try campaign(width) }

    @Test(
        "random instruction sequences of RV32 behind Sv32 end in the same state as on QEMU",
        .needs(.tandem, .qemu32, .crossCompiler), arguments: [SequenceBatch.Place.supervisor, .user])
    func translated(place: SequenceBatch.Place) throws { try campaign(.bits32, place) }

    private func campaign(_ width: GuestWidth, _ place: SequenceBatch.Place = .machine) throws {
        let seed = environment("TANDEM_SEED").flatMap { UInt64($0) } ?? UInt64.random(in: 1...UInt64.max)
        let count = environment("TANDEM_SEQUENCES").flatMap { Int($0) } ?? 2000
        print(
            "random instruction sequences of \(width.testDescription), \(place): TANDEM_SEED=\(seed) TANDEM_SEQUENCES=\(count)"
        )
        let driver = try bytes(of: width.image("sequences.bin"))
        var seeds = SplitMix64(seed: seed)
        for start in stride(from: 0, to: count, by: Self.batchSize) {
            let size = min(Self.batchSize, count - start)
            let sequences = (0..<size).map { _ in SequenceGenerator.make(seed: seeds.next(), width: width) }
            let batch = SequenceBatch(sequences: sequences, width: width, place: place)
            let (theirs, ours) = try run(batch, driver: driver, name: "batch\(width.rawValue)\(place)")
            #expect(theirs.count == size, "QEMU printed \(theirs.count) digests for \(size) sequences")
            let different = (0..<size).filter { $0 >= ours.count || theirs[$0] != ours[$0] }
            for index in different.prefix(3) {
                let account = try explain(batch, index, driver: driver)
                Issue.record("TANDEM_SEED=\(seed), sequence \(start + index) differs from QEMU\n\(account)")
            }
            #expect(different.isEmpty, "TANDEM_SEED=\(seed): \(different.count) of \(size) sequences differ from QEMU")
            if !different.isEmpty { break }
        }
    }

    @Test("a seed gives the same sequences whenever it is used")
    func repeatability() {
        for seed: UInt64 in 1...50 {
            let width = seed % 2 == 0 ? GuestWidth.bits64 : .bits32
            let one = SequenceGenerator.make(seed: seed, width: width)
            let other = SequenceGenerator.make(seed: seed, width: width)
            #expect(one.code == other.code)
            #expect(one.integers == other.integers)
            #expect(one.floats == other.floats)
        }
    }

    @Test(
        "two thousand sequences hold every instruction that the generator knows, with every rounding mode",
        arguments: GuestWidth.allCases)
    func coverage(width: GuestWidth) {
        var listing = ""
        for seed: UInt64 in 1...2000 { listing += SequenceGenerator.make(seed: seed, width: width).listing }
        let words = Set(listing.split { $0 == " " || $0 == "\n" || $0 == ";" })
        let table = InstructionTable.of(width)
        for row in table.integer + table.memory + table.atomic + table.float {
            #expect(words.contains(Substring(row.name)), "\(row.name) is never made")
        }
        let others = [
            "lr.w", "sc.w", "c.j", "c.beqz", "c.bnez", "jal", "jalr", "bgeu", "csrrwi", "frm,", "fflags,",
            "c.addi", "c.li", "c.lui", "c.addi4spn", "c.srli", "c.srai", "c.andi", "c.sub", "c.xor", "c.or",
            "c.and", "c.slli", "c.mv", "c.add", "c.lw", "c.sw", "c.fld", "c.fsd", "c.lwsp", "c.fldsp", "c.swsp",
            "c.fsdsp", "loop",
        ]
        let wide = ["lr.d", "sc.d", "c.addiw", "c.subw", "c.addw", "c.ld", "c.sd", "c.ldsp", "c.sdsp"]
        let narrow = ["c.jal", "c.flw", "c.fsw", "c.flwsp", "c.fswsp"]
        for name in others + (width == .bits64 ? wide : narrow) {
            #expect(words.contains(Substring(name)), "\(name) is never made")
        }
        for name in width == .bits64 ? narrow : wide {
            #expect(!words.contains(Substring(name)), "\(name) does not exist on \(width.testDescription)")
        }
        for mode in [0, 1, 2, 3, 4, 5, 6, 7] { #expect(listing.contains("rm \(mode)\n"), "rounding mode \(mode)") }
    }

    /// Runs a batch on both machines and gives what they printed, line by line; where our engines differ, what each did.
    private func run(
        _ batch: SequenceBatch, driver: [UInt8], name: String
    ) throws -> (theirs: [Substring], ours: [Substring]) {
        let image = "\(Repository.scratch)/\(name).bin"
        try write(batch.image(driver: driver), to: image)
        let theirs = try QEMU.run(["-bios", image], width: batch.width)
        let engines = try [["-engine", "interpret"], ["-engine", "translate", "-set", "cpu.hot-threshold=1"]].map {
            digests(
                try Tandem.run(
                    ["virt", "-bios", image, "-nographic", "-report", "none"] + batch.width.options + $0))
        }
        let count = engines.map(\.count).min() ?? 0
        let ours = (0..<count).map { line in
            engines[0][line] == engines[1][line]
                ? engines[0][line] : "\(engines[0][line]) interpreted, \(engines[1][line]) translated"
        }
        return (digests(theirs), ours)
    }

    private func digests(_ program: Program) -> [Substring] {
        program.lines.filter { line in
            [8, 16].contains(line.utf8.count)
                && line.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
        }
    }

    /// Cuts a sequence down as long as it still differs, and says what is left and in which registers it differs.
    private func explain(_ found: SequenceBatch, _ number: Int, driver: [UInt8]) throws -> String {
        var sequence = found.sequences[number]
        let name = "\(found.width.rawValue)\(found.place)"
        func batch(_ sequences: [InstructionSequence], repeats: Int = 3, shown: Int? = nil) -> SequenceBatch {
            SequenceBatch(
                sequences: sequences, width: found.width, place: found.place, repeats: repeats, shown: shown)
        }
        while sequence.items.count > 1 {
            let shorter = sequence.items.indices.map { left -> InstructionSequence in
                var candidate = sequence
                candidate.items.remove(at: left)
                return candidate
            }
            let (theirs, ours) = try run(batch(shorter), driver: driver, name: "shorter\(name)")
            guard let next = shorter.indices.last(where: { $0 >= ours.count || theirs[$0] != ours[$0] }) else { break }
            sequence = shorter[next]
        }
        var repeats = 3
        for fewer in 1...2 where repeats == 3 {
            let (theirs, ours) = try run(
                batch([sequence], repeats: fewer), driver: driver, name: "shorter\(name)")
            if theirs != ours { repeats = fewer }
        }
        let last = batch([sequence], repeats: repeats, shown: 0)
        let (theirs, ours) = try run(last, driver: driver, name: "shown\(name)")
        var text =
            "run \(repeats) times, fcsr \(String(sequence.floatControl, radix: 16)) at first\n" + sequence.listing
        for (index, name) in last.shownNames.enumerated() {
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
