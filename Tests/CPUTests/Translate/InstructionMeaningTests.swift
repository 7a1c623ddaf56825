import Testing

@testable import TandemCPU

/// Every instruction that is not privileged, executed for one step and compared with the manual.
@Suite("Translated instructions against the manual")
struct InstructionMeaningTests {
    private static let privileged: Set<RISCVOperation> = [
        .fence_i, .ecall, .ebreak, .csrrw, .csrrs, .csrrc, .csrrwi, .csrrsi, .csrrci, .wrs_nto, .wrs_sto, .cbo_inval,
        .cbo_clean, .cbo_flush, .cbo_zero, .mret, .sret, .wfi, .sfence_vma, .sinval_vma, .sfence_w_inval,
        .sfence_inval_ir,
    ]
    private static let nothing: Set<RISCVOperation> = [.fence, .pause, .prefetch_i, .prefetch_r, .prefetch_w]

    private static let executed: [XLEN: [EncodingRow]] = {
        var result: [XLEN: [EncodingRow]] = [:]
        for xlen in XLEN.allCases {
            result[xlen] = EncodingTable.rows.filter {
                $0.xlen.includes(xlen) && !privileged.contains($0.operation) && !nothing.contains($0.operation)
            }
        }
        return result
    }()

    private struct Bench {
        let executor = ExecutorBench()
        var translator: RISCVTranslator
        var generator: SampleGenerator
        var floats: FloatDraw
        let xlen: XLEN

        init(_ xlen: XLEN, seed: UInt64) {
            self.xlen = xlen
            translator = RISCVTranslator(xlen: xlen, extensions: .all)
            generator = SampleGenerator(seed: seed)
            floats = FloatDraw(seed: seed)
            executor.runtime.fill(using: &generator)
        }

        /// Random registers, and memory as it stands.
        mutating func model() -> ManualModel {
            var model = ManualModel(xlen: xlen, memory: executor.runtime.contents, memoryStart: FakeRuntime.start)
            for number in 1..<32 {
                let value = generator.operand()
                model.x[number] =
                    xlen == .rv64 ? value : UInt64(bitPattern: Int64(Int32(truncatingIfNeeded: value)))
            }
            // Pairs of floating-point operands stand next to each other, so that they often meet.
            for number in 0..<32 {
                switch generator.next() % 8 {
                case 0: model.f[number] = generator.next()
                case 1, 2, 3: model.f[number] = UInt64(floats.bits(as: UInt32.self, near: 127)) | 0xffff_ffff << 32
                default: model.f[number] = floats.bits(as: UInt64.self, near: 1023)
                }
            }
            model.flags = FloatFlags(rawValue: UInt8(generator.next() & 31))
            model.frm = UInt8(generator.next() % 4)
            model.pc = (xlen.truncate(generator.next()) & ~0xfff | 0x800) & ~1
            model.reservation = nil
            return model
        }

        mutating func load(_ model: ManualModel) {
            for number in 0..<32 {
                executor[number] = model.x[number]
                executor[32 + number] = model.f[number]
            }
            executor.floatFlags = model.flags
            executor.runtime.reservation = model.reservation
            executor[Int(RISCVPlace.floatDirty.index)] = 0
        }

        mutating func step(_ word: UInt32, length: Int, _ model: ManualModel) -> Int {
            let bytes = (0..<length).map { UInt8(truncatingIfNeeded: word >> UInt32(8 * $0)) }
            let mode = TranslationMode(
                privilege: 3, isFloatEnabled: true, isFloatDirty: false, frm: model.frm)
            let ir = translator.translateForTest(bytes, at: model.pc, mode: mode)
            executor.forgetBlocks()
            return executor.run(executor.install(ir, known: false))
        }

        func differences(from model: ManualModel) -> [String] {
            var found: [String] = []
            func compare(_ name: String, _ have: UInt64, _ want: UInt64) {
                if have != want {
                    found.append("\(name) is \(String(have, radix: 16)), not \(String(want, radix: 16))")
                }
            }
            for number in 0..<32 {
                compare("x\(number)", executor[number], model.x[number])
                compare("f\(number)", executor[32 + number], model.f[number])
            }
            compare("flags", UInt64(executor.floatFlags.rawValue), UInt64(model.flags.rawValue))
            compare("pc", executor.programCounter, model.pc)
            if let place = executor.runtime.difference(from: model.memory) { found.append("memory at \(place)") }
            return found
        }
    }

    /// Puts the base register of a memory access where memory is.
    private func aim(_ i: DecodedInstruction, _ model: inout ManualModel, _ generator: inout SampleGenerator) -> Bool {
        let width: UInt64
        let isAtomic: Bool
        switch i.operation {
        case .lb, .lbu, .sb: (width, isAtomic) = (1, false)
        case .lh, .lhu, .sh: (width, isAtomic) = (2, false)
        case .lw, .lwu, .sw, .flw, .fsw: (width, isAtomic) = (4, false)
        case .ld, .sd, .fld, .fsd: (width, isAtomic) = (8, false)
        default:
            let name = "\(i.operation)"
            guard name.hasPrefix("amo") || name.hasPrefix("lr_") || name.hasPrefix("sc_") else { return true }
            (width, isAtomic) = (name.hasSuffix("_w") ? 4 : 8, true)
        }
        guard i.rs1 != 0 else { return false }
        var address = FakeRuntime.start + generator.next() % UInt64(FakeRuntime.size - 8)
        if isAtomic { address &= ~(width - 1) }
        model.x[Int(i.rs1)] = address &- UInt64(bitPattern: i.immediate)
        if isAtomic { model.reservation = generator.next() & 1 == 0 ? address : nil }
        return true
    }

