public import TandemKernel

/// The value of one register as a monitor shows it.
public struct RegisterValue: Equatable, Sendable {
    public var name: String
    /// The element of an array; nil for a single register.
    public var index: Int?
    public var value: UInt64
    /// In bytes.
    public var width: Int
    /// The fields with their values, counted from bit 0; empty where the register is one field.
    public var fields: [RegisterFieldValue]
}

/// The value of a field as a monitor shows it.
public struct RegisterFieldValue: Equatable, Sendable {
    public var name: String
    public var value: UInt64
}

/// The registers of a module by name, for monitors: read without side effects, written as software writes them. Of every
/// module whose declaration has registers, behind the sockets that it names (`ModuleDeclaration.registerPorts`).
public struct ModuleRegisters {
    /// Keeps what serves the socket.
    private let module: Module
    private let socket: TargetSocket
    /// In the order of their offsets.
    public let declarations: [RegisterDeclaration]

    /// What they are called: the path of the module, and the socket's name where it has several such sockets.
    public let path: String

    /// The name of the socket behind which they stand.
    public var port: String { socket.name }

    /// The registers behind each socket that has some, in the order of the declaration; none if it has no registers.
    public static func all(of module: Module) -> [ModuleRegisters] {
        guard let declaration = (type(of: module) as? any CatalogModule.Type)?.declaration else { return [] }
        let registers = declaration.registers
        guard !registers.isEmpty else { return [] }
        let sockets = sockets(of: module, declaration)
        return sockets.map { ModuleRegisters(module, $0, registers, sockets.count > 1 ? $0.path : module.path) }
    }

    /// The registers behind the first socket that has some; nil if the module declares no registers.
    public init?(of module: Module) {
        guard let first = Self.all(of: module).first else { return nil }
        self = first
    }

    private init(_ module: Module, _ socket: TargetSocket, _ declarations: [RegisterDeclaration], _ path: String) {
        self.path = path
        self.module = module
        self.socket = socket
        self.declarations = declarations
    }

    private static func sockets(of module: Module, _ declaration: ModuleDeclaration) -> [TargetSocket] {
        if let names = declaration.registerPorts {
            return names.compactMap { module.port(named: $0) as? TargetSocket }
        }
        let sockets = module.ports.compactMap { $0 as? TargetSocket }
        return sockets.count == 1 ? sockets : []
    }

    /// The registers that stand behind a socket of a module; nil if it leads elsewhere.
    static func behind(_ socket: TargetSocket) -> ModuleRegisters? {
        all(of: socket.owner).first { $0.socket === socket }
    }

    /// What reading each register would give. Of arrays, only the elements that differ from their reset value.
    public var values: [RegisterValue] {
        declarations.flatMap { declaration -> [RegisterValue] in
            (0..<declaration.count).compactMap { index in
                let value = value(of: declaration, at: index)
                return declaration.count > 1 && value?.value == declaration.resetValue ? nil : value
            }
        }
    }

    /// What reading the register would give; nil where the device as it was configured has none there.
    public func value(of declaration: RegisterDeclaration, at index: Int = 0) -> RegisterValue? {
        var bytes: UInt64 = 0
        let width = declaration.width
        let moved = withUnsafeMutableBytes(of: &bytes) { buffer -> Int in
            guard let data = buffer.baseAddress else { return 0 }
            var transaction = Transaction(.read, address: address(declaration, index), data: data, count: width)
            return socket.server.debugTransport(&transaction)
        }
        guard moved == width else { return nil }
        let value = integer(bytes, declaration)
        return RegisterValue(
            name: declaration.name, index: declaration.count > 1 ? index : nil, value: value, width: width,
            fields: declaration.fields.map {
                RegisterFieldValue(name: $0.name, value: (value & mask($0)) >> UInt64($0.bits.lowerBound))
            })
    }

    /// Writes the register as software does, with all that this does; not counted, for nobody in the platform did it.
    public func write(_ value: UInt64, to declaration: RegisterDeclaration, at index: Int = 0) -> Response {
        // The way there is the way back: a byte swap within the width.
        var bytes = integer(value, declaration)
        return withUnsafeMutableBytes(of: &bytes) { buffer in
            guard let data = buffer.baseAddress else { return .genericError }
            var transaction = Transaction(
                .write, address: address(declaration, index), data: data, count: declaration.width)
            return socket.transportUncounted(&transaction)
        }
    }

    /// Writes one field as software does; to the others it writes what leaves them alone.
    public func write(
        _ value: UInt64, to field: RegisterFieldDeclaration, of declaration: RegisterDeclaration, at index: Int = 0
    ) -> Response {
        guard let present = self.value(of: declaration, at: index)?.value else { return .addressError }
        var written: UInt64 = 0
        for other in declaration.fields where other.bits != field.bits {
            switch FieldMode(rawValue: other.mode) {
            case .writeOneToClear, .writeOneToSet, .toggle, .writeOnly, .reserved, nil: break
            case .writeZeroToClear: written |= mask(other)
            case .readWrite, .readOnly, .clearOnRead, .setOnRead, .writeOnce, .counter: written |= present & mask(other)
            }
        }
        return write(written | value << UInt64(field.bits.lowerBound) & mask(field), to: declaration, at: index)
    }

    private func address(_ declaration: RegisterDeclaration, _ index: Int) -> UInt64 {
        declaration.offset + UInt64(index) * declaration.stride
    }

    private func mask(_ field: RegisterFieldDeclaration) -> UInt64 {
        (UInt64.max >> UInt64(64 - field.bits.count)) << UInt64(field.bits.lowerBound)
    }

    /// Between the bytes of a register, lowest address first, and its value.
    private func integer(_ bytes: UInt64, _ declaration: RegisterDeclaration) -> UInt64 {
        guard declaration.isBigEndian else { return UInt64(littleEndian: bytes) }
        return UInt64(littleEndian: bytes).byteSwapped >> UInt64(64 - 8 * declaration.width)
    }
}
