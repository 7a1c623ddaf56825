import TandemBus
import TandemKernel
import TandemMachine

/// The registers of devices, by name.
enum RegisterCommands {
    static let all = [write]

    static let place = Property<String?>(
        "object", default: nil, "The number of a hart, an object, or OBJECT.REGISTER; the selected hart if not given.")
    static let register = Property<String>(
        required: "register",
        """
        OBJECT.REGISTER or OBJECT.REGISTER.FIELD; REGISTER[INDEX] for an element of an array; OBJECT.SOCKET before \
        it where registers stand behind several sockets.
        """)
    static let value = Property<UInt64>(required: "value", "What is written.")

    static let write = MonitorCommand(
        "write-register", "Writes a register of a device, or a field of it, as software does.",
        arguments: [register.erased, value.erased],
        documentation: """
            With all that the write does in the device, at the present time, and uncounted. Of a field, the rest of its \
            register is written so that it stays as it is.
            """
    ) { call in
        let found = try RegisterPlace(call[register], in: call.machine)
        let value = call[value]
        guard let registers = found.sets.first, let declaration = found.declaration else {
            throw CommandError(
                at: call[register], "this is an object, and no register",
                expected: found.sets.count > 1 ? "OBJECT.SOCKET.REGISTER" : "OBJECT.REGISTER", choices: found.choices)
        }
        let bits = found.field?.bits.count ?? declaration.width * 8
        guard bits == 64 || value >> UInt64(bits) == 0 else {
            throw CommandError(
                at: call[register], "0x\(String(value, radix: 16)) does not fit", expected: "a value of \(bits) bits")
        }
        let response: Response =
            if let field = found.field {
                registers.write(value, to: field, of: declaration, at: found.index)
            } else {
                registers.write(value, to: declaration, at: found.index)
            }
        guard response == .ok else {
            throw CommandError(at: call[register], "the device refuses the write: \(response)")
        }
        return .nothing
    }

    /// The registers that a name stands for, a line each.
    static func text(of name: String, in machine: Machine) throws(CommandError) -> String {
        let found = try RegisterPlace(name, in: machine)
        guard let declaration = found.declaration else {
            let type = ObjectLookup.type(of: found.module)
            return found.sets.map { "\($0.path): \(type)\n" + $0.values.map(line).joined() }.joined()
        }
        guard let value = found.sets.first?.value(of: declaration, at: found.index) else {
            throw CommandError(at: name, "the device has no such register in its configuration")
        }
        guard let field = found.field else { return line(value) }
        let shown = value.fields.first { $0.name == field.name }?.value ?? 0
        return "\(declaration.name).\(field.name) = 0x\(String(shown, radix: 16))\n"
    }

    private static func line(_ register: RegisterValue) -> String {
        let name = register.name + (register.index.map { "[\($0)]" } ?? "")
        let digits = String(register.value, radix: 16)
        let zeros = String(repeating: "0", count: register.width * 2 - digits.utf8.count)
        let space = String(repeating: " ", count: max(0, 20 - name.count))
        let fields = register.fields.map { field in
            " \(field.name)=\(field.value < 10 ? "" : "0x")\(String(field.value, radix: 16))"
        }
        return "  \(name)\(space) 0x\(zeros)\(digits)\(fields.isEmpty ? "" : " ")\(fields.joined())\n"
    }
}

/// What `OBJECT[.SOCKET][.REGISTER[.FIELD]]` names.
private struct RegisterPlace {
    let module: Module
    /// The registers that are meant: of one socket if a register is.
    private(set) var sets: [ModuleRegisters]
    private(set) var declaration: RegisterDeclaration?
    private(set) var index = 0
    private(set) var field: RegisterFieldDeclaration?

    /// What may be named next: sockets, or the registers behind the only one.
    var choices: [String] {
        sets.count > 1 ? sets.map(\.port) : sets.first?.declarations.map(\.name) ?? []
    }

    init(_ text: String, in machine: Machine) throws(CommandError) {
        let names = text.split(whereSeparator: { $0 == "." || $0 == "/" }).map(String.init)
        // Socket, register and field are the last names, if the object ends before them.
        var failure: CommandError?
        for rest in 0...min(3, max(names.count - 1, 0)) {
            let path = names.dropLast(rest).joined(separator: ".")
            let module: Module
            do throws(CommandError) {
                module = try ObjectLookup.find(path, in: machine)
            } catch {
                failure = failure ?? error
                continue
            }
            let sets = ModuleRegisters.all(of: module)
            // Three names are one too many where no socket is to be named.
            if rest == 3, sets.count <= 1 { break }
            guard !sets.isEmpty else {
                throw CommandError(
                    at: path, "an object of type “\(ObjectLookup.type(of: module))” has no registers",
                    expected: "a device with a register block")
            }
            self.module = module
            self.sets = sets
            try select(names.suffix(rest), in: path)
            return
        }
        throw failure ?? CommandError(at: text, "this names no object")
    }

    /// Chooses what `[SOCKET.][REGISTER[.FIELD]]` names.
    private mutating func select(_ names: ArraySlice<String>, in path: String) throws(CommandError) {
        var (names, path) = (names, path)
        if sets.count > 1, let socket = names.first {
            if let set = sets.first(where: { $0.port == socket }) {
                sets = [set]
                names.removeFirst()
                path += ".\(socket)"
            } else {
                throw CommandError(
                    at: path, "“\(socket)” is no socket with registers", expected: "OBJECT.SOCKET.REGISTER",
                    choices: choices, nearest: choices.nearest(to: socket))
            }
        }
        if let name = names.popFirst() { try select(name, in: path) }
        if let name = names.popFirst() { try selectField(name) }
    }

    /// Chooses the register `NAME` or `NAME[INDEX]`.
    private mutating func select(_ text: String, in path: String) throws(CommandError) {
        let parts = text.split(separator: "[", maxSplits: 1).map(String.init)
        let name = parts.first ?? text
        let declarations = sets.first?.declarations ?? []
        guard let declaration = declarations.first(where: { $0.name.lowercased() == name.lowercased() })
        else {
            throw CommandError(
                at: path, "there is no register “\(name)”", choices: choices.count <= 12 ? choices : [],
                nearest: choices.nearest(to: name))
        }
        self.declaration = declaration
        let isSingle = parts.count == 1 && declaration.count == 1
        let index = parts.count == 2 && parts[1].hasSuffix("]") ? Int(parts[1].dropLast()) : nil
        guard isSingle || index.map({ 0..<declaration.count ~= $0 }) ?? false else {
            throw CommandError(
                at: path, "“\(text)” names no element of \(declaration.name)",
                expected: declaration.count == 1
                    ? declaration.name : "\(declaration.name)[0] to \(declaration.name)[\(declaration.count - 1)]")
        }
        self.index = index ?? 0
    }

    private mutating func selectField(_ name: String) throws(CommandError) {
        let fields = declaration?.fields ?? []
        guard let field = fields.first(where: { $0.name.lowercased() == name.lowercased() }) else {
            throw CommandError(
                at: declaration?.name ?? "", "the register has no field “\(name)”",
                expected: fields.isEmpty ? "the register as a whole" : "", choices: fields.map(\.name),
                nearest: fields.map(\.name).nearest(to: name))
        }
        self.field = field
    }
}
