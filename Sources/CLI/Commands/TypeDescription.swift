import TandemKernel

/// A module type as text: derived from its declaration, as everything that is said about types.
struct TypeDescription {
    let declaration: ModuleDeclaration

    init(_ declaration: ModuleDeclaration) { self.declaration = declaration }

    var text: String {
        var text = "\(declaration.typeName) (\(declaration.category)): \(declaration.summary)\n"
        if !declaration.documentation.isEmpty { text += "\n" + Help.columns([("", declaration.documentation)]) }
        if !declaration.properties.isEmpty {
            text += "\nProperties\n" + Help.columns(declaration.properties.map { ($0.name, about($0)) })
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
        return text
    }

    private func about(_ property: AnyProperty) -> String {
        var text = property.kind.name
        if !property.kind.choices.isEmpty { text += " (\(property.kind.choices.joined(separator: ", ")))" }
        if let range = property.range { text += " from \(range)" }
        if property.unit != .none { text += ", in \(property.unit.rawValue)" }
        if property.isRequired {
            text += ", must be given"
        } else if let value = property.defaultValue {
            text += ", \(value) if not given"
        }
        if property.phase != .construction { text += ", settable \(property.phase)" }
        return "\(text): \(property.documentation)"
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
