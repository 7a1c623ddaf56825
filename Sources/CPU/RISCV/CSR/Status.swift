/// Fields of `mstatus` and of its view `sstatus` (Priv. spec §3.1.6, §12.1.1). RV32 has them at the same places, without
/// UXL and SXL; SD is the uppermost bit of either (`PrivilegedState.stateDirty`).
enum Status {
    static let sie: UInt64 = 1 << 1
    static let mie: UInt64 = 1 << 3
    static let spie: UInt64 = 1 << 5
    static let mpie: UInt64 = 1 << 7
    static let spp: UInt64 = 1 << 8
    static let mppShift: UInt64 = 11
    static let mpp: UInt64 = 3 << 11
    static let fs: UInt64 = 3 << 13
    static let fsInitial: UInt64 = 1 << 13
    static let mprv: UInt64 = 1 << 17
    static let sum: UInt64 = 1 << 18
    static let mxr: UInt64 = 1 << 19
    static let tvm: UInt64 = 1 << 20
    static let tw: UInt64 = 1 << 21
    static let tsr: UInt64 = 1 << 22
    static let uxl: UInt64 = 2 << 32
    static let sxl: UInt64 = 2 << 34

    /// What software may change through `mstatus` and `sstatus`.
    static let machineMask: UInt64 = sie | mie | spie | mpie | spp | mpp | fs | mprv | sum | mxr | tvm | tw | tsr
    static let supervisorMask: UInt64 = sie | spie | spp | fs | sum | mxr
}

/// Bits of `mip` and `mie` (Priv. spec §3.1.9).
enum InterruptBits {
    static let ssi: UInt64 = 1 << 1
    static let msi: UInt64 = 1 << 3
    static let sti: UInt64 = 1 << 5
    static let mti: UInt64 = 1 << 7
    static let sei: UInt64 = 1 << 9
    static let mei: UInt64 = 1 << 11
    static let all: UInt64 = ssi | msi | sti | mti | sei | mei
    static let supervisor: UInt64 = ssi | sti | sei
}

/// Bits of `menvcfg` and `senvcfg` (Priv. spec §3.1.18).
enum EnvironmentBits {
    static let fiom: UInt64 = 1 << 0
    static let cbie: UInt64 = 3 << 4
    static let cbcfe: UInt64 = 1 << 6
    static let cbze: UInt64 = 1 << 7
    static let adue: UInt64 = 1 << 61
    static let pbmte: UInt64 = 1 << 62
    static let stce: UInt64 = 1 << 63
}
