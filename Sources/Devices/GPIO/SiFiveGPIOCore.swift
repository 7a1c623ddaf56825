public import TandemBus
public import TandemKernel

/// The registers of the SiFive GPIO controller: no bus, no time, no host. SiFive FU540-C000 manual v1p0, chapter 17;
/// the two registers of hardware-driven functions are those of the FE310-G000 manual, chapter 17.
public struct SiFiveGPIOCore: Equatable, Sendable {
    public enum Register: Int, RegisterName {
        case inputValue, inputEnable, outputEnable, outputValue, pullUp, driveStrength
        case riseEnable, risePending, fallEnable, fallPending, highEnable, highPending, lowEnable, lowPending
        case functionEnable, functionSelect, outputInvert
    }

    /// Ones for the pins that there are.
    let present: UInt32
    /// By `Register`. The input value is what the pins gave when something last happened.
    private var words: InlineArray<17, UInt32> = .init(repeating: 0)
    /// What others drive the pins to, and which pins anybody drives.
    private var external: UInt32 = 0
    private var driven: UInt32 = 0
    /// The outputs of the hardware-driven functions 0 and 1.
    private var functions: InlineArray<2, UInt32> = .init(repeating: 0)

    /// A controller after reset. All inputs are disabled and read zero, so that every pin is pending as low.
    public init(pinCount: Int) {
        precondition((1...32).contains(pinCount), "The controller has 1 to 32 pins.")
        present = pinCount == 32 ? .max : (1 << UInt32(pinCount)) - 1
        sample()
    }

    /// The registers as after power-on; what reaches the pins from outside stays.
    public mutating func reset() {
        words = .init(repeating: 0)
        sample()
    }

    subscript(_ register: Register) -> UInt32 {
        get { words[register.rawValue] }
        set { words[register.rawValue] = newValue }
    }

    // MARK: Pins

    /// What a pin is driven to from outside; from then on its pull-up counts no more.
    public mutating func setInput(_ pin: Int, _ level: Bool) {
        let bit = UInt32(1) << UInt32(pin)
        driven |= bit
        external = level ? external | bit : external & ~bit
        sample()
    }

    /// The output of a hardware-driven function, 0 or 1, at a pin.
    public mutating func setFunction(_ function: Int, _ pin: Int, _ level: Bool) {
        let bit = UInt32(1) << UInt32(pin)
        functions[function] = level ? functions[function] | bit : functions[function] & ~bit
        sample()
    }

    /// The pins that the chip drives high: by a hardware function where one is selected, else by the output value.
    public var outputs: UInt32 {
        let selected = self[.functionSelect]
        let byFunction = functions[0] & ~selected | functions[1] & selected
        let enabled = self[.functionEnable]
        let value = byFunction & enabled | self[.outputValue] & ~enabled
        return (value ^ self[.outputInvert]) & drives
    }

    /// The pins that the chip drives.
    private var drives: UInt32 { (self[.outputEnable] | self[.functionEnable]) & present }

    /// The pins whose interrupt line is high.
    public var interrupts: UInt32 {
        self[.risePending] & self[.riseEnable] | self[.fallPending] & self[.fallEnable]
            | self[.highPending] & self[.highEnable] | self[.lowPending] & self[.lowEnable]
    }

    /// Looks at the pins. What is pending stays so until it is cleared, whether or not it is enabled (§17.4).
    private mutating func sample() {
        let chip = drives
        let outside = external & driven | self[.pullUp] & ~driven
        let value = (outputs | outside & ~chip) & self[.inputEnable] & present
        let before = self[.inputValue]
        self[.inputValue] = value
        self[.risePending] |= value & ~before
        self[.fallPending] |= ~value & before
        self[.highPending] |= value
        self[.lowPending] |= ~value & present
    }
}

