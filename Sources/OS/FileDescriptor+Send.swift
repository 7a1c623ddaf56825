import Glibc

extension FileDescriptor {
    /// Sends as much of `bytes` as the other side of this socket has room for, without waiting. Returns the number of
    /// bytes, 0 if there is no room.
    public func sendWithoutWaiting(_ bytes: ArraySlice<UInt8>) throws(OSError) -> Int {
        let count = bytes.withUnsafeBytes { bytes in
            repeating { send(number, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL | MSG_DONTWAIT)) }
        }
        if count < 0 && Errno.last == .wouldBlock { return 0 }
        guard count >= 0 else { throw OSError("send") }
        return count
    }
}
