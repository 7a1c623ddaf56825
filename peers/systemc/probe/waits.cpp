// Sensitivity: static and dynamic, lists and time-outs.
#include "probe.h"

using namespace sc_core;

namespace probe {
namespace {

// A dynamic trigger masks the static one until it is satisfied.
void staticMasked() {
    sc_event a("a"), b("b");
    bool isFirst = true;
    method("m", [&] {
        say(at("m"));
        if (isFirst) next_trigger(b);
        isFirst = false;
    }, {&a}, First::runs);
    thread("t", [&] {
        for (sc_event* event : {&a, &b, &a}) {
            wait(ns(1));
            event->notify();
        }
    });
    sc_start(ns(10));
}

void nextTriggerLast() {
    bool isFirst = true;
    method("m", [&] {
        say(at("m"));
        if (isFirst) {
            next_trigger(ns(2));
            next_trigger(ns(7));
        }
        isFirst = false;
    }, {}, First::runs);
    sc_start(ns(20));
}

void andList() {
    sc_event a("a"), b("b");
    thread("w", [&] {
        wait(a & b);
        say(at("and"));
    });
    thread("t", [&] {
        for (sc_event* event : {&a, &a, &b}) {
            wait(ns(1));
            event->notify();
        }
    });
    sc_start(ns(10));
}

void orTimeout() {
    sc_event a("a"), b("b");
    thread("w", [&] {
        wait(ns(5), a | b);
        say(at("or"));
        say(sc_get_current_process_handle().valid() ? "" : "?");
        wait(ns(5), a | b);
        say(at("timeout"));
    });
    thread("t", [&] {
        wait(ns(2));
        b.notify();
    });
    sc_start(ns(20));
}

}  // namespace

const std::vector<Probe> waitProbes{
    {"static_masked", staticMasked}, {"next_trigger_last", nextTriggerLast},
    {"and_list", andList},           {"or_timeout", orTimeout},
};

}  // namespace probe
