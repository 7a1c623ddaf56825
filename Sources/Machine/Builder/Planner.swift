import TandemKernel

/// Checks a description against a catalogue and resolves it to a plan. Finds as many mistakes as it can.
struct Planner {
    let platform: Platform
    let catalog: Catalog
    var findings = Findings()
    /// The descriptions with the overrides that name them as a whole applied.
    var descriptions: [ModuleDescription] = []
    /// The overrides that name one module of an array.
    var single: [Override] = []
    /// The arrays and their sizes.
    var counts: [(name: String, count: UInt64)] = []
    /// Every module that will exist, and its type's declaration.
    var instances: [(path: String, declaration: ModuleDeclaration?)] = []

    init(_ platform: Platform, catalog: Catalog) {
        self.platform = platform
        self.catalog = catalog
    }

    /// The most modules that an array may have: more is a typing error.
    static let mostModules: UInt64 = 4096

    mutating func plan() throws(PlatformError) -> PlatformPlan {
        var plan = PlatformPlan()
        descriptions = platform.modules
        applyOverrides()
        countArrays()
        let drafts = expand()
        checkNames(drafts)
        try findings.check()
        instances = drafts.map { ($0.module.path, $0.module.type?.declaration) }
        for draft in drafts {
            var module = draft.module
            // What is wrong with all modules of an array is said once.
            let known = Set(findings.diagnoses.map(\.place))
            let before = findings
            settle(draft.description, at: draft.index, into: &module)
            if (draft.index ?? 0) > 0, findings.diagnoses.count > before.diagnoses.count {
                let fresh = findings.diagnoses.dropFirst(before.diagnoses.count).filter { !known.contains($0.place) }
                findings = before
                for diagnosis in fresh { findings.add(diagnosis) }
            }
            plan.modules.append(module)
        }
        checkMap(plan)
        assignParts(&plan)
        checkMachine(plan)
        try findings.check()
        return plan
    }

    struct Draft {
        var description: ModuleDescription
        var index: UInt64?
        var module: PlannedModule
    }

    // MARK: Overrides

    private mutating func applyOverrides() {
        for override in platform.overrides {
            guard let dot = override.path.lastIndex(of: ".") else {
                findings.add(
                    at: override.place, "“\(override.path)” names no property of a module",
                    expected: "MODULE.PROPERTY=VALUE, such as “ram.size=512M”")
                continue
            }
            let path = String(override.path[..<dot])
            let name = String(override.path[override.path.index(after: dot)...])
            if let index = descriptions.firstIndex(where: { $0.path == path }) {
                Self.apply(override, name: name, to: &descriptions[index])
            } else if descriptions.contains(where: { $0.count != nil && Self.index(of: path, in: $0.path) != nil }) {
                single.append(override)
            } else {
                let paths = descriptions.map(\.path)
                findings.add(
                    at: override.place, "there is no module “\(path)” in the platform “\(platform.name)”",
                    choices: paths.nearest(to: path).isEmpty ? paths : [], nearest: paths.nearest(to: path))
            }
        }
    }

    private static func apply(_ override: Override, name: String, to module: inout ModuleDescription) {
        let setting = Setting(name, override.value, namePlace: override.place, place: override.place)
        switch name {
        case "count": module.count = setting
        case "at" where !module.mappings.isEmpty: module.mappings[0].start = setting
        case "span" where !module.mappings.isEmpty: module.mappings[0].span = setting
        default:
            if let index = module.settings.firstIndex(where: { $0.name == name }) {
                module.settings[index] = setting
            } else {
                module.settings.append(setting)
            }
        }
    }

    /// The position in the array `name` that `path` ends in, "cpu3" in "cpu".
    static func index(of path: String, in name: String) -> UInt64? {
        guard path.hasPrefix(name) else { return nil }
        let digits = path.dropFirst(name.count)
        guard let index = UInt64(digits), String(index) == digits else { return nil }
        return index
    }

    // MARK: Arrays

    private mutating func countArrays() {
        for module in descriptions {
            guard let count = module.count else { continue }
            let expected = "a number from 1 to \(Self.mostModules)"
            guard let value = number(count, scope: IndexScope(index: nil, counts: [])) else { continue }
            if value < 1 || value > Self.mostModules {
                findings.add(
                    at: count.place.isEmpty ? module.path : count.place,
                    "“\(module.path)” cannot have the count \(count.quoted)", expected: expected)
                continue
            }
            counts.append((module.path, value))
        }
    }

