import TandemKernel
import TandemMachine

/// What “-OPTION help” prints: lists of what there is, an explanation of one of them, or the option's own words.
struct OptionHelp {
    let arguments: Arguments
    let command: CommandDeclaration
    let catalog: Catalog
    let surroundings: Surroundings

    init(
        _ arguments: Arguments, _ command: CommandDeclaration, _ catalog: Catalog, _ surroundings: Surroundings
    ) {
        self.arguments = arguments
        self.command = command
        self.catalog = catalog
        self.surroundings = surroundings
    }

    /// The answer to the first option that asks; nothing if none does.
    var text: String? {
        get throws(UsageError) {
            for option in arguments.options {
                guard let declaration = command.option(named: option.name), declaration.value != nil else { continue }
                // What can be traced is a question to a machine, which is built first.
                if declaration.name == "trace" { continue }
                do throws(PlatformError) {
                    // Whatever else is wrong with an option is said when it is used.
                    guard let list = try? OptionList(parsing: option.value, from: option.place), list.asksForHelp else {
                        continue
                    }
                    return try text(of: declaration, list)
                } catch { throw UsageError(error.description, command: command.name) }
            }
            return nil
        }
    }

    private func text(of option: OptionDeclaration, _ list: OptionList) throws(PlatformError) -> String {
        let isList = OptionList.isQuestion(list.first) || list.first.isEmpty
        switch option.name {
        case "device", "object":
            let addition: Platform.Addition = option.name == "device" ? .device : .object
            return isList ? types(addition) : try description(of: list.first)
        case "machine": return isList ? machines : try machine(list.first)
        case "cpu": return isList ? try processors : try processor(list.first)
        default: return "\(option.usage)\n" + Help.columns([("", option.help)])
        }
    }

    // MARK: Types

    private func types(_ addition: Platform.Addition) -> String {
        let declarations = catalog.declarations.filter(addition.takes)
        var classes: [ModuleClass] = []
        for declaration in declarations where !classes.contains(declaration.category) {
            classes.append(declaration.category)
        }
        classes.sort { $0.name < $1.name }
        var text = ""
        for group in classes {
            text += "\(group)\(group.summary.isEmpty ? "" : ": \(group.summary)")\n"
            text += Help.columns(
                declarations.filter { $0.category == group }.map { declaration in
                    let plugging = declaration.plugging == .hot ? "; may come and go while the machine runs" : ""
                    return (declaration.typeName, declaration.summary + plugging)
                })
        }
        return text + "“-\(addition) TYPE,help” explains a type.\n"
    }

    private func description(of typeName: String) throws(PlatformError) -> String {
        do throws(ElaborationError) {
            return TypeDescription(try catalog.type(named: typeName, from: "-device").declaration).text
        } catch { throw PlatformError([error.diagnosis]) }
    }

    // MARK: Machines

    private var machines: String {
        Help.columns(
            surroundings.library.machines.map { platform in
                let aliases = platform.machine.aliases
                return (
                    platform.name,
                    platform.summary + (aliases.isEmpty ? "" : " (also \(aliases.joined(separator: ", ")))")
                )
            }) + "“-machine NAME,help” explains a machine; a file names one too.\n"
    }

    private func machine(_ name: String) throws(PlatformError) -> String {
        MachineText(try surroundings.library.load(name), catalog).text
    }

    // MARK: Processors

    /// Those of the machine that is named, or all.
    private var processors: String {
        get throws(PlatformError) {
            let named = try arguments.given("machine").last.map { (option) throws(PlatformError) in
                try MachineOption(option).name
            }
            let choices: [Platform.Processor]
            if let name = named ?? arguments.operands.first {
                choices = try surroundings.library.load(name).processors(catalog)
            } else {
                choices = Platform.processors(catalog)
            }
            return MachineText.rows(choices) + "“-cpu MODEL,help” lists the properties.\n"
        }
    }

    private func processor(_ name: String) throws(PlatformError) -> String {
        let choices = Platform.processors(catalog)
        guard let choice = choices.first(where: { $0.names.contains(name) }) else {
            let names = choices.flatMap(\.names)
            throw PlatformError(
                at: "-cpu", "there is no processor “\(name)”", choices: choices.map(\.names[0]),
                nearest: names.nearest(to: name))
        }
        var text = "\(choice.names.joined(separator: ", ")): \(choice.summary)\n"
        for entry in choice.preset?.properties.entries ?? [] {
            if case .typed(let value) = entry.value { text += "  \(entry.name)=\(value)\n" }
        }
        return text + "\n" + (try description(of: choice.typeName))
    }
}
