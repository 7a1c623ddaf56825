/// The kind of a property, with what its values are checked against.
public indirect enum PropertyKind: Equatable, Sendable {
    case bool
    /// A signed integer.
    case integer
    /// An unsigned integer of at most `bits` bits.
    case unsigned(bits: Int)
    case size
    case time
    case frequency
    case string
    /// One of the words.
    case choice([String])
    case list(of: PropertyKind)
    /// The path of another module.
    case link

    /// How messages and help call the kind, with an article and an example where the form is not obvious.
    public var description: String {
        switch self {
        case .bool: "a boolean (true or false; on the command line also on, off, yes and no)"
        case .integer: "an integer"
        case .unsigned(let bits): bits == 64 ? "a non-negative integer" : "a non-negative integer of \(bits) bits"
        case .size: "a size such as “512M”, “4KiB” or “0x1000”"
        case .time: "a time such as “10us”"
        case .frequency: "a frequency such as “1GHz”"
        case .string: "a text"
        case .choice: "one of the choices"
        case .list(let element): "a list, each element \(element.description)"
        case .link: "the path of a module such as “soc.plic”"
        }
    }

    /// The kind as one word, for tables and schemas.
    public var name: String {
        switch self {
        case .bool: "bool"
        case .integer: "integer"
        case .unsigned: "unsigned"
        case .size: "size"
        case .time: "time"
        case .frequency: "frequency"
        case .string: "string"
        case .choice: "choice"
        case .list(let element): "list of \(element.name)"
        case .link: "link"
        }
    }

    /// The words of a choice, in declaration order; empty for the other kinds.
    public var choices: [String] {
        switch self {
        case .choice(let words): words
        case .list(let element): element.choices
        case .bool, .integer, .unsigned, .size, .time, .frequency, .string, .link: []
        }
    }
}

extension PropertyKind: CustomStringConvertible {}

extension PropertyKind {
    /// `value` as a value of this kind, or nothing when it is none. Typed sources (JSON5, Swift) come through here:
    /// texts stand for sizes, times, frequencies, choices and links, numbers for sizes in bytes and for hertz.
    public func coerce(_ value: PropertyValue) -> PropertyValue? {
        switch (self, value) {
        case (.bool, .bool), (.integer, .integer), (.size, .size), (.time, .time), (.frequency, .frequency),
            (.string, .string), (.link, .link):
            return value
        case (.integer, .unsigned(let number)): return Int64(exactly: number).map { .integer($0) }
        case (.unsigned(let bits), .integer(let number)):
            return UInt64(exactly: number).flatMap { fits($0, bits) ? .unsigned($0) : nil }
        case (.unsigned(let bits), .unsigned(let number)): return fits(number, bits) ? value : nil
        case (.unsigned(let bits), .size(let size)): return fits(size.bytes, bits) ? .unsigned(size.bytes) : nil
        case (.size, .integer(let number)): return UInt64(exactly: number).map { .size(ByteSize(bytes: $0)) }
        case (.size, .unsigned(let number)): return .size(ByteSize(bytes: number))
        case (.size, .string(let text)): return (try? ByteSize(parsing: text)).map { .size($0) }
        case (.time, .string(let text)): return (try? SimTime(parsing: text)).map { .time($0) }
        case (.time, .integer(0)), (.time, .unsigned(0)): return .time(.zero)
        case (.frequency, .integer(let number)): return UInt64(exactly: number).map { .frequency(Frequency(hertz: $0)) }
        case (.frequency, .unsigned(let number)): return .frequency(Frequency(hertz: number))
        case (.frequency, .string(let text)): return (try? Frequency(parsing: text)).map { .frequency($0) }
        case (.choice(let words), .string(let text)), (.choice(let words), .choice(let text)):
            return words.contains(text) ? .choice(text) : nil
        case (.string, .choice(let text)): return .string(text)
        case (.link, .string(let text)): return text.isEmpty ? nil : .link(ModulePath(text))
        case (.list(let element), .list(let values)):
            var coerced: [PropertyValue] = []
            for value in values {
                guard let value = element.coerce(value) else { return nil }
                coerced.append(value)
            }
            return .list(coerced)
        default: return nil
        }
    }

    /// `text` as a value of this kind, as the command line gives it: untyped, a list separated by commas.
    public func parse(_ text: String) -> PropertyValue? {
        switch self {
        case .bool:
            switch text {
            case "true", "on", "yes", "1": return .bool(true)
            case "false", "off", "no", "0": return .bool(false)
            default: return nil
            }
        case .integer:
            if text.hasPrefix("-") {
                let digits = String(text.dropFirst())
                guard !digits.hasPrefix("-"), let quantity = Quantity(digits), quantity.suffix.isEmpty,
                    let magnitude = quantity.exactProduct(1), magnitude <= 1 << 63
                else { return nil }
                return .integer(Int64(truncatingIfNeeded: 0 &- magnitude))
            }
            return PropertyKind.unsigned(bits: 63).parse(text).flatMap { coerce($0) }
        case .unsigned(let bits):
            guard let quantity = Quantity(text), quantity.suffix.isEmpty, let value = quantity.exactProduct(1),
                fits(value, bits)
            else { return nil }
            return .unsigned(value)
        case .string: return .string(text)
        case .list(let element):
            if text.isEmpty { return .list([]) }
            var values: [PropertyValue] = []
            for part in text.split(separator: ",", omittingEmptySubsequences: false) {
                guard let value = element.parse(String(part)) else { return nil }
                values.append(value)
            }
            return .list(values)
        case .size, .time, .frequency, .choice, .link: return coerce(.string(text))
        }
    }

    private func fits(_ value: UInt64, _ bits: Int) -> Bool { bits >= 64 || value >> UInt64(bits) == 0 }
}
