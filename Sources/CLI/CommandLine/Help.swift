import TandemKernel

/// Help texts, laid out from the declarations.
enum Help {
    /// The text of `tandem --help`.
    static func program(_ commands: [CommandDeclaration]) -> String {
        var text = """
            Tandem runs unmodified software on timed virtual platforms and measures their bus traffic.

            Usage: tandem COMMAND …


            """
        text += columns(commands.map { ("tandem \($0.name) \($0.operands)", $0.summary) })
        text += """

            tandem COMMAND --help explains a command. tandem --version names the version.
            Options have QEMU's spelling, with one dash or two.

            Exit code: the guest's, 0 after a power-off; 2 for a mistake in the command line, the platform or an image;
            3 for a guest that hangs or an expectation that failed; 130 after Ctrl-C.

            """
        return text
    }

    /// The text of `tandem COMMAND --help`.
    static func command(_ command: CommandDeclaration) -> String {
        var text = "\(command.summary)\n\n"
        text += "Usage: tandem \(command.name) \(command.operands)\(command.options.isEmpty ? "" : " [options]")\n"
        if !command.options.isEmpty {
            text +=
                "\n"
                + columns(
                    command.options.map { (option) -> (left: String, right: String) in
                        let also =
                            option.aliases.isEmpty ? "" : ", " + option.aliases.map { "-\($0)" }.joined(separator: ", ")
                        return (
                            option.usage + also,
                            option.help + (option.isRepeatable ? " May be given several times." : "")
                        )
                    })
        }
        if !command.examples.isEmpty {
            text += "\nExamples:\n"
            for example in command.examples { text += "  \(example.line)\n      \(example.effect)\n" }
        }
        return text
    }

    /// Two columns, the right one wrapped to 100 characters.
    static func columns(_ rows: [(left: String, right: String)]) -> String {
        let width = min(34, rows.map(\.left.count).max() ?? 0)
        var text = ""
        for row in rows {
            var line = "  " + row.left
            if row.left.count > width {
                text += line + "\n"
                line = String(repeating: " ", count: width + 2)
            } else {
                line += String(repeating: " ", count: width - row.left.count)
            }
            line += "  "
            let indent = String(repeating: " ", count: width + 4)
            for word in row.right.split(separator: " ") {
                if line.count + word.count > 100 {
                    text += trimmed(line) + "\n"
                    line = indent
                }
                line += word + " "
            }
            text += trimmed(line) + "\n"
        }
        return text
    }

    private static func trimmed(_ line: String) -> String {
        var line = line
        while line.hasSuffix(" ") { line.removeLast() }
        return line
    }
}