extension SiFiveGPIOCore: RegisterCore {
    /// Table 60 of the FU540-C000 manual.
    public static let registers = RegisterTable<Register>(
        size: 0x1000, splitsWideAccesses: true,
        [
            row(.inputValue, "input_val", 0x00, "Levels of the pins whose input is enabled.", .readOnly),
            row(.inputEnable, "input_en", 0x04, "Pin input enable."),
            row(.outputEnable, "output_en", 0x08, "Pin output enable."),
            row(.outputValue, "output_val", 0x0c, "Output value."),
            row(.pullUp, "pue", 0x10, "Pull-up: the level of an input that nobody drives."),
            row(.driveStrength, "ds", 0x14, "Drive strength; kept, without effect."),
            row(.riseEnable, "rise_ie", 0x18, "Rising edge interrupt enable."),
            row(.risePending, "rise_ip", 0x1c, "A rising edge was seen.", .writeOneToClear),
            row(.fallEnable, "fall_ie", 0x20, "Falling edge interrupt enable."),
            row(.fallPending, "fall_ip", 0x24, "A falling edge was seen.", .writeOneToClear),
            row(.highEnable, "high_ie", 0x28, "High level interrupt enable."),
            row(.highPending, "high_ip", 0x2c, "The pin was high; set again while it is.", .writeOneToClear),
            row(.lowEnable, "low_ie", 0x30, "Low level interrupt enable."),
            RegisterRow(
                .lowPending, "low_ip", offset: 0x34, width: 4, .writeOneToClear, reset: 0xffff_ffff,
                "The pin was low; set again while it is."),
            row(.functionEnable, "iof_en", 0x38, "A hardware function drives the pin."),
            row(.functionSelect, "iof_sel", 0x3c, "Which one: function 0 or 1."),
            row(.outputInvert, "out_xor", 0x40, "Inverts what is driven."),
        ])

    private static func row(
        _ register: Register, _ name: String, _ offset: UInt64, _ text: String, _ mode: FieldMode = .readWrite
    ) -> RegisterRow<Register> { RegisterRow(register, name, offset: offset, width: 4, mode, text) }

    public mutating func read(_ register: Register, at index: Int) -> UInt64 { UInt64(self[register]) }

    public mutating func write(_ register: Register, at index: Int, _ value: UInt64, mask: UInt64) {
        let value = UInt32(truncatingIfNeeded: value)
        switch register {
        case .inputValue: return
        case .risePending, .fallPending, .highPending, .lowPending: self[register] &= ~value
        case .inputEnable, .outputEnable, .outputValue, .pullUp, .driveStrength, .riseEnable, .fallEnable, .highEnable,
            .lowEnable, .functionEnable, .functionSelect, .outputInvert:
            let mask = UInt32(truncatingIfNeeded: mask)
            self[register] = (self[register] & ~mask | value & mask) & present
        }
        sample()
    }
}

extension SiFiveGPIOCore: SnapshotPayload {
    public static let schema = SnapshotSchema("sifive-gpio")

    public static func == (left: SiFiveGPIOCore, right: SiFiveGPIOCore) -> Bool {
        left.present == right.present && left.external == right.external && left.driven == right.driven
            && left.functions[0] == right.functions[0] && left.functions[1] == right.functions[1]
            && left.words.indices.allSatisfy { left.words[$0] == right.words[$0] }
    }

    public func encode(to writer: inout SnapshotWriter) {
        writer.write(UInt8(present.nonzeroBitCount))
        for index in words.indices { writer.write(words[index]) }
        writer.write(external)
        writer.write(driven)
        writer.write(functions[0])
        writer.write(functions[1])
    }

    public init(from reader: inout SnapshotReader) throws(SnapshotError) {
        let pinCount: UInt8 = try reader.read()
        guard (1...32).contains(pinCount) else {
            throw reader.error("the controller has \(pinCount) pins", expected: "1 to 32")
        }
        self.init(pinCount: Int(pinCount))
        for index in words.indices { words[index] = try reader.read() }
        external = try reader.read()
        driven = try reader.read()
        functions[0] = try reader.read()
        functions[1] = try reader.read()
    }
}
