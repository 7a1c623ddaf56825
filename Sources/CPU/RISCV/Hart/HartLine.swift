import TandemBus
import TandemKernel

/// The interrupt inputs of a hart.
enum HartLine: Int, CaseIterable {
    case msip, mtip, meip, seip, ssip

    var name: String { "\(self)" }

    /// Its bit in `mip`.
    var bit: UInt64 {
        switch self {
        case .msip: InterruptBits.msi
        case .mtip: InterruptBits.mti
        case .meip: InterruptBits.mei
        case .seip: InterruptBits.sei
        case .ssip: InterruptBits.ssi
        }
    }

    /// The input behind an interrupt; the supervisor timer has none.
    init?(_ cause: InterruptCause) {
        switch cause {
        case .machineSoftware: self = .msip
        case .machineTimer: self = .mtip
        case .machineExternal: self = .meip
        case .supervisorExternal: self = .seip
        case .supervisorSoftware: self = .ssip
        case .supervisorTimer: return nil
        }
    }
}

/// What happens at an interrupt input, or to an interrupt file, at a time that the hart has not reached yet.
struct InputChange {
    var time: SimTime
    var kind: Kind

    enum Kind {
        case line(HartLine, level: Bool)
        case message(UInt32, InterruptLevel)
    }
}
