public import TandemKernel

/// A part of another region, seen a second time at other addresses. Accesses go straight to what it shows and are counted
/// there; grants of direct memory pass.
public final class Alias: Router, Passer {
    public static let size = Property<ByteSize>(
        required: "size", range: ByteSize(bytes: 1)...ByteSize(bytes: .max), "How many bytes of the other it shows.")
    public static let offset = Property<UInt64>(
        "offset", default: 0, unit: .bytes, "Where in the other it begins.")

    public override class var declaration: ModuleDeclaration {
        ModuleDeclaration(
            "alias", category: "memory", summary: "Part of another region at other addresses",
            properties: [size.erased, offset.erased],
            ports: [
                PortDeclaration("in", .target, "Accesses to what it shows."),
                PortDeclaration("of", .initiator, "What it shows: a memory, a device, a container or a router."),
            ],
            documentation: """
                Takes no time and has no state. An alias of a memory must end within it. A guest that writes through \
                an alias breaks the reservations and changes the code of the memory itself.
                """)
    }

    /// What it shows.
    public let of: PassingSocket
    /// In bytes.
    public let size: UInt64
    /// Where in the other it begins.
    public let offset: UInt64

    public required init(_ context: ModuleContext) {
        of = PassingSocket("of", context)
        size = context[Self.size].bytes
        offset = context[Self.offset]
        super.init(context)
        of.add(self)
    }

    override var isTransparent: Bool { linkSeats.isEmpty }

    func reached(_ target: TargetSocket) throws(ElaborationError) {
        if let memory = target.innermost.owner as? Memory, offset > memory.size || size > memory.size - offset {
            throw ElaborationError(
                at: path,
                "“\(path)” shows \(ByteSize(bytes: size)) of “\(memory.path)” from \(hexadecimal(offset)) on, which has "
                    + "only \(ByteSize(bytes: memory.size))",
                expected: "an offset and a size within it")
        }
        try map(Region(start: 0, size: size, target: target, offset: offset))
    }
}
