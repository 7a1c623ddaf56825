/// The files of a new package.
struct PackageTemplate {
    /// Of the package, its module and its program.
    let name: String
    /// The folder of Tandem's package, as seen from the new one.
    let tandem: String

    struct File {
        /// From the package's folder.
        var path: String
        var text: String
    }

    var files: [File] {
        [
            File(path: "Package.swift", text: manifest), File(path: ".gitignore", text: ".build/\n"),
            File(path: "README.md", text: readMe), File(path: "Sources/\(name)/Multiplier.swift", text: device),
            File(path: "Sources/\(name)/main.swift", text: main),
            File(path: "platforms/board.json5", text: platform), File(path: "guest/multiply.s", text: guest),
            File(path: "Tests/\(name)Tests/MultiplierTests.swift", text: tests),
        ]
    }

    /// What the dependency is called: the last part of its path.
    private var identity: String {
        String(tandem.split(separator: "/").last ?? "tandem").lowercased()
    }

    private var manifest: String {
        """
        // swift-tools-version: 6.2
        import PackageDescription

        let package = Package(
            name: "\(name)",
            dependencies: [.package(path: "\(tandem)")],
            targets: [
                .executableTarget(name: "\(name)", dependencies: [.product(name: "Tandem", package: "\(identity)")]),
                .testTarget(
                    name: "\(name)Tests",
                    dependencies: ["\(name)", .product(name: "TandemTesting", package: "\(identity)")]),
            ])

        """
    }

    private var device: String {
        """
        import Tandem

        /// Multiplies. Its interrupt line is high while the product is 100 or more.
        struct Multiplier: DeviceCore {
            enum Register: Int, RegisterName { case left, right, product }

            static let schema = SnapshotSchema("multiplier")
            static let summary = "Multiplier with an interrupt from 100 on"
            static let registers = RegisterTable<Register>(
                size: 0x10,
                [
                    RegisterRow(.left, "LEFT", offset: 0x0, width: 4, .readWrite, "The first factor."),
                    RegisterRow(.right, "RIGHT", offset: 0x4, width: 4, .readWrite, "The second factor."),
                    RegisterRow(.product, "PRODUCT", offset: 0x8, width: 4, .readOnly, "Bits 31:0 of LEFT × RIGHT."),
                ])

            var file = RegisterFile(registers)

            var isInterruptAsserted: Bool { file[.product] >= 100 }

            mutating func didWrite(_ register: Register, at index: Int, from before: UInt64) {
                file[.product] = file[.left] * file[.right] & 0xffff_ffff
            }
        }

        """
    }

    private var main: String {
        """
        import Tandem

        // The whole command line of tandem, with a device of our own.
        Tandem.main(catalog: .standard.adding(Multiplier.Device.self))

        """
    }

    private var platform: String {
        """
        {
            name: "board",
            description: "A hart, memory, a serial port and a multiplier",
            board: { harts: "cpu", memory: "ram", serial: "uart0" },
            modules: {
                bus: { type: "router" },
                cpu: { type: "riscv-hart", count: 1, bus: "bus", "reset-vector": 0x80000000 },
                finisher: { type: "sifive-test", at: 0x100000, span: 0x1000 },
                uart0: { type: "uart16550", at: 0x10000000, span: 0x100 },
                mul: { type: "multiplier", at: 0x20000000, span: 0x10, interrupt: "cpu0.meip" },
                ram: { type: "ram", size: "1M", at: 0x80000000 },
            },
        }

        """
    }

    private var guest: String {
        """
        # Multiplies 6 by 19, waits for the interrupt, prints the product and switches the machine off.
            .globl _start
        _start:
            la    t0, trap
            csrw  mtvec, t0
            li    t0, 0x800         # mie.MEIE
            csrw  mie, t0
            csrsi mstatus, 8        # mstatus.MIE
            li    s0, 0x20000000    # mul
            li    s1, 0x10000000    # uart0
            li    a0, 6
            sw    a0, 0(s0)
            li    a0, 19
            sw    a0, 4(s0)
        1:  wfi
            j     1b

            .balign 4
        trap:
            lw    a0, 8(s0)         # PRODUCT
            sw    zero, 0(s0)       # the line falls
            li    t1, 100
            li    t3, 10
        2:  divu  t2, a0, t1
            remu  a0, a0, t1
            addi  t2, t2, '0'
            sb    t2, 0(s1)
            divu  t1, t1, t3
            bnez  t1, 2b
            sb    t3, 0(s1)         # the end of the line
            li    t0, 0x100000      # finisher
            li    t1, 0x5555
            sw    t1, 0(t0)
        3:  j     3b

        """
    }

    private var tests: String {
        """
        import Tandem
        import TandemTesting
        import Testing

        @testable import \(name)

        /// The folder of the package, whatever folder the tests are run from.
        private let package = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        private let catalog = Catalog.standard.adding(Multiplier.Device.self)

        @Test("the multiplier multiplies, and interrupts from 100 on")
        func registers() throws {
            let bench = SimBench()
            let multiplier = try bench.make(Multiplier.Device.self, "mul")
            try bench.map(multiplier.bus, at: 0, size: 0x10)
            bench.probe.write(0x0, UInt32(9))
            bench.probe.write(0x4, UInt32(11))
            #expect(bench.probe.read(0x8, as: UInt32.self) == 99)
            #expect(!multiplier.interrupt.level)
            bench.probe.write(0x4, UInt32(12))
            #expect(multiplier.interrupt.level)
        }

        @Test("the program prints the product and switches the board off")
        func program() throws {
            let platform = try PlatformLoader(.fileSystem).load("\\(package)/platforms/board.json5")
            let bench = try GuestBench(platform, catalog: catalog, programAt: "\\(package)/guest/multiply.s")
            let line = try bench.console.wait(for: "114", within: .milliseconds(1))
            #expect(line.time < .microseconds(1))
            #expect(bench.run(for: .milliseconds(1)).reason == .powerOff)
        }

        """
    }

    private var readMe: String {
        """
        # \(name)

        A virtual platform made with [Tandem](\(tandem)): a device, a board, a program for it, and their tests.

        | file | what it is |
        |---|---|
        | `Sources/\(name)/Multiplier.swift` | the device: a register block and an interrupt line |
        | `Sources/\(name)/main.swift` | the program: the command line of `tandem`, which knows the device |
        | `platforms/board.json5` | the board |
        | `guest/multiply.s` | what the guest runs |
        | `Tests/\(name)Tests` | the tests: the device alone, and the program on the board |

        ```sh
        swift test                                # builds and tests all of it; the first time takes minutes
        swift run \(name) describe multiplier       # what the device has and can be told
        swift run \(name) check platforms/board.json5
        ```

        To run the program outside of a test, build it with the compiler of the Swift toolchain or any other for RISC-V:

        ```sh
        clang --target=riscv64-unknown-elf -march=rv64gc -nostdlib -static -fuse-ld=lld -Wl,-n,-Ttext=0x80000000,--no-relax \\
            guest/multiply.s -o multiply.elf
        swift run \(name) run platforms/board.json5 multiply.elf
        ```

        `-monitor stdio -S` beside it stops before the first instruction, with a monitor: `info registers mul`, `help`.

        """
    }
}
