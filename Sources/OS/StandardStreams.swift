import Glibc

/// Descriptor 1, for results: unbuffered, and never an error for the one who writes.
public enum StandardOutput {
    /// Writes the whole text; gives up silently where the descriptor is closed or its reader is gone.
    public static func write(_ text: String) { writeText(text, to: 1) }

    /// Writes all bytes; gives up silently where the descriptor is closed or its reader is gone.
    public static func write(_ bytes: UnsafeRawBufferPointer) { writeBytes(bytes, to: 1) }
}

/// Descriptor 2, for diagnostics: unbuffered, and never an error for the one who writes.
public enum StandardError {
    /// Writes the whole text; gives up silently where the descriptor is closed or its reader is gone.
    public static func write(_ text: String) { writeText(text, to: 2) }
}

private func writeText(_ text: String, to number: Int32) {
    var text = text
    text.withUTF8 { writeBytes(UnsafeRawBufferPointer($0), to: number) }
}

private func writeBytes(_ bytes: UnsafeRawBufferPointer, to number: Int32) {
    let stream = FileDescriptor(unowned: number)
    try? stream.write(bytes)
}
