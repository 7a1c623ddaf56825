import Glibc
import TandemKernel
import Testing

/// Random programs with loops, calls, code that changes, page tables, traps and interrupts: the interpreter, compiled
/// code, every access over the bus, and QEMU agree.
///
/// `TANDEM_SEED` replays a run, `TANDEM_SEQUENCES` sets the number of programs. A program that fails is cut down and
/// written to the folder `.build/system-tests`; in `Sequences/Regressions` it is replayed for ever.
@Suite(.serialized)
struct ProgramTests {
    private static let batchSize = 200

    @Test(
        "random programs end in the same state interpreted, compiled, without direct memory, and on QEMU",
        .needs(.tandem, .qemu, .qemu32, .crossCompiler), arguments: GuestWidth.allCases)
    func threeWay(width: GuestWidth) throws {
        let judge = ProgramJudge(
            driver: try driver(width), width: width, name: "three-way\(width.suffix)", asksQEMU: true)
        try campaign(judge, count: 200) { _ in ([], true) }
    }

    @Test(
        "random programs with interrupts at random instructions give the same report in every engine",
        .needs(.tandem, .crossCompiler), arguments: GuestWidth.allCases, [1, 4])
    func interrupts(width: GuestWidth, harts: Int) throws {
        let judge = ProgramJudge(
            driver: try driver(width), width: width, name: "interrupts-\(harts)\(width.suffix)", harts: harts,
            hasInterrupts: true, asksQEMU: false)
        try campaign(judge, count: 200) { draw in
            // A timer that ticks with every instruction or seldom, and instructions of several lengths.
            let timer = ["1GHz", "10MHz", "333MHz"][Int(draw % 3)]
            let clock = ["1GHz", "3GHz", "700MHz"][Int(draw / 3 % 3)]
            let cycles = 1 + draw / 9 % 3
            let options = [
                "mtimer.frequency=\(timer)", "cpu.frequency=\(clock)", "cpu.cycles-per-instruction=\(cycles)",
            ]
            return (options.flatMap { ["-set", $0] }, false)
        }
    }

    private func driver(_ width: GuestWidth) throws -> [UInt8] { try bytes(of: width.image("programs.bin")) }

    /// Makes and judges batches of programs. `settings` draws the options of a batch, and says whether its programs can be
    /// compared with QEMU.
    private func campaign(
        _ judge: ProgramJudge, count: Int, settings: (UInt64) -> (options: [String], isComparable: Bool)
    ) throws {
        let seed = environment("TANDEM_SEED").flatMap { UInt64($0) } ?? UInt64.random(in: 1...UInt64.max)
        let count = environment("TANDEM_SEQUENCES").flatMap { Int($0) } ?? count
        print("random programs, \(judge.name): TANDEM_SEED=\(seed) TANDEM_SEQUENCES=\(count)")
        var seeds = SplitMix64(seed: seed)
        for start in stride(from: 0, to: count, by: Self.batchSize) {
            var judge = judge
            let (options, isComparable) = settings(seeds.next() >> 8)
            judge.options = options
            let programs = (0..<min(Self.batchSize, count - start)).map { number in
                ProgramGenerator.make(
                    seed: seeds.next(), width: judge.width, hart: number % judge.harts, isComparable: isComparable)
            }
            let found = try judge.differences(programs.map { PreparedProgram($0) })
            if found.text.isEmpty { continue }
            Issue.record("TANDEM_SEED=\(seed), programs from \(start) on, \(options)\n\(found.text)")
            if judge.harts == 1 { try explain(programs, found.numbers, judge, start) }
            return
        }
    }

    /// Cuts down the first programs that show the difference by themselves, and keeps them in files.
    private func explain(_ programs: [GuestProgram], _ numbers: [Int], _ judge: ProgramJudge, _ start: Int) throws {
        let candidates = numbers + programs.indices.filter { !numbers.contains($0) }
        for number in candidates {
            guard try !judge.differences([PreparedProgram(programs[number])]).text.isEmpty else { continue }
            let program = try judge.minimise(programs[number])
            let account = try judge.account(of: program)
            let file = "\(Repository.scratch)/\(judge.name)-\(program.seed).program"
            let options = (["options"] + judge.options).joined(separator: " ")
            try write(Array(PreparedProgram(program).text(comment: "\(options)\n\(account)").utf8), to: file)
            Issue.record("program \(start + number), kept in \(file)\n\(account)")
            return
        }
        Issue.record("no program shows the difference alone")
    }

