/// Items that go beyond computing: other memory, code that changes, traps, devices, address spaces, time.
extension ProgramGenerator {
    // MARK: Memory

    /// rd ← an address in one of the four data pages, near its border now and then.
    private mutating func dataAddress(_ rd: UInt32) -> (words: [UInt32], text: String) {
        let page = Int(base.below(4))
        var offset = Int(base.below(512)) * 8
        if base.oneIn(4) { offset = [0, 0xFF0, 0xFF8, 0xFFC, 0xFFD, 0xFFE, 0xFFF, 4][Int(base.below(8))] }
        // Behind page 3 lies a hole where addresses are translated.
        if space.isTranslated, usesHigh, base.oneIn(3) {
            return (
                constant(rd, UInt32(0xC000_0000) + UInt32(page << 12 + offset)),
                "li x\(rd), high page \(page) + \(offset)"
            )
        }
        if base.oneIn(4) {
            // The same pages by way of the large one, or physically. Behind them stand the page tables: QEMU 7.2 has page
            // faults where entries that were overwritten lead to a hole.
            if page == 3 { offset = min(offset, 0xFE0) }
            let place = UInt32(0x9000 + page << 12 + offset)
            let words = constant(30, place)
            return (words + writable(rd, 30), "li x\(rd), region page \(page) + \(offset)")
        }
        return (
            constant(30, UInt32(bitPattern: Int32((page - 1) << 12 + offset))) + [Code.add(rd, 8, 30)],
            "li x\(rd), page \(page) + \(offset)"
        )
    }

    /// rd ← the address, fit to be written, of an offset of the region in `offset`, which is another register.
    private func writable(_ rd: UInt32, _ offset: UInt32) -> [UInt32] {
        guard space.isTranslated else { return [Code.add(rd, 19, offset)] }
        return [Code.lui(rd, UInt32(space.writableRegion >> 12)), Code.add(rd, rd, offset)]
    }

    mutating func farAccess() -> ProgramItem {
        let address = dataAddress(29)
        let isStore = base.oneIn(2)
        let rd = base.destination()
        let rs2 = base.source()
        let small = Int(base.below(16)) - 8
        let access: UInt32
        let name: String
        switch base.below(8) {
        case 0 where isComparable == false || !space.isTranslated:
            // An AMO: its faults have other causes on QEMU 7.2, so that it meets translated pages between engines only.
            let word = width == .bits32 || base.oneIn(2)
            let functions: [UInt32] = [0, 1, 4, 8, 12, 16, 20, 24, 28]
            access =
                functions[Int(base.below(9))] << 27 | rs2 << 20 | 29 << 15 | (word ? 2 : 3) << 12 | rd << 7 | 0x2F
            name = "amo"
        case 1:
            access =
                isStore
                ? Code.store(3, rs2, small, 29, opcode: 0x27) : Code.immediate(3, rd, 29, small, opcode: 0x07)
            name = isStore ? "fsd" : "fld"
        case 2:
            access =
                isStore
                ? Code.store(2, rs2, small, 29, opcode: 0x27) : Code.immediate(2, rd, 29, small, opcode: 0x07)
            name = isStore ? "fsw" : "flw"
        default:
            let kinds: [UInt32] = width == .bits64 ? [0, 1, 2, 3, 4, 5, 6] : isStore ? [0, 1, 2] : [0, 1, 2, 4, 5]
            let kind = kinds[Int(base.below(isStore ? min(4, UInt32(kinds.count)) : UInt32(kinds.count)))]
            access = isStore ? Code.store(kind, rs2, small, 29) : Code.load(kind, rd, small, 29)
            name = isStore ? "store \(kind)" : "load \(kind)"
        }
        return recovering(address.words + [access], "\(address.text); \(name) x\(isStore ? rs2 : rd), \(small)(x29)")
    }

