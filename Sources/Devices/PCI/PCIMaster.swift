import TandemBus
import TandemKernel

/// The side of a function that makes accesses of its own: its socket, the gate that software opens by Bus Master Enable,
/// and its messages.
final class PCIMaster: AddressTranslator {
    /// A message takes this long to be sent. Not zero, so that a function that answers its own messages lets time pass.
    static let messageTime = SimTime.nanoseconds(50)

    private let socket: InitiatorSocket
    private let gate: TargetSocket
    private let out: PassingSocket
    private let sending: Event
    private var translation: Translation?
    let messageTable: PCIMessageTable?
    private let vectorCount: Int
    var messages = PCIMessageQueue()
    // SAFETY: the function owns this object.
    private unowned(unsafe) var function: PCIFunction?
    // SAFETY: allocated in `init`, freed only in `deinit`; what a message sends.
    private let data: UnsafeMutableRawPointer = .allocate(byteCount: 4, alignment: 4)

    init(_ context: ModuleContext, _ table: PCIConfigurationTable) {
        socket = InitiatorSocket("dma", context, neverWaits: true)
        gate = TargetSocket("gate", context)
        out = PassingSocket("upstream", context)
        sending = Event("message", context)
        var vectorCount = 0
        var messageTable: PCIMessageTable?
        for capability in table.header.capabilities {
            switch capability {
            case .messages(let vectors): vectorCount = max(vectorCount, vectors)
            case .extendedMessages(let vectors, _):
                vectorCount = max(vectorCount, vectors)
                messageTable = PCIMessageTable(count: vectors)
            case .powerManagement, .express, .vendorSpecific: break
            }
        }
        self.vectorCount = vectorCount
        self.messageTable = messageTable
    }

    deinit { data.deallocate() }

    /// After the function's own `super.init`.
    func start(_ function: PCIFunction) {
        self.function = function
        translation = Translation(from: gate, to: out, by: self)
        socket.bind(to: gate)
        messageTable?.changed = { [unowned self] delay in
            if let function = self.function { settle(at: function.now + delay) }
        }
        function.method("send", sensitiveTo: [sending], initialize: false) { [unowned self] in send() }
    }

    /// Leads the accesses to where the host bridge's lead.
    func connect(to bus: PCIBus) throws(ElaborationError) {
        guard let target = bus.host?.dma.bound else {
            throw ElaborationError(
                at: bus.host?.path ?? bus.path, "the accesses of PCI functions lead nowhere",
                expected: "dma: ROUTER or dma: “IOMMU.in0”")
        }
        try out.bind(to: target)
    }

    func access(
        _ command: Command, at address: UInt64, _ data: UnsafeMutableRawPointer, count: Int, delay: inout SimTime
    ) -> Response {
        var transaction = Transaction(command, address: address, data: data, count: count)
        socket.transport(&transaction, delay: &delay)
        return transaction.response
    }

    func endGrants() { translation?.invalidate() }

    // MARK: AddressTranslator

    func translate(_ address: UInt64, _ attributes: Attributes) -> TranslatedWindow? {
        function?.isBusMaster == true ? .identity : nil
    }

    func translationFailed(_ fault: TranslationFault, delay: SimTime) {}

    // MARK: Messages

    func signal(_ vector: Int, at time: SimTime) {
        guard vector < vectorCount, function?.usesMessages == true else { return }
        messages.insert(vector)
        settle(at: time)
    }

    /// Looks again at what is to be sent: masks or the configuration have changed.
    func settle(at time: SimTime) {
        guard let function else { return }
        guard function.usesMessages else {
            // §6.8.1.3: what was pending when software turned messages off is not sent any more.
            for vector in messages.vectors { setPending(Int(vector), false) }
            return messages.removeAll()
        }
        var hasReady = false
        for vector in messages.vectors {
            let isMasked = isMasked(Int(vector))
            setPending(Int(vector), isMasked)
            hasReady = hasReady || !isMasked
        }
        if hasReady, !sending.isPending { sending.notify(at: time.saturatingAdd(Self.messageTime)) }
    }

    private func send() {
        guard let function else { return }
        for vector in messages.vectors where !isMasked(Int(vector)) {
            messages.remove(vector)
            setPending(Int(vector), false)
            guard let message = message(Int(vector)) else { continue }
            data.storeBytes(of: message.data.littleEndian, as: UInt32.self)
            var delay = SimTime.zero
            _ = function.access(.write, at: message.address, data, count: 4, delay: &delay)
        }
    }

    private func message(_ vector: Int) -> PCIMessage? {
        guard let function else { return nil }
        return function.configuration.sendsTableMessages
            ? messageTable?.message(vector) : function.configuration.message(vector)
    }

    private func isMasked(_ vector: Int) -> Bool {
        guard let function else { return true }
        if function.configuration.sendsTableMessages {
            return function.configuration.masksTable || messageTable?.isMasked(vector) ?? true
        }
        return function.configuration.isMasked(vector)
    }

    private func setPending(_ vector: Int, _ isPending: Bool) {
        if function?.configuration.sendsTableMessages == true {
            messageTable?.setPending(vector, isPending)
        } else {
            function?.changeConfiguration {
                let bit = UInt32(1) << UInt32(vector)
                $0.pendingMessages = isPending ? $0.pendingMessages | bit : $0.pendingMessages & ~bit
            }
        }
    }

    func reset() {
        messages.removeAll()
        messageTable?.reset()
    }
}
