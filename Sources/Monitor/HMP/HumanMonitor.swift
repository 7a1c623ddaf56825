public import TandemKernel

/// Performs commands as people write them: a name of one word or two, then arguments in the order of their declaration.
///
/// | argument | as it is written |
/// |---|---|
/// | a number | an expression: `0x80000000`, `$sp+16`, `_start+4*8` |
/// | a boolean | `-p` for the one whose name begins with p, or `paging=on` |
/// | a list | the rest of the line |
/// | any other | a word; one with blanks in quotation marks |
/// | any, by name | `size=16` |
///
/// A `/` right behind the name begins the argument `format`: `x/4xw 0x1000`.
public enum HumanMonitor {
    /// Performs a line; yields what is to be shown. An empty line does nothing.
    public static func perform(_ line: String, in context: MonitorContext) throws(CommandError) -> String {
        var reader = ArgumentReader(line, registers: HartSymbols(context))
        guard let first = reader.peekName() else {
            if reader.isAtEnd { return "" }
            throw CommandError(at: "", "“\(line)” does not begin with the name of a command")
        }
        var words = [first.name]
        if let second = reader.peekName(after: first.end) { words.append(second.name) }
        let (command, count) = try context.commands.humanCommand(words)
        reader.skipNames(count)
        let values = try reader.arguments(of: command.signature)
        return command.text(of: try command.perform(in: context, values))
    }
}
