// What the probes share: the line that is recorded, and processes made of a closure.
#pragma once
#include "library.h"

namespace probe {

// Adds a word to the line; words stand a blank apart.
void say(const std::string& word);

// A word with the time and the delta count: "word@3ns/d1".
std::string at(const std::string& word);

// The time in whole nanoseconds: "3ns".
std::string now();

inline sc_core::sc_time ns(double count) { return sc_core::sc_time(count, sc_core::SC_NS); }

enum class First { runs, waits };

// A method; it does not run before it is triggered, unless `first` says so.
void method(const char* name, std::function<void()> body, std::vector<const sc_core::sc_event*> sensitivity = {},
            First first = First::waits);

sc_core::sc_process_handle thread(const char* name, std::function<void()> body);

// A method that records its name whenever the event fires.
void watch(const sc_core::sc_event& event, const std::string& name);

// Says that it was destroyed, for locals of a thread.
struct Local {
    ~Local() { say(at("unwound")); }
};

struct Probe {
    const char* name;
    void (*body)();
};

extern const std::vector<Probe> eventProbes, waitProbes, runProbes, processProbes, orderProbes, transportProbes;

}  // namespace probe
