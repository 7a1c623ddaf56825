// Approximately timed accesses: four phases, a payload event queue on both sides.
#include "bench.h"

using namespace sc_core;

namespace bench {

DECLARE_EXTENDED_PHASE(bench_ready);

namespace {

struct Pool : tlm::tlm_mm_interface {
    tlm::tlm_generic_payload* take() {
        if (idle.empty()) return new tlm::tlm_generic_payload(this);
        tlm::tlm_generic_payload* transaction = idle.back();
        idle.pop_back();
        return transaction;
    }
    void free(tlm::tlm_generic_payload* transaction) override {
        transaction->reset();
        idle.push_back(transaction);
    }

private:
    std::vector<tlm::tlm_generic_payload*> idle;
};

struct Target : sc_module {
    tlm_utils::simple_target_socket<Target> socket{"socket"};

    explicit Target(sc_module_name name) : sc_module(name), bytes(4096) {
        socket.register_nb_transport_fw(this, &Target::forward);
    }

private:
    tlm_utils::peq_with_cb_and_phase<Target> queue{this, &Target::receive};
    std::vector<unsigned char> bytes;
    const sc_time accept{5, SC_NS}, serve{10, SC_NS};

    tlm::tlm_sync_enum forward(tlm::tlm_generic_payload& transaction, tlm::tlm_phase& phase, sc_time& delay) {
        if (phase == tlm::BEGIN_REQ) transaction.acquire();
        queue.notify(transaction, phase, delay);
        return tlm::TLM_ACCEPTED;
    }

    void receive(tlm::tlm_generic_payload& transaction, const tlm::tlm_phase& phase) {
        if (phase == tlm::BEGIN_REQ) {
            tlm::tlm_phase next = tlm::END_REQ;
            sc_time delay = accept;
            socket->nb_transport_bw(transaction, next, delay);
            queue.notify(transaction, bench_ready, serve);
        } else if (phase == bench_ready) {
            std::memcpy(&bytes[transaction.get_address()], transaction.get_data_ptr(), transaction.get_data_length());
            transaction.set_response_status(tlm::TLM_OK_RESPONSE);
            tlm::tlm_phase next = tlm::BEGIN_RESP;
            sc_time delay = SC_ZERO_TIME;
            socket->nb_transport_bw(transaction, next, delay);
        } else {
            transaction.release();  // END_RESP
        }
    }
};

class Initiator : public sc_module {
public:
    enum class By { callback, thread };

    tlm_utils::simple_initiator_socket<Initiator> socket{"socket"};
    SC_HAS_PROCESS(Initiator);

    Initiator(sc_module_name name, By by) : sc_module(name), by(by) {
        socket.register_nb_transport_bw(this, &Initiator::backward);
        if (by == By::thread) {
            SC_THREAD(loop);
        } else {
            SC_METHOD(issue);
        }
    }

private:
    const By by;
    const sc_time finish{5, SC_NS};
    tlm_utils::peq_with_cb_and_phase<Initiator> queue{this, &Initiator::receive};
    Pool pool;
    std::uint32_t value = 0;
    std::uint64_t index = 0;
    sc_event finished;

    tlm::tlm_sync_enum backward(tlm::tlm_generic_payload& transaction, tlm::tlm_phase& phase, sc_time& delay) {
        queue.notify(transaction, phase, delay);
        return tlm::TLM_ACCEPTED;
    }

    void issue() {
        tlm::tlm_generic_payload* transaction = pool.take();
        transaction->acquire();
        ++value;
        transaction->set_command(tlm::TLM_WRITE_COMMAND);
        transaction->set_address((index++ & 1023) * 4);
        transaction->set_data_ptr(reinterpret_cast<unsigned char*>(&value));
        transaction->set_data_length(4);
        transaction->set_streaming_width(4);
        transaction->set_byte_enable_ptr(nullptr);
        transaction->set_dmi_allowed(false);
        transaction->set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
        tlm::tlm_phase phase = tlm::BEGIN_REQ;
        sc_time delay = SC_ZERO_TIME;
        socket->nb_transport_fw(*transaction, phase, delay);
    }

    void loop() {
        do {
            issue();
            wait(finished);
        } while (!tick());
    }

    void receive(tlm::tlm_generic_payload& transaction, const tlm::tlm_phase& phase) {
        if (phase != tlm::BEGIN_RESP) return;  // END_REQ asks for nothing here
        if (!transaction.is_response_ok()) fail("an access was refused");
        tlm::tlm_phase next = tlm::END_RESP;
        sc_time delay = finish;
        socket->nb_transport_fw(transaction, next, delay);
        transaction.release();
        if (by == By::thread)
            finished.notify(delay);
        else if (!tick())
            issue();
    }
};

void phases(Initiator::By by) {
    Initiator initiator("i", by);
    Target target("t");
    initiator.socket.bind(target.socket);
    measure();
}

}  // namespace

const std::vector<Mode> phaseModes{
    {"at", [] { phases(Initiator::By::callback); }, 1, 300'000, "four phases, queues on both sides, callbacks only"},
    {"atthr", [] { phases(Initiator::By::thread); }, 1, 300'000, "four phases, queues on both sides, a thread issues"},
};

}  // namespace bench