    /// An AMO or a reservation in the page that all harts share.
    mutating func shared() -> ProgramItem {
        let rd = base.destination()
        let rs2 = base.source()
        let place = Code.addi(29, 21, Int(base.below(4)) * 8)
        let order = base.below(4) << 25
        if base.oneIn(3) {
            let atomic = atomicWidth()
            return recovering(
                [
                    place, 0x1000_0000 | atomic | order | 30 << 7 | 29 << 15, Code.add(30, 30, rs2),
                    0x1800_0000 | atomic | order | rd << 7 | 29 << 15 | 30 << 20,
                ], "lr, add x\(rs2), sc x\(rd) in the shared page")
        }
        let functions: [UInt32] = [0, 1, 4, 8, 12, 16, 20, 24, 28]
        let atomic = atomicWidth()
        return recovering(
            [
                place,
                functions[Int(base.below(9))] << 27 | atomic | order | rd << 7 | 29 << 15 | rs2 << 20,
            ], "amo x\(rd), x\(rs2) in the shared page")
    }

    /// Opcode and width of an atomic operation.
    private mutating func atomicWidth() -> UInt32 { width == .bits32 || base.oneIn(2) ? 0x202F : 0x302F }

    mutating func device() -> ProgramItem {
        let rd = base.destination()
        let rs2 = base.source()
        if base.oneIn(2) {
            // The scratch register of the serial port.
            let words = [Code.lui(29, UInt32(space.serial >> 12)), Code.store(0, rs2, 7, 29), Code.load(4, rd, 7, 29)]
            return recovering(words, "x\(rd) ← serial scratch ← x\(rs2)")
        }
        let source = 4 * Int(1 + base.below(8))
        let words = [
            Code.lui(29, UInt32(space.plic >> 12)), Code.immediate(7, 30, rs2, 7), Code.store(2, 30, source, 29),
            Code.load(2, rd, source, 29),
        ]
        return recovering(words, "x\(rd) ← priority of source \(source / 4) ← x\(rs2)")
    }

    // MARK: Code that changes

    mutating func patch() -> ProgramItem {
        let rd = base.destination()
        let rs1 = base.source()
        let funct3: UInt32 = [0, 4, 6, 7][Int(base.below(4))]
        let word = Code.immediate(funct3, rd, rs1, Int(base.below(4096)))
        // Between our engines a program may rely on what it wrote without a fence.
        let fence = isComparable || base.oneIn(2) ? [Code.fenceInstructions] : []
        // Another immediate in each round of a loop.
        let varying = base.oneIn(2) ? [Code.slli(28, [9, 18][Int(base.below(2))], 20), Code.add(30, 30, 28)] : []
        if function + 1 < functionCount, base.oneIn(3) {
            let callee = function + 1 + Int(base.below(UInt32(functionCount - function - 1)))
            let start = constant(29, UInt32(offset(callee)))
            if base.oneIn(3) {
                let words = start + constant(30, word) + varying + [Code.addi(31, 0, 4), Code.ecall]
                // The service writes whole words only: an odd half-word keeps the code that stands there.
                guard offset(callee) % 4 == 0 else { return plainItem([word], "word of a patch") }
                return plainItem(words, "first of \(callee) ← \(String(word, radix: 16)), by the driver")
            }
            let words =
                start + writable(28, 29) + [Code.addi(29, 28, 0)] + constant(30, word) + varying
                + [Code.store(2, 30, 0, 29)] + fence
            return recovering(words, "first of \(callee) ← \(String(word, radix: 16))")
        }
        // The site stands at the end of the item itself.
        let filler = (0..<base.below(4)).map { _ in Code.addi(rd, rd, 1) }
        let above = width.rawValue - 17
        var words = [Code.auipc(29), Code.slli(29, 29, above), Code.srli(29, 29, above)]
        words += writable(28, 29) + [Code.addi(29, 28, 0)] + constant(30, word) + varying
        let distance = 4 * (words.count + 1 + fence.count + filler.count)
        words += [Code.store(2, 30, distance, 29)] + fence + filler + [Code.nop]
        return recovering(words, "here ← \(String(word, radix: 16))\(fence.isEmpty ? ", no fence" : "")")
    }

    // MARK: Traps

