/// The images that are part of the program, called "builtin:NAME".
public enum BuiltInImage {
    /// What their names begin with.
    public static let prefix = "builtin:"
    /// Their names.
    public static let names = ["demo"]

    /// The image of that name, "builtin:" included.
    public static func open(_ name: String) throws(PlatformError) -> ImageBytes {
        switch name {
        case "builtin:demo": return ImageBytes(DemoFirmware.image(), name: name)
        default:
            throw PlatformError(
                at: name, "there is no such image in the program", choices: names.map { "builtin:\($0)" })
        }
    }
}
