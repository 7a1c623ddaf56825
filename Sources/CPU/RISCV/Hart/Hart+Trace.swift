public import TandemKernel

/// What harts tell a trace.
public enum HartTraceEvents {
    public static let exception = TraceEvent(
        "hart.exception", "An exception is taken.",
        [
            TraceField("cause", .text), TraceField("value", .hexadecimal), TraceField("pc", .hexadecimal),
            TraceField("privilege", .text),
        ])
    public static let interrupt = TraceEvent(
        "hart.interrupt", "An interrupt is taken.",
        [TraceField("cause", .text), TraceField("pc", .hexadecimal), TraceField("privilege", .text)])
    public static let wait = TraceEvent(
        "hart.wait", "WFI begins to wait.", [TraceField("pc", .hexadecimal)])
    public static let translate = TraceEvent(
        "hart.translate", "A block of code is translated.",
        [TraceField("pc", .hexadecimal), TraceField("instructions", .unsigned)])
    public static let compile = TraceEvent(
        "hart.compile", "A hot trace is compiled for the host.",
        [TraceField("pc", .hexadecimal), TraceField("instructions", .unsigned), TraceField("bytes", .unsigned)])

    public static let all = [exception, interrupt, wait, translate, compile]
}

/// From where a hart tells its events.
struct HartTracePoints {
    let exception: TracePoint
    let interrupt: TracePoint
    let wait: TracePoint
    let translate: TracePoint
    let compile: TracePoint

    init(_ trace: Trace) {
        exception = trace.point(HartTraceEvents.exception)
        interrupt = trace.point(HartTraceEvents.interrupt)
        wait = trace.point(HartTraceEvents.wait)
        translate = trace.point(HartTraceEvents.translate)
        compile = trace.point(HartTraceEvents.compile)
    }
}

extension Hart {
    /// Traps come seldom, but code that runs asks one flag only.
    func renewLogging() {
        access.pointee.isLogged = !debugLog.options.isEmpty || trace.exception.isOn || trace.interrupt.isOn
        access.pointee.logsBlocks = debugLog.wantsEveryBlock
        access.pointee.logsInstructions = debugLog.options.contains(.registers)
        noteDebugging()
    }

    func tellException(_ cause: ExceptionCause, _ value: UInt64) {
        debugLog.exception(self, cause, value)
        guard trace.exception.isOn else { return }
        trace.exception.tell(
            of: path, at: localNow, .text("\(cause)"), .number(value), .number(pc),
            .text("\(privileged.privilege.letter)"))
    }

    func tellInterrupt(_ cause: InterruptCause) {
        debugLog.interrupt(self, cause)
        guard trace.interrupt.isOn else { return }
        trace.interrupt.tell(
            of: path, at: localNow, .text("\(cause)"), .number(pc), .text("\(privileged.privilege.letter)"))
    }

    /// A unit was compiled.
    func tellCompiled(_ unit: BlockPointer, _ backend: X64Backend) {
        let code = backend.lastCode
        debugLog.compiled(self, unit.pointee.pc, code.bytes, at: code.address)
        guard trace.compile.isOn else { return }
        trace.compile.tell(
            of: path, at: localNow, .number(unit.pointee.pc), .number(UInt64(unit.pointee.count)),
            .number(UInt64(code.bytes.count)))
    }

    // MARK: Instructions

    /// An instruction is about to be executed.
    func beginInstruction() {
        loggedInstruction = LoggedInstruction(
            pc: pc, letter: privileged.privilege.letter, registers: (0..<64).map { frame[$0] })
    }

    /// It was executed, or has trapped: a line says what it changed.
    func endInstruction() {
        guard let before = loggedInstruction else { return }
        loggedInstruction = nil
        debugLog.executed(self, before)
    }
}

/// The state before an instruction.
struct LoggedInstruction {
    var pc: UInt64
    var letter: String
    /// x0…x31, f0…f31.
    var registers: [UInt64]
}
