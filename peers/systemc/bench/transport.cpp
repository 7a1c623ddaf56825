// Loosely timed accesses: blocking, through a router, with a quantum keeper, by direct memory.
#include "memory.h"

using namespace sc_core;

namespace bench {
namespace {

class Initiator : public sc_module {
public:
    enum class Way { plain, keeper, direct, request };

    tlm_utils::simple_initiator_socket<Initiator> socket{"socket"};
    SC_HAS_PROCESS(Initiator);

    Initiator(sc_module_name name, Way way, std::uint64_t span) : sc_module(name), way(way) {
        Random random;
        for (int index = 0; index < 4096; ++index) addresses.push_back((random.next() >> 16) % (span / 4) * 4);
        SC_THREAD(go);
    }

private:
    const Way way;
    const sc_time own{5, SC_NS};  // what an access costs on this side
    std::vector<std::uint64_t> addresses;

    // The state of a loop, on the stack of its thread.
    struct Cursor {
        tlm::tlm_generic_payload transaction;
        std::uint32_t value = 1;
        std::size_t index = 0;
    };

    std::uint64_t next(Cursor& cursor) const { return addresses[cursor.index++ & 4095]; }

    // An initiator sets every field for each access.
    static void prepare(Cursor& cursor, std::uint64_t address) {
        tlm::tlm_generic_payload& transaction = cursor.transaction;
        transaction.set_command(tlm::TLM_WRITE_COMMAND);
        transaction.set_address(address);
        transaction.set_data_ptr(reinterpret_cast<unsigned char*>(&cursor.value));
        transaction.set_data_length(4);
        transaction.set_streaming_width(4);
        transaction.set_byte_enable_ptr(nullptr);
        transaction.set_dmi_allowed(false);
        transaction.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
    }

    void access(Cursor& cursor, sc_time& delay) {
        ++cursor.value;
        prepare(cursor, next(cursor));
        socket->b_transport(cursor.transaction, delay);
        if (!cursor.transaction.is_response_ok()) fail("an access was refused");
    }

    void go() {
        wait(SC_ZERO_TIME);
        wait(1, SC_NS);  // the first delta cycle is set-up
        switch (way) {
        case Way::plain: plain(); break;
        case Way::keeper: withKeeper(); break;
        case Way::direct: directly(); break;
        case Way::request: request(); break;
        }
        sc_stop();
    }

    void plain() {
        Cursor cursor;
        do {
            sc_time delay = SC_ZERO_TIME;
            access(cursor, delay);
        } while (++done < run.operations);
    }

    void withKeeper() {
        Cursor cursor;
        tlm_utils::tlm_quantumkeeper keeper;
        keeper.reset();
        do {
            sc_time delay = keeper.get_local_time();
            access(cursor, delay);
            keeper.set(delay);
            keeper.inc(own);
            if (keeper.need_sync()) keeper.sync();
        } while (++done < run.operations);
    }

    void directly() {
        Cursor cursor;
        tlm_utils::tlm_quantumkeeper keeper;
        keeper.reset();
        tlm::tlm_dmi grant;
        prepare(cursor, 0);
        if (!socket->get_direct_mem_ptr(cursor.transaction, grant) || !grant.is_write_allowed()) fail("no direct memory");
        do {
            const std::uint64_t address = next(cursor);
            ++cursor.value;
            if (address >= grant.get_start_address() && address + 3 <= grant.get_end_address())
                std::memcpy(grant.get_dmi_ptr() + (address - grant.get_start_address()), &cursor.value, 4);
            keeper.inc(grant.get_write_latency());
            keeper.inc(own);
            if (keeper.need_sync()) keeper.sync();
        } while (++done < run.operations);
    }

    void request() {
        Cursor cursor;
        do {
            tlm::tlm_dmi grant;
            prepare(cursor, next(cursor));
            if (!socket->get_direct_mem_ptr(cursor.transaction, grant)) fail("no direct memory");
        } while (++done < run.operations);
    }
};

constexpr std::size_t memorySize = 4096;
sc_time latency() { return sc_time(5, SC_NS); }

void direct(Initiator::Way way) {
    Initiator initiator("i", way, memorySize);
    Memory memory("t", memorySize, latency());
    initiator.socket.bind(memory.socket);
    measure();
}

void routed(Router::LookUp lookUp) {
    Initiator initiator("i", Initiator::Way::plain, memorySize * run.n);
    Router router("r", lookUp, memorySize);
    initiator.socket.bind(router.in);
    std::vector<std::unique_ptr<Memory>> memories;
    for (std::uint64_t index = 0; index < run.n; ++index) {
        memories.emplace_back(new Memory(("t" + std::to_string(index)).c_str(), memorySize, latency()));
        router.out[index]->bind(memories.back()->socket);
    }
    measure();
}

void withQuantum(Initiator::Way way) {
    tlm::tlm_global_quantum::instance().set(sc_time(double(run.n), SC_NS));
    direct(way);
}

}  // namespace

const std::vector<Mode> transportModes{
    {"lt", [] { direct(Initiator::Way::plain); }, 1, 20'000'000, "b_transport, 4-byte write, direct"},
    {"ltroute", [] { routed(Router::LookUp::linear); }, 8, 10'000'000,
     "b_transport through a router with N targets, linear look-up"},
    {"ltrbin", [] { routed(Router::LookUp::binary); }, 64, 10'000'000,
     "b_transport through a router with N targets, binary look-up"},
    {"ltqk", [] { withQuantum(Initiator::Way::keeper); }, 1000, 5'000'000,
     "b_transport and quantum keeper, quantum N ns, 10 ns each"},
    {"dmi", [] { withQuantum(Initiator::Way::direct); }, 10'000, 50'000'000,
     "direct writes and quantum keeper, quantum N ns, 10 ns each"},
    {"dmiget", [] { direct(Initiator::Way::request); }, 1, 10'000'000, "requests for direct memory"},
};

}  // namespace bench
