import TandemCPU
public import TandemKernel
public import TandemMachine
import TandemOS

/// A machine with a guest program in its memory and a console at its first serial port: a whole platform under test.
///
/// ```swift
/// let bench = try GuestBench(.bare(), program: "li a0, 0x10000000; li a1, 'x'; sb a1, 0(a0); 1: j 1b")
/// try bench.console.wait(for: "x", within: .microseconds(1))
/// ```
public final class GuestBench {
    public let machine: Machine
    /// What the guest runs, with its symbols.
    public let program: GuestProgram
    /// At the first serial port of the board.
    public let console: Console

    /// Builds the platform and loads `source`, which `GuestAssembler` assembles for the start of main memory and the width
    /// of the first hart.
    public init(
        _ platform: Platform, catalog: Catalog = .standard, program source: String
    ) throws {
        machine = try Machine(platform, catalog: catalog)
        program = try GuestAssembler.program(
            source, at: machine.mainMemoryRange.lowerBound, xlen: machine.harts.first?.xlen ?? .rv64)
        let image = program.bytes
        try machine.load(
            BootOptions(firmware: "program"), from: ImageSource { name in ImageBytes(image, name: name) })
        console = try Console(of: machine)
    }

    /// As `init(_:catalog:program:)`, with the source in a file.
    public convenience init(_ platform: Platform, catalog: Catalog = .standard, programAt path: String) throws {
        try self.init(platform, catalog: catalog, program: String(decoding: Files.read(path), as: UTF8.self))
    }

    /// The module at a path, of that type.
    public func module<Wanted: Module>(_ path: String, as type: Wanted.Type = Wanted.self) -> Wanted? {
        machine.module(path) as? Wanted
    }

    /// Lets simulated time pass.
    @discardableResult
    public func run(for span: SimTime) -> RunOutcome { machine.run(for: span) }
}
