import TandemKernel
import TandemMachine

/// The options that change a platform: common to `run` and `check`.
struct PlatformOptions {
    let arguments: Arguments
    let command: String

    /// Loads the platform `name` and applies -m, -smp, -engine, -rtc and -set.
    func platform(_ name: String, from library: PlatformLibrary) throws(RunError) -> Platform {
        var platform: Platform
        do throws(PlatformError) { platform = try library.load(name) } catch { throw .platform(error) }
        if let text = arguments["m"] {
            platform.set(
                "\(try part(platform.board.memory, "-m", "memory", platform)).size", to: Self.size(text), from: "-m")
        }
        if let text = arguments["smp"] {
            let count = text.hasPrefix("cpus=") ? String(text.dropFirst(5)) : text
            let harts = try part(platform.board.harts, "-smp", "harts", platform)
            platform.set("\(harts).count", to: count, from: "-smp")
        }
        if let engine = arguments["engine"] {
            let harts = try part(platform.board.harts, "-engine", "harts", platform)
            platform.set("\(harts).engine", to: engine, from: "-engine")
        }
        for text in arguments.all("set") {
            let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else {
                throw .usage(
                    UsageError(
                        "-set needs MODULE.PROPERTY=VALUE, such as ram.size=512M, and got “\(text)”", command: command))
            }
            platform.set(String(parts[0]), to: String(parts[1]), from: "-set \(parts[0])")
        }
        return platform
    }

    /// The module that plays a part of the board.
    func part(
        _ part: Board.Part?, _ option: String, _ name: String, _ platform: Platform
    ) throws(RunError) -> String {
        if let part { return part.path }
        throw .platform(
            PlatformError(
                at: option, "the platform “\(platform.name)” does not say which module this is about",
                expected: "board: { \(name): NAME } in the platform file"))
    }

    /// A bare number counts MiB, as with QEMU; "size=" may stand before it.
    static func size(_ text: String) -> String {
        let text = text.hasPrefix("size=") ? String(text.dropFirst(5)) : text
        return !text.isEmpty && text.utf8.allSatisfy { (0x30...0x39).contains($0) } ? text + "M" : text
    }
}

/// What keeps a command from its work.
enum RunError: Error {
    case usage(UsageError)
    case platform(PlatformError)
}
