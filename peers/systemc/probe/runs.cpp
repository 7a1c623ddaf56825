// The ends of a run: time, starvation, pause, stop.
#include "probe.h"

using namespace sc_core;

namespace probe {
namespace {

std::string returned() { return "| returned@" + now(); }

// Timers at the limit fire, and what they wake belongs to the next run.
void endTime() {
    thread("t", [] {
        for (int count = 0; count < 4; ++count) {
            wait(ns(5));
            say(at("t"));
        }
    });
    sc_start(ns(10));
    say(returned() + " |");
    sc_start(SC_ZERO_TIME);
    say("| zero start@" + now() + " |");
    sc_start(ns(10));
    say(returned());
}

void starvation() {
    thread("t", [] {
        wait(ns(4));
        say(at("t"));
    });
    sc_start(ns(10), SC_EXIT_ON_STARVATION);
    say("exit_on_starvation->" + now());
    sc_start(ns(10), SC_RUN_TO_TIME);
    say("run_to_time->" + now());
}

void pausing() {
    sc_event a("a");
    thread("t", [&] {
        wait(ns(3));
        sc_pause();
        say(at("paused-by"));
        a.notify(SC_ZERO_TIME);
        wait(SC_ZERO_TIME);
        say(at("after"));
    });
    watch(a, "m");
    sc_start(ns(10));
    say(returned() + " status=" + std::to_string(sc_get_status() == SC_PAUSED) +
        " pending=" + std::to_string(sc_pending_activity_at_current_time()) + " |");
    sc_start(ns(10));
    say(returned());
}

// Two threads and an update in the evaluation in which the stop is asked for.
void stop(sc_stop_mode mode) {
    sc_set_stop_mode(mode);
    sc_event a("a");
    sc_signal<int> s("s");
    thread("t1", [&] {
        wait(ns(3));
        sc_stop();
        s.write(7);
        a.notify(SC_ZERO_TIME);
        say(at("t1"));
    });
    thread("t2", [] {
        wait(ns(3));
        say(at("t2"));
    });
    watch(a, "m");
    sc_start(ns(10));
    say(returned() + " s=" + std::to_string(s.read()) +
        " status_stopped=" + std::to_string(sc_get_status() == SC_STOPPED));
}

}  // namespace

const std::vector<Probe> runProbes{
    {"end_time", endTime},
    {"starvation", starvation},
    {"pause", pausing},
    {"stop_finish", [] { stop(SC_STOP_FINISH_DELTA); }},
    {"stop_immediate", [] { stop(SC_STOP_IMMEDIATE); }},
};

}  // namespace probe
