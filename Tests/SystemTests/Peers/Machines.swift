import Glibc

/// Our simulator, as its user starts it.
enum Tandem {
    static func run(_ arguments: [String], limit: Int = 300) throws -> Program {
        try Program.run(Peer.tandem.required(), ["run"] + arguments, limit: limit)
    }
}

/// QEMU 7.2, set up as like our `virt` as it can be.
enum QEMU {
    static func run(_ arguments: [String], harts: Int = 1) throws -> Program {
        let board = ["-M", "virt,aclint=on", "-cpu", "rv64,svinval=on,svnapot=on,svpbmt=on", "-smp", "\(harts)"]
        return try Program.run(
            Peer.qemu.required(), board + ["-nographic", "-monitor", "none", "-serial", "stdio"] + arguments)
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
