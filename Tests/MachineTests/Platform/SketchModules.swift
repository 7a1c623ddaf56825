import TandemKernel

/// Modules without behaviour: enough for everything that is checked before a platform exists.
enum Sketch {
    static let catalog = Catalog().adding(Bus.self).adding(Memory.self).adding(Serial.self).adding(Controller.self)
        .adding(Processor.self).adding(Timer.self)

    final class Bus: SketchModule, CatalogModule {
        static let declaration = ModuleDeclaration(
            "router", category: "bus", summary: "", ports: [PortDeclaration("in", .target, "")])
    }
    final class Memory: SketchModule, CatalogModule {
        static let declaration = ModuleDeclaration(
            "ram", category: "memory", summary: "",
            properties: [Property<ByteSize>(required: "size", unit: .bytes, "how much there is").erased],
            ports: [PortDeclaration("bus", .target, "")])
    }
    final class Serial: SketchModule, CatalogModule {
        static let declaration = ModuleDeclaration(
            "uart16550", category: "serial", summary: "",
            properties: [
                Property<UInt32>("clock-frequency", default: 3_686_400, "").erased,
                Property<UInt32>("fifo-depth", default: 16, range: 1...64, "").erased,
            ],
            ports: [
                PortDeclaration("bus", .target, ""), PortDeclaration("interrupt", .lineOut, ""),
                PortDeclaration("terminal", .backend, ""),
            ])
    }
    final class Controller: SketchModule, CatalogModule {
        static let declaration = ModuleDeclaration(
            "plic", category: "interrupt-controller", summary: "",
            ports: [
                PortDeclaration("bus", .target, ""), PortDeclaration("source", .lineIn, count: 96, ""),
                PortDeclaration("context", .lineOut, count: 2, ""),
            ])
    }
    final class Processor: SketchModule, CatalogModule {
        enum Engine: String, PropertyChoice { case interpret, translate }
        static let declaration = ModuleDeclaration(
            "riscv-hart", category: "cpu", summary: "",
            properties: [
                Property<UInt64>("hart-id", default: 0, "").erased,
                Property<Frequency>("frequency", default: Frequency(hertz: 1_000_000_000), "").erased,
                Property<Engine>("engine", default: .interpret, "").erased,
                Property<ModulePath?>("timebase", default: nil, "").erased,
            ],
            ports: [
                PortDeclaration("bus", .initiator, ""), PortDeclaration("mtip", .lineIn, ""),
                PortDeclaration("meip", .lineIn, ""), PortDeclaration("seip", .lineIn, ""),
            ])
    }
    final class Timer: SketchModule, CatalogModule {
        static let declaration = ModuleDeclaration(
            "timer", category: "timer", summary: "",
            properties: [Property<UInt32>("harts", default: 1, "").erased],
            ports: [PortDeclaration("bus", .target, ""), PortDeclaration("mtip", .lineOut, count: 1, "")])
    }
}

class SketchModule: Module {
    func saveState() -> ModuleState { .stateless }
    func restoreState(_ state: ModuleState) throws(SnapshotError) {}
}
