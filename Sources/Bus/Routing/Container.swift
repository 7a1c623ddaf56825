public import TandemKernel

/// A region that only holds others, by addresses of its own. Where it is mapped in a router, what it holds takes part in
/// the router's map as if it stood there itself: an access goes straight to the target, and what lies behind the
/// container's holes in the router is seen through them.
///
/// In a router whose accesses take time or compete it is one target, as a nested router is; and it is a router of its own
/// to an initiator that is bound to it.
public final class Container: Router {
    public override class var declaration: ModuleDeclaration {
        ModuleDeclaration(
            "container", category: "bus", summary: "Group of regions with addresses of its own",
            ports: [PortDeclaration("in", .target, "Accesses to all that it holds.")],
            documentation: """
                Takes no time. Its regions are placed by addresses that count from its own start, and move with it. \
                What overlaps is decided inside first, by the priorities of its regions; then the container's own \
                priority counts among its neighbours. Accesses to its holes fall through to neighbours of lower priority.
                """)
    }

    override var isTransparent: Bool { linkSeats.isEmpty }
}
