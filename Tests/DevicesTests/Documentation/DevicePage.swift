import TandemKernel

/// The page of a device in `docs/devices`, made of its declaration.
struct DevicePage {
    let declaration: ModuleDeclaration

    var text: String {
        var lines = ["# \(declaration.typeName)", "", declaration.summary + ".", "", declaration.documentation, ""]
        lines += [
            "This page is generated from the device's declaration: `BLESS=1 swift test --filter DevicePageTests`.", "",
        ]
        if !declaration.properties.isEmpty { lines += ["## Properties", ""] + properties + [""] }
        if !declaration.ports.isEmpty { lines += ["## Ports", ""] + ports + [""] }
        if !declaration.registers.isEmpty { lines += ["## Registers", ""] + registers }
        if !declaration.commands.isEmpty { lines += ["", "## Commands", ""] + commands }
        return lines.joined(separator: "\n") + "\n"
    }

    private var properties: [String] {
        table(
            ["name", "kind", "default", "range", "set", "meaning"],
            declaration.properties.map { property in
                [
                    "`\(property.name)`", property.kind.name, property.defaultValue.map { "\($0)" } ?? "required",
                    property.range.map { "\($0)" } ?? "", "\(property.phase)", property.documentation,
                ]
            })
    }

    private var ports: [String] {
        table(
            ["name", "kind", "meaning"],
            declaration.ports.map { port in
                ["`\(port.name)\(port.count == nil ? "" : "0…")`", port.kind.rawValue, port.documentation]
            })
    }

    private var commands: [String] {
        table(
            ["command", "arguments", "meaning"],
            declaration.commands.map(\.signature).map { signature in
                [
                    "`\(signature.name)`",
                    signature.arguments.map { "`\($0.name)` (\($0.kind.name))" }.joined(separator: ", "),
                    "\(signature.summary) \(signature.documentation)",
                ]
            })
    }

    private var registers: [String] {
        let overview = table(
            ["offset", "name", "width", "count", "mode", "reset", "meaning"],
            declaration.registers.map { register in
                [
                    hexadecimal(register.offset), register.name, "\(register.width)",
                    register.count > 1 ? "\(register.count), every \(hexadecimal(register.stride))" : "",
                    register.mode, hexadecimal(register.resetValue), register.documentation,
                ]
            })
        let details = declaration.registers.filter { !$0.fields.isEmpty }.flatMap { register in
            ["", "### \(register.name)", ""]
                + table(
                    ["bits", "field", "mode", "meaning"],
                    register.fields.map { field in
                        let bits =
                            field.bits.count == 1
                            ? "\(field.bits.lowerBound)" : "\(field.bits.upperBound):\(field.bits.lowerBound)"
                        return [bits, field.name, field.mode, field.documentation]
                    })
        }
        return overview + details
    }

    private func table(_ head: [String], _ rows: [[String]]) -> [String] {
        [head, head.map { _ in "---" }].map(line) + rows.map(line)
    }

    private func line(_ cells: [String]) -> String {
        "| " + cells.map { $0.split(separator: "\n").joined(separator: " ") }.joined(separator: " | ") + " |"
    }

    private func hexadecimal(_ number: UInt64) -> String { "0x" + String(number, radix: 16) }
}
