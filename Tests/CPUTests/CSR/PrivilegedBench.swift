@testable import TandemCPU

/// A privileged state with the hart and the surroundings that its CSRs ask for.
struct PrivilegedBench {
    var state: PrivilegedState
    var hart: HartConfiguration
    var environment = CSREnvironment(cycles: 0, retired: 0, time: 0, lines: 0, floatFlags: 0)

    init(xlen: XLEN = .rv64) {
        state = PrivilegedState(xlen: xlen)
        hart = HartConfiguration(
            xlen: xlen, extensions: ExtensionSet.all.withImplied, maximumTranslation: xlen == .rv32 ? 1 : 10, hartID: 3)
    }

    func read(_ name: String) -> UInt64? {
        CSRAddress.address(named: name).flatMap { state.read($0, hart, environment) }
    }

    @discardableResult
    mutating func write(_ name: String, _ value: UInt64) -> CSREffects? {
        CSRAddress.address(named: name).flatMap { state.write($0, value, hart, &environment) }
    }

    /// Does something in another privilege mode.
    mutating func with<Value>(_ privilege: Privilege, _ body: (inout PrivilegedBench) -> Value) -> Value {
        let before = state.privilege
        state.privilege = privilege
        defer { state.privilege = before }
        return body(&self)
    }
}
