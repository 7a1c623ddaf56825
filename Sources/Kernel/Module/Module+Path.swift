extension Module {
    /// The descendants that `path` may mean. A canonical path, "soc.uart0", means one module; "/soc/uart0" is another
    /// spelling of it. Any other means every module whose path ends in it, as "uart0" does.
    public final func candidates(for path: String) -> [Module] {
        let isAbsolute = path.hasPrefix("/")
        let text = path.contains("/") ? path.split(separator: "/").joined(separator: ".") : path
        if let module = find(text) { return [module] }
        if isAbsolute || text.isEmpty { return [] }
        var found: [Module] = []
        forEachDescendant { if $0.path.hasSuffix("." + text) { found.append($0) } }
        return found
    }

    /// The one descendant that `path` means: a canonical path, or the end of one that no other module's path has. An
    /// error offers the nearest paths, or those among which nothing decides. `place` is where the path was given.
    public final func resolve(_ path: ModulePath, from place: String) throws(ElaborationError) -> Module {
        let found = candidates(for: path.text)
        if found.count == 1 { return found[0] }
        if found.count > 1 {
            throw ElaborationError(
                at: place, "“\(path)” may be \(found.count) modules", expected: "more of the path",
                choices: found.map(\.path))
        }
        var paths: [String] = []
        forEachDescendant { if !$0.path.isEmpty { paths.append($0.path) } }
        let nearest = paths.nearest(to: path.text)
        throw ElaborationError(
            at: place, "there is no module “\(path)”",
            choices: nearest.isEmpty && paths.count <= Self.mostChoices ? paths : [], nearest: nearest)
    }

    /// A message that lists more paths than this helps nobody.
    private static var mostChoices: Int { 24 }
}
