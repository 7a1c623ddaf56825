// Timed events, delta notifications, signals: methods only.
#include "bench.h"

using namespace sc_core;

namespace bench {
namespace {

SC_MODULE(OneTimed) {
    sc_event event;
    sc_time period{10, SC_NS};

    SC_CTOR(OneTimed) {
        SC_METHOD(fire);
        sensitive << event;
    }
    void fire() {
        if (!tick()) event.notify(period);
    }
};

// The hold model: every event that fires is set again, so that n stay pending all the time.
class Hold : public sc_module {
public:
    enum class By { event, trigger };

    Hold(sc_module_name name, By by, std::uint64_t mask, std::uint64_t unit) : sc_module(name), mask(mask), unit(unit) {
        for (std::uint64_t index = 0; index < run.n; ++index) {
            sc_spawn_options options;
            options.spawn_method();
            if (by == By::trigger) {
                sc_spawn([this] { if (!finished()) next_trigger(delay()); }, nullptr, &options);
            } else {
                sc_event* event = &events.emplace_back();
                options.set_sensitivity(event);
                sc_spawn([this, event] { if (!finished()) event->notify(delay()); }, nullptr, &options);
            }
        }
    }

    // The first run of each method sets it going and is no operation.
    bool counts = false;

private:
    std::deque<sc_event> events;
    Random random;
    const std::uint64_t mask, unit;  // delays are (random & mask) × unit + 1 ps

    bool finished() { return counts && tick(); }
    sc_time delay() { return sc_time::from_value(((random.next() >> 20) & mask) * unit + 1); }
};

void hold(Hold::By by, std::uint64_t mask, std::uint64_t unit) {
    auto* model = new Hold("m", by, mask, unit);  // never destroyed: see mode teardown
    sc_start(SC_ZERO_TIME);
    model->counts = true;
    measure();
}

SC_MODULE(Cancelling) {
    sc_event pulse, target;
    sc_time soon{5, SC_NS}, late{20, SC_NS};

    SC_CTOR(Cancelling) {
        SC_METHOD(fire);
        sensitive << pulse;
    }
    void fire() {
        target.notify(late);
        target.cancel();
        if (!tick()) pulse.notify(soon);
    }
};

SC_MODULE(PingPong) {
    sc_event a, b;

    SC_CTOR(PingPong) {
        SC_METHOD(ping);
        sensitive << a;
        SC_METHOD(pong);
        sensitive << b;
        dont_initialize();
    }
    void ping() {
        if (!tick()) b.notify(SC_ZERO_TIME);
    }
    void pong() {
        if (!tick()) a.notify(SC_ZERO_TIME);
    }
};

SC_MODULE(Toggle) {
    sc_signal<bool> signal{"s"};

    SC_CTOR(Toggle) {
        SC_METHOD(flip);
        sensitive << signal;
    }
    void flip() {
        if (!tick()) signal.write(!signal.read());
    }
};

template <class Model>
void measureModel() {
    Model model("m");
    measure();
}

constexpr std::uint64_t wide = (1ull << 30) - 1;

}  // namespace

const std::vector<Mode> eventModes{
    {"timed1", measureModel<OneTimed>, 1, 3'000'000, "one method, one event, notify(10 ns)"},
    {"hold", [] { hold(Hold::By::event, wide, 1); }, 100, 2'000'000, "N pending events, random delay of 1 to 2^30 ps"},
    {"holdnt", [] { hold(Hold::By::trigger, wide, 1); }, 100, 2'000'000, "as hold, through next_trigger(delay)"},
    {"holdq", [] { hold(Hold::By::event, 1023, 1000); }, 10'000, 2'000'000,
     "as hold, delays on 1024 instants 1 ns apart"},
    {"cancel", measureModel<Cancelling>, 1, 2'000'000, "timed event and one notify(20 ns)/cancel pair an event"},
    {"delta", measureModel<PingPong>, 1, 5'000'000, "two methods, notify(SC_ZERO_TIME) ping-pong"},
    {"signal", measureModel<Toggle>, 1, 4'000'000, "sc_signal<bool> toggled by the method sensitive to it"},
};

}  // namespace bench
