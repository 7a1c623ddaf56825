// Quantum, payload event queue, generic payload, extensions.
#include "probe.h"

using namespace sc_core;

namespace probe {
namespace {

std::string number(unsigned long long value) { return std::to_string(value); }
std::string flag(const char* name, bool value) { return name + number(value); }

void quantum() {
    tlm::tlm_global_quantum& global = tlm::tlm_global_quantum::instance();
    global.set(ns(10));
    const auto local = [&] { return number(global.compute_local_quantum().value() / 1000) + "ns"; };
    thread("t", [&] {
        say("at0:" + local());
        wait(ns(3));
        say("at3:" + local());
        wait(ns(7));
        say("at10:" + local());
        tlm_utils::tlm_quantumkeeper keeper;
        say(flag("fresh_need_sync=", keeper.need_sync()));
        keeper.reset();
        say(flag("reset_need_sync=", keeper.need_sync()));
        keeper.inc(ns(9));
        say(flag("+9:", keeper.need_sync()));
        keeper.inc(ns(1));
        say(flag("+10:", keeper.need_sync()));
        keeper.inc(ns(4));
        say("current=" + keeper.get_current_time().to_string());
        keeper.sync();
        say(at("synced") + " local=" + keeper.get_local_time().to_string());
        keeper.inc(ns(5));
        say(flag("+5:", keeper.need_sync()));
        keeper.inc(ns(1));
        say(flag("+6:", keeper.need_sync()));
        global.set(SC_ZERO_TIME);
        keeper.reset();
        say(flag("zero_quantum_need_sync=", keeper.need_sync()));
    });
    sc_start(ns(100));
}

struct QueueOwner : sc_module {
    tlm_utils::peq_with_cb_and_phase<QueueOwner> queue{this, &QueueOwner::receive};
    tlm::tlm_generic_payload payloads[6];
    SC_HAS_PROCESS(QueueOwner);

    explicit QueueOwner(sc_module_name name) : sc_module(name) { SC_THREAD(go); }

    void go() {
        wait(ns(1));
        for (unsigned index = 0; index < 6; ++index) payloads[index].set_address(index);
        queue.notify(payloads[0], tlm::BEGIN_REQ, ns(5));
        queue.notify(payloads[1], tlm::BEGIN_REQ, ns(3));
        queue.notify(payloads[2], tlm::BEGIN_REQ, ns(5));
        queue.notify(payloads[3], tlm::BEGIN_REQ, SC_ZERO_TIME);
        queue.notify(payloads[4], tlm::BEGIN_REQ, SC_ZERO_TIME);
        queue.notify(payloads[5], tlm::BEGIN_REQ);
        say(at("sent"));
    }
    void receive(tlm::tlm_generic_payload& payload, const tlm::tlm_phase&) { say(at(number(payload.get_address()))); }
};

void queue() {
    QueueOwner owner("o");
    sc_start(ns(20));
}

// What a fresh payload holds, and what reset() leaves alone.
void payload() {
    tlm::tlm_generic_payload p;
    const auto response = [&] { return "resp=" + p.get_response_string(); };
    const auto rest = [&] {
        return flag("dmi=", p.is_dmi_allowed()) + " opt=" + number(p.get_gp_option());
    };
    const auto pointer = [](const char* name, const void* value) { return std::string(name) + (value ? "set" : "null"); };
    const auto start = [&] { return "cmd=" + number(p.get_command()) + " addr=" + number(p.get_address()); };
    say("defaults: " + start());
    say(pointer("data=", p.get_data_ptr()) + " len=" + number(p.get_data_length()));
    say("sw=" + number(p.get_streaming_width()));
    say(pointer("be=", p.get_byte_enable_ptr()) + " bel=" + number(p.get_byte_enable_length()));
    say(response() + " " + rest() + " " + flag("mm=", p.has_mm()) + " ref=" + number(p.get_ref_count()));
    p.set_address(64);
    p.set_write();
    p.set_response_status(tlm::TLM_OK_RESPONSE);
    p.set_dmi_allowed(true);
    p.set_gp_option(tlm::TLM_FULL_PAYLOAD);
    p.reset();
    say("| after reset(): " + start() + " " + response() + " " + rest());
    tlm::tlm_dmi grant;
    say("| dmi defaults: [" + number(grant.get_start_address()) + "," + number(grant.get_end_address()) + "]");
    say("access=" + number(grant.get_granted_access()) + pointer(" ptr=", grant.get_dmi_ptr()));
}

struct Note : tlm::tlm_extension<Note> {
    const std::string text;

    explicit Note(std::string text) : text(std::move(text)) {}
    ~Note() override { say("freed:" + text); }
    tlm::tlm_extension_base* clone() const override { return new Note("clone"); }
    void copy_from(const tlm::tlm_extension_base&) override { say("copied"); }
};

// How long an extension stays with its transaction.
void extension() {
    struct : tlm::tlm_mm_interface {
        void free(tlm::tlm_generic_payload* transaction) override {
            say("mm.free");
            transaction->reset();
        }
    } pool;
    tlm::tlm_generic_payload p(&pool);
    Note sticky("sticky");
    p.acquire();
    p.set_auto_extension(new Note("auto"));
    p.acquire();
    p.release();
    say("ref=" + number(unsigned(p.get_ref_count())));
    p.release();
    say(flag("auto_left=", p.get_extension<Note>() != nullptr));
    p.set_extension(&sticky);
    p.acquire();
    p.release();
    say(flag("sticky_left=", p.get_extension<Note>() != nullptr));
    tlm::tlm_generic_payload copy;
    copy.deep_copy_from(p);
    say("deep_copy_ext=" + copy.get_extension<Note>()->text);
    copy.free_all_extensions();
    p.clear_extension<Note>();
}

}  // namespace

const std::vector<Probe> transportProbes{
    {"quantum", quantum}, {"peq", queue}, {"payload", payload}, {"extension", extension},
};

}  // namespace probe
