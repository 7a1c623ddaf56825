import Glibc

/// Our simulator, as its user starts it.
enum Tandem {
    static func run(_ arguments: [String], limit: Int = 300) throws -> Program {
        try Program.run(Peer.tandem.required(), ["run"] + arguments, limit: limit)
    }
}

/// QEMU 7.2, set up as like our `virt` as it can be.
enum QEMU {
    static func run(
        _ arguments: [String], harts: Int = 1, width: GuestWidth = .bits64, limit: Int = 300
    ) throws -> Program {
        let processor = width == .bits64 ? "rv64,svinval=on,svnapot=on,svpbmt=on" : "rv32"
        let board = ["-M", "virt,aclint=on", "-cpu", processor, "-smp", "\(harts)"]
        let peer = width == .bits64 ? Peer.qemu : .qemu32
        return try Program.run(
            peer.required(), board + ["-nographic", "-monitor", "none", "-serial", "stdio"] + arguments,
            limit: limit)
    }
}

extension QEMU {
    /// QEMU's board after the FE310; its guest ends by semihosting.
    static func runMicro(_ image: String, limit: Int = 60) throws -> Program {
        try Program.run(
            Peer.qemu32.required(),
            [
                "-M", "sifive_e", "-nographic", "-monitor", "none", "-serial", "stdio", "-semihosting-config",
                "enable=on", "-kernel", image,
            ], limit: limit)
    }
}

/// The bare-metal images of `firmware/`, built once in a run of the tests.
enum BareMetal {
    private static let folder = Result { () throws -> String in
        let folder = "\(Repository.scratch)/images"
        let build = try Program.run("\(Repository.root)/Scripts/firmware", ["--images", folder])
        guard build.exitCode == 0 else { throw ProgramFailure(text: "Scripts/firmware failed: \(build.errors)") }
        return folder
    }

    /// The path of an image, say `hello.elf`.
    static func image(_ name: String) throws -> String {
        try "\(folder.get())/\(name)"
    }
}

/// The programs of `firmware/bench` with little work, built once in a run of the tests.
enum BenchmarkPrograms {
    private static let folder = Result { () throws -> String in
        let folder = "\(Repository.scratch)/benchmarks"
        let build = try Program.run("\(Repository.root)/Scripts/firmware", ["--bench", folder, "quick"])
        guard build.exitCode == 0 else { throw ProgramFailure(text: "Scripts/firmware failed: \(build.errors)") }
        return folder
    }

    /// The path of an image, say of `intmix`.
    static func image(_ name: String) throws -> String {
        try "\(folder.get())/\(name).elf"
    }
}

/// The programs of `peers/systemc`, built once in a run of the tests.
enum SystemC {
    private static let folder = Result { () throws -> String in
        _ = try Peer.systemC.required()
        let folder = "\(Repository.root)/.build/systemc"
        let arguments = ["--silent", "--jobs=2", "-C", "\(Repository.root)/peers/systemc", "OUT=\(folder)"]
        let build = try Program.run("make", arguments)
        guard build.exitCode == 0 else { throw ProgramFailure(text: "peers/systemc was not built: \(build.errors)") }
        return folder
    }

    /// Runs `bench` or `probe` to its end. SystemC's own notice goes to standard error and is not looked at.
    static func run(_ program: String, _ arguments: [String]) throws -> Program {
        try Program.run("\(folder.get())/\(program)-systemc", arguments)
    }
}
