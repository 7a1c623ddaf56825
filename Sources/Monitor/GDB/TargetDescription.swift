/// Which registers the guest has, under the numbers and names that GDB knows them by, and that as XML ("Debugging with
/// GDB", appendix G.5 "RISC-V Features").
public struct TargetDescription: Equatable, Sendable {
    /// A register.
    public struct Row: Equatable, Sendable {
        public var register: DebugRegister
        public var name: String
        /// GDB's number: x0…x31 are 0…31, pc 32, f0…f31 33…64, then CSRs by address, then the privilege.
        public var number: Int
        /// Bits on the wire, a multiple of 8.
        public var bits: Int
        /// The type that GDB shows it as.
        var type: String

        var width: Int { bits / 8 }
    }

    /// Registers that belong together.
    struct Feature: Equatable, Sendable {
        var name: String
        var rows: [Row]
    }

    private static let firstCSR = 65
    private static let privilegeNumber = firstCSR + 4096
    /// fflags, frm and fcsr belong to the floating-point unit.
    private static let floatCSRs: ClosedRange<UInt16> = 1...3

    /// Bits of an integer register.
    let xlen: Int
    let features: [Feature]
    /// Rows by number, ascending.
    private let rows: [Row]
    /// The document.
    public let xml: [UInt8]

    /// - Parameters:
    ///   - xlen: bits of an integer register, 32 or 64.
    ///   - floatBits: bits of a floating-point register; 0 without such registers.
    ///   - integerNames: ABI names of x0…x31; - floatNames: those of f0…f31.
    ///   - csrs: the control and status registers that there are, ascending.
    public init(
        xlen: Int, floatBits: Int, integerNames: [String], floatNames: [String], csrs: [(name: String, address: UInt16)]
    ) {
        self.xlen = xlen
        let cpu =
            integerNames.enumerated().map { number, name in
                let type =
                    switch number {
                    case 1: "code_ptr"
                    case 2, 3, 4, 8: "data_ptr"
                    default: "int"
                    }
                return Row(register: .integer(number), name: name, number: number, bits: xlen, type: type)
            } + [Row(register: .programCounter, name: "pc", number: 32, bits: xlen, type: "code_ptr")]
        func row(_ csr: (name: String, address: UInt16), bits: Int) -> Row {
            Row(
                register: .csr(csr.address), name: csr.name, number: Self.firstCSR + Int(csr.address), bits: bits,
                type: "int")
        }
        var features = [Feature(name: "org.gnu.gdb.riscv.cpu", rows: cpu)]
        if floatBits > 0 {
            let type = floatBits == 64 ? "riscv_double" : "ieee_single"
            let floats = floatNames.enumerated().map { number, name in
                Row(register: .float(number), name: name, number: 33 + number, bits: floatBits, type: type)
            }
            let control = csrs.filter { Self.floatCSRs.contains($0.address) }.map { row($0, bits: 32) }
            features.append(Feature(name: "org.gnu.gdb.riscv.fpu", rows: floats + control))
        }
        let others = csrs.filter { !Self.floatCSRs.contains($0.address) }.map { row($0, bits: xlen) }
        features.append(Feature(name: "org.gnu.gdb.riscv.csr", rows: others))
        let privilege = Row(
            register: .privilege, name: "priv", number: Self.privilegeNumber, bits: xlen, type: "int")
        features.append(Feature(name: "org.gnu.gdb.riscv.virtual", rows: [privilege]))
        self.features = features
        rows = features.flatMap(\.rows).sorted { $0.number < $1.number }
        xml = Array(Self.document(features, xlen: xlen).utf8)
    }

    /// The row of a number.
    func row(_ number: UInt64) -> Row? {
        var low = 0
        var high = rows.count
        while low < high {
            let middle = (low + high) / 2
            if UInt64(rows[middle].number) < number { low = middle + 1 } else { high = middle }
        }
        return low < rows.count && UInt64(rows[low].number) == number ? rows[low] : nil
    }

    /// What the packets `g` and `G` carry: the integer registers and the program counter. The others go one by one.
    var general: [Row] { features[0].rows }

    private static func document(_ features: [Feature], xlen: Int) -> String {
        var text = """
            <?xml version="1.0"?>
            <!DOCTYPE target SYSTEM "gdb-target.dtd">
            <target version="1.0">
            <architecture>riscv:rv\(xlen)</architecture>

            """
        for feature in features {
            text += "<feature name=\"\(feature.name)\">\n"
            if feature.rows.contains(where: { $0.type == "riscv_double" }) {
                text += """
                    <union id="riscv_double">
                    <field name="float" type="ieee_single"/>
                    <field name="double" type="ieee_double"/>
                    </union>

                    """
            }
            for row in feature.rows {
                let group = feature.name.hasSuffix(".csr") ? " group=\"csr\"" : ""
                text +=
                    "<reg name=\"\(row.name)\" bitsize=\"\(row.bits)\" type=\"\(row.type)\" regnum=\"\(row.number)\"\(group)/>\n"
            }
            text += "</feature>\n"
        }
        return text + "</target>\n"
    }
}
