import TandemKernel
import TandemMachine

/// A platform as text: its memory map, its wiring, its modules.
struct PlatformText {
    let platform: Platform
    let plan: PlatformPlan

    init(_ platform: Platform, _ plan: PlatformPlan) {
        self.platform = platform
        self.plan = plan
    }

    var text: String {
        var text = "\(platform.name): \(platform.summary)\n"
        var windows: [(module: PlannedModule, window: PlannedWindow)] = []
        for module in plan.modules { windows += module.windows.map { (module, $0) } }
        windows.sort { ($0.window.router, $0.window.start) < ($1.window.router, $1.window.start) }
        text += "\nMemory map\n"
        text += Help.columns(
            windows.map { module, window in
                let range = "\(hexadecimal(window.start))–\(hexadecimal(window.end))"
                let alias = window.offset == 0 ? "" : " from \(hexadecimal(window.offset)) on"
                let priority = window.priority == 0 ? "" : ", priority \(window.priority)"
                return (range, "\(module.path)\(alias), \(ByteSize(bytes: window.span)) on \(window.router)\(priority)")
            })
        text += "\nModules\n"
        text += Help.columns(
            plan.modules.map { module in
                let type = module.type?.declaration
                return (module.path, type.map { "\($0.typeName): \($0.summary)" } ?? "container")
            })
        let lines = plan.modules.flatMap { module in
            module.connections.filter { $0.kind == .lineOut }
                .map { ("\(module.path).\($0.port)", "\($0.peer).\($0.peerPort)") }
        }
        if !lines.isEmpty { text += "\nInterrupt lines\n" + Help.columns(lines) }
        return text
    }

    private func hexadecimal(_ value: UInt64) -> String { "0x" + String(value, radix: 16) }
}
