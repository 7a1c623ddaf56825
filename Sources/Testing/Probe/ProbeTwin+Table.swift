extension ProbeTwin {
    /// Among equals ours is first in, first out; SystemC's order is an accident of its lists and of its heap.
    private static let fifo = "equal work runs in the order in which it was asked for, on every run and every host"

    /// Every probe of `peers/systemc`.
    public static let all: [ProbeTwin] = [
        ProbeTwin(
            "override",
            """
            timed_then_immediate@1ns/d1 delta_then_timed@1ns/d2 timed_then_delta@1ns/d2 late_then_early@6ns/d3 \
            early_then_late@6ns/d3
            """,
            ours: """
                timed_then_immediate@1ns/d1 timed_then_delta@1ns/d2 delta_then_timed@1ns/d2 late_then_early@6ns/d3 \
                early_then_late@6ns/d3
                """,
            because: fifo),
        ProbeTwin("self_immediate", "run@0ns/d0"),
        ProbeTwin("immediate_order", "before@0ns/d0 after@0ns/d0 m@0ns/d0 next@0ns/d1"),
        ProbeTwin("static_masked", "m@0ns/d0 m@2ns/d2 m@3ns/d3"),
        ProbeTwin("next_trigger_last", "m@0ns/d0 m@7ns/d1"),
        ProbeTwin("and_list", "and@3ns/d3"),
        ProbeTwin("or_timeout", "or@2ns/d1  timeout@7ns/d2"),
        ProbeTwin("end_time", "t@5ns/d1 | returned@10ns | t@10ns/d2 | zero start@10ns | t@15ns/d3 | returned@20ns"),
        ProbeTwin("starvation", "t@4ns/d1 exit_on_starvation->4ns run_to_time->14ns"),
        ProbeTwin(
            "pause",
            "paused-by@3ns/d1 | returned@3ns status=1 pending=1 | m@3ns/d2 after@3ns/d2 | returned@13ns"),
        ProbeTwin("stop_finish", "t1@3ns/d1 t2@3ns/d1 | returned@3ns s=7 status_stopped=1"),
        ProbeTwin("stop_immediate", "t1@3ns/d1 | returned@3ns s=0 status_stopped=1"),
        ProbeTwin("kill", "kill@5ns/d6 unwound@5ns/d6 killed@5ns/d6 terminated_event@5ns/d6"),
        ProbeTwin("reset", "body@0ns/d0 reset@5ns/d1 unwound@5ns/d1 body@5ns/d1 returned@5ns/d1"),
        ProbeTwin("suspend", "resume@5ns/d2 returned@5ns/d2 v@5ns/d2"),
        ProbeTwin("disable", "enabled@5ns/d2 v@6ns/d3"),
        ProbeTwin("spawn", "k@1ns/d1 k2@1ns/d1 cm@1ns/d1 child@1ns/d1"),
        ProbeTwin(
            "order",
            "m0 m1 m2 t0 t1 t2 | m2 m1 m0 t0' t2' t1'",
            ours: "m0 m1 m2 t0 t1 t2 | m0 m1 m2 t0' t1' t2'",
            because: fifo),
        ProbeTwin(
            "same_time_order",
            "0 7 6 5 4 3 2 1",
            ours: "0 1 2 3 4 5 6 7",
            because: fifo),
        ProbeTwin("signal", "w@1ns/d1 read=0 m@1ns/d2 r@1ns/d2 read=2 event=1 event=0 same: event=0"),
        ProbeTwin("deltas", "before=0 init@0ns/d0 | zero start: 1 | d@0ns/d1 t@1ns/d2 td@1ns/d3"),
        ProbeTwin(
            "times",
            """
            0.4ps=0 0.5ps=1 1.5ps=2 -1ps=0 1ps*0.5=1 3ps/2=2 1ns-2ns=18446744073709550616 max+1ps=0 5ns%3ns=2000 \
            print:1500 ps,1 us,0 s resolution=1 ps
            """,
            ours: """
                0.4ps=0 0.5ps=1 1.5ps=2 -1ps=none 1ps*0.5=1 3ps/2=2 1ns-2ns=overflow max+1ps=overflow 5ns%3ns=2000 \
                print:1.5 ns,1 us,0 s resolution=1 ps
                """,
            because: """
                a time that is negative or beyond the range is refused and never wraps; a time prints in the largest \
                unit that it reaches, exactly
                """),
        ProbeTwin(
            "quantum",
            """
            at0:10ns at3:7ns at10:10ns fresh_need_sync=1 reset_need_sync=0 +9:0 +10:1 current=24 ns synced@24ns/d3 \
            local=0 s +5:0 +6:1 zero_quantum_need_sync=1
            """),
        ProbeTwin("peq", "sent@1ns/d1 5@1ns/d1 3@1ns/d2 4@1ns/d2 1@4ns/d3 0@6ns/d4 2@6ns/d4"),
        ProbeTwin(
            "payload",
            """
            defaults: cmd=2 addr=0 data=null len=0 sw=0 be=null bel=0 resp=TLM_INCOMPLETE_RESPONSE dmi=0 opt=0 mm=0 \
            ref=0 | after reset(): cmd=1 addr=64 resp=TLM_OK_RESPONSE dmi=1 opt=0 | dmi defaults: \
            [0,18446744073709551615] access=0 ptr=null
            """),
        ProbeTwin(
            "extension",
            """
            ref=1 mm.free freed:auto auto_left=0 mm.free sticky_left=1 deep_copy_ext=clone freed:clone freed:sticky
            """),
    ]
}