    mutating func fault() -> ProgramItem {
        let rd = base.destination()
        switch base.below(isComparable ? 9 : 11) {
        case 0: return recovering([0], "illegal")
        case 1:
            let odd = Int(1 + base.below(3))
            return recovering(
                [Code.addi(29, 8, odd), 0x0000_202F | rd << 7 | 29 << 15 | 8 << 20], "amoadd.w off its boundary")
        case 2:
            return recovering([Code.lui(29, UInt32(space.hole >> 12)), Code.load(2, rd, 8, 29)], "load from a hole")
        case 3:
            return recovering(
                [Code.lui(29, UInt32(space.hole >> 12)), Code.store(Code.whole(width), rd, 16, 29)], "store to a hole")
        case 4:
            // Nothing is mapped there, and nothing stands there for machine mode, which fetches without translation.
            return recovering([Code.lui(29, 0x1_8000), Code.jalr(0, 29, 0)], "jump to a hole")
        case 5:
            // Nothing is translated at bit 37, or at 0x1A00_0000; without translation nothing is there.
            let far =
                width == .bits64 ? [Code.addi(29, 0, 1), Code.slli(29, 29, 37)] : [Code.lui(29, 0x1_A000), Code.nop]
            return recovering(far + [Code.load(Code.whole(width), rd, 0, 29)], "load from far away")
        case 6:
            let words = [
                Code.lui(29, UInt32(space.forbiddenBlock >> 12)),
                Code.load(
                    Code.whole(width), rd, Int(space.forbiddenBlock & 0xFFF) + Int(base.below(3)) * 0x40 - 0x40, 29),
            ]
            return recovering(words, "load about the forbidden block")
        case 7: return recovering([0x0010_0073], "ebreak")
        case 8: return recovering([Code.csr(1, rd, 0x7C0, 8)], "unknown CSR")
        case 9:
            return recovering(
                [
                    Code.lui(29, UInt32(space.hole >> 12)),
                    0x0000_002F | Code.whole(width) << 12 | rd << 7 | 29 << 15 | 8 << 20,
                ],
                "amo on a hole")
        default:
            return recovering(
                [Code.lui(29, UInt32(space.hole >> 12)), 0x1000_002F | Code.whole(width) << 12 | rd << 7 | 29 << 15],
                "lr from a hole")
        }
    }

    /// CSRs whose values do not depend on time. Those of other modes trap.
    mutating func readCSR() -> ProgramItem {
        let rd = base.destination()
        // What mcause and mtval have after some traps is not what QEMU 7.2 has (driver.c).
        var numbers: [UInt32] = [0x140, 0x141, 0x142, 0x143, 0x180, 0x105, 1, 2, 3, 0x305, 0x341, 0xF14]
        if !isComparable { numbers += [0x342, 0x343] }
        let number = numbers[Int(base.below(UInt32(numbers.count)))]
        if base.oneIn(3) {
            let rs1 = base.source()
            return recovering([Code.csr(1 + base.below(3), rd, 0x140, rs1)], "sscratch ← x\(rs1)")
        }
        return recovering([Code.csr(2, rd, number, 0)], "csrr x\(rd), 0x\(String(number, radix: 16))")
    }

    private func ask(_ words: [UInt32], _ service: UInt32, _ text: String) -> ProgramItem {
        plainItem(words + constant(31, service) + [Code.ecall], text)
    }

    // MARK: Address spaces

    mutating func systemItem() -> ProgramItem {
        switch base.below(12) {
        case 0, 1, 2, 3, 4: return changeEntry()
        case 5, 6:
            let which = base.below(2)
            let fence = base.oneIn(2) ? UInt32(16) : 0
            return ask([Code.addi(30, 0, Int(which))], 2 | fence, "space \(which), fence \(fence)")
        case 7:
            if function > 0 { return changeEntry() }
            // Back again in most cases: other modes reach less.
            let mode = base.oneIn(2) ? UInt32(space.privilege) : [0, 1, 3][Int(base.below(3))]
            return ask([Code.addi(30, 0, Int(mode))], 3, "mode \(mode)")
        case 8:
            // Loads and stores with other permissions, and floating point off; then as before.
            let bits = (base.below(4) << 18) | base.below(2)
            let rd = base.destination()
            let rs2 = base.source()
            let setting = constant(30, bits) + constant(31, 5) + [Code.ecall]
            let whole = Code.whole(width)
            let accesses = [Code.load(whole, rd, 24, 8), Code.store(whole, rs2, 32, 8)]
            let again = constant(30, 3 << 18) + constant(31, 5) + [Code.ecall]
            return recovering(setting + accesses, "status \(String(bits, radix: 16))", extra: again)
        case 9:
            return recovering([0x1200_0073 | 8 << 15], "sfence.vma x8")
        case 10:
            return recovering([0x1200_0073], "sfence.vma")
        default:
            let which = base.below(UInt32(space.satp.count))
            return ask([Code.addi(30, 0, Int(which))], 2, "space \(which)")
        }
    }

