import TandemKernel
import Testing

@testable import TandemMachine

@Suite struct PlatformPlanTests {
    private func plan(_ files: [String: String], _ overrides: [(String, String)] = []) throws -> PlatformPlan {
        var platform = try PlatformLoader(PlatformSource(texts: files)).load("boards/b.json5")
        for (path, text) in overrides { platform.set(path, to: text) }
        var planner = Planner(platform, catalog: Sketch.catalog)
        return try planner.plan()
    }

    private static let harts = """
        { board: { harts: "cpu" }, modules: {
          bus: { type: "router" },
          cpu: { type: "riscv-hart", count: 2, "hart-id": "[i]", bus: "bus", timebase: "timer" },
          timer: { type: "timer", at: 0x2000000, span: 0x8000, harts: "[cpu.count]", "mtip[i]": "cpu[i].mtip" },
          plic: { type: "plic", at: 0xC000000, span: 0x600000,
                  "context[2*i]": "cpu[i].meip", "context[2*i+1]": "cpu[i].seip" },
        } }
        """

    @Test("a platform states its quantum and the bound on skew that the kernel keeps")
    func timing() throws {
        let text = """
            { simulation: { quantum: "50us", maxSkew: "2us" }, modules: { bus: { type: "router" } } }
            """
        let platform = try PlatformLoader(PlatformSource(texts: ["b.json5": text])).load("b.json5")
        #expect(platform.timing == SimulationSettings(quantum: .microseconds(50), maxSkew: .microseconds(2)))
        let quantum = try Machine(platform).simulation.quantum
        #expect(quantum.maxSkew == .microseconds(2))
        #expect(quantum.value == .microseconds(2))
        quantum.maxSkew = .never
        #expect(quantum.value == .microseconds(50))
    }

    @Test("each window may say what accesses through it take, of which the index of an array may be a part")
    func windowTiming() throws {
        let text = """
            { modules: {
              bus: { type: "router" },
              uart: { type: "uart16550", count: 2, at: "[0x10000000+0x1000*i]", span: 0x100,
                      timing: { "read-latency": "40ns", "bytes-per-cycle": "[i+1]", clock: "50MHz" } },
              ram: { type: "ram", size: "1M", map: [
                { at: 0x80000000 }, { at: 0xC0000000, timing: { "time-per-byte": "2ns" } } ] },
            } }
            """
        let plan = try plan(["boards/b.json5": text])
        let second = try #require(plan.module("uart1")?.windows.first)
        #expect(second.timing["read-latency"] == .time(.nanoseconds(40)))
        #expect(second.timing["bytes-per-cycle"] == .unsigned(2))
        let ram = try #require(plan.module("ram")?.windows)
        #expect(ram.map(\.timing.entries.count) == [0, 1])
    }

