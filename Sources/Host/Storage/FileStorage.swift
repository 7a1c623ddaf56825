public import TandemDevices
public import TandemKernel
import TandemOS

/// A file that follows every change of a non-volatile memory.
public final class FileStorage: StorageBackend {
    private let descriptor: FileDescriptor
    private let path: String
    private unowned let owner: any StorageOwner

    private init(_ path: String, of owner: any StorageOwner) throws(OSError) {
        descriptor = try FileDescriptor(opening: path, .readWrite)
        self.path = path
        self.owner = owner
    }

    public func store(_ bytes: ArraySlice<UInt8>, at offset: Int) {
        let failure: OSError? = bytes.withUnsafeBytes { buffer in
            do throws(OSError) {
                try descriptor.write(buffer, at: offset)
                return nil
            } catch {
                return error
            }
        }
        // A full disk must not end the run; the guest's memory is right all the same.
        if let failure { owner.log.writeOnce(.error, at: owner.path, "“\(path)” does not follow: \(failure)") }
    }

    /// Gives a memory the contents of its file, and in the mode “write” a back-end that keeps them there. Nothing to do
    /// for one without a file. A file that is missing is made in that mode, with the memory's present contents.
    public static func connect(_ owner: any StorageOwner) throws(ElaborationError) {
        let path = owner.storageFile
        guard !path.isEmpty else { return }
        let isKept = owner.storageMode == .write
        let contents: [UInt8]
        var backend: FileStorage?
        do throws(OSError) {
            if isKept {
                if !Files.exists(path) { try Files.write(owner.storage, to: path) }
                backend = try FileStorage(path, of: owner)
            }
            contents = try Files.read(path)
        } catch {
            throw ElaborationError(
                at: owner.path, "\(error)",
                expected: isKept
                    ? "a file that can be read and written, or made"
                    : "a file that can be read; with the file-mode “write” it is made")
        }
        guard contents.count <= owner.storageSize else {
            throw ElaborationError(
                at: owner.path, "the file “\(path)” has \(contents.count) bytes",
                expected: "at most the \(owner.storageSize) that the memory holds")
        }
        owner.connectStorage(contents, backend)
    }
}
