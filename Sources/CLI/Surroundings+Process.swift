import TandemHost
import TandemKernel
import TandemMachine
import TandemOS

extension Surroundings {
    /// The surroundings of this process: its streams, the file system, its terminal.
    static var process: Surroundings {
        Surroundings(
            write: { StandardOutput.write($0) }, warn: { StandardError.write($0) },
            readFile: { try? Files.read($0) },
            writeFile: { path, bytes in
                do throws(OSError) {
                    try Files.write(bytes, to: path)
                    return nil
                } catch { return "\(error.errno)" }
            },
            makeFolder: { path in
                if Files.isDirectory(path) { return nil }
                do throws(OSError) {
                    try Files.makeDirectory(path)
                    return nil
                } catch { return "\(error.errno)" }
            },
            openImage: mapImage, environment: HostProcess.environment, executable: HostProcess.executablePath,
            wallClock: { HostClock.timeOfDay(isLocal: $0) }, processNumber: HostProcess.identifier,
            hasTerminal: HostProcess.isTerminal(2),
            hasScreen: HostProcess.isTerminal(0) && HostProcess.isTerminal(1), openLog: openLog,
            openTrace: openTrace, openLine: openLine, watchInterrupts: watchInterrupts,
            showProgress: showProgress)
    }

    private static func watchInterrupts(_ notice: @escaping @Sendable (Int32) -> Void) -> () -> Void {
        guard let watch = try? InterruptWatch(notice) else { return {} }
        return { watch.stop() }
    }

    private static func showProgress(_ handle: StopHandle, limit: SimTime) -> () -> Void {
        guard HostProcess.isTerminal(2), let line = try? ProgressLine(handle, limit: limit) else { return {} }
        return { line.stop() }
    }

    private static func openLog(_ path: String) throws(PlatformError) -> (String) -> Void {
        if path.isEmpty { return { StandardError.write($0) } }
        do throws(OSError) {
            let file = try OutputFile(path)
            return { file.write($0) }
        } catch {
            throw PlatformError(
                at: "-D \(path)", "the log cannot be written: \(error.errno)", expected: "a writable place")
        }
    }

    private static func openTrace(_ path: String) throws(PlatformError) -> ([UInt8]) -> Void {
        if path.isEmpty { return { StandardError.write(String(decoding: $0, as: UTF8.self)) } }
        do throws(OSError) {
            let file = try OutputFile(path)
            return { file.write($0) }
        } catch {
            throw PlatformError(
                at: "-trace file=\(path)", "the trace cannot be written: \(error.errno)",
                expected: "a writable place")
        }
    }

    /// Maps an image: what is not loaded into guest memory is never read.
    private static func mapImage(_ name: String) throws(PlatformError) -> ImageBytes {
        do throws(OSError) {
            let mapping = MappedFile(try MemoryMapping(file: name))
            return ImageBytes(mapped: mapping.bytes, name: name, setAside: { mapping.setAside() }) {
                withExtendedLifetime(mapping) {}
            }
        } catch {
            throw PlatformError(
                at: name, "the image cannot be read: \(error.errno)", expected: "a readable ELF file or raw image")
        }
    }
}

/// Holds a mapping for as long as somebody reads it.
private final class MappedFile {
    private let mapping: MemoryMapping

    init(_ mapping: consuming MemoryMapping) { self.mapping = mapping }

    var bytes: UnsafeRawBufferPointer { mapping.bytes }

    /// Lets the host drop the pages, which it reads from the file again when they are wanted.
    func setAside() { mapping.discard(0..<mapping.bytes.count) }
}

extension Surroundings {
    private static func openLine(_ request: LineRequest) throws(PlatformError) -> OpenedLine {
        do throws(CharacterError) {
            return .link(
                try CharacterLink(
                    request.options, option: request.option, use: request.terminalUse, stop: request.stopHandle))
        } catch { throw PlatformError([error.diagnosis]) }
    }
}
