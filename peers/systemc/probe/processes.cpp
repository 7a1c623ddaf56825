// Control of processes: kill, reset, suspend, disable, spawn.
#include "probe.h"

using namespace sc_core;

namespace probe {
namespace {

void killing() {
    sc_process_handle victim = thread("v", [] {
        Local local;
        for (;;) wait(ns(1));
    });
    thread("k", [=]() mutable {
        wait(ns(5.5));
        say(at("kill"));
        victim.kill();
        say(at("killed"));
    });
    watch(victim.terminated_event(), "terminated_event");
    sc_start(ns(10));
}

void resetting() {
    sc_process_handle victim = thread("v", [] {
        Local local;
        say(at("body"));
        for (;;) wait(ns(100));
    });
    thread("k", [=]() mutable {
        wait(ns(5));
        say(at("reset"));
        victim.reset();
        say(at("returned"));
    });
    sc_start(ns(10));
}

// A trigger while suspended is remembered.
void suspending() {
    sc_event a("a"), b("b");
    sc_process_handle victim = thread("v", [&] {
        wait(a);
        say(at("v"));
        wait(b);
        say(at("v2"));
    });
    thread("k", [&] {
        wait(ns(1));
        victim.suspend();
        a.notify();
        wait(ns(4));
        say(at("resume"));
        victim.resume();
        say(at("returned"));
    });
    sc_start(ns(10));
}

// A trigger while disabled is lost.
void disabling() {
    sc_event a("a");
    sc_process_handle victim = thread("v", [&] {
        wait(a);
        say(at("v"));
    });
    thread("k", [&] {
        wait(ns(1));
        victim.disable();
        a.notify();
        wait(ns(4));
        victim.enable();
        say(at("enabled"));
        wait(ns(1));
        a.notify();
    });
    sc_start(ns(10));
}

// A process made at run time joins the evaluation that makes it.
void spawning() {
    thread("k", [] {
        wait(ns(1));
        say(at("k"));
        thread("child", [] { say(at("child")); });
        say(at("k2"));
        method("cm", [] { say(at("cm")); }, {}, First::runs);
    });
    sc_start(ns(10));
}

}  // namespace

const std::vector<Probe> processProbes{
    {"kill", killing}, {"reset", resetting}, {"suspend", suspending}, {"disable", disabling}, {"spawn", spawning},
};

}  // namespace probe
