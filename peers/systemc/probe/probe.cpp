#include "probe.h"

using namespace sc_core;

namespace probe {
namespace {
std::string line;
}

void say(const std::string& word) { line += (line.empty() ? "" : " ") + word; }
std::string now() { return std::to_string(sc_time_stamp().value() / 1000) + "ns"; }
std::string at(const std::string& word) { return word + "@" + now() + "/d" + std::to_string(sc_delta_count()); }

void method(const char* name, std::function<void()> body, std::vector<const sc_event*> sensitivity, First first) {
    sc_spawn_options options;
    options.spawn_method();
    if (first == First::waits) options.dont_initialize();
    for (const sc_event* event : sensitivity) options.set_sensitivity(event);
    sc_spawn(body, name, &options);
}

sc_process_handle thread(const char* name, std::function<void()> body) { return sc_spawn(body, name); }

void watch(const sc_event& event, const std::string& name) {
    method(name.c_str(), [name] { say(at(name)); }, {&event});
}

}  // namespace probe

// Observed semantics of SystemC, one probe a run, for a kernel cannot be started twice in a process.
//
//   probe-systemc NAME
//   probe-systemc list
int sc_main(int count, char** arguments) {
    using namespace probe;
    sc_report_handler::set_actions(SC_INFO, SC_DO_NOTHING);
    sc_report_handler::set_actions(SC_WARNING, SC_DO_NOTHING);
    const std::string wanted = count > 1 ? arguments[1] : "list";
    for (const auto* chapter : {&eventProbes, &waitProbes, &runProbes, &processProbes, &orderProbes, &transportProbes})
        for (const Probe& probe : *chapter) {
            if (wanted == "list") std::printf("%s\n", probe.name);
            if (wanted != probe.name) continue;
            probe.body();
            std::printf("%s: %s\n", probe.name, line.c_str());
            std::fflush(stdout);
            std::_Exit(0);
        }
    if (wanted == "list") return 0;
    std::fprintf(stderr, "probe: error: there is no probe '%s'; 'list' shows them\n", wanted.c_str());
    return 2;
}
