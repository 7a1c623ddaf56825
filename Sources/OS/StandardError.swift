import Glibc

/// Descriptor 2, for diagnostics: unbuffered, and never an error for the one who writes.
public enum StandardError {
    /// Writes the whole text; gives up silently where the descriptor is closed or its reader is gone.
    public static func write(_ text: String) {
        var text = text
        text.withUTF8 { bytes in
            var rest = UnsafeRawBufferPointer(bytes)
            while !rest.isEmpty {
                let count = Glibc.write(2, rest.baseAddress, rest.count)
                if count < 0 && errno == EINTR { continue }
                if count <= 0 { return }
                rest = UnsafeRawBufferPointer(rebasing: rest[count...])
            }
        }
    }
}
