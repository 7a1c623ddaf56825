// The order of equal work, which the standard leaves open: SystemC's is an accident, ours is first in, first out.
#include "probe.h"

using namespace sc_core;

namespace probe {
namespace {

// Three threads and three methods wait for one event.
void order() {
    sc_event a("a");
    for (int index = 0; index < 3; ++index) {
        const std::string name = "t" + std::to_string(index);
        thread(name.c_str(), [&a, name] {
            say(name);
            wait(a);
            say(name + "'");
        });
    }
    for (int index = 0; index < 3; ++index) {
        const std::string name = "m" + std::to_string(index);
        method(name.c_str(), [name] { say(name); }, {&a}, First::runs);
    }
    thread("z", [&] {
        wait(ns(1));
        say("|");
        a.notify(SC_ZERO_TIME);
    });
    sc_start(ns(5));
}

// Eight timed events at one instant, set in the order 0 to 7.
void sameTimeOrder() {
    std::deque<sc_event> events(8);
    for (std::size_t index = 0; index < events.size(); ++index) {
        const std::string name = std::to_string(index);
        method(("m" + name).c_str(), [name] { say(name); }, {&events[index]});
    }
    thread("t", [&] {
        wait(ns(1));
        for (sc_event& event : events) event.notify(ns(5));
    });
    sc_start(ns(20));
}

}  // namespace

const std::vector<Probe> orderProbes{{"order", order}, {"same_time_order", sameTimeOrder}};

}  // namespace probe
