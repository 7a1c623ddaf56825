#include "memory.h"

using namespace sc_core;

namespace bench {

Memory::Memory(sc_module_name name, std::size_t size, sc_time latency)
    : sc_module(name), bytes(size), latency(latency) {
    socket.register_b_transport(this, &Memory::transport);
    socket.register_get_direct_mem_ptr(this, &Memory::direct);
}

void Memory::transport(tlm::tlm_generic_payload& transaction, sc_time& delay) {
    const std::uint64_t address = transaction.get_address();
    const unsigned length = transaction.get_data_length();
    if (transaction.get_byte_enable_ptr() != nullptr)
        return transaction.set_response_status(tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE);
    if (transaction.get_streaming_width() < length)
        return transaction.set_response_status(tlm::TLM_BURST_ERROR_RESPONSE);
    if (address + length > bytes.size()) return transaction.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
    if (transaction.is_write())
        std::memcpy(&bytes[address], transaction.get_data_ptr(), length);
    else if (transaction.is_read())
        std::memcpy(transaction.get_data_ptr(), &bytes[address], length);
    delay += latency;
    transaction.set_dmi_allowed(true);
    transaction.set_response_status(tlm::TLM_OK_RESPONSE);
}

bool Memory::direct(tlm::tlm_generic_payload&, tlm::tlm_dmi& grant) {
    grant.set_dmi_ptr(bytes.data());
    grant.set_start_address(0);
    grant.set_end_address(bytes.size() - 1);
    grant.set_read_latency(latency);
    grant.set_write_latency(latency);
    grant.allow_read_write();
    return true;
}

Router::Router(sc_module_name name, LookUp lookUp, std::size_t size) : sc_module(name), lookUp(lookUp) {
    in.register_b_transport(this, &Router::transport);
    for (std::uint64_t index = 0; index < run.n; ++index) {
        const std::string socket = "out" + std::to_string(index);
        out.emplace_back(new tlm_utils::simple_initiator_socket<Router>(socket.c_str()));
        ranges.push_back({index * size, index * size + size - 1});
    }
}

int Router::find(std::uint64_t address) const {
    if (lookUp == LookUp::linear) {
        for (std::size_t index = 0; index < ranges.size(); ++index)
            if (address >= ranges[index].first && address <= ranges[index].last) return int(index);
        return -1;
    }
    std::size_t low = 0, high = ranges.size();
    while (low < high) {
        const std::size_t middle = (low + high) / 2;
        if (address > ranges[middle].last)
            low = middle + 1;
        else
            high = middle;
    }
    return low < ranges.size() && address >= ranges[low].first ? int(low) : -1;
}

void Router::transport(tlm::tlm_generic_payload& transaction, sc_time& delay) {
    const std::uint64_t address = transaction.get_address();
    const int index = find(address);
    if (index < 0) return transaction.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
    transaction.set_address(address - ranges[std::size_t(index)].first);
    (*out[std::size_t(index)])->b_transport(transaction, delay);
    transaction.set_address(address);
}

}  // namespace bench
