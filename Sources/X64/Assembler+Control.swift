extension Assembler {
    /// A label that is not bound yet.
    public mutating func makeLabel() -> Label { labels.make() }

    /// Lets `label` mean the next instruction, and completes the jumps that named it before. Once for each label.
    public mutating func bind(_ label: Label) {
        let here = Int32(truncatingIfNeeded: position)
        let entry = labels.entries + Int(label.number)
        precondition(entry.pointee.position == LabelTable.none, "a label is bound once")
        var use = entry.pointee.lastUse
        entry.pointee = LabelTable.Entry(position: here, lastUse: LabelTable.none)
        while use != LabelTable.none {
            let field = pointer(at: Int(use))
            let before = field.loadUnaligned(as: Int32.self)
            field.storeBytes(of: here &- (use &+ 4), as: Int32.self)
            openUses -= 1
            use = before
        }
    }

    /// The position that `label` is bound to.
    public func position(of label: Label) -> Int? {
        let position = labels.entries[Int(label.number)].position
        return position == LabelTable.none ? nil : Int(position)
    }

    /// `jmp label`: with a distance of one byte if the label is bound and near, else of four.
    public mutating func jump(_ label: Label) {
        jump(encoding(.jmp, .d8), encoding(.jmp, .d32), 0, label)
    }

    /// `jcc label`.
    public mutating func jump(if condition: Condition, _ label: Label) {
        jump(encoding(.jcc, .d8), encoding(.jcc, .d32), condition.rawValue, label)
    }

    /// `call label`.
    public mutating func call(_ label: Label) {
        let encoding = encoding(.call, .d32)
        jump(.absent, encoding, 0, label)
    }

    @inline(__always)
    private mutating func jump(_ short: Encoding, _ full: Encoding, _ added: UInt8, _ label: Label) {
        guard hasRoom() else { return }
        let here = Int32(truncatingIfNeeded: position)
        let entry = labels.entries + Int(label.number)
        let target = entry.pointee.position
        var encoder = encoder
        if target != LabelTable.none && short.isPresent && target &- (here &+ 2) >= Int32(Int8.min) {
            encoder.byte(short.opcode &+ added)
            encoder.byte(UInt8(truncatingIfNeeded: target &- (here &+ 2)))
            next = encoder.next
            return
        }
        encoder.opcode(full, .long, added: added, reg: 0, index: 0, rm: 0, vvvv: 0, forcesREX: false)
        let use = here &+ Int32(truncatingIfNeeded: encoder.next - next)
        if target == LabelTable.none {
            encoder.long(entry.pointee.lastUse)
            entry.pointee.lastUse = use
            openUses += 1
        } else {
            encoder.long(target &- (use &+ 4))
        }
        next = encoder.next
    }

    /// `jmp address`. Ends in a distance of four bytes, which ``Patch`` can change, if the address is within reach, and
    /// goes through rax if not.
    public mutating func jump(to address: UInt) {
        if let distance = distance(to: address, instructionSize: 5) {
            near(encoding(.jmp, .d32), 0, distance)
        } else {
            move(.rax, UInt64(address), keepingFlags: true)
            jump(.rax)
        }
    }

    /// `jcc address`. Ends in a distance of four bytes if the address is within reach, and goes through rax if not.
    public mutating func jump(if condition: Condition, to address: UInt) {
        if let distance = distance(to: address, instructionSize: 6) {
            near(encoding(.jcc, .d32), condition.rawValue, distance)
        } else {
            let otherwise = makeLabel()
            jump(if: condition.inverted, otherwise)
            jump(to: address)
            bind(otherwise)
        }
    }

    /// `call address`, through rax if the address is out of reach.
    public mutating func call(address: UInt) {
        if let distance = distance(to: address, instructionSize: 5) {
            near(encoding(.call, .d32), 0, distance)
        } else {
            move(.rax, UInt64(address), keepingFlags: true)
            call(.rax)
        }
    }

    @inline(__always)
    private func distance(to target: UInt, instructionSize: Int) -> Int32? {
        let distance = Int(bitPattern: target) &- (Int(bitPattern: address) &+ instructionSize)
        return Int32(exactly: distance)
    }

    @inline(__always)
    private mutating func near(_ encoding: Encoding, _ added: UInt8, _ distance: Int32) {
        guard hasRoom() else { return }
        var encoder = encoder
        encoder.opcode(encoding, .long, added: added, reg: 0, index: 0, rm: 0, vvvv: 0, forcesREX: false)
        encoder.long(distance)
        next = encoder.next
    }

    /// `jmp target`.
    public mutating func jump(_ target: Register) { emit(.jmp, .quad, target) }
    /// `jmp [target]`.
    public mutating func jump(_ target: Memory) { emit(.jmp, .quad, target) }
    /// `call target`.
    public mutating func call(_ target: Register) { emit(.call, .quad, target) }
    /// `call [target]`.
    public mutating func call(_ target: Memory) { emit(.call, .quad, target) }
    /// `ret`.
    public mutating func ret() { emit(.ret) }
    /// `ud2`, which faults: what stands where nothing is meant to arrive.
    public mutating func ud2() { emit(.ud2) }

    /// `byteCount` bytes that do nothing, in as few instructions as possible (SDM volume 2, table 4-12).
    public mutating func nop(bytes byteCount: Int) {
        precondition(byteCount >= 0, "there is no negative filling")
        var left = byteCount
        while left > 0 && hasRoom() {
            let size = min(left, 9)
            var encoder = encoder
            switch size {
            case 1: encoder.byte(0x90)
            case 2:
                encoder.byte(0x66)
                encoder.byte(0x90)
            default:
                // 0F 1F /0 with an operand as long as it takes; sizes 6 and 9 have the prefix 66 before that of one less.
                if size == 6 || size == 9 { encoder.byte(0x66) }
                encoder.byte(0x0f)
                encoder.byte(0x1f)
                switch size {
                case 3: encoder.byte(0x00)
                case 4:
                    encoder.byte(0x40)
                    encoder.byte(0)
                case 5, 6:
                    encoder.byte(0x44)
                    encoder.byte(0)
                    encoder.byte(0)
                case 7:
                    encoder.byte(0x80)
                    encoder.long(0)
                default:
                    encoder.byte(0x84)
                    encoder.byte(0)
                    encoder.long(0)
                }
            }
            next = encoder.next
            left -= size
        }
    }

    /// Fills up with instructions that do nothing until the address of the next byte is a multiple of `alignment`, a
    /// power of two.
    public mutating func align(to alignment: Int) {
        precondition(alignment > 0 && alignment & (alignment - 1) == 0, "an alignment is a power of two")
        nop(bytes: Int(truncatingIfNeeded: (0 &- address) & UInt(alignment - 1)))
    }

    /// Eight bytes of data.
    public mutating func data(_ value: UInt64) {
        guard hasRoom() else { return }
        next.storeBytes(of: value, as: UInt64.self)
        next += 8
    }
}
