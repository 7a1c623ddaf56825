import TandemKernel
import Testing

/// Something that can be linked to.
private protocol Lamp: AnyObject {}

private final class Bulb: Module, CatalogModule, Lamp {
    static let lamp = ModuleInterface("lamp", (any Lamp).self, "gives light")
    static let heat = Property<UInt64>(readOnly: "heat", "How hot it is.")
    static let declaration = ModuleDeclaration(
        "bulb", category: ModuleClass("light", properties: [Property("watts", default: UInt8(40), "").erased]),
        summary: "", properties: [heat.erased], interfaces: [lamp])
    var degrees: UInt64 = 20

    override init(_ context: ModuleContext) {
        super.init(context)
        properties.provide(Self.heat) { [unowned self] in degrees }
    }

    func saveState() -> ModuleState { .stateless }
    func restoreState(_ state: ModuleState) throws(SnapshotError) {}
}

private final class Switch: Module, CatalogModule {
    static let lamp = Property<ModulePath?>("lamp", default: nil, to: "lamp", when: .anyTime, "")
    static let lights = Property<[ModulePath]>("lights", default: [], to: "light", when: .anyTime, "")
    static let mode = Property("mode", default: OnOffAuto.auto, when: .anyTime, "")
    static let level = Property("level", default: UInt16(3), when: .anyTime, "")
    static let declaration = ModuleDeclaration(
        "switch", category: "device", summary: "",
        properties: [lamp.erased, lights.erased, mode.erased, level.erased])
    func saveState() -> ModuleState { .stateless }
    func restoreState(_ state: ModuleState) throws(SnapshotError) {}
}

@Suite struct PropertyLinkTests {
    private let simulation = Simulation()
    private let bulb: Bulb
    private let lever: Switch

    init() {
        bulb = Bulb(ModuleContext(name: "bulb", parent: simulation.root))
        lever = Switch(ModuleContext(name: "switch", parent: simulation.root))
    }

    private func refusal(_ name: String, _ text: String, of module: Module) -> String {
        do throws(ElaborationError) {
            try module.properties.set(name, to: .text(text), from: "the test")
            return "taken"
        } catch { return error.description }
    }

    @Test("a link is taken where its module is of the type, the class or the interface that it asks for")
    func links() {
        #expect(refusal("lamp", "bulb", of: lever) == "taken")
        #expect(refusal("lights", "bulb,bulb", of: lever) == "taken")
        #expect(
            refusal("lamp", "switch", of: lever)
                == "the test: the property “lamp” of “switch”: “switch” is of type “switch”; expected a module that is a “lamp”"
        )
        #expect(refusal("lights", "bulb,switch", of: lever).hasSuffix("expected a module that is a “light”"))
        #expect(refusal("lamp", "blub", of: lever) == "the test: there is no module “blub”; did you mean “bulb”?")
        #expect(Bulb.declaration.is("bulb") && Bulb.declaration.is("light") && Bulb.declaration.is("lamp"))
        #expect(!Bulb.declaration.is("switch"))
    }

    @Test("what a module computes is read as it is now, and cannot be set")
    func readOnly() throws {
        bulb.degrees = 90
        #expect(try bulb.properties.value(of: "heat") == .unsigned(90))
        #expect(
            refusal("heat", "1", of: bulb)
                == "the test: the property “heat” of “bulb” can only be read; expected a reader: the module computes it"
        )
    }

    @Test("a type has the properties of its class before its own")
    func classProperties() throws {
        #expect(Bulb.declaration.properties.map(\.name) == ["watts", "heat"])
        #expect(try bulb.properties.value(of: "watts") == .unsigned(40))
    }

    @Test(
        "small integers and on-off-auto are read from text, and refused beyond their bounds",
        arguments: [
            ("level", "65535", "taken"), ("mode", "on", "taken"),
            (
                "level", "65536",
                "the test: the property “level” of “switch” cannot be “65536”; expected a non-negative integer of 16 bits"
            ),
            (
                "mode", "maybe",
                "the test: the property “mode” of “switch” cannot be “maybe”; legal are “on”, “off” and “auto”"
            ),
        ])
    func kinds(name: String, text: String, outcome: String) {
        #expect(refusal(name, text, of: lever) == outcome)
    }
}
