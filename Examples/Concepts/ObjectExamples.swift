import Tandem
import Testing

/// What `docs/concepts/objects.md` shows.
struct ObjectExamples {
    final class Lamp: Module, CatalogModule {
        enum Colour: String, PropertyChoice { case red, green, white }

        static let colour = Property("colour", default: Colour.white, "What it shines in.")
        static let brightness = Property(
            "brightness", default: 50, unit: .percent, when: .anyTime, range: 0...100, "How bright it is.")
        static let next = Property<ModulePath?>("next", default: nil, to: "lamp", "The lamp behind it.")
        static let hours = Property<UInt64>(readOnly: "hours", "How long it has shone.")
        static let declaration = ModuleDeclaration(
            "lamp", category: "light", summary: "A lamp",
            properties: [colour.erased, brightness.erased, next.erased, hours.erased])

        private(set) var brightness: Int

        override init(_ context: ModuleContext) {
            brightness = context[Self.brightness]
            super.init(context)
            properties.observe(Self.brightness) { [unowned self] in brightness = $0 }
            properties.provide(Self.hours) { [unowned self] in now.picoseconds / SimTime.seconds(3600).picoseconds }
        }

        func saveState() -> ModuleState { .stateless }
        func restoreState(_ state: ModuleState) {}
    }

    @Test("example: properties are checked, observed, and set when they may be")
    func properties() throws {
        let catalog = Catalog().adding(Lamp.self).adding(Router.self)
        let simulation = Simulation()
        let shelf = Module(ModuleContext(name: "shelf", parent: simulation.root))
        let made = try catalog.make(
            "lamp", named: "lamp", in: shelf, properties: ["colour": "green", "brightness": 20])
        let lamp = try #require(made as? Lamp)

        try lamp.properties.set("brightness", to: .text("80"))
        #expect(lamp.brightness == 80)
        #expect(try lamp.properties.value(of: "hours") == .unsigned(0))

        let late = #expect(throws: ElaborationError.self) { try lamp.properties.set("colour", to: .text("red")) }
        #expect(
            late?.description
                == "shelf.lamp: the property “colour” of “shelf.lamp” may only be set at construction; expected the platform file, “-set” or “-device” when the machine is made"
        )
    }

    @Test("example: a module is found by the end of its path")
    func paths() throws {
        let catalog = Catalog().adding(Lamp.self)
        let simulation = Simulation()
        for name in ["kitchen", "hall"] {
            let room = Module(ModuleContext(name: name, parent: simulation.root))
            try catalog.make("lamp", named: "lamp", in: room)
        }
        let root = simulation.root
        #expect(try root.resolve("hall.lamp", from: "here").path == "hall.lamp")
        #expect(try root.resolve("/kitchen/lamp", from: "here").path == "kitchen.lamp")
        let error = #expect(throws: ElaborationError.self) { try root.resolve("lamp", from: "here") }
        #expect(
            error?.description
                == "here: “lamp” may be 2 modules; expected more of the path; legal are “kitchen.lamp” and “hall.lamp”")
    }

    @Test("example: a device comes and goes while the machine exists")
    func plugging() throws {
        var platform = Platform.bare()
        platform.set("bus.hotplug", to: "on")
        let machine = try Machine(platform)
        let option = try OptionList(parsing: "uart16550,id=uart1,at=0x10010000,span=0x100", from: "the user")
        try machine.add(.device, option, from: "the user")
        #expect(machine.module("uart1") is UART16550)
        try machine.remove(.device, "uart1", from: "the user")
        #expect(machine.module("uart1") == nil)
    }
}
