// Context switches: waits of threads, and items through FIFOs between two of them.
#include "bench.h"

using namespace sc_core;

namespace bench {
namespace {

struct Threads : sc_module {
    const sc_time period;

    Threads(sc_module_name name, sc_time period) : sc_module(name), period(period) {
        for (std::uint64_t index = 0; index < run.n; ++index)
            sc_spawn([this] {
                do wait(this->period);
                while (!tick());
            });
    }
};

void threads(sc_time period) {
    Threads model("m", period);
    measure();
}

struct PlainFifo : sc_module {
    sc_fifo<int> fifo{"f", int(run.n)};
    SC_HAS_PROCESS(PlainFifo);

    explicit PlainFifo(sc_module_name name) : sc_module(name) {
        SC_THREAD(produce);
        SC_THREAD(consume);
    }
    void produce() {
        for (int item = 0;; ++item) fifo.write(item);
    }
    void consume() {
        do fifo.read();
        while (!tick());
    }
};

struct TransactionFifo : sc_module {
    tlm::tlm_fifo<int> fifo{"f", int(run.n)};
    SC_HAS_PROCESS(TransactionFifo);

    explicit TransactionFifo(sc_module_name name) : sc_module(name) {
        SC_THREAD(produce);
        SC_THREAD(consume);
    }
    void produce() {
        for (int item = 0;; ++item) fifo.put(item);
    }
    void consume() {
        do fifo.get();
        while (!tick());
    }
};

template <class Model>
void measureModel() {
    Model model("m");
    measure();
}

}  // namespace

const std::vector<Mode> threadModes{
    {"ctx", [] { threads(sc_time(10, SC_NS)); }, 2, 2'000'000, "N threads, wait(10 ns)"},
    {"ctx0", [] { threads(SC_ZERO_TIME); }, 2, 2'000'000, "N threads, wait(SC_ZERO_TIME), one delta each"},
    {"scfifo", measureModel<PlainFifo>, 16, 5'000'000, "sc_fifo<int> of depth N, two threads"},
    {"tlmfifo", measureModel<TransactionFifo>, 16, 5'000'000, "tlm_fifo<int> of depth N, two threads"},
};

}  // namespace bench
