import TandemDevices
import Testing

@Suite struct CharacterFIFOTests {
    @Test("characters come out in the order in which they went in, across the end of the room")
    func order() {
        var queue = CharacterFIFO(capacity: 3)
        for entry in UInt16(0)..<10 {
            queue.append(entry)
            queue.append(entry + 100)
            #expect(queue.entries == [entry, entry + 100])
            #expect(queue.popFirst() == entry && queue.popFirst() == entry + 100)
        }
        #expect(queue.popFirst() == nil && queue.isEmpty)
    }

    @Test("queues with the same entries are equal, wherever they lie")
    func equality() {
        var left = CharacterFIFO(capacity: 2)
        var right = left
        left.append(1)
        _ = left.popFirst()
        left.append(7)
        right.append(7)
        #expect(left == right)
        right.append(8)
        #expect(left != right && right.isFull && right.contains(8))
    }
}
