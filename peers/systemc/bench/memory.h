// A memory and a router as SystemC's users write them, for the modes of transport.
#pragma once
#include "bench.h"

namespace bench {

// Serves whole words within its size: response, direct-memory hint and latency as the rules ask for.
struct Memory : sc_core::sc_module {
    tlm_utils::simple_target_socket<Memory> socket{"socket"};
    std::vector<unsigned char> bytes;
    const sc_core::sc_time latency;

    Memory(sc_core::sc_module_name name, std::size_t size, sc_core::sc_time latency);

private:
    void transport(tlm::tlm_generic_payload& transaction, sc_core::sc_time& delay);
    bool direct(tlm::tlm_generic_payload& transaction, tlm::tlm_dmi& grant);
};

// n targets of `size` bytes each, one behind the other.
struct Router : sc_core::sc_module {
    enum class LookUp { linear, binary };

    tlm_utils::simple_target_socket<Router> in{"in"};
    std::vector<std::unique_ptr<tlm_utils::simple_initiator_socket<Router>>> out;

    Router(sc_core::sc_module_name name, LookUp lookUp, std::size_t size);

private:
    struct Range {
        std::uint64_t first, last;
    };
    const LookUp lookUp;
    std::vector<Range> ranges;

    int find(std::uint64_t address) const;
    void transport(tlm::tlm_generic_payload& transaction, sc_core::sc_time& delay);
};

}  // namespace bench
