import TandemBus
import TandemKernel

extension Planner {
    /// Places one window of a module.
    mutating func place(
        _ mapping: Mapping, at index: UInt64?, _ declaration: ModuleDeclaration, of module: inout PlannedModule
    ) {
        let scope = scope(index)
        let place = mapping.place.isEmpty ? module.path : mapping.place
        guard let port = targetPort(mapping, declaration, path: module.path, place: place),
            let router = router(mapping, path: module.path, at: index, place: place),
            let start = number(mapping.start, scope: scope)
        else { return }
        var span: UInt64?
        if let given = mapping.span {
            guard let value = number(given, scope: scope) else { return }
            span = value
        } else if case .size(let size) = module.properties["size"] {
            span = size.bytes
        } else if declaration.properties.contains(where: { $0.name == "size" }) {
            return  // The size itself was wrong, and that has been said.
        }
        guard let span else {
            findings.add(
                at: place, "nothing says how much address space “\(module.path)” takes",
                expected: "“span” beside “at”, such as span: 0x1000")
            return
        }
        var offset: UInt64 = 0
        if let given = mapping.offset {
            guard let value = number(given, scope: scope) else { return }
            offset = value
        }
        guard let priority = priority(mapping, path: module.path),
            let timing = timing(mapping, scope: scope, of: module.path)
        else { return }
        let (_, overflow) = start.addingReportingOverflow(span == 0 ? 0 : span - 1)
        if span == 0 || overflow {
            findings.add(
                at: place, "“\(module.path)” cannot take \(ByteSize(bytes: span)) from \(hexadecimal(start)) on",
                expected: "at least one byte, and an end within 64 bits")
            return
        }
        module.windows.append(
            PlannedWindow(
                router: router, port: port, start: start, span: span, offset: offset, priority: priority,
                timing: timing, place: place))
    }

    /// The values that a window gives for properties of its router, checked; nothing if one is wrong.
    private mutating func timing(_ mapping: Mapping, scope: IndexScope, of path: String) -> PropertyValues? {
        var values = PropertyValues()
        var isRight = true
        for setting in mapping.timing {
            guard let property = RegionTiming.properties.first(where: { $0.name == setting.name }) else { continue }
            let place = place(setting, path)
            var source = setting.value
            do throws(IndexTemplate.Mistake) {
                if case .typed(let value) = source { source = .typed(try resolved(value, scope: scope)) }
            } catch {
                findings.add(at: place, error.problem, expected: IndexTemplate.Mistake.expected)
                isRight = false
                continue
            }
            let checked = findings.collect { () throws(ElaborationError) in
                try property.check(source, of: path, from: place)
            }
            if let checked { values.set(property.name, checked, from: place) } else { isRight = false }
        }
        return isRight ? values : nil
    }

    private mutating func targetPort(
        _ mapping: Mapping, _ declaration: ModuleDeclaration, path: String, place: String
    ) -> String? {
        let targets = declaration.ports.filter { $0.kind == .target && $0.count == nil }
        let names = targets.map(\.name)
        if let given = mapping.port {
            if case .typed(.string(let name)) = given.value, names.contains(name) { return name }
            findings.add(
                at: given.place, "“\(path)” of type “\(declaration.typeName)” has no target port \(given.quoted)",
                choices: names)
            return nil
        }
        if names.count == 1 { return names[0] }
        findings.add(
            at: place,
            names.isEmpty
                ? "“\(path)” of type “\(declaration.typeName)” has no target port and cannot be mapped"
                : "“\(path)” has several target ports", expected: names.isEmpty ? "" : "map: [{ port: …, at: … }]",
            choices: names)
        return nil
    }

