// Notifications, signals, deltas and times.
#include "probe.h"

using namespace sc_core;

namespace probe {
namespace {

// Which of two pending notifications of one event counts.
void overriding() {
    sc_event a("a"), b("b"), c("c"), d("d"), e("e"), f("f");
    watch(a, "late_then_early");
    watch(b, "early_then_late");
    watch(c, "timed_then_delta");
    watch(d, "delta_then_timed");
    watch(e, "timed_then_immediate");
    watch(f, "cancelled");
    thread("t", [&] {
        wait(ns(1));
        a.notify(ns(10)), a.notify(ns(5));
        b.notify(ns(5)), b.notify(ns(10));
        c.notify(ns(5)), c.notify(SC_ZERO_TIME);
        d.notify(SC_ZERO_TIME), d.notify(ns(5));
        e.notify(ns(5)), e.notify();
        f.notify(ns(5)), f.cancel();
    });
    sc_start(ns(100));
}

// A process that notifies what it is sensitive to.
void selfImmediate() {
    sc_event a("a");
    int runs = 0;
    method("m", [&] { say(at("run")); if (runs++ < 3) a.notify(); }, {&a}, First::runs);
    sc_start(ns(1));
}

// What an immediate notification wakes runs in the same delta.
void immediateOrder() {
    sc_event a("a");
    thread("t", [&] {
        say(at("before"));
        a.notify();
        say(at("after"));
        wait(SC_ZERO_TIME);
        say(at("next"));
    });
    watch(a, "m");
    sc_start(ns(1));
}

void signal() {
    sc_signal<int> s("s");
    const auto event = [&] { return "event=" + std::to_string(s.event()); };
    const auto read = [&] { return " read=" + std::to_string(s.read()); };
    thread("t", [&] {
        wait(ns(1));
        s.write(1);
        s.write(2);
        say(at("w") + read());
        wait(SC_ZERO_TIME);
        say(at("r") + read() + " " + event());
        wait(SC_ZERO_TIME);
        say(event());
        s.write(2);
        wait(SC_ZERO_TIME);
        say("same: " + event());
    });
    watch(s.value_changed_event(), "m");
    sc_start(ns(10));
}

void deltas() {
    thread("t", [] {
        say(at("init"));
        wait(SC_ZERO_TIME);
        say(at("d"));
        wait(ns(1));
        say(at("t"));
        wait(SC_ZERO_TIME);
        say(at("td"));
    });
    say("before=" + std::to_string(sc_delta_count()));
    sc_start(SC_ZERO_TIME);
    say("| zero start: " + std::to_string(sc_delta_count()) + " |");
    sc_start(ns(5));
}

void times() {
    const auto say = [](const char* text, sc_time time) { probe::say(text + std::to_string(time.value())); };
    say("0.4ps=", sc_time(0.4, SC_PS));
    say("0.5ps=", sc_time(0.5, SC_PS));
    say("1.5ps=", sc_time(1.5, SC_PS));
    say("-1ps=", sc_time(-1, SC_PS));
    say("1ps*0.5=", sc_time(1, SC_PS) * 0.5);
    say("3ps/2=", sc_time(3, SC_PS) / 2.0);
    say("1ns-2ns=", ns(1) - ns(2));
    say("max+1ps=", sc_max_time() + sc_time(1, SC_PS));
    say("5ns%3ns=", ns(5) % ns(3));
    probe::say("print:" + sc_time(1500, SC_PS).to_string() + "," + ns(1000).to_string() + "," +
               SC_ZERO_TIME.to_string());
    probe::say("resolution=" + sc_get_time_resolution().to_string());
}

}  // namespace

const std::vector<Probe> eventProbes{
    {"override", overriding}, {"self_immediate", selfImmediate}, {"immediate_order", immediateOrder},
    {"signal", signal},       {"deltas", deltas},                {"times", times},
};

}  // namespace probe
