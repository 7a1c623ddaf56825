/// What decoding needs to know of a register, laid out for it.
@frozen @usableFromInline struct DecodedRegister<Register: RegisterName> {
    @usableFromInline let register: Register
    @usableFromInline let width: UInt8
    @usableFromInline let accessSizes: UInt8
    @usableFromInline let offset: UInt64
    @usableFromInline let stride: UInt64
    /// Base-2 logarithm of the stride, or -1.
    @usableFromInline let strideShift: Int8
    @usableFromInline let count: UInt64
}

/// Registers that stand together. Slots name the register at each granule of one period; the period repeats to the end.
@frozen @usableFromInline struct RegisterCluster {
    @usableFromInline let start: UInt64
    /// One beyond the last byte.
    @usableFromInline let end: UInt64
    @usableFromInline let period: UInt64
    /// `period - 1` if the period is a power of two, else 0.
    @usableFromInline let periodMask: UInt64
    @usableFromInline let firstSlot: Int
}

/// Finds the register at an offset: a few steps to a cluster, one into its slots. Blocks of up to 4 KiB are one cluster
/// with a slot for each granule; large arrays, also interleaved ones such as the contexts of a PLIC, are clusters with
/// the slots of one element.
@usableFromInline final class RegisterDecoder<Register: RegisterName> {
    // SAFETY: all three buffers are allocated and filled in `init` and freed only in `deinit`.
    @usableFromInline let registers: UnsafeMutablePointer<DecodedRegister<Register>>
    @usableFromInline let clusters: UnsafeMutablePointer<RegisterCluster>
    /// Index into `registers` plus 1; 0 where there is none.
    @usableFromInline let slots: UnsafeMutablePointer<UInt16>
    @usableFromInline let clusterCount: Int
    @usableFromInline let granuleShift: UInt64

    init(_ table: RegisterTable<Register>) {
        let plan = RegisterPlan(table)
        granuleShift = plan.granuleShift
        clusterCount = plan.clusters.count
        registers = .allocate(capacity: max(plan.registers.count, 1))
        registers.initialize(from: plan.registers, count: plan.registers.count)
        clusters = .allocate(capacity: max(clusterCount, 1))
        clusters.initialize(from: plan.clusters, count: clusterCount)
        slots = .allocate(capacity: max(plan.slots.count, 1))
        slots.initialize(from: plan.slots, count: plan.slots.count)
    }

    deinit {
        registers.deallocate()
        clusters.deallocate()
        slots.deallocate()
    }

    /// The register that covers a byte of the block, the element of its array, and the byte's place in it.
    @inlinable @inline(__always) func find(
        _ offset: UInt64
    ) -> (register: UnsafeMutablePointer<DecodedRegister<Register>>, element: Int, inner: UInt64)? {
        var low = 0
        var high = clusterCount
        while low < high {
            let middle = (low &+ high) >> 1
            if clusters[middle].end > offset { high = middle } else { low = middle &+ 1 }
        }
        guard low < clusterCount, clusters[low].start <= offset else { return nil }
        let cluster = clusters + low
        let distance = offset &- cluster.pointee.start
        let mask = cluster.pointee.periodMask
        let place = mask != 0 ? distance & mask : distance % cluster.pointee.period
        let slot = slots[cluster.pointee.firstSlot &+ Int(truncatingIfNeeded: place >> granuleShift)]
        guard slot != 0 else { return nil }
        let register = registers + (Int(slot) &- 1)
        let relative = offset &- register.pointee.offset
        guard register.pointee.count > 1 else { return (register, 0, relative) }
        let stride = register.pointee.stride
        let shift = register.pointee.strideShift
        let element = shift >= 0 ? relative &>> UInt64(shift) : relative / stride
        guard offset >= register.pointee.offset, element < register.pointee.count else { return nil }
        return (register, Int(truncatingIfNeeded: element), relative &- element &* stride)
    }
}

/// Groups the rows of a table into clusters.
private struct RegisterPlan<Register: RegisterName> {
    var registers: [DecodedRegister<Register>] = []
    var clusters: [RegisterCluster] = []
    var slots: [UInt16] = []
    var granuleShift: UInt64 = 0

    /// A cluster of at most so many bytes has a slot for each granule.
    private static var directSize: UInt64 { 4096 }

    private struct Group {
        var rows: [Int]
        var start: UInt64
        var end: UInt64
        var isDirect: Bool { end - start <= directSize }
    }

    init(_ table: RegisterTable<Register>) {
        let rows = table.rows
        registers = rows.map { row in
            DecodedRegister(
                register: row.register, width: UInt8(row.width), accessSizes: row.accessSizes.rawValue,
                offset: row.offset, stride: row.stride,
                strideShift: row.stride.nonzeroBitCount == 1 ? Int8(row.stride.trailingZeroBitCount) : -1,
                count: UInt64(row.count))
        }
        granuleShift = UInt64(rows.map(\.width).min()?.trailingZeroBitCount ?? 0)
        for group in Self.groups(rows) { add(group, rows) }
    }

    /// Rows that interleave are one group; then small neighbours join.
    private static func groups(_ rows: [RegisterRow<Register>]) -> [Group] {
        var groups: [Group] = []
        for index in rows.indices.sorted(by: { rows[$0].offset < rows[$1].offset }) {
            let row = rows[index]
            if let last = groups.last, row.offset < last.end {
                groups[groups.count - 1].rows.append(index)
                groups[groups.count - 1].end = max(last.end, row.end)
            } else {
                groups.append(Group(rows: [index], start: row.offset, end: row.end))
            }
        }
        return groups.reduce(into: []) { merged, group in
            if let last = merged.last, group.end - last.start <= directSize {
                merged[merged.count - 1].rows += group.rows
                merged[merged.count - 1].end = group.end
            } else {
                merged.append(group)
            }
        }
    }

    private mutating func add(_ group: Group, _ rows: [RegisterRow<Register>]) {
        let first = rows[group.rows[0]]
        let period: UInt64
        if group.isDirect {
            period = group.end - group.start
        } else {
            precondition(
                group.rows.allSatisfy {
                    rows[$0].stride == first.stride && rows[$0].offset - group.start < first.stride
                },
                "The registers from \(first.name) on interleave, but not with one stride.")
            period = first.stride
        }
        clusters.append(
            RegisterCluster(
                start: group.start, end: group.end, period: period,
                periodMask: period.nonzeroBitCount == 1 ? period - 1 : 0, firstSlot: slots.count))
        let firstSlot = slots.count
        let granule: UInt64 = 1 << granuleShift
        slots.append(contentsOf: repeatElement(0, count: Int((period + granule - 1) >> granuleShift)))
        for index in group.rows {
            let row = rows[index]
            let elements = group.isDirect ? row.count : 1
            for element in 0..<elements {
                let start = row.offset - group.start + UInt64(element) * row.stride
                for place in stride(from: start, to: start + UInt64(row.width), by: Int(granule)) {
                    let slot = firstSlot + Int(place >> granuleShift)
                    precondition(slots[slot] == 0, "The register \(row.name) overlaps another.")
                    slots[slot] = UInt16(index + 1)
                }
            }
        }
    }
}
