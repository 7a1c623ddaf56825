import TandemKernel
import Testing

@Suite struct PropertyKindTests {
    @Test(
        "text from the command line is read by kind",
        arguments: [
            (.bool, "on", .bool(true)), (.bool, "no", .bool(false)), (.bool, "1", .bool(true)),
            (.integer, "-12", .integer(-12)), (.integer, "0x10", .integer(16)),
            (.integer, "-9223372036854775808", .integer(.min)), (.integer, "9223372036854775807", .integer(.max)),
            (.unsigned(bits: 64), "18446744073709551615", .unsigned(.max)),
            (.unsigned(bits: 8), "255", .unsigned(255)), (.unsigned(bits: 32), "0xffff_ffff", nil),
            (.unsigned(bits: 32), "1_000", .unsigned(1000)),
            (.size, "512M", .size(.mebibytes(512))), (.time, "10us", .time(.microseconds(10))),
            (.frequency, "1GHz", .frequency(.gigahertz(1))), (.string, "", .string("")),
            (.string, "a,b", .string("a,b")),
            (.choice(["a", "b"]), "b", .choice("b")), (.link, "soc.plic", .link("soc.plic")),
            (.list(of: .unsigned(bits: 8)), "1,2,0x3", .list([.unsigned(1), .unsigned(2), .unsigned(3)])),
            (.list(of: .string), "", .list([])), (.list(of: .string), "a,", .list([.string("a"), .string("")])),
            (.bool, "maybe", nil), (.integer, "1.5", nil), (.integer, "--1", nil), (.integer, "", nil),
            (.integer, "9223372036854775808", nil), (.unsigned(bits: 8), "256", nil), (.unsigned(bits: 64), "-1", nil),
            (.size, "512Q", nil), (.time, "10", nil), (.choice(["a", "b"]), "c", nil), (.link, "", nil),
            (.list(of: .unsigned(bits: 8)), "1,,2", nil),
        ] as [(PropertyKind, String, PropertyValue?)])
    func parsing(kind: PropertyKind, text: String, value: PropertyValue?) {
        #expect(kind.parse(text) == value)
    }

    @Test(
        "typed values from a platform file are taken where their type fits",
        arguments: [
            (.bool, .bool(true), .bool(true)), (.integer, .unsigned(7), .integer(7)),
            (.unsigned(bits: 16), .integer(65535), .unsigned(65535)), (.size, .integer(4096), .size(4096)),
            (.size, .string("4K"), .size(4096)), (.time, .string("3ns"), .time(.nanoseconds(3))),
            (.time, .integer(0), .time(.zero)), (.frequency, .integer(50), .frequency(.hertz(50))),
            (.choice(["x"]), .string("x"), .choice("x")), (.link, .string("a.b"), .link("a.b")),
            (.list(of: .size), .list([.integer(1), .string("1K")]), .list([.size(1), .size(1024)])),
            (.bool, .integer(1), nil), (.bool, .string("on"), nil), (.integer, .string("7"), nil),
            (.integer, .unsigned(.max), nil), (.unsigned(bits: 64), .integer(-1), nil), (.time, .integer(5), nil),
            (.string, .integer(5), nil), (.choice(["x"]), .string("y"), nil), (.size, .integer(-1), nil),
            (.list(of: .size), .list([.bool(true)]), nil), (.list(of: .string), .string("a"), nil),
        ] as [(PropertyKind, PropertyValue, PropertyValue?)])
    func coercing(kind: PropertyKind, given: PropertyValue, value: PropertyValue?) {
        #expect(kind.coerce(given) == value)
    }
}

@Suite struct PropertyTests {
    private func gadget(_ values: PropertyValues) throws(ElaborationError) -> (Simulation, Gadget?) {
        let simulation = Simulation()
        let catalog = Catalog().adding(Gadget.self).adding(Store.self)
        return (simulation, try catalog.make("gadget", named: "g", in: simulation.root, properties: values) as? Gadget)
    }

    private func message(_ values: PropertyValues) -> String {
        do throws(ElaborationError) {
            _ = try gadget(values)
            return "accepted"
        } catch { return error.description }
    }

