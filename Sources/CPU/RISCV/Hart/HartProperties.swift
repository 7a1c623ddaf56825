import TandemBus
public import TandemKernel

/// How a hart executes translated code.
public enum HartEngine: String, PropertyChoice {
    /// Hot code is compiled for the host, the rest is interpreted.
    case translate
    /// The portable back-end executes the intermediate form.
    case interpret
}

/// The largest scheme of address translation that `satp` accepts.
public enum TranslationScheme: String, PropertyChoice {
    case none, sv32, sv39, sv48, sv57

    /// The largest value of `satp.MODE` (Priv. spec §12.1.11). RV32 has Sv32 alone.
    func mode(_ xlen: XLEN) -> UInt64 {
        if xlen == .rv32 { return self == .none ? 0 : 1 }
        return switch self {
        case .none, .sv32: 0
        case .sv39: 8
        case .sv48: 9
        case .sv57: 10
        }
    }
}

extension Hart {
    public static let defaultISA =
        "rv64imafdc_zicbom_zicbop_zicboz_zicntr_zicsr_zifencei_zihintpause_zihpm_zawrs_zba_zbb_zbs_sstc_svadu_svinval_svnapot_svpbmt"

    enum Properties {
        static let isa = Property(
            "isa", default: Hart.defaultISA,
            "Base and extensions, as in “rv64gc_zba_zbb” or “rv32gc”. Privileged modes are M, S and U.")
        static let hartID = Property("hart-id", default: UInt64(0), "What `mhartid` reads.")
        static let frequency = Property(
            "frequency", default: Frequency.hertz(1_000_000_000), unit: .hertz, "Clock of the hart.")
        static let cyclesPerInstruction = Property(
            "cycles-per-instruction", default: UInt64(1), unit: .cycles, range: 1...1000,
            "What every instruction costs.")
        static let resetVector = Property("reset-vector", default: UInt64(0x1000), "Where the hart starts.")
        static let mmu = Property(
            "mmu", default: TranslationScheme.sv57, "The largest scheme of address translation; RV32 has sv32 alone.")
        static let timebase = Property<ModulePath?>(
            "timebase", default: nil, to: ModuleInterface.timebase.name,
            "The module whose counter the `time` CSR reads.")
        static let imsic = Property<ModulePath?>(
            "imsic", default: nil, to: ModuleInterface.interruptMessages.name,
            "The module through which interrupts come as messages; the hart then has Smaia and Ssaia.")
        static let engine = Property("engine", default: HartEngine.translate, "How code is executed.")
        static let hotThreshold = Property(
            "hot-threshold", default: UInt64(200), range: 1...1_000_000_000,
            "Executions after which a block is compiled; what it is changes nothing that the guest or a report shows.")
        static let directMemory = Property(
            "dmi", default: true, "Whether memory is reached directly; otherwise every access is a transaction.")
    }

    /// What `-cpu` offers. As everywhere, modes M, S and U are there whatever the ISA string says.
    static let presets = [
        ModulePreset("rv64", aliases: ["max"], "RV64GC with every extension that there is"),
        ModulePreset(
            "rv32", "RV32GC with every extension that there is",
            properties: [
                "isa": .string(
                    "rv32imafdc_zicbom_zicbop_zicboz_zicntr_zicsr_zifencei_zihintpause_zihpm_zawrs_zba_zbb_zbs_sstc_svadu_svinval"
                ), "mmu": "sv32",
            ]),
        ModulePreset(
            "sifive-u54", "RV64GC with Sv39, as the harts of SiFive's FU540",
            properties: ["isa": "rv64imafdc_zicntr_zicsr_zifencei_zihpm", "mmu": "sv39"]),
        ModulePreset(
            "sifive-u34", "RV32GC with Sv32",
            properties: ["isa": "rv32imafdc_zicntr_zicsr_zifencei_zihpm", "mmu": "sv32"]),
    ]

    public static let declaration = ModuleDeclaration(
        "riscv-hart", category: "cpu", summary: "RISC-V hart (RV64GC and more, RV32GC, M/S/U, Sv32 to Sv57)",
        properties: [
            Properties.isa.erased, Properties.hartID.erased, Properties.frequency.erased,
            Properties.cyclesPerInstruction.erased, Properties.resetVector.erased, Properties.mmu.erased,
            Properties.timebase.erased, Properties.imsic.erased, Properties.engine.erased,
            Properties.hotThreshold.erased,
            Properties.directMemory.erased,
        ],
        ports: [
            PortDeclaration("bus", .initiator, "Instruction fetches, loads, stores and page walks."),
            PortDeclaration("msip", .lineIn, "Machine software interrupt."),
            PortDeclaration("mtip", .lineIn, "Machine timer interrupt."),
            PortDeclaration("meip", .lineIn, "Machine external interrupt."),
            PortDeclaration("seip", .lineIn, "Supervisor external interrupt."),
            PortDeclaration("ssip", .lineIn, "A rising edge makes a supervisor software interrupt pending."),
        ],
        presets: presets,
        documentation: """
            Translates guest code into blocks of an intermediate form and executes those. Runs ahead of simulated time \
            up to the next event that is pending, or to the end of the quantum. Every access that is not plain memory \
            is a timed transaction at the exact local time of its instruction.
            """)
}
