import Glibc
import Testing

/// Something that these tests drive and that a machine may lack.
enum Peer: String, CaseIterable {
    /// Our own release binary: `TANDEM_BINARY`, or where `swift build -c release` puts it.
    case tandem = "the release binary (swift build -c release, or TANDEM_BINARY)"
    /// QEMU's riscv64 system emulator, from PATH.
    case qemu = "qemu-system-riscv64"
    /// QEMU's riscv32 system emulator, from PATH.
    case qemu32 = "qemu-system-riscv32"
    /// GDB with support for RISC-V, from PATH.
    case gdb = "gdb-multiarch"
    /// Connects anything with anything, from PATH.
    case socat
    /// The terminal program, from PATH.
    case telnet
    /// The shell, from PATH.
    case zsh
    /// The browser, from PATH.
    case chromium
    /// A Python that has QEMU's library for QMP: `TANDEM_PYTHON`, or the one that `.ci/run` makes in the repository.
    case qmpLibrary = "a Python with qemu.qmp (TANDEM_PYTHON)"
    /// The same with the reader of waveforms pyvcd.
    case waveReader = "a Python with pyvcd (TANDEM_PYTHON)"
    /// Converts waveforms between its forms, from PATH.
    case gtkwave = "GTKWave's vcd2fst"
    /// Runs the studies, from PATH.
    case python3
    /// Counts the allocations of a process, from PATH.
    case valgrind = "valgrind"
    /// SystemC with its headers, and what builds `peers/systemc` with it.
    case systemC = "SystemC, g++ and make (Debian: libsystemc-dev)"
    /// The folder that `Scripts/debian-guest` fills: `TANDEM_GUEST`, or `.build-guest` in the repository.
    case guest = "a Debian guest (Scripts/debian-guest, TANDEM_GUEST)"
    /// The same folder with `newdevice.cpio.gz`, which takes a cross compiler to make.
    case newDevice = "a Debian guest with the driver (Scripts/debian-guest, gcc-12-riscv64-linux-gnu)"
    /// What `Scripts/firmware` builds bare-metal images with.
    case crossCompiler = "clang and ld.lld of the Swift toolchain"

    /// The binary or the folder, or nil where it is not there.
    var path: String? {
        switch self {
        case .tandem:
            let candidates = [environment("TANDEM_BINARY"), Repository.root + "/.build/release/tandem"]
            return candidates.compactMap(\.self).first { access($0, X_OK) == 0 }
        case .qemu:
            return inPath("qemu-system-riscv64")
        case .qemu32:
            return inPath("qemu-system-riscv32")
        case .gdb:
            return inPath("gdb-multiarch")
        case .socat:
            return inPath("socat")
        case .telnet:
            return inPath("telnet")
        case .zsh:
            return inPath("zsh")
        case .chromium:
            return inPath("chromium")
        case .qmpLibrary:
            return Self.python
        case .waveReader:
            guard let python = Self.python else { return nil }
            let folder = python.split(separator: "/").dropLast(2).joined(separator: "/")
            return holds("/\(folder)/lib/python3*/site-packages/vcd") ? python : nil
        case .gtkwave:
            return inPath("vcd2fst")
        case .python3:
            return inPath("python3")
        case .valgrind:
            return inPath("valgrind")
        case .systemC:
            let header = "/usr/include/systemc"
            let isComplete = access(header, R_OK) == 0 && inPath("g++") != nil && inPath("make") != nil
            return isComplete ? header : nil
        case .guest:
            let candidates = [environment("TANDEM_GUEST"), Repository.root + "/.build-guest"]
            let files = [
                "Image", "initramfs.cpio.gz", "work.cpio.gz", "devices.cpio.gz", "fw_dynamic.bin", "fw_jump.bin",
            ]
            return candidates.compactMap(\.self).first { folder in
                files.allSatisfy { access("\(folder)/\($0)", R_OK) == 0 }
            }
        case .newDevice:
            guard let guest = Peer.guest.path, access("\(guest)/newdevice.cpio.gz", R_OK) == 0 else { return nil }
            return guest
        case .crossCompiler:
            guard let swift = inPath("swift"), let real = realpath(swift, nil) else { return nil }
            defer { free(real) }
            let folder = String(cString: real).split(separator: "/").dropLast().joined(separator: "/")
            let clang = environment("CLANG") ?? "/\(folder)/clang"
            return access(clang, X_OK) == 0 ? clang : inPath("clang")
        }
    }

    private static var python: String? {
        let candidates = [environment("TANDEM_PYTHON"), Repository.root + "/.build-python/bin/python3"]
        return candidates.compactMap(\.self).first { access($0, X_OK) == 0 }
    }

    /// The same, for a test that cannot go on without.
    func required() throws -> String {
        guard let path else { throw MissingPeer(peer: self) }
        return path
    }
}

/// A peer that a test needs, TANDEM_REQUIRE_PEERS demands, and the machine lacks.
struct MissingPeer: Error, CustomStringConvertible {
    let peer: Peer
    var description: String { "missing: \(peer.rawValue)" }
}

extension Trait where Self == ConditionTrait {
    /// Skips a test, naming what is missing, unless TANDEM_REQUIRE_PEERS=1 is set: then the test runs and fails.
    static func needs(_ peers: Peer...) -> Self {
        let missing = peers.filter { $0.path == nil }.map(\.rawValue)
        let isRequired = environment("TANDEM_REQUIRE_PEERS") == "1"
        return .enabled(
            if: isRequired || missing.isEmpty, Comment(rawValue: "missing: " + missing.joined(separator: ", ")))
    }
}

/// Where the repository stands on this machine.
enum Repository {
    static let root = #filePath.split(separator: "/").dropLast(4).reduce(into: "") { $0 += "/" + $1 }
    /// A folder for what tests write; below `.build`, so git does not see it.
    static let scratch: String = {
        let folder = root + "/.build/system-tests"
        mkdir(root + "/.build", 0o755)
        mkdir(folder, 0o755)
        return folder
    }()
}

/// An environment variable that is set and not empty.
func environment(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
}

/// Whether a file has a name of that pattern.
private func holds(_ pattern: String) -> Bool {
    var found = glob_t()
    defer { globfree(&found) }
    return glob(pattern, 0, nil, &found) == 0 && found.gl_pathc > 0
}

private func inPath(_ program: String) -> String? {
    let folders = environment("PATH") ?? "/usr/bin:/bin"
    return folders.split(separator: ":").map { "\($0)/\(program)" }.first { access($0, X_OK) == 0 }
}
