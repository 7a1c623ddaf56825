// What the modes share: the run that is measured, the stop after so many operations, random numbers.
#pragma once
#include "library.h"

namespace bench {

// What the command line asks for.
struct Run {
    const char* mode = "";
    std::uint64_t n = 1;         // size of the model
    std::uint64_t operations = 0;
};
inline Run run;

// Operations done so far.
inline std::uint64_t done = 0;

// Counts one operation; the last one stops the simulation. Whether it was the last.
inline bool tick() {
    if (++done < run.operations) return false;
    sc_core::sc_stop();
    return true;
}

struct Instant {
    double wall, cpu;            // seconds; the CPU time is that of the process
    static Instant now();
};

// Remembers the memory and the time of the program's start.
void begin();

// Runs the first delta cycle as set-up, then measures up to the stop, and prints.
void measure();

// Prints the line of a mode that measures by itself. `extra` has further fields, a blank before each.
void print(std::uint64_t operations, Instant from, Instant to, double setup, const std::string& extra = "");

// Ends the program where a model is wrong: a wrong model must not have a figure.
[[noreturn]] void fail(const char* what);

// xorshift64*: every mode and ours draw the same sequence.
class Random {
    std::uint64_t state = 0x9E3779B97F4A7C15ull;

public:
    std::uint64_t next() {
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        return state * 0x2545F4914F6CDD1Dull;
    }
};

struct Mode {
    const char* name;
    void (*body)();
    std::uint64_t n, operations; // where the command line says nothing
    const char* what;
};

// The modes, chapter by chapter.
extern const std::vector<Mode> eventModes, threadModes, transportModes, phaseModes, elaborationModes;

}  // namespace bench
