public import TandemKernel

/// The far end of a serial line: a terminal, a file, a test. Consumed by serial devices, provided by the host's side.
///
/// Called on the simulation's thread only. What comes from outside enters through the inbox, and nowhere else.
public protocol CharacterBackend: AnyObject {
    /// Takes a character that the device sent. May buffer; must not wait for a reader.
    func send(_ character: UInt8)

    /// The same, of a character that leaves at a time of its own: an initiator ahead of simulated time has written it. What
    /// devices call.
    func send(_ character: UInt8, at time: SimTime)

    /// Hands on what `send` has buffered. Called when the run rests or ends.
    func flush()

    /// Ends the connection at the end of a run: hands on what is buffered, and gives back what was taken from the host,
    /// such as the mode of a terminal. Further calls do nothing.
    func close()

    /// Says where characters for the device go. Whoever may send some calls `attach` on it, so that a simulation that
    /// has nothing left to do waits for them, and `detach` at the end of its input.
    func connect(_ input: InboxPort)

    /// Is told that the device has taken so many characters: a sender who is to wait for a slow device counts them.
    func taken(_ count: Int)
}

extension CharacterBackend {
    /// For a far end to which the time means nothing.
    public func send(_ character: UInt8, at time: SimTime) { send(character) }
    /// For a sender that needs not wait.
    public func taken(_ count: Int) {}
}

/// What has a character port and wants to know when something arrives there.
public protocol CharacterReceiver: AnyObject {
    /// `port` has received characters. Called between events.
    func charactersArrived(at port: CharacterPort)
}
