import Testing

@testable import TandemCPU

@Suite("Soft-float: results from exact rational arithmetic")
struct HardVectorTests {
    struct Row {
        var text: Substring
        var isDouble: Bool
        var operation: FloatOperation
        var operands: [UInt64]
        /// One for each rounding direction, by raw value.
        var outcomes: [FloatOutcome]

        init?(_ text: Substring) {
            let parts = text.split(separator: ":").map { $0.split(separator: " ") }
            guard parts.count == 3, parts[0].count >= 3, let letters = parts[2].first, letters.count == 5,
                let operation = FloatOperation(rawValue: String(parts[0][1]))
            else { return nil }
            self.text = text
            isDouble = parts[0][0] == "f64"
            self.operation = operation
            operands = parts[0].dropFirst(2).compactMap { UInt64($0, radix: 16) } + [0, 0]
            let distinct = parts[1].compactMap { word -> FloatOutcome? in
                let halves = word.split(separator: "/").compactMap { UInt64($0, radix: 16) }
                return halves.count == 2
                    ? FloatOutcome(bits: halves[0], flags: FloatFlags(rawValue: UInt8(halves[1]))) : nil
            }
            outcomes = letters.utf8.map { distinct[Int($0) - 0x61] }
        }
    }

    @Test("every hard vector has its exact result and flags in every rounding direction")
    func hardVectorsHold() throws {
        let lines = hardVectors.split(separator: "\n")
        #expect(lines.count > 400)
        for line in lines {
            let row = try #require(Row(line), "not a row: \(line)")
            for rounding in RoundingMode.allCases {
                var flags = FloatFlags()
                let (a, b, c) = (row.operands[0], row.operands[1], row.operands[2])
                let bits =
                    row.isDouble
                    ? row.operation.evaluate(as: UInt64.self, a, b, c, rounding: rounding, flags: &flags)
                    : row.operation.evaluate(as: UInt32.self, a, b, c, rounding: rounding, flags: &flags)
                let outcome = FloatOutcome(bits: bits, flags: flags)
                #expect(outcome == row.outcomes[Int(rounding.rawValue)], "\(rounding): \(row.text)")
            }
        }
    }
}
