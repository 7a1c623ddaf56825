public import TandemKernel
public import TandemMachine
public import TandemMonitor
import TandemOS

/// The program `tandem`. A user's own simulator is one line:
///
/// ```swift
/// Tandem.main(catalog: .standard.adding(MyDevice.self))
/// ```
public enum Tandem {
    /// Runs the command line of this process with the module types of `catalog` and the monitor commands of `commands`,
    /// and ends the process.
    public static func main(
        catalog: Catalog = .standard, commands: @autoclosure @escaping () -> CommandCatalog = .standard
    ) -> Never {
        let code = Program(catalog: catalog, commands: commands(), surroundings: .process).run(HostProcess.arguments)
        HostProcess.exit(code)
    }
}
