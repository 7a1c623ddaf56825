import TandemKernel

/// The vectors whose messages are still to be sent: asked for, or held back by a mask.
struct PCIMessageQueue: Equatable {
    /// In ascending order.
    private(set) var vectors: [UInt16] = []

    init() {}

    mutating func insert(_ vector: Int) {
        let vector = UInt16(vector)
        let place = vectors.firstIndex { $0 >= vector } ?? vectors.count
        if place == vectors.count || vectors[place] != vector { vectors.insert(vector, at: place) }
    }

    mutating func remove(_ vector: UInt16) { vectors.removeAll { $0 == vector } }

    mutating func removeAll() { vectors.removeAll(keepingCapacity: true) }

    func encode(to writer: inout SnapshotWriter) { writer.write(each: vectors) { $0.write($1) } }

    init(from reader: inout SnapshotReader) throws(SnapshotError) {
        for vector in try reader.read(each: { reader throws(SnapshotError) in try reader.read(UInt16.self) }) {
            insert(Int(vector))
        }
    }
}
