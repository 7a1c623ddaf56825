#include "bench.h"

#include <chrono>
#include <time.h>
#include <unistd.h>

namespace bench {
namespace {

struct Memory {
    long resident_kb = 0, virtual_kb = 0;

    static Memory now() {
        long pages = 0, resident = 0;
        if (std::FILE* file = std::fopen("/proc/self/statm", "r")) {
            if (std::fscanf(file, "%ld %ld", &pages, &resident) != 2) pages = resident = 0;
            std::fclose(file);
        }
        const long page_kb = sysconf(_SC_PAGESIZE) / 1024;
        return {resident * page_kb, pages * page_kb};
    }
};

Memory memory_at_start;
Instant start;

}  // namespace

Instant Instant::now() {
    timespec spent;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &spent);
    const auto wall = std::chrono::steady_clock::now().time_since_epoch();
    return {std::chrono::duration<double>(wall).count(), double(spent.tv_sec) + 1e-9 * double(spent.tv_nsec)};
}

void begin() {
    start = Instant::now();
    memory_at_start = Memory::now();
}

void print(std::uint64_t operations, Instant from, Instant to, double setup, const std::string& extra) {
    const Memory memory = Memory::now();
    const double seconds = to.wall - from.wall;
    std::printf(
        "mode=%s n=%llu ops=%llu sec=%.6f cpu=%.6f rate=%.0f rss0_kb=%ld rss1_kb=%ld vsz0_kb=%ld vsz1_kb=%ld "
        "setup=%.4f%s\n",
        run.mode, static_cast<unsigned long long>(run.n), static_cast<unsigned long long>(operations), seconds,
        to.cpu - from.cpu, double(operations) / seconds, memory_at_start.resident_kb, memory.resident_kb,
        memory_at_start.virtual_kb, memory.virtual_kb, setup, extra.c_str());
    std::fflush(stdout);
}

void measure() {
    sc_core::sc_start(sc_core::SC_ZERO_TIME);
    const std::uint64_t first = done;
    const Instant from = Instant::now();
    sc_core::sc_start();
    print(done - first, from, Instant::now(), from.wall - start.wall);
}

void fail(const char* what) {
    std::fprintf(stderr, "bench: error: mode %s: %s\n", run.mode, what);
    std::_Exit(2);
}

}  // namespace bench
