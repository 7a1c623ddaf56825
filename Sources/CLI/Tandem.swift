public import TandemKernel
public import TandemMachine
import TandemOS

/// The program `tandem`. A user's own simulator is one line:
///
/// ```swift
/// Tandem.main(catalog: .standard.adding(MyDevice.self))
/// ```
public enum Tandem {
    /// Runs the command line of this process with the module types of `catalog`, and ends the process.
    public static func main(catalog: Catalog = .standard) -> Never {
        let code = Program(catalog: catalog, surroundings: .process).run(HostProcess.arguments)
        HostProcess.exit(code)
    }
}