    /// Another leaf entry, written by the driver, and a fence that reaches far enough.
    private mutating func changeEntry() -> ProgramItem {
        let leaf = space.leaves[Int(base.below(UInt32(space.leaves.count)))]
        var entry = leaf.entry
        var text = "entry of \(String(leaf.page, radix: 16)) in space \(leaf.space): "
        if leaf.isCode {
            let page = leaf.entry >> 10 & 0x1F
            switch base.below(4) {
            case 0: entry &= ~8
            case 1: entry &= ~1
            case 2 where page == 1: entry += (UInt64(GuestProgram.versionPage) - 1) << 10
            default: break
            }
        } else {
            let page = UInt64(base.below(4))
            let permissions: [UInt64] = [0xD7, 0x17, 0x57, 0xD7, 0xD3, 0xD9, 0x13, 0xD6, 0xDF, 0xC7, 0xD5, 0xD7, 0x97]
            // The causes of faulting AMOs are others on QEMU 7.2, and the first two pages are where AMOs go.
            // So are the bits that a failing SC sets.
            let isReliable = isComparable && leaf.page & 0xFFFF < 0x2000
            let frame = (space.region + 0x9000 + page << 12) >> 12
            entry = frame << 10 | permissions[Int(base.below(isReliable ? 1 : 13))]
        }
        text += String(entry, radix: 16)
        // Data has a second address where `usesHigh` is set; code has four. By address only where there is one.
        let kind: UInt32 = leaf.isCode || usesHigh ? [0, 2][Int(base.below(2))] : base.below(4)
        let low = constant(29, UInt32(leaf.address & 0x1F_FFFF))
        // The upper half of the address of a table is that of the region.
        let place =
            constant(30, UInt32(space.region >> 12)) + [Code.slli(30, 30, 12)] + low + [Code.add(29, 29, 30)]
        // Entries have less than 32 bits: no page here stands above 2⁴².
        let value = constant(30, UInt32(entry))
        return ask(
            place + value + constant(28, UInt32(truncatingIfNeeded: leaf.page)),
            1 | kind << 4 | UInt32(leaf.space) << 8,
            text + ", fence \(kind)")
    }

    // MARK: Time

    /// Everything that shows or uses time: the same in our engines only.
    mutating func timeItem() -> ProgramItem {
        let rd = base.destination()
        switch base.below(8) {
        case 0, 1: return recovering([Code.csr(2, rd, 0xC00 + base.below(3), 0)], "time or counter → x\(rd)")
        case 2:
            // Read, and armed for soon, without a trap in between.
            let delay = Int(base.below(40))
            let whole = Code.whole(width)
            let words = [
                Code.lui(29, UInt32(space.timer >> 12)), Code.load(whole, rd, -8, 29), Code.addi(30, rd, delay),
                Code.lui(29, UInt32(space.timerCompare >> 12)), Code.store(whole, 30, 8 * space.hart, 29),
            ]
            return recovering(words, "mtime → x\(rd), mtimecmp ← x\(rd) + \(delay)")
        case 3: return ask([], 7, "software interrupt")
        case 4, 5: return ask([Code.addi(30, 0, Int(base.below(256)))], 6, "timer")
        case 6:
            // Wakes up by the timer that the service has set, or by one that the driver has.
            return recovering(
                [Code.addi(30, 0, Int(base.below(256)))] + constant(31, 6) + [Code.ecall, 0x1050_0073],
                "timer, wfi")
        default:
            return recovering([Code.csr(2, rd, 0xB00 + 2 * base.below(2), 0)], "machine counter → x\(rd)")
        }
    }
}
