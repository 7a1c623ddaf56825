import Glibc

extension FileDescriptor {
    /// Sends as much of `bytes` as the other side has room for, without waiting: of a socket, or of an open file that
    /// ``becomeNonBlocking()`` was called on. Returns the number of bytes, 0 if there is no room.
    public func sendWithoutWaiting(_ bytes: ArraySlice<UInt8>) throws(OSError) -> Int {
        let count = bytes.withUnsafeBytes { bytes in
            repeating {
                isSocket
                    ? send(number, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL | MSG_DONTWAIT))
                    : Glibc.write(number, bytes.baseAddress, bytes.count)
            }
        }
        if count < 0 && Errno.last == .wouldBlock { return 0 }
        guard count >= 0 else { throw OSError("send") }
        return count
    }
}
