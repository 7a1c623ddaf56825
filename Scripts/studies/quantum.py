"""docs/studies/quantum.md: what a quantum costs in speed and in error, from one instruction to 10 ms."""
import os
import statistics

from bench import Result, expect, grouped, table
from drawing import Drawing, decades

NAME = "quantum"
QUANTA = {"1ns": 1, "10ns": 10, "100ns": 100, "1us": 10 ** 3, "10us": 10 ** 4, "100us": 10 ** 5, "1ms": 10 ** 6,
          "10ms": 10 ** 7}
WAYS = ["memory", "running", "timer", "asleep"]


def label(nanoseconds):
    for unit, factor in [("ms", 10 ** 6), ("µs", 10 ** 3)]:
        if nanoseconds >= factor:
            return f"{nanoseconds / factor:g} {unit}"
    return f"{nanoseconds:g} ns"


def study(bench):
    images = bench.images()
    found = {name: messages(bench, images, name) for name in QUANTA}
    finest = found["1ns"]
    for name, quantum in QUANTA.items():
        here = found[name]
        for way in ["memory", "running"]:
            expect(here[way][1] - finest[way][1] <= quantum, f"at {name}, a message is late by the quantum at most")
        expect(here["asleep"] == finest["asleep"], f"at {name}, messages between sleeping harts are exact")
        expect(abs(here["timer"][1] - finest["timer"][1]) <= 1, f"at {name}, the timer is exact to the instruction")
        expect(here["skew"] < quantum, f"at {name}, the largest skew is less than the quantum")
    rows = [
        [f"`{name}`", *(f"{grouped(here[way][0])} / {grouped(here[way][1])}" for way in WAYS), grouped(here["skew"]),
         f"{here['time'] / 1e6:.1f} µs"] for name, here in found.items()
    ]
    heading = ["quantum", "memory", "running", "timer", "asleep", "largest skew", "simulated time in all"]
    exact = {NAME: table(heading, rows)}
    figures = {f"{NAME}.svg": errors(found)}
    speeds = {name: speed(bench, images, name) for name in QUANTA}
    expect(speeds["10us"] > 2 * speeds["1ns"], "10 µs are more than twice as fast as one instruction")
    expect(speeds["10us"] > 0.5 * speeds["1ms"], "10 µs have more than half of the speed of 1 ms")
    if not bench.measures:
        return Result(exact, figures, figures)
    figures[f"{NAME}-speed.svg"] = speed_figure(speeds)
    return Result(exact, figures, [f"{NAME}.svg"], {f"{NAME}, speed": speed_table(speeds)})


def messages(bench, images, quantum):
    """Mean and worst nanoseconds of each way; largest skew and simulated time, in nanoseconds and picoseconds."""
    report, said = bench.run(["virt", f"{images}/message.elf", "-smp", "2", "-quantum", quantum])
    found = {words[0]: (int(words[1]), int(words[2])) for words in (line.split() for line in said.splitlines())}
    expect(set(found) == set(WAYS), "every way of sending a message is told")
    found["skew"] = round(report["maxSkewSeconds"] * 1e9)
    found["time"] = report["simulatedPicoseconds"]
    return found


def speed(bench, images, quantum):
    """Millions of instructions of work in a second of processor time, of two harts that compute: the median of three."""
    image = "work-short.elf" if QUANTA[quantum] < 100 else "work.elf"
    rates = []
    for _ in range(3 if bench.measures else 1):
        report, _ = bench.run(["virt", f"{images}/{image}", "-smp", "2", "-quantum", quantum])
        # Hart 0 waits for hart 1 to the end of the last quantum; hart 1 does nothing but the work, and both do the same.
        work = next(hart["retired"] for hart in report["instructions"]["harts"] if hart["hart"] == "cpu1")
        rates.append(2 * work / report["host"]["cpuSeconds"] / 1e6)
    return statistics.median(rates)


def speed_table(speeds):
    best = max(speeds.values())
    rows = []
    for name, value in speeds.items():
        rows.append([f"`{name}`", f"{value:.0f}", f"{100 * value / best:.0f} %"])
    text = table(["quantum", "two harts compute, MIPS", "of the best"], rows)
    load = os.getloadavg()[0]
    return text + f"\nMedians of three runs, processor time; load {load:.1f} at the end. Trust the ratios.\n"


def errors(found):
    left, top, width, height = 96, 60, 600, 330
    drawing = Drawing(
        left + width + 170, top + height + 60, "How late a message is, by the quantum",
        "Mean round trips of messages between two harts, less those at a quantum of one instruction, and the largest "
        "skew, on logarithmic scales. Timer and sleeping harts stay at zero.")
    drawing.text(16, 26, "What a message between two harts takes longer than at 1 ns", kind="head")
    bottom = top + height
    y = decades(drawing, (bottom - 30, top), 0, 7, label, left, left + width)
    x = decades(drawing, (left, left + width), 0, 7, label, bottom, top, vertical=False)
    drawing.text(left - 8, bottom + 4, "0", "end", "faint")
    drawing.line(left, bottom, left + width, bottom, "axis")
    drawing.text(left + width / 2, bottom + 42, "quantum", "middle", "faint")
    finest = found["1ns"]
    for series, (way, name, dashes) in enumerate([
        ("memory", "through memory", ""), ("running", "by interrupt, both run", "7 4"),
        ("asleep", "by interrupt, both asleep;", ""),
    ]):
        points = []
        for quantum, here in found.items():
            late = here[way][0] - finest[way][0]
            points.append((x(QUANTA[quantum]), y(late) if late >= 1 else bottom))
        drawing.curve(points, series, dashes)
        last = points[-1][1]
        drawing.text(left + width + 12, last + [14, -4, -14][series], name)
    drawing.text(left + width + 12, bottom + 1, "and the timer")
    return drawing.svg()


def speed_figure(speeds):
    left, top, width, height = 96, 50, 600, 220
    drawing = Drawing(
        left + width + 40, top + height + 60, "Speed by the quantum",
        "Millions of instructions a second of processor time of two harts that compute, over the quantum.")
    drawing.text(16, 26, "Two harts that compute: MIPS of processor time, as measured on one machine", kind="head")
    bottom = top + height
    highest = max(speeds.values()) * 1.1
    x = decades(drawing, (left, left + width), 0, 7, label, bottom, top, vertical=False)
    step = 50 if highest < 400 else 100
    for value in range(0, int(highest) + 1, step):
        at = bottom - height * value / highest
        drawing.line(left, at, left + width, at)
        drawing.text(left - 8, at + 4, f"{value}", "end", "faint")
    drawing.curve([(x(QUANTA[name]), bottom - height * value / highest) for name, value in speeds.items()], 0)
    drawing.text(left + width / 2, bottom + 42, "quantum", "middle", "faint")
    return drawing.svg()
