/// Exit codes of ours; the guest's pass through.
enum ExitStatus {
    static let success: Int32 = 0
    /// The command line, the platform or an image is wrong.
    static let usage: Int32 = 2
    /// The guest hangs, or an expectation failed.
    static let failure: Int32 = 3
    /// Interrupted from the keyboard.
    static let interrupted: Int32 = 130
}
