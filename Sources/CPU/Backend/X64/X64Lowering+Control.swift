import TandemX64

/// Ways out of a unit, and the calls of slow paths.
extension X64Lowering {
    // MARK: Side exits

    mutating func lowerLeave(_ i: IRInstruction, operation: Int, boundary: Int) {
        spillTemporaries()
        if i.opcode == .leaveUnlessTarget {
            let expected = UInt64(bitPattern: i.immediate)
            let label = asm.makeLabel()
            apply(.cmp, .quad, value(i.a, .rax), .constant(expected), scratch: .rcx)
            asm.jump(if: .notEqual, label)
            stubs.append(
                Stub(
                    kind: .mispredicted, isCover: false, label: label, resume: label, operation: operation,
                    boundary: boundary,
                    forms: vectors.forms, after: vectors.forms))
            return
        }
        guard let condition = IRCondition(leave: i.opcode) else { return }
        compare(i.a, i.b, i.type)
        asm.jump(
            if: Self.condition(condition),
            exit(to: UInt64(bitPattern: i.immediate), boundary: boundary, isEarly: true))
    }

    private mutating func exit(to target: UInt64, boundary: Int, isEarly: Bool) -> Label {
        let label = asm.makeLabel()
        exits.append(Exit(label: label, target: target, boundary: boundary, isEarly: isEarly, forms: vectors.forms))
        return label
    }

    private static func condition(_ condition: IRCondition) -> Condition {
        switch condition {
        case .equal: .equal
        case .notEqual: .notEqual
        case .lessSigned: .less
        case .lessUnsigned: .below
        case .greaterEqualSigned: .greaterOrEqual
        case .greaterEqualUnsigned: .aboveOrEqual
        }
    }

    // MARK: The end

    mutating func lowerTerminal(_ start: Label) {
        let last = ir.boundaries.count - 1
        switch ir.terminal {
        case .jump(ir.pc):
            prepareIteration()
            asm.jump(start)
        case .jump(let target): asm.jump(exit(to: target, boundary: last, isEarly: false))
        case .branch(let condition, let type, let a, let b, let taken, let otherwise):
            if taken == ir.pc || otherwise == ir.pc { prepareIteration() }
            compare(a, b, type)
            let host = Self.condition(condition)
            if taken == ir.pc {
                asm.jump(if: host, start)
                asm.jump(exit(to: otherwise, boundary: last, isEarly: false))
            } else if otherwise == ir.pc {
                asm.jump(if: host.inverted, start)
                asm.jump(exit(to: taken, boundary: last, isEarly: false))
            } else {
                asm.jump(if: host, exit(to: taken, boundary: last, isEarly: false))
                asm.jump(exit(to: otherwise, boundary: last, isEarly: false))
            }
        case .indirect(let target):
            storeVectors(vectors.forms)
            load(target, into: .rax)
            emitComputedJump()
        case .guestExit(let function, let argument):
            storeVectors(vectors.forms)
            unit.pointee.exitFunction = function
            unit.pointee.exitArgument = argument
            asm.emit(.lea, .quad, .rax, .at(UInt(bitPattern: unit)))
            asm.emit(.mov, .quad, X64Frame.block, .rax)
            leave(X64Outcome.Kind.guestExit)
        }
    }

    /// Goes back to the dispatcher for a reason that needs no address.
    mutating func leave(_ kind: X64Outcome.Kind) {
        asm.move(.rax, UInt64(kind.rawValue))
        asm.jump(to: thunks.exit)
    }

    /// Goes on at the guest address in rax: in the unit that `UnitTargets` has for it, or by way of the dispatcher.
    mutating func emitComputedJump() {
        let miss = asm.makeLabel()
        // Entries of 16 bytes by bits 1… of pc ^ pc >> 10, as in `UnitTargets.index`.
        asm.emit(.mov, .quad, .rcx, .rax)
        asm.emit(.shr, .quad, .rcx, imm: 10)
        asm.emit(.xor, .long, .rcx, .rax)
        asm.emit(.and, .long, .rcx, imm: Int32(1 << UnitTargets.indexBits - 1) << 1)
        asm.emit(.shl, .long, .rcx, imm: 3)
        asm.emit(.add, .quad, .rcx, X64Frame.targets)
        asm.emit(.cmp, .quad, Memory(.rcx), .rax)
        asm.jump(if: .notEqual, miss)
        asm.emit(.cmp, .long, Memory(.rcx, 8), imm: Int32(bitPattern: settings.mode))
        asm.jump(if: .notEqual, miss)
        asm.emit(.mov, .long, .rcx, Memory(.rcx, 12))
        asm.emit(.add, .quad, .rcx, X64Frame.codeBase)
        asm.jump(.rcx)
        asm.bind(miss)
        asm.emit(.mov, .quad, X64Frame.home(.programCounter), .rax)
        leave(.indirect)
    }

