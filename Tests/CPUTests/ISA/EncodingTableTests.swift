import TandemCPU
import Testing

@Suite("The encoding table")
struct EncodingTableTests {
    @Test("spells every mnemonic as its operation, with dots for underscores")
    func mnemonics() {
        for row in EncodingTable.rows where row.mnemonic.description != "fence.tso" {
            let name = String(describing: row.operation).map { $0 == "_" ? "." : String($0) }.joined()
            #expect(row.mnemonic.description == name)
        }
    }

    @Test("has a row for every operation on a width that the operation's name promises", arguments: XLEN.allCases)
    func complete(xlen: XLEN) {
        for operation in RISCVOperation.allCases {
            let rows = EncodingTable.rows.filter { $0.operation == operation }
            #expect(!rows.isEmpty, "\(operation) has no row")
            let here = rows.filter { $0.xlen.includes(xlen) && $0.mnemonic.description != "fence.tso" }
            #expect(here.count <= 1, "\(operation) is encoded twice on \(xlen)")
        }
    }

    @Test("puts the special row before the general one wherever two rows share words", arguments: XLEN.allCases)
    func order(xlen: XLEN) {
        let rows = EncodingTable.rows.filter { $0.xlen.includes(xlen) }
        for (index, first) in rows.enumerated() {
            for second in rows[(index + 1)...] {
                let common = first.mask & second.mask
                guard first.match & common == second.match & common else { continue }
                #expect(
                    first.mask & second.mask == second.mask,
                    "\(first.mnemonic) and \(second.mnemonic) overlap, and neither is a case of the other")
            }
        }
    }

    @Test("gives every register letter of a syntax a field in the encoding")
    func syntaxFields() {
        for row in EncodingTable.rows {
            for letter in row.syntax.description {
                let field: InstructionFields? =
                    switch letter {
                    case "d", "D": .rd
                    case "s", "S", "z": .rs1
                    case "t", "T": .rs2
                    case "R": .rs3
                    case "m", "e": .roundingMode
                    default: nil
                    }
                if let field { #expect(row.fields.contains(field), "\(row.mnemonic) writes \(letter)") }
            }
        }
    }

    @Test("names every CSR once, and finds it by its name")
    func csrNames() {
        var seen: Set<UInt16> = []
        for name in CSRAddress.allNames {
            guard let address = CSRAddress.address(named: name) else {
                Issue.record("\(name) has no address")
                continue
            }
            #expect(CSRAddress.name(of: address) == name)
            #expect(seen.insert(address).inserted, "\(name) shares its address")
        }
        #expect(CSRAddress.address(named: "pmpaddr63") == 0x3ef)
        #expect(CSRAddress.address(named: "mhpmcounter31h") == 0xb9f)
        #expect(CSRAddress.name(of: 0x800) == nil)
    }
}