    private mutating func expand() -> [Draft] {
        var drafts: [Draft] = []
        for description in descriptions {
            var type: (any CatalogModule.Type)?
            if let name = description.type {
                let place = description.typePlace.isEmpty ? description.path : description.typePlace
                let catalog = catalog
                type = findings.collect { () throws(ElaborationError) in try catalog.type(named: name, from: place) }
                if type == nil { continue }
            } else {
                for setting in description.settings {
                    findings.add(
                        at: setting.namePlace.isEmpty ? description.path : setting.namePlace,
                        "“\(description.path)” is a container and has no property “\(setting.name)”",
                        expected: "only “modules”, or a type")
                }
            }
            let place = description.place.isEmpty ? description.path : description.place
            guard description.count != nil else {
                let module = PlannedModule(path: description.path, place: place, type: type)
                drafts.append(Draft(description: description, index: nil, module: module))
                continue
            }
            for index in 0..<(counts.first { $0.name == description.path }?.count ?? 0) {
                let path = "\(description.path)\(index)"
                var own = description
                for override in single where override.path.hasPrefix(path + ".") {
                    let name = String(override.path.dropFirst(path.count + 1))
                    if !name.contains(".") { Self.apply(override, name: name, to: &own) }
                }
                let module = PlannedModule(path: path, place: place, type: type)
                drafts.append(Draft(description: own, index: index, module: module))
            }
        }
        for override in single where !drafts.contains(where: { override.path.hasPrefix($0.module.path + ".") }) {
            findings.add(
                at: override.place, "there is no module for “\(override.path)”",
                expected: counts.map { "“\($0.name)0” to “\($0.name)\($0.count - 1)”" }.joined(separator: ", "))
        }
        return drafts
    }

    private mutating func checkNames(_ drafts: [Draft]) {
        var paths: Set<String> = []
        for draft in drafts where !paths.insert(draft.module.path).inserted {
            findings.add(
                at: draft.module.place, "two modules are called “\(draft.module.path)”",
                expected: "a name of its own for each")
        }
        for draft in drafts where !draft.module.parentPath.isEmpty {
            let parent = drafts.first { $0.module.path == draft.module.parentPath }
            guard let parent, parent.module.type.map({ $0.declaration.category == Self.routerCategory }) ?? true
            else {
                let type = parent?.module.type.map { " of type “\($0.declaration.typeName)”" } ?? ""
                findings.add(
                    at: draft.module.place,
                    "“\(draft.module.path)” stands in “\(draft.module.parentPath)”\(type), which holds no modules",
                    expected: "a module of type “container” or “router” around it, or one without a type")
                continue
            }
        }
    }

    /// The category of the types on which modules can stand.
    static let routerCategory: ModuleClass = "bus"

    // MARK: Values

    func place(_ setting: Setting, _ path: String) -> String { setting.place.isEmpty ? path : setting.place }

    /// The number that a setting stands for, a size like "64K" and an index expression included.
    mutating func number(_ setting: Setting, scope: IndexScope) -> UInt64? {
        var value: PropertyValue?
        switch setting.value {
        case .text(let text): value = PropertyKind.size.parse(text)
        case .typed(.string(let text)) where text.hasPrefix("["):
            do throws(IndexTemplate.Mistake) {
                if let expression = try IndexTemplate(text).wholeExpression {
                    return try expression.value(in: scope)
                }
            } catch {
                findings.add(at: setting.place, error.problem, expected: IndexTemplate.Mistake.expected)
                return nil
            }
        case .typed(let given): value = PropertyKind.size.coerce(given)
        }
        if case .size(let size) = value { return size.bytes }
        findings.add(
            at: setting.place, "“\(setting.name)” cannot be \(setting.quoted)",
            expected: "a number such as 0x10000000, a size such as “64K”, or an index expression such as “[0x1000*i]”")
        return nil
    }

    /// `value` with the texts in it that hold index expressions replaced: by a number where the text is nothing else.
    func resolved(_ value: PropertyValue, scope: IndexScope) throws(IndexTemplate.Mistake) -> PropertyValue {
        switch value {
        case .string(let text) where text.contains("["):
            let template = try IndexTemplate(text)
            if let expression = template.wholeExpression { return .unsigned(try expression.value(in: scope)) }
            return .string(try template.text(scope))
        case .list(let elements):
            var values: [PropertyValue] = []
            for element in elements { values.append(try resolved(element, scope: scope)) }
            return .list(values)
        default: return value
        }
    }

    func scope(_ index: UInt64?) -> IndexScope { IndexScope(index: index, counts: counts) }
}
