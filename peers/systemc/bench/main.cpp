// Benchmarks of SystemC, one mode a run, one line a result; `tandem bench` has the same modes and prints the same line.
//
//   bench-systemc MODE [N [OPERATIONS]]
//   bench-systemc list
#include "bench.h"

namespace {

std::vector<bench::Mode> all() {
    std::vector<bench::Mode> modes;
    for (const auto* chapter : {&bench::eventModes, &bench::threadModes, &bench::transportModes, &bench::phaseModes,
                                &bench::elaborationModes})
        modes.insert(modes.end(), chapter->begin(), chapter->end());
    return modes;
}

}  // namespace

int sc_main(int count, char** arguments) {
    bench::begin();
    const std::string wanted = count > 1 ? arguments[1] : "list";
    for (const bench::Mode& mode : all()) {
        if (wanted == "list") {
            std::printf("%-9s n=%llu ops=%llu  %s\n", mode.name, static_cast<unsigned long long>(mode.n),
                        static_cast<unsigned long long>(mode.operations), mode.what);
        } else if (wanted == mode.name) {
            bench::run.mode = mode.name;
            bench::run.n = count > 2 ? std::strtoull(arguments[2], nullptr, 10) : mode.n;
            bench::run.operations = count > 3 ? std::strtoull(arguments[3], nullptr, 10) : mode.operations;
            // "stopped by user" is how every run ends; "no activity" is what an empty first delta cycle is called.
            sc_core::sc_report_handler::set_actions(sc_core::SC_INFO, sc_core::SC_DO_NOTHING);
            sc_core::sc_report_handler::set_actions(sc_core::SC_WARNING, sc_core::SC_DO_NOTHING);
            mode.body();
            std::fflush(stdout);
            std::_Exit(0);  // what it takes to destroy the model has a mode of its own
        }
    }
    if (wanted == "list") return 0;
    std::fprintf(stderr, "bench: error: there is no mode '%s'; 'list' shows them\n", wanted.c_str());
    return 2;
}
