// Calls of the C library that its module for Swift does not show.

@_extern(c, "pipe2") func pipe2(_ ends: UnsafeMutablePointer<Int32>, _ flags: Int32) -> Int32
@_extern(c, "accept4") func accept4(
    _ socket: Int32, _ address: UnsafeMutableRawPointer?, _ length: UnsafeMutableRawPointer?, _ flags: Int32
) -> Int32
@_extern(c, "ptsname_r") func ptsname_r(_ terminal: Int32, _ name: UnsafeMutablePointer<CChar>, _ size: Int) -> Int32
@_extern(c, "pthread_setname_np") func pthread_setname_np(_ thread: UInt, _ name: UnsafePointer<CChar>) -> Int32
@_extern(c, "posix_openpt") func posix_openpt(_ flags: Int32) -> Int32
@_extern(c, "grantpt") func grantpt(_ terminal: Int32) -> Int32
@_extern(c, "unlockpt") func unlockpt(_ terminal: Int32) -> Int32
@_extern(c, "mremap") func mremap(
    _ address: UnsafeMutableRawPointer, _ oldSize: Int, _ newSize: Int, _ flags: Int32,
    _ place: UnsafeMutableRawPointer?
) -> UnsafeMutableRawPointer?
