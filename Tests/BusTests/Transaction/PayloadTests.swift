import TandemBus
import TandemKernel
import TandemTesting
import Testing

@Suite("The generic payload")
struct PayloadTests {
    private static func name(_ response: Response) -> String {
        switch response {
        case .incomplete: "TLM_INCOMPLETE_RESPONSE"
        case .ok: "TLM_OK_RESPONSE"
        default: "\(response)"
        }
    }

    private static func number(_ command: Command) -> Int { Int(command.rawValue) }

    @Test("payload: the defaults of the standard, and what a reset leaves")
    func probe() {
        var p = Transaction()
        var text = "defaults: cmd=\(Self.number(p.command)) addr=\(p.address) data=\(p.hasData ? "set" : "null")"
        text += " len=\(p.count) sw=\(p.streamingWidth) be=\(p.byteEnables == nil ? "null" : "set")"
        text += " bel=\(p.byteEnableCount) resp=\(Self.name(p.response)) dmi=\(p.allowsDirectMemory ? 1 : 0)"
        // A transaction on the stack belongs to no pool and is held by nobody.
        text += " opt=\(p.attributes.option.rawValue) mm=0 ref=0"
        p.address = 64
        p.command = .write
        p.response = .ok
        p.allowsDirectMemory = true
        p.attributes.option = .full
        p.reset()
        text += " | after reset(): cmd=\(Self.number(p.command)) addr=\(p.address) resp=\(Self.name(p.response))"
        text += " dmi=\(p.allowsDirectMemory ? 1 : 0) opt=\(p.attributes.option.rawValue)"
        let d = DirectMemory()
        let access = (d.allowsRead ? 1 : 0) + (d.allowsWrite ? 2 : 0)
        let hasPlace = d.base != Transaction.noData
        text += " | dmi defaults: [\(d.start),\(d.end)] access=\(access) ptr=\(hasPlace ? "set" : "null")"
        #expect(text == ProbeTwin.named("payload").ours)
    }

    private final class Speech { var words: [String] = [] }

    private final class Ext: TransactionExtension {
        let name: String
        let speech: Speech
        init(_ name: String, _ speech: Speech) {
            self.name = name
            self.speech = speech
        }
        deinit { speech.words.append("freed:\(name)") }
        func copied() -> Ext { Ext("clone", speech) }
    }

    @Test("extension: automatic ones go with the transaction, sticky ones stay, a deep copy copies them")
    func extensionProbe() {
        let speech = Speech()
        let simulation = Simulation()
        simulation.log.sink = RecordingSink()
        let pool = TransactionPool("pool", in: Module(ModuleContext(name: "m", parent: simulation.root)))
        pool.onRecycle { _ in speech.words.append("mm.free") }
        do {
            let sticky = Ext("sticky", speech)
            var p = pool.take()
            p.payload.extensions.setAutomatic(Ext("auto", speech))
            p.acquire()
            p.release()
            speech.words.append("ref=\(p.referenceCount)")
            p.release()
            p = pool.take()
            let isLeft = p.payload.extensions[Ext.self] != nil
            speech.words.append("auto_left=\(isLeft ? 1 : 0)")
            p.payload.extensions[Ext.self] = sticky
            p.acquire()
            p.release()
            p.release()
            p = pool.take()
            let stays = p.payload.extensions[Ext.self] != nil
            speech.words.append("sticky_left=\(stays ? 1 : 0)")
            var q = Transaction()
            q.deepCopy(from: p.payload)
            speech.words.append("deep_copy_ext=\(q.extensions[Ext.self]?.name ?? "none")")
            q.extensions.removeAll()
            p.payload.extensions[Ext.self] = nil
            withExtendedLifetime(sticky) {}
        }
        #expect(speech.words.joined(separator: " ") == ProbeTwin.named("extension").ours)
    }

    private struct Small: TransactionExtension, Equatable { var value = 0 }
    private struct Wide: TransactionExtension, Equatable { var values = [1, 2, 3] }