    @Test("a module reads its values with their types, and defaults where none is given")
    func reading() throws {
        let (simulation, made) = try gadget([
            "enabled": false, "bias": 7, "size": "8K", "mode": "turbo", "steps": [3, 4, 5], "names": ["a"],
            "peer": "soc.other",
        ])
        let context = try #require(made).context
        withExtendedLifetime(simulation) {
            #expect(context[Gadget.enabled] == false)
            #expect(context[Gadget.bias] == 7)
            #expect(context[Gadget.count] == 4)
            #expect(context[Gadget.width] == 8)
            #expect(context[Gadget.size] == .kibibytes(8))
            #expect(context[Gadget.delay] == .nanoseconds(10))
            #expect(context[Gadget.clock] == .megahertz(10))
            #expect(context[Gadget.label] == "gadget")
            #expect(context[Gadget.mode] == .turbo)
            #expect(context[Gadget.steps] == [3, 4, 5])
            #expect(context[Gadget.names] == ["a"])
            #expect(context[Gadget.peer] == "soc.other")
        }
        let (other, plain) = try gadget([:])
        withExtendedLifetime(other) { #expect(plain?.context[Gadget.peer] == nil) }
    }

    @Test("mistakes name the property, the type, what was expected and the nearest names")
    func mistakes() {
        #expect(
            message(["contu": 3])
                .hasPrefix(
                    "g: “g” of type “gadget” has no property “contu”; did you mean “count”?; legal are “enabled”"))
        #expect(message(["bias": 11]) == "g: the property “bias” cannot be 11; expected an integer from -10 to 10")
        #expect(
            message(["mode": "trubo"])
                == "g: the property “mode” cannot be “trubo”; did you mean “turbo”?; legal are “slow”, “fast” and “turbo”"
        )
        #expect(
            message(["size": "4Q"])
                == "g: the property “size” cannot be “4Q”; expected a size such as “512M”, “4KiB” or “0x1000”")
        #expect(message(["size": "1M"]) == "g: the property “size” cannot be “1M”; expected a size from 1 B to 64 KiB")
        #expect(message(["enabled": 3]).contains("a boolean"))
        #expect(message(["steps": ["x"]]).contains("a list, each element a non-negative integer"))
        var values = PropertyValues()
        values.set("delay", text: "10 parsecs", from: "-set")
        #expect(
            message(values)
                == "-set: the property “delay” of “g” cannot be “10 parsecs”; expected a time such as “10us”")
        values = ["bias": 1]
        values.set("bias", text: "-4", from: "-set")
        #expect(message(values) == "accepted")
    }

    @Test("a required property that is missing is told; a type that is missing is offered the nearest")
    func requirements() throws {
        let simulation = Simulation()
        let catalog = Catalog().adding(Store.self).adding(Gadget.self)
        #expect(catalog.names == ["gadget", "store"])
        var error = try #require(throws: ElaborationError.self) {
            try catalog.make("store", named: "s", in: simulation.root)
        }
        #expect(error.description.hasPrefix("s: the property “size” of a “store” must be given; expected a size"))
        error = try #require(throws: ElaborationError.self) {
            try catalog.make("stroe", named: "s", in: simulation.root, from: "virt.json5:4:2")
        }
        #expect(error.description == "virt.json5:4:2: there is no module type “stroe”; did you mean “store”?")
        error = try #require(throws: ElaborationError.self) {
            try catalog.make("quux", named: "s", in: simulation.root)
        }
        #expect(error.description == "s: there is no module type “quux”; legal are “gadget” and “store”")
    }

    @Test("a catalogue is a value: adding a type of the same name replaces it in the copy")
    func catalogValue() {
        let one = Catalog().adding(Gadget.self)
        let two = one.adding(Store.self).adding(Gadget.self)
        #expect(one.names == ["gadget"])
        #expect(two.names == ["gadget", "store"])
        #expect(two["store"] == Store.self)
        #expect(two["uart"] == nil)
    }

    @Test("live properties are read and, as their phase allows, written; observers are told")
    func registry() throws {
        let (simulation, made) = try gadget(["count": 9])
        let properties = try #require(made).properties
        var seen: [UInt64] = []
        properties.observe(Gadget.count) { seen.append($0) }
        #expect(properties[Gadget.count] == 9)
        #expect(try properties.value(of: "label") == "gadget")
        #expect(try properties.value(of: "peer") == nil)
        try properties.set("count", to: .text("12"))
        try properties.set("delay", to: .typed("5ns"))
        #expect(properties[Gadget.delay] == .nanoseconds(5))
        #expect(seen == [12])
        #expect(throws: ElaborationError.self) { try properties.set("count", to: .typed(65)) }
        var error = try #require(throws: ElaborationError.self) { try properties.set("label", to: .text("x")) }
        #expect(
            error.description
                == "g: the property “label” of “g” may only be set at construction; expected the platform file, “-set” or “-device” when the machine is made"
        )
        error = try #require(throws: ElaborationError.self) { try properties.value(of: "dealy") }
        #expect(error.diagnosis.nearest == ["delay"])
        _ = simulation.run(until: .nanoseconds(1))
        error = try #require(throws: ElaborationError.self) { try properties.set("delay", to: .text("7ns")) }
        #expect(
            error.description.hasSuffix("may only be set before the start; expected a value before the first event"))
        try properties.set("count", to: .text("13"))
        #expect(seen == [12, 13])
    }

    @Test(
        "nearest names are found by typing errors and beginnings, the closest first",
        arguments: [
            ("uart", ["uart0", "uart1"]), ("urat0", ["uart0", "uart1"]), ("memori", ["memory"]), ("xyzzy", []),
            ("pl", ["plic"]),
            ("UART1", ["uart1", "uart0"]),
        ] as [(String, [String])])
    func nearest(name: String, expected: [String]) {
        #expect(["uart0", "uart1", "memory", "plic"].nearest(to: name) == expected)
    }
}
