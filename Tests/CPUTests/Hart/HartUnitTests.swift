#if arch(x86_64)
    import Glibc
    import TandemBus
    import TandemKernel
    import TandemOS
    import TandemTesting
    import Testing

    @testable import TandemCPU

    /// The pieces of code that harts have named, as `perf` would read them.
    private final class RecordingMap: PerfMap {
        var pieces: [(address: UInt, byteCount: Int, name: String)] = []

        func add(address: UInt, byteCount: Int, name: String) { pieces.append((address, byteCount, name)) }
    }

    @Suite(
        "Hart: units of generated code",
        .enabled(if: HostProcessor.current.hasTranslatorFeatures, "this host does not run generated code"))
    struct HartUnitTests {
        // MARK: A program with much code

        private static let page: UInt64 = 0x8004_0000

        /// Calls functions that stand one behind the other, `perPage` of them in each page, several times. Each has a loop
        /// and goes on to the next one by a jump.
        private static func manyFunctions(pages: Int, perPage: Int, in bench: HartBench) throws {
            let room = 4096 / perPage
            for number in 0..<(pages * perPage) {
                let address = page + UInt64(number * room)
                let isLast = number == pages * perPage - 1
                try bench.place(
                    """
                        li   t1, 3
                    1:  add  a0, a0, t1
                        xori a1, a0, \(number & 0x7ff)
                        sd   a1, 0(s1)
                        ld   a2, 0(s1)
                        addi t1, t1, -1
                        bnez t1, 1b
                        bltu a1, a0, 2f
                        addi a3, a3, 1
                        .equ next, \(address + UInt64(room))
                    2:  \(isLast ? "ret" : "j next")
                    """, at: address)
            }
        }

        private static func caller(rounds: Int) -> String {
            """
                li   s0, \(rounds)
                li   s1, 0x80010000
                li   s2, \(page)
            1:  jalr ra, s2, 0
                addi s0, s0, -1
                bnez s0, 1b
            """
        }

        private func run(
            pages: Int, perPage: Int, rounds: Int, engine: HartEngine = .translate, map: RecordingMap? = nil,
            host: @escaping (TranslatorHost) -> Void = { _ in }
        ) throws -> HartBench {
            let bench = try HartBench(
                Self.caller(rounds: rounds), engine: engine, hotThreshold: 1, host: host)
            try Self.manyFunctions(pages: pages, perPage: perPage, in: bench)
            bench.hart.perfMap = map
            bench.run(for: .milliseconds(50))
            #expect(bench.rests)
            return bench
        }

        @Test("a code cache that is emptied whenever it is full changes nothing")
        func smallCache() throws {
            let map = RecordingMap()
            let small = try run(pages: 16, perPage: 32, rounds: 6, map: map) { host in
                host.room = TranslatorHost.Room(code: 384 << 10, data: 2 << 20)
            }
            // The same place was given to several units, so the cache was emptied in between.
            let places = map.pieces.map(\.address)
            #expect(Set(places).count < places.count, "the cache was never full")
            #expect(map.pieces.allSatisfy { $0.byteCount > 0 })
            for other in [
                try run(pages: 16, perPage: 32, rounds: 6),
                try run(pages: 16, perPage: 32, rounds: 6, engine: .interpret),
            ] {
                let differences = HartOutcome(small).differences(from: HartOutcome(other))
                #expect(differences.isEmpty, "\(differences)")
            }
        }

        // MARK: Links

        private struct Link: Hashable {
            var exit: UnitExitPointer
            var destination: BlockPointer
        }

        /// All units that can be reached, each checked: its exits lead where their records say.
        private func units(_ hart: Hart) throws -> [BlockPointer] {
            let backend = try #require(hart.backend)
            var units: [BlockPointer] = []
            hart.blocks.forEach { block in if let unit = block.pointee.unit { units.append(unit) } }
            for unit in units {
                #expect(unit.pointee.isValid)
                for exit in exits(unit) {
                    guard exit.pointee.target != X64Lowering.noTarget else { continue }
                    let distance = exit.pointee.patchSite.loadUnaligned(as: Int32.self)
                    let leads = exit.pointee.patchBase &+ UInt(bitPattern: Int(distance))
                    #expect(leads == exit.pointee.destination?.pointee.entry ?? exit.pointee.unlinkedTarget)
                    if let destination = exit.pointee.destination {
                        #expect(destination.pointee.pc == exit.pointee.target && destination.pointee.isValid)
                        #expect(units.contains(destination))
                    }
                    #expect(exit.pointee.patchBase >= backend.codeBase)
                }
            }
            return units
        }

        private func exits(_ unit: BlockPointer) -> [UnitExitPointer] {
            (0..<Int(unit.pointee.exitCount)).compactMap { number in unit.pointee.exits.map { $0 + number } }
        }

        private func links(_ units: [BlockPointer]) -> Set<Link> {
            Set(
                units.flatMap { unit in
                    exits(unit).compactMap { exit in exit.pointee.destination.map { Link(exit: exit, destination: $0) }
                    }
                })
        }

        private func stands(_ unit: BlockPointer, in page: UInt64) -> Bool {
            if unit.pointee.physical & ~0xfff == page { return true }
            guard let pages = unit.pointee.pages else { return false }
            return (0..<Int(unit.pointee.pageCount)).contains { pages[$0].physical == page }
        }

        @Test("a page of code that goes takes its units and the jumps to them along, and no others")
        func drop() throws {
            let bench = try run(pages: 6, perPage: 4, rounds: 12)
            let before = try units(bench.hart)
            #expect(before.count >= 24 && links(before).count >= 12)
            // Somebody writes a byte of code in the third page.
            let page = Self.page + 2 * 4096
            let byte = bench.ram.bytes(at: page - HartBench.ramStart, count: 1)
            let going = Set(before.filter { stands($0, in: page) })
            #expect(going.contains { $0.pointee.physical & ~0xfff != page }, "no unit reaches into the page")
            let linked = links(before)
            #expect(linked.contains { going.contains($0.destination) && !going.contains($0.exit.pointee.owner) })
            let staying = linked.filter { link in
                !going.contains(link.destination) && !going.contains(link.exit.pointee.owner)
            }
            let instructions = bench.hart.bus.traffic
            bench.ram.load(byte, at: page - HartBench.ramStart)
            let after = try units(bench.hart)
            #expect(Set(after) == Set(before).subtracting(going))
            #expect(links(after) == staying)
            #expect(bench.hart.bus.traffic == instructions, "what the units counted is lost")
        }

        // MARK: Pages and mappings

        @Test("a unit over several pages is not entered where one of them is mapped elsewhere", arguments: [1, 200])
        func remapped(threshold: UInt64) throws {
            // A loop in one page calls a function in the next one, whose page is exchanged between two runs of the loop,
            // and exchanged back.
            let space = AddressSpace()
            func bench(_ engine: HartEngine) throws -> HartBench {
                let bench = try HartBench(
                    AddressSpace.enter + """
                            li   s0, 0x40000000
                            li   t1, \(space.slot(0x4000_1000))
                            li   t2, 0x40001000
                            jalr ra, s0, 0
                            mv   s2, a0
                            li   t0, \(space.leaf(0x8001_3000))
                            sd   t0, 0(t1)
                            sfence.vma t2, zero
                            jalr ra, s0, 0
                            mv   s3, a0
                            li   t0, \(space.leaf(0x8001_2000))
                            sd   t0, 0(t1)
                            sfence.vma
                            jalr ra, s0, 0
                            mv   s4, a0
                            j    rest
                        """, engine: engine, hotThreshold: threshold)
                space.install(in: bench)
                space.map(0x4000_0000, to: 0x8001_1000, in: bench)
                space.map(0x4000_1000, to: 0x8001_2000, in: bench)
                // 0x40000000: 500 calls of 0x40001000; the distance is the same at the physical address.
                try bench.place(
                    """
                        mv   s6, ra
                        li   a0, 0
                        li   s5, 500
                    1:  jal  ra, .+\(0x1000 - 12)
                        addi s5, s5, -1
                        bnez s5, 1b
                        mv   ra, s6
                        ret
                    """, at: 0x8001_1000)
                try bench.place("addi a0, a0, 1\nret", at: 0x8001_2000)
                try bench.place("addi a0, a0, 100\nret", at: 0x8001_3000)
                bench.run(for: .milliseconds(1))
                #expect(bench.rests)
                #expect(bench.x("s2") == 500 && bench.x("s3") == 50_000 && bench.x("s4") == 500)
                return bench
            }
            let translated = try bench(.translate)
            var widest: UInt32 = 0
            translated.hart.blocks.forEach { widest = max(widest, $0.pointee.unit?.pointee.pageCount ?? 0) }
            #expect(widest >= 2, "no unit stands in several pages")
            let differences = HartOutcome(translated).differences(from: HartOutcome(try bench(.interpret)))
            #expect(differences.isEmpty, "\(differences)")
        }

        @Test("no mapping of the process is both writable and executable while generated code runs")
        func protection() throws {
            let map = RecordingMap()
            let bench = try run(pages: 2, perPage: 4, rounds: 4, map: map)
            #expect(map.pieces.count > 4)
            let file = try #require(fopen("/proc/self/maps", "r"))
            defer { fclose(file) }
            var line = [CChar](repeating: 0, count: 4096)
            var found = 0
            while fgets(&line, Int32(line.count), file) != nil {
                let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
                let fields = text.split(separator: " ")
                #expect(!(fields[1].contains("w") && fields[1].contains("x")), "\(text)")
                let ends = fields[0].split(separator: "-").compactMap { UInt($0, radix: 16) }
                if ends.count == 2, map.pieces.contains(where: { (ends[0]..<ends[1]).contains($0.address) }) {
                    found += 1
                    #expect(fields[1] == "r-xs")
                }
            }
            #expect(found == 1)
            withExtendedLifetime(bench) {}
        }

        // MARK: The budget

        @Test("an interrupt at any instruction of a loop finds the same state in every engine")
        func everyInstruction() throws {
            let source = """
                    la   t0, handler
                    csrw mtvec, t0
                    li   t0, 8
                    csrw mie, t0
                    csrsi mstatus, 8
                    li   s0, 0x80010000
                    li   s1, 12
                loop:
                    addi a1, a1, 1
                    sd   a1, 0(s0)
                    ld   a2, 0(s0)
                    beqz a1, loop
                    slli a3, a2, 3
                    jal  ra, leaf
                    xor  a4, a3, a2
                    addi s1, s1, -1
                    bnez s1, loop
                    j    rest
                leaf:
                    add  a3, a3, a1
                    ret
                .balign 4
                handler:
                    rdcycle a5
                    csrr a6, mepc
                    rdinstret a7
                    csrw mie, zero
                    mret
                """
            var entered: Set<UInt64> = []
            for time in 60...130 as ClosedRange<UInt64> {
                var outcomes: [HartOutcome] = []
                for (engine, threshold) in [(HartEngine.interpret, 1), (.translate, 1), (.translate, 3)] {
                    let bench = try HartBench(source, engine: engine, hotThreshold: UInt64(threshold))
                    try bench.drive(.msip, [(.nanoseconds(time), true)])
                    bench.run(for: .microseconds(1))
                    #expect(bench.rests && bench.x("a5") == time && bench.x("a1") == 12)
                    entered.insert(bench.x("a6") - bench.address(of: "loop"))
                    outcomes.append(HartOutcome(bench))
                }
                for outcome in outcomes.dropFirst() {
                    let differences = outcome.differences(from: outcomes[0])
                    #expect(differences.isEmpty, "at \(time) ns: \(differences)")
                }
            }
            // Nine instructions of the loop and two of the function, each interrupted at least once.
            #expect(entered.count >= 11, "\(entered.sorted())")
        }
    }
#endif