    // MARK: Stubs

    /// The exits to fixed addresses, each with its record.
    ///
    /// ```
    /// early:   inc executions; budget += rest
    /// foreign: cmp epoch, …; jne unlinked
    ///          jmp unlinked, or the entry of another unit
    /// unlinked: rax ← record; jmp exit
    /// ```
    mutating func emitExits() {
        guard let records = unit.pointee.exits else { return }
        for (number, exit) in exits.enumerated() {
            let record = records + number
            let address = UInt(bitPattern: record)
            asm.bind(exit.label)
            storeVectors(exit.forms)
            if exit.isEarly { giveBackRest(behind: exit.boundary, record: record) }
            let unlinked = asm.makeLabel()
            var epochSite: UnsafeMutableRawPointer?
            if !settings.pages.contains(exit.target >> 12) {
                asm.emit(.cmp, .long, X64Frame.fetchEpoch, imm: Int32.max)
                epochSite = asm.writingAddress - 4
                asm.jump(if: .notEqual, unlinked)
            }
            // Always the form with four bytes of distance: the target is bound later.
            asm.jump(unlinked)
            let patchSite = asm.writingAddress - 4
            let patchBase = asm.address
            asm.bind(unlinked)
            asm.emit(.lea, .quad, .rax, .at(address))
            asm.jump(to: thunks.exit)
            record.initialize(
                to: UnitExit(
                    target: exit.target, owner: unit, patchSite: patchSite, patchBase: patchBase,
                    unlinkedTarget: patchBase, epochSite: epochSite, boundary: UInt32(exit.boundary)))
        }
        unit.pointee.exitCount = UInt32(exits.count)
    }

    /// The unit is left behind an instruction before its last: that is counted, and the rest of the budget given back.
    private mutating func giveBackRest(behind boundary: Int, record: UnsafeMutablePointer<UnitExit>) {
        count(at: UInt(bitPattern: record) + Self.exitExecutionsOffset)
        let rest = Int64(ir.boundaries.count - boundary - 1) * settings.instructionCost
        if rest != 0 { asm.emit(.add, .quad, X64Registers.budget, imm: Int32(rest)) }
    }

    private static let exitExecutionsOffset =
        UInt(MemoryLayout<UnitExit>.offset(of: \UnitExit.executions).unsafelyUnwrapped)

    mutating func emit(_ stub: Stub) {
        asm.bind(stub.label)
        vectors.forms = stub.forms
        guard stub.kind != .mispredicted else {
            emitMisprediction(stub)
            return
        }
        emitSlowAccess(stub)
    }

    /// A predicted computed jump goes elsewhere: the rest of the unit is given back.
    private mutating func emitMisprediction(_ stub: Stub) {
        guard let records = unit.pointee.exits else { return }
        // It has a record for its count, without a fixed target.
        let number = exits.count
        exits.append(
            Exit(
                label: asm.makeLabel(), target: X64Lowering.noTarget, boundary: stub.boundary, isEarly: true,
                forms: VectorForms()))
        storeVectors(stub.forms)
        giveBackRest(behind: stub.boundary, record: records + number)
        load(ir.instructions[stub.operation].a, into: .rax)
        emitComputedJump()
    }

    /// The target of exits that are computed; no instruction stands at an odd address.
    static let noTarget = UInt64.max

    // MARK: Slow paths

    /// Calls a slow path from the body. rcx and rdx hold its operands.
    mutating func callSlowly(_ call: SlowCall) {
        asm.move(.rax, UInt64(call.packed))
        asm.call(wayToSlowPaths)
    }

    mutating func lowerGuestCall(_ i: IRInstruction, boundary: Int) {
        spillTemporaries()
        asm.move(.rax, UInt64(bitPattern: i.immediate))
        asm.emit(.mov, .quad, X64Frame.callImmediate, .rax)
        load(i.a, into: .rcx)
        load(i.b, into: .rdx)
        callSlowly(SlowCall(.guestCall, index: boundary))
        asm.jump(if: .equal, wayToLeave(vectors.forms))
        finish(i.result, .rax)
        asm.jump(if: .above, wayToLeave(vectors.forms))
    }

    /// After a slow path: leaves the unit if it trapped; stores the result; leaves if it asked for it; else goes on.
    mutating func finishSlowAccess(_ stub: Stub, _ finish: (inout X64Lowering) -> Void) {
        asm.jump(if: .equal, wayToLeave(stub.forms))
        finish(&self)
        if !stub.isCover { asm.jump(if: .below, stub.resume) }
        asm.jump(wayToLeave(stub.after))
    }
}
