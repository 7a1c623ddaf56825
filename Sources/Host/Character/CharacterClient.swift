/// Somebody who talks to a peer through a ``CharacterLink``: a serial port, a monitor. Called on the link's thread.
public protocol CharacterClient: AnyObject, Sendable {
    /// The link is open from now on: a peer may come. Called before the thread starts, by whoever opens the link.
    func linkOpened()
    /// A peer is there. Peers are numbered from 1.
    func peerCame(_ number: UInt32)
    /// What is typed goes to this client from now on: at once where it is the only one, and when Ctrl-a c chooses it
    /// where it is not.
    func focusCame()
    /// Takes what the peer has sent.
    func receive(_ bytes: [UInt8])
    /// The peer sends no more; nor does anybody else, if that is final.
    func inputEnded(isFinal: Bool)
    /// The peer is gone.
    func peerLeft()
    /// Nothing comes any more.
    func linkClosed()

    /// Whether it takes more at present. Until it does, and has called ``CharacterLink/wake()``, the peer waits.
    var takesMore: Bool { get }
    /// Whether it still has something to answer: a peer that has said its last word is kept until then.
    var isBusy: Bool { get }
}
