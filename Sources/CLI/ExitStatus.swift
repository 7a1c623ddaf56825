/// Exit codes of ours; the guest's pass through.
enum ExitStatus {
    static let success: Int32 = 0
    /// Two traces differ, or two reports by more than they may.
    static let difference: Int32 = 1
    /// The command line, the platform or an image is wrong.
    static let usage: Int32 = 2
}
