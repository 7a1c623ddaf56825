import TandemBus
import TandemKernel

/// Traffic by page, while somebody wants to know. Accesses that take the fast way are counted beside the entry of the
/// soft-TLB (`TLBCounts`), in code that is made for it; what takes a slow path is counted there; fetches follow from the
/// executions of blocks.
extension Hart {
    /// Empties the counters of the soft-TLB if they might become full. Gives the local offset at which they must be next.
    func emptyCounts() -> Int64 {
        let now = localNow
        if now >= access.pointee.countsDue {
            tlb.foldCounts()
            let interval = TLBCounts.longestInterval &* UInt64(instructionCost)
            access.pointee.countsDue = now + SimTime(picoseconds: interval)
        }
        return offset(of: access.pointee.countsDue)
    }

    /// The fetches of so many executions of a block.
    func countFetches(of block: BlockPointer, times: UInt64) {
        access.pointee.pageTraffic?._withUnsafeGuaranteedRef { traffic in
            let tally = block.pointee.tally
            if let pages = block.pointee.pages {
                for index in 0..<Int(block.pointee.pageCount) {
                    let cell = traffic.cell(pages[index].physical >> 12)
                    cell.pointee.fetches &+= times &* UInt64(pages[index].fetches)
                    cell.pointee.fetchBytes &+= times &* UInt64(pages[index].fetchBytes)
                }
                return
            }
            let cell = traffic.cell(block.pointee.physical >> 12)
            guard block.pointee.secondPage != TranslatedBlock.noPage else {
                cell.pointee.fetches &+= times &* UInt64(tally.fetches)
                cell.pointee.fetchBytes &+= times &* UInt64(tally.fetchBytes)
                return
            }
            // One instruction, a half in each page.
            let second = traffic.cell(block.pointee.secondPage >> 12)
            cell.pointee.fetches &+= times
            cell.pointee.fetchBytes &+= 2 &* times
            second.pointee.fetches &+= times
            second.pointee.fetchBytes &+= 2 &* times
        }
    }

    /// The fetch of one instruction of a block was counted so many times too often.
    func takeBackFetch(_ boundary: BlockBoundary, of block: BlockPointer, times: UInt64) {
        access.pointee.pageTraffic?._withUnsafeGuaranteedRef { traffic in
            guard block.pointee.secondPage == TranslatedBlock.noPage else {
                for page in [block.pointee.physical, block.pointee.secondPage] {
                    traffic.cell(page >> 12).pointee.fetches &-= times
                    traffic.cell(page >> 12).pointee.fetchBytes &-= 2 &* times
                }
                return
            }
            let cell = traffic.cell(physicalPage(of: boundary, in: block) >> 12)
            cell.pointee.fetches &-= times &* UInt64(boundary.fetches)
            cell.pointee.fetchBytes &-= times &* UInt64(boundary.length)
        }
    }

    /// The page that an instruction of a block stands in.
    private func physicalPage(of boundary: BlockBoundary, in block: BlockPointer) -> UInt64 {
        guard let pages = block.pointee.pages else { return block.pointee.physical }
        let virtual = (block.pointee.pc &+ UInt64(bitPattern: Int64(boundary.pcOffset))) & TLBEntry.pageMask
        for index in 0..<Int(block.pointee.pageCount) where pages[index].virtual == virtual {
            return pages[index].physical
        }
        return block.pointee.physical
    }
}
