import TandemX64

/// Where generated code finds the guest's places and the CPU's state: everything has a fixed distance from rbp.
///
/// rbp points 128 bytes into the frame, so that the first 32 places have 8-bit displacements.
enum X64Frame {
    static let bias = 128

    /// The home of a place.
    @inline(__always)
    static func home(_ place: Place) -> Memory { Memory(.rbp, Int32(place.index) * 8 - Int32(bias)) }

    /// A field of the state.
    private static func field(_ path: PartialKeyPath<CPUState>) -> Memory {
        guard let offset = MemoryLayout<CPUState>.offset(of: path) else {
            preconditionFailure("generated code can only reach stored fields")
        }
        return Memory(.rbp, Int32(CPUState.offsetFromFrame + offset - bias))
    }

    static let localTime = field(\.localTime)
    static let limit = field(\.limit)
    static let exitRequest = field(\.exitRequest)
    static let table = field(\.table)
    static let tableMask = field(\.tableMask)
    static let fetchEpoch = field(\.fetchEpoch)
    static let block = field(\.block)
    static let listed = field(\.listed)
    static let memoryBase = field(\.memoryBase)
    static let budgetBias = field(\.budgetBias)
    static let targets = field(\.targets)
    static let codeBase = field(\.codeBase)
    static let directReads = field(\.directReads)
    static let access = field(\.access)
    static let horizonGeneration = field(\.horizonGeneration)
    static let context = field(\.context)
    static let functions = field(\.functions)
    static let localReservation = field(\.localReservation)
    static let holdsReservation = field(\.holdsReservation)
    static let callImmediate = field(\.callImmediate)
    static let thirdOperand = field(\.thirdOperand)
    static let mxcsr = field(\.mxcsr)
    private static let savedRegisters = field(\.savedRegisters)
    private static let savedVectors = field(\.savedVectors)

    /// Where a slow call keeps caller-saved register number `index` of `X64Registers.volatile`.
    static func saved(_ index: Int) -> Memory { savedRegisters.advanced(by: Int32(index) * 8) }

    /// Where a slow call keeps vector register number `index` of those that hold guest registers.
    static func savedVector(_ index: Int) -> Memory { savedVectors.advanced(by: Int32(index) * 8) }
}

/// The use of the host's registers.
///
/// | register | holds |
/// |---|---|
/// | rsp | the hart's stack, aligned to 16 in units |
/// | rbp | the frame (`X64Frame`) |
/// | r15 | the budget: limit − local time + one instruction − 1, in picoseconds; negative means stop |
/// | r14 | in untranslated machine mode the host address of the home RAM, else the soft-TLB's table |
/// | rax, rcx, rdx | scratch |
/// | the other nine | guest registers, the same ones in every unit |
/// | xmm0…xmm3 | scratch |
/// | xmm4…xmm15 | floating-point registers of the guest within a unit |
enum X64Registers {
    static let budget = Register.r15
    static let memoryBase = Register.r14

    /// Which place each of the nine holds: the registers that compiled code uses most (docs/design/x64-backend.md).
    static let pinned: [(register: Register, place: UInt16)] = [
        (.rbx, 2), (.rsi, 10), (.rdi, 11), (.r8, 12), (.r9, 13), (.r10, 14), (.r11, 15), (.r12, 8), (.r13, 9),
    ]

    /// What a call of the host's convention may change (System V ABI, AMD64 supplement §3.2.1), scratch apart.
    static let volatile: [Register] = [.rsi, .rdi, .r8, .r9, .r10, .r11]

    static let firstGuestVector = 4
    static let guestVectorCount = 12

    /// The places that may have vector registers: the guest's floating-point registers.
    static let vectorPlaces: Range<UInt16> = 32..<64
}