    /// The router on which a window stands; in an array, `[i]` in its path is the position.
    private mutating func router(_ mapping: Mapping, path: String, at index: UInt64?, place: String) -> String? {
        let routers = instances.filter { $0.declaration?.category == Self.routerCategory }.map(\.path)
        if let given = mapping.router {
            let text: String? =
                switch given.value {
                case .typed(.string(let text)), .text(let text): text
                case .typed: nil
                }
            var name = text
            if let text, text.contains("[") {
                do throws(IndexTemplate.Mistake) {
                    name = try IndexTemplate(text).text(scope(index))
                } catch {
                    findings.add(at: given.place, error.problem, expected: IndexTemplate.Mistake.expected)
                    return nil
                }
            }
            if let name, routers.contains(name) { return name }
            findings.add(
                at: given.place.isEmpty ? place : given.place, "“\(path)” cannot stand on \(given.quoted)",
                expected: "the path of a router", choices: routers, nearest: routers.nearest(to: name ?? ""))
            return nil
        }
        if let router = routerAround(path, among: routers) { return router }
        findings.add(
            at: place, "nothing says on which router “\(path)” stands",
            expected: routers.isEmpty ? "a module of type “router” in the platform" : "“on” beside “at”",
            choices: routers)
        return nil
    }

    /// The nearest router around a module; else the only one that stands on no other.
    private func routerAround(_ path: String, among routers: [String]) -> String? {
        var around = ModulePath(path).components.dropLast()
        while !around.isEmpty {
            let name = around.joined(separator: ".")
            if routers.contains(name) { return name }
            around.removeLast()
        }
        let mapped = descriptions.filter { !$0.mappings.isEmpty }
        let roots = routers.filter { router in
            !mapped.contains { $0.path == router || $0.count != nil && Self.index(of: router, in: $0.path) != nil }
        }
        return roots.count == 1 && roots[0] != path ? roots[0] : nil
    }

    private mutating func priority(_ mapping: Mapping, path: String) -> Int? {
        guard let given = mapping.priority else { return 0 }
        if case .typed(let value) = given.value, case .integer(let number) = PropertyKind.integer.coerce(value),
            let priority = Int32(exactly: number)
        {
            return Int(priority)
        }
        findings.add(
            at: given.place, "the priority of “\(path)” cannot be \(given.quoted)", expected: "an integer of 32 bits")
        return nil
    }

    /// Two windows of one router at one priority must not overlap: nothing would say which of them is seen.
    mutating func checkMap(_ plan: PlatformPlan) {
        var windows: [(path: String, window: PlannedWindow)] = []
        for module in plan.modules { windows += module.windows.map { (module.path, $0) } }
        for (position, one) in windows.enumerated() {
            for other in windows[..<position] {
                guard one.window.router == other.window.router, one.window.priority == other.window.priority,
                    one.window.start <= other.window.end, other.window.start <= one.window.end
                else { continue }
                findings.add(
                    at: one.window.place,
                    "“\(one.path)” at \(range(one.window)) overlaps “\(other.path)” at \(range(other.window))"
                        + " (\(other.window.place)) on “\(one.window.router)” at priority \(one.window.priority)",
                    expected: "ranges apart, or a priority for one of them")
            }
        }
    }

    private func range(_ window: PlannedWindow) -> String {
        "\(hexadecimal(window.start))–\(hexadecimal(window.end))"
    }

    // MARK: Parts of the board

    mutating func assignParts(_ plan: inout PlatformPlan) {
        let board = platform.board
        plan.harts = paths(board.harts, "harts")
        plan.memory = path(board.memory, "memory")
        plan.bootROM = path(board.bootROM, "bootROM")
        plan.flash = path(board.flash, "flash")
        plan.clock = path(board.clock, "clock")
        plan.serials = board.serials.flatMap { paths($0, "serial") }
    }

    private mutating func path(_ part: Board.Part?, _ name: String) -> String? {
        guard let part else { return nil }
        if instances.contains(where: { $0.path == part.path }) { return part.path }
        unknownModule(part.path, at: part.place.isEmpty ? "board.\(name)" : part.place)
        return nil
    }

    private mutating func paths(_ part: Board.Part?, _ name: String) -> [String] {
        guard let part else { return [] }
        if let array = counts.first(where: { $0.name == part.path }) {
            return (0..<array.count).map { "\(part.path)\($0)" }
        }
        return path(part, name).map { [$0] } ?? []
    }
}

/// "0x80000000".
func hexadecimal(_ value: UInt64) -> String { "0x" + String(value, radix: 16) }