    private func check(_ xlen: XLEN, _ rows: [EncodingRow], seed: UInt64, draws: Int) {
        print("instructions of rv\(xlen.bits) against the manual: seed \(seed)")
        var bench = Bench(xlen, seed: seed)
        let decoder = Decoder(xlen: xlen, extensions: .all)
        var covered: Set<RISCVOperation> = []
        for row in rows {
            for _ in 0..<draws {
                var operands = row.sampleOperands(using: &bench.generator)
                // The host has no tie to the larger magnitude; conversions to and from integers are tested with it.
                let hasTies = row.mnemonic.description.hasPrefix("fcvt") && row.operation != .fcvt_s_d
                operands.roundingMode = [0, 1, 2, 3, hasTies ? 4 : 7][Int(bench.generator.next() % 5)]
                let word = row.encode(operands)
                guard let i = decoder.decode(word), i.operation == row.operation else { continue }
                var model = bench.model()
                guard aim(i, &model, &bench.generator) else { continue }
                bench.load(model)
                let outcome = bench.step(word, length: 4, model)
                model.execute(i)
                covered.insert(row.operation)
                let different = bench.differences(from: model)
                let text = Disassembler(xlen: xlen, extensions: .all).text(word, at: 0)
                #expect(outcome == -1 && different.isEmpty, "\(text): \(different.prefix(3))")
                if !different.isEmpty { return }
            }
        }
        #expect(covered == Set(rows.map(\.operation)), "an instruction was never drawn")
    }

    @Test("integers, control, memory, multiplication, atomics and bits", arguments: XLEN.allCases)
    func integer(xlen: XLEN) throws {
        let rows = try #require(Self.executed[xlen]).filter { $0.requires.isDisjoint(with: [.f, .d]) }
        check(xlen, rows, seed: 0x3a_0001, draws: 24)
    }

    @Test("single and double precision")
    func float() throws {
        let rows = try #require(Self.executed[.rv64]).filter { !$0.requires.isDisjoint(with: [.f, .d]) }
        check(.rv64, rows, seed: 0x3a_0002, draws: 32)
    }

    @Test("fences and hints do nothing but go on", arguments: XLEN.allCases)
    func nothing(xlen: XLEN) {
        var bench = Bench(xlen, seed: 0x3a_0003)
        for row in EncodingTable.rows where Self.nothing.contains(row.operation) {
            var model = bench.model()
            bench.load(model)
            let word = row.encode(row.sampleOperands(using: &bench.generator))
            #expect(bench.step(word, length: 4, model) == -1)
            model.pc = xlen.truncate(model.pc &+ 4)
            #expect(bench.differences(from: model) == [], "\(row.mnemonic)")
        }
    }

    @Test("every compressed instruction does what its expansion does")
    func compressed() {
        let seed: UInt64 = 0x3a_0004
        print("compressed instructions: seed \(seed)")
        var bench = Bench(.rv64, seed: seed)
        let decoder = Decoder(xlen: .rv64, extensions: .all)
        var covered: Set<String> = []
        for _ in 0..<1500 {
            let word = UInt32(bench.generator.next() & 0xffff)
            guard let i = decoder.decode(word), i.length == 2, !Self.privileged.contains(i.operation) else { continue }
            var model = bench.model()
            guard aim(i, &model, &bench.generator) else { continue }
            bench.load(model)
            let outcome = bench.step(word, length: 2, model)
            model.execute(i)
            covered.insert(decoder.compressedRow(matching: UInt16(word))?.mnemonic.description ?? "")
            let different = bench.differences(from: model)
            #expect(outcome == -1 && different.isEmpty, "\(String(word, radix: 16)): \(different.prefix(3))")
            if !different.isEmpty { return }
        }
        #expect(covered.count >= 30, "only \(covered.sorted()) were drawn")
    }

    @Test("floating-point state is noted as dirty by what changes it, and by nothing else")
    func dirty() throws {
        var bench = Bench(.rv64, seed: 0x3a_0005)
        let reads: Set<RISCVOperation> = [.fsw, .fsd, .fmv_x_w, .fmv_x_d, .fclass_s, .fclass_d]
        for row in try #require(Self.executed[.rv64]) {
            let isFloat = !row.requires.isDisjoint(with: [.f, .d])
            var operands = row.sampleOperands(using: &bench.generator)
            operands.rs1 = 5
            operands.roundingMode = 0
            let word = row.encode(operands)
            guard let i = bench.translator.decoder.decode(word), i.operation == row.operation else { continue }
            var model = bench.model()
            guard aim(i, &model, &bench.generator) else { continue }
            bench.load(model)
            _ = bench.step(word, length: 4, model)
            let isDirty = bench.executor[Int(RISCVPlace.floatDirty.index)] != 0
            #expect(isDirty == (isFloat && !reads.contains(row.operation)), "\(row.mnemonic)")
        }
    }
}
