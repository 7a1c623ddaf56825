import TandemKernel

/// A module type as text: derived from its declaration, as everything that is said about types.
struct TypeDescription {
    let declaration: ModuleDeclaration

    init(_ declaration: ModuleDeclaration) { self.declaration = declaration }

    var text: String {
        var text = "\(declaration.typeName) (\(declaration.category)): \(declaration.summary)\n"
        if !declaration.documentation.isEmpty { text += "\n" + Help.columns([("", declaration.documentation)]) }
        if !declaration.interfaces.isEmpty {
            text += "\nProvides\n" + Help.columns(declaration.interfaces.map { ($0.name, $0.summary) })
        }
        if !declaration.presets.isEmpty {
            text += "\nModels\n"
            text += Help.columns(
                declaration.presets.map { (([$0.name] + $0.aliases).joined(separator: ", "), $0.summary) })
        }
        if declaration.plugging == .hot { text += "\nMay come and go while the machine runs.\n" }
        if !declaration.properties.isEmpty {
            text += "\nProperties\n" + Help.columns(declaration.properties.map { ($0.name, PropertyText($0).text) })
        }
        if !declaration.ports.isEmpty {
            text += "\nPorts\n"
            text += Help.columns(
                declaration.ports.map { port in
                    let name = port.count == nil ? port.name : "\(port.name)[i]"
                    let kind = port.kind.rawValue
                    return (name, "\(kind)\(port.documentation.isEmpty ? "" : ": ")\(port.documentation)")
                })
        }
        if !declaration.registers.isEmpty {
            text += "\nRegisters\n" + Help.columns(declaration.registers.flatMap(rows))
        }
        if !declaration.commands.isEmpty {
            text += "\nCommands\n" + Help.columns(declaration.commands.flatMap(rows))
        }
        return text
    }

    private func rows(_ command: ModuleCommand) -> [(left: String, right: String)] {
        let signature = command.signature
        let text = signature.documentation.isEmpty ? "" : " \(signature.documentation)"
        return [(left: signature.name, right: signature.summary + text)]
            + signature.arguments.map { (left: "  \($0.name)", right: "\($0.kind.name): \($0.documentation)") }
    }

    private func rows(_ register: RegisterDeclaration) -> [(left: String, right: String)] {
        let offset = "0x" + String(register.offset, radix: 16)
        var name = register.name
        if register.count > 1 { name += "[\(register.count)], every \(register.stride) bytes" }
        let reset = "0x" + String(register.resetValue, radix: 16)
        var rows = [
            (
                left: "\(offset) \(register.mode)",
                right: "\(name), \(register.width * 8) bits, \(reset) after a reset. \(register.documentation)"
            )
        ]
        for field in register.fields {
            let bits =
                field.bits.count == 1 ? "\(field.bits.lowerBound)" : "\(field.bits.upperBound):\(field.bits.lowerBound)"
            rows.append((left: "  [\(bits)] \(field.mode)", right: "\(field.name). \(field.documentation)"))
        }
        return rows
    }
}