    @Test(
        "a program that never ends is stopped, and those behind it run",
        .needs(.tandem, .qemu, .qemu32, .crossCompiler), arguments: GuestWidth.allCases)
    func endless(width: GuestWidth) throws {
        let judge = ProgramJudge(
            driver: try driver(width), width: width, name: "endless\(width.suffix)", asksQEMU: true)
        var programs = (1...3).map {
            PreparedProgram(ProgramGenerator.make(seed: $0, width: width, isComparable: true))
        }
        // j .
        programs[1].code.replaceSubrange(0..<4, with: [0x6F, 0, 0, 0])
        let found = try judge.differences(programs)
        #expect(found.text.isEmpty, "\(found.text)")
    }

    // MARK: Kept programs

    private static let regressions = "\(Repository.root)/Tests/SystemTests/Sequences/Regressions"

    /// The files of programs that failed once.
    private static let kept: [String] = {
        guard let folder = opendir(regressions) else { return [] }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name.hasSuffix(".program") { names.append(name) }
        }
        return names.sorted()
    }()

    @Test("a program that failed once agrees in every way to run it", .needs(.tandem, .qemu, .qemu32, .crossCompiler))
    func regressions() throws {
        for name in Self.kept {
            let text = String(decoding: try bytes(of: "\(Self.regressions)/\(name)"), as: UTF8.self)
            // The first line has the options; those that were compared with QEMU say so by their name.
            let options = text.split(separator: "\n").first?.split(separator: " ").dropFirst(2).map(String.init) ?? []
            let isComparable = name.hasPrefix("three-way")
            let width = GuestWidth.allCases.first { name.contains($0.suffix) && !$0.suffix.isEmpty } ?? .bits64
            let judge = ProgramJudge(
                driver: try driver(width), width: width, name: "kept", hasInterrupts: !isComparable,
                asksQEMU: isComparable, options: options)
            let found = try judge.differences([PreparedProgram(text: text)])
            #expect(found.text.isEmpty, "\(name): \(found.text)")
        }
    }

    // MARK: The generator

    @Test("a seed gives the same program whenever it is used, and its file keeps all of it")
    func repeatability() throws {
        for seed: UInt64 in 1...60 {
            let width = seed % 3 == 0 ? GuestWidth.bits32 : .bits64
            let one = PreparedProgram(ProgramGenerator.make(seed: seed, width: width, isComparable: seed % 2 == 0))
            let other = PreparedProgram(ProgramGenerator.make(seed: seed, width: width, isComparable: seed % 2 == 0))
            #expect(one.code == other.code)
            #expect(one.words == other.words)
            let read = try PreparedProgram(text: one.text(comment: "seed \(seed)\nand more"))
            #expect(read.code == one.code)
            #expect(read.words == one.words)
            #expect(read.entries == one.entries)
        }
    }

    @Test("three hundred programs hold everything that the generator knows", arguments: GuestWidth.allCases)
    func coverage(width: GuestWidth) {
        var listing = ""
        var spaces: Set<String> = []
        for seed: UInt64 in 1...300 {
            let program = ProgramGenerator.make(seed: seed, width: width, isComparable: seed % 2 == 0)
            spaces.insert("\(program.space.privilege) \(program.space.scheme)")
            listing += program.assemble().listing
        }
        #expect(
            spaces.sorted()
                == (width == .bits64
                    ? ["0 sv39", "0 sv48", "0 sv57", "1 sv39", "1 sv48", "1 sv57", "3 bare"]
                    : ["0 sv32", "1 sv32", "3 bare"]))
        let words = [
            "loop", "call 1", "by x19", "by x20", " or ", "skipping", "here ←", "no fence", "first of", "by the driver",
            "illegal", "off its boundary", "hole", "far away", "forbidden", "ebreak", "unknown CSR", "amo on a hole",
            "lr from a hole", "serial scratch", "priority of source", "shared page", "sscratch", "space 1", "mode 3",
            "status", "sfence.vma x8", "entry of", "fence 3", "time or counter", "mtime", "software interrupt", "wfi",
            "marker", "high page", "region page", "lr.w", "fmadd.d", "fcvt", "c.lwsp", "rm 4",
        ]
        for word in words { #expect(listing.contains(word), "“\(word)” is never made") }
    }
}
