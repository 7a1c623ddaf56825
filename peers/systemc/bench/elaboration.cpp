// What it takes to build a model, and to destroy its objects.
#include "bench.h"

using namespace sc_core;

namespace bench {
namespace {

struct Cell : sc_module {
    sc_in<int> port{"p"};
    sc_signal<int> signal{"s"};
    SC_HAS_PROCESS(Cell);

    explicit Cell(sc_module_name name) : sc_module(name) {
        port(signal);
        SC_METHOD(go);
        sensitive << port;
    }
    void go() {}
};

void elaborate() {
    const Instant from = Instant::now();
    std::vector<std::unique_ptr<Cell>> cells;
    cells.reserve(run.n);
    for (std::uint64_t index = 0; index < run.n; ++index)
        cells.emplace_back(new Cell(("c" + std::to_string(index)).c_str()));
    const Instant built = Instant::now();
    sc_start(SC_ZERO_TIME);
    const Instant to = Instant::now();
    char extra[64];
    std::snprintf(extra, sizeof extra, " build=%.4f start=%.4f", built.wall - from.wall, to.wall - built.wall);
    print(run.n, from, to, built.wall - from.wall, extra);
    std::fflush(stdout);
    std::_Exit(0);  // the cells are not destroyed
}

void tearDown() {
    sc_start(SC_ZERO_TIME);
    std::deque<std::unique_ptr<sc_event>> events;
    for (std::uint64_t index = 0; index < run.n; ++index)
        events.emplace_back(new sc_event(("e" + std::to_string(index)).c_str()));
    const Instant from = Instant::now();
    while (!events.empty()) events.pop_front();
    print(run.n, from, Instant::now(), 0);
}

void startEmpty() {
    const Instant from = Instant::now();
    sc_start(SC_ZERO_TIME);
    print(1, from, Instant::now(), 0);
}

}  // namespace

const std::vector<Mode> elaborationModes{
    {"elab", elaborate, 10'000, 0, "N modules, each 1 port, 1 signal, 1 method"},
    {"teardown", tearDown, 10'000, 0, "destroying N named sibling events, oldest first"},
    {"empty", startEmpty, 0, 0, "the first delta cycle of an empty model"},
};

}  // namespace bench