    @Test("an array of harts brings its lines, ids and counts along", arguments: [1, 2, 5])
    func arrays(count: Int) throws {
        let plan = try plan(["boards/b.json5": Self.harts], [("cpu.count", "\(count)")])
        #expect(plan.harts == (0..<count).map { "cpu\($0)" })
        #expect(plan.module("cpu\(count - 1)")?.properties["hart-id"] == .unsigned(UInt64(count - 1)))
        #expect(plan.module("timer")?.properties["harts"] == .unsigned(UInt64(count)))
        let lines = try #require(plan.module("plic")).connections.map { "\($0.port) \($0.peer).\($0.peerPort)" }
        #expect(
            lines == (0..<count).map { "context\(2 * $0) cpu\($0).meip" }
                + (0..<count).map { "context\(2 * $0 + 1) cpu\($0).seip" })
        #expect(plan.module("timer")?.connections.last?.peer == "cpu\(count - 1)")
    }

    @Test("-set reaches an array as a whole and one module of it")
    func overrides() throws {
        let plan = try plan(["boards/b.json5": Self.harts], [("cpu.frequency", "2GHz"), ("cpu1.frequency", "1MHz")])
        #expect(plan.module("cpu0")?.properties["frequency"] == .frequency(Frequency(hertz: 2_000_000_000)))
        #expect(plan.module("cpu1")?.properties["frequency"] == .frequency(Frequency(hertz: 1_000_000)))
    }

    @Test(
        "a mistake in -set names the option",
        arguments: [
            ("cpu.frequncy", "1GHz", "-set: “cpu0” of type “riscv-hart” has no property or connection “frequncy”"),
            ("cup.frequency", "1GHz", "-set: there is no module “cup” in the platform “b”; did you mean “cpu”?"),
            ("cpu7.frequency", "1GHz", "-set: there is no module for “cpu7.frequency”; expected “cpu0” to “cpu1”"),
            ("frequency", "1GHz", "-set: “frequency” names no property of a module; expected MODULE.PROPERTY=VALUE"),
            (
                "cpu.frequency", "fast",
                "-set: the property “frequency” of “cpu0” cannot be “fast”; expected a frequency"
            ),
            ("cpu.count", "many", "-set: “count” cannot be “many”; expected a number"),
        ])
    func overrideMistakes(path: String, text: String, message: String) throws {
        let error = try #require(throws: PlatformError.self) {
            _ = try plan(["boards/b.json5": Self.harts], [(path, text)])
        }
        #expect(error.description.hasPrefix(message), "\(error)")
    }

    @Test("an include lies beneath: members are overlaid one by one, and null takes one away")
    func include() throws {
        let files = [
            "boards/b.json5": """
            { include: "parts/base.json5", name: "upper",
              modules: { ram: { size: "2M" }, uart: null, more: { type: "ram", size: "1M", at: 0x90000000 } } }
            """,
            "boards/parts/base.json5": """
            { name: "lower", description: "kept", modules: {
              bus: { type: "router" }, ram: { type: "ram", size: "1M", at: 0x80000000 },
              uart: { type: "uart16550" } } }
            """,
        ]
        let platform = try PlatformLoader(PlatformSource(texts: files)).load("boards/b.json5")
        #expect(platform.name == "upper" && platform.summary == "kept")
        #expect(platform.modules.map(\.path) == ["bus", "ram", "more"])
        #expect(try plan(files).module("ram")?.windows.first?.span == 2 << 20)
    }

    @Test("a mistake in an include is located there; a circle and a missing file are located at the include")
    func includeMistakes() {
        func error(_ files: [String: String]) -> String? {
            do throws(PlatformError) {
                _ = try PlatformLoader(PlatformSource(texts: files)).load("a.json5")
                return nil
            } catch { return error.description }
        }
        #expect(
            error(["a.json5": "{ include: \"c.json5\" }", "c.json5": "{\nmodules: 3 }"])
                == "c.json5:2:10: modules cannot be 3; expected an object of modules by name")
        #expect(
            error(["a.json5": "{ include: \"c.json5\" }", "c.json5": "{ include: \"a.json5\" }"])
                == "c.json5:1:12: “a.json5” includes itself; expected includes without a circle: a.json5 → c.json5 → a.json5"
        )
        #expect(
            error(["a.json5": "{ include: [\"gone.json5\"] }"])
                == "a.json5:1:13: the platform file “gone.json5” cannot be read; expected a readable JSON5 file")
    }

    @Test("the same platform in Swift gives the same plan as the file")
    func swift() throws {
        var platform = Platform("b", board: Board(harts: "cpu"))
        platform.add("bus", "router")
        platform.add(
            "cpu", "riscv-hart", ["hart-id": "[i]", "bus": "bus", "timebase": "timer"], count: 2)
        platform.add(
            "timer", "timer", ["harts": "[cpu.count]", "mtip[i]": "cpu[i].mtip"], at: 0x200_0000, span: 0x8000)
        platform.add(
            "plic", "plic", ["context[2*i]": "cpu[i].meip", "context[2*i+1]": "cpu[i].seip"], at: 0xC00_0000,
            span: 0x60_0000)
        var planner = Planner(platform, catalog: Sketch.catalog)
        let built = try planner.plan()
        let loaded = try plan(["boards/b.json5": Self.harts])
        #expect(built.modules.map(\.path) == loaded.modules.map(\.path))
        for (one, other) in zip(built.modules, loaded.modules) {
            #expect(one.properties.entries.map(\.value) == other.properties.entries.map(\.value))
            #expect(one.connections.map(\.peer) == other.connections.map(\.peer))
            #expect(one.windows.map(\.start) == other.windows.map(\.start))
        }
    }

    @Test("windows may overlap at different priorities, and one port may have several")
    func windows() throws {
        let plan = try plan([
            "boards/b.json5": """
            { modules: { bus: { type: "router" },
              ram: { type: "ram", size: "1M", map: [{ at: 0x80000000 }, { at: 0, span: "64K", offset: 0x1000 }] },
              rom: { type: "ram", size: "4K", map: { at: 0, priority: 1 } } } }
            """
        ])
        #expect(plan.module("ram")?.windows.map(\.offset) == [0, 0x1000])
        #expect(plan.module("rom")?.windows.map(\.priority) == [1])
    }
}