    @Test("each type has a slot of its own, however many types there are")
    func slots() {
        struct Tag<Value>: TransactionExtension { var text: String }
        var t = Transaction()
        var isEmpty = t.extensions.isEmpty
        #expect(isEmpty)
        t.extensions[Tag<Int8>.self] = Tag(text: "0")
        t.extensions[Tag<Int16>.self] = Tag(text: "1")
        t.extensions[Tag<Int32>.self] = Tag(text: "2")
        t.extensions[Tag<Int64>.self] = Tag(text: "3")
        t.extensions[Tag<UInt8>.self] = Tag(text: "4")
        t.extensions[Tag<UInt16>.self] = Tag(text: "5")
        t.extensions[Tag<UInt32>.self] = Tag(text: "6")
        t.extensions[Tag<UInt64>.self] = Tag(text: "7")
        t.extensions[Tag<Float>.self] = Tag(text: "8")
        t.extensions[Tag<Double>.self] = Tag(text: "9")
        let texts = [
            t.extensions[Tag<Int8>.self]?.text, t.extensions[Tag<Int16>.self]?.text,
            t.extensions[Tag<Int32>.self]?.text, t.extensions[Tag<Int64>.self]?.text,
            t.extensions[Tag<UInt8>.self]?.text, t.extensions[Tag<UInt16>.self]?.text,
            t.extensions[Tag<UInt32>.self]?.text, t.extensions[Tag<UInt64>.self]?.text,
            t.extensions[Tag<Float>.self]?.text, t.extensions[Tag<Double>.self]?.text,
        ]
        #expect(texts == (0..<10).map { "\($0)" })
        t.extensions[Tag<Int64>.self] = nil
        let gone = t.extensions[Tag<Int64>.self] == nil && t.extensions[Tag<UInt8>.self] != nil
        #expect(gone)
        t.extensions.removeAll()
        isEmpty = t.extensions.isEmpty
        #expect(isEmpty)
    }

    @Test("a deep copy takes the bytes, an update takes back what a target may change")
    func copying() {
        let a = UnsafeMutableRawPointer.allocate(byteCount: 8, alignment: 8)
        let b = UnsafeMutableRawPointer.allocate(byteCount: 8, alignment: 8)
        let enables = UnsafeMutablePointer<UInt8>.allocate(capacity: 2)
        defer {
            a.deallocate()
            b.deallocate()
            enables.deallocate()
        }
        a.storeBytes(of: 0x1111_1111_1111_1111, as: UInt64.self)
        b.storeBytes(of: 0, as: UInt64.self)
        enables.initialize(repeating: 0xff, count: 2)
        enables[1] = 0
        var original = Transaction(.read, address: 0x20, data: a, count: 8)
        original.streamingWidth = 4
        original.byteEnables = UnsafePointer(enables)
        original.byteEnableCount = 2
        original.extensions[Wide.self] = Wide()
        var copy = Transaction(.ignore, address: 0, data: b, count: 0)
        copy.deepCopy(from: original)
        let width = copy.streamingWidth
        #expect(copy.command == .read && copy.address == 0x20 && copy.count == 8 && width == 4)
        #expect(copy.data == b && b.load(as: UInt64.self) == 0x1111_1111_1111_1111 && copy.byteEnables == nil)
        #expect(copy.extensions[Wide.self] == Wide())
        b.storeBytes(of: 0xffee_ddcc_bbaa_9988, as: UInt64.self)
        copy.response = .burstError
        copy.allowsDirectMemory = true
        copy.extensions[Small.self] = Small(value: 4)
        original.update(from: copy)
        #expect(original.response == .burstError && original.allowsDirectMemory)
        #expect(original.extensions[Small.self] == Small(value: 4) && original.extensions[Wide.self] == Wide())
        // Every other byte is enabled.
        #expect(a.load(as: UInt64.self) == 0x11ee_11cc_11aa_1188)
        original.update(from: copy, enabledOnly: false)
        #expect(a.load(as: UInt64.self) == 0xffee_ddcc_bbaa_9988)
    }
}
