/// An instruction trace: ours (`-d cpu`), or QEMU's (`-d cpu,nochain -accel tcg,one-insn-per-tb=on`, whose dumps show the
/// registers before each instruction).
enum InstructionTrace {
    /// An instruction, and the registers before it as far as they are known.
    struct Step: Equatable {
        var pc: UInt64
        var registers: [Int: UInt64]
        /// The line that it stands in, for messages.
        var line: Int
        var text: String
    }

    struct Comparison {
        var isEqual: Bool
        var text: String
    }

    private static let names: [String: Int] = {
        var names = ["fp": 8]
        let abi = [
            "zero", "ra", "sp", "gp", "tp", "t0", "t1", "t2", "s0", "s1", "a0", "a1", "a2", "a3", "a4", "a5", "a6",
            "a7", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6",
        ]
        for (number, name) in abi.enumerated() { names[name] = number }
        return names
    }()

    private static func number(_ text: Substring) -> UInt64? {
        UInt64(text.hasPrefix("0x") ? text.dropFirst(2) : text, radix: 16)
    }

    /// Lines of the form `cpu0: cpu 0x80000000 M addi a0, zero, 1 | a0=0x1`: what changed comes last.
    static func ours(_ bytes: [UInt8]) -> [Step] {
        var steps: [Step] = []
        var registers: [Int: UInt64] = [:]
        for (index, line) in String(decoding: bytes, as: UTF8.self).split(separator: "\n").enumerated() {
            let words = line.split(separator: " ")
            guard words.count > 3, words[1] == "cpu", let pc = number(words[2]) else { continue }
            steps.append(Step(pc: pc, registers: registers, line: index + 1, text: String(line)))
            for change in line.split(separator: "|").dropFirst().last?.split(separator: " ") ?? [] {
                let parts = change.split(separator: "=")
                guard parts.count == 2, let register = names[String(parts[0])], let value = number(parts[1]) else {
                    continue
                }
                registers[register] = value
            }
        }
        return steps
    }

    /// Dumps that begin with a line ` pc  0000000080000000`.
    static func theirs(_ bytes: [UInt8]) -> [Step] {
        var steps: [Step] = []
        for (index, line) in String(decoding: bytes, as: UTF8.self).split(separator: "\n").enumerated() {
            let words = line.split(separator: " ")
            if words.count == 2, words[0] == "pc", let pc = number(words[1]) {
                steps.append(Step(pc: pc, registers: [:], line: index + 1, text: String(line)))
            } else if words.first?.hasPrefix("x") == true, words.count % 2 == 0, !steps.isEmpty {
                for pair in stride(from: 0, to: words.count, by: 2) {
                    let name = words[pair].split(separator: "/")
                    guard name.count == 2, let register = names[String(name[1])], let value = number(words[pair + 1])
                    else { continue }
                    steps[steps.count - 1].registers[register] = value
                }
            }
        }
        return steps
    }

    /// Compares addresses and integer registers from the first instruction at `start` on, to the end of the shorter one.
    /// A register counts from when our trace shows it to change: what a machine leaves in registers before is its own.
    static func compare(_ ours: [Step], _ theirs: [Step], from start: UInt64) -> Comparison {
        let here = ours.drop { $0.pc != start }
        let there = theirs.drop { $0.pc != start }
        let place = "0x" + String(start, radix: 16)
        guard let first = here.first, !there.isEmpty else {
            let missing = here.isEmpty ? "ours" : "theirs"
            return Comparison(isEqual: false, text: "no instruction at \(place) in \(missing)\n")
        }
        var count = 0
        for (our, their) in zip(here, there) {
            var problem = our.pc == their.pc ? "" : "theirs is at 0x\(String(their.pc, radix: 16))"
            for (register, value) in our.registers.sorted(by: { $0.key < $1.key }) where problem.isEmpty {
                guard first.registers[register] != value, let other = their.registers[register], other != value else {
                    continue
                }
                problem = "x\(register) is 0x\(String(value, radix: 16)), theirs 0x\(String(other, radix: 16))"
            }
            if !problem.isEmpty {
                return Comparison(
                    isEqual: false,
                    text: "differs after \(count) instructions from \(place): \(problem)\n"
                        + "ours, line \(our.line): \(our.text)\ntheirs, line \(their.line): \(their.text)\n")
            }
            count += 1
        }
        return Comparison(isEqual: true, text: "equal for \(count) instructions from \(place)\n")
    }
}
