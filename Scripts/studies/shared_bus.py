"""docs/studies/shared-bus.md: a hart and a DMA device that copy over one bus, at three widths."""
import csv

from bench import Result, expect, grouped, table
from drawing import Drawing

NAME = "shared-bus"
WIDTHS = [4, 8, 16]
# As the page counts by hand, in nanoseconds: accesses of the hart and of the device, what is no access, a beat.
COPIES, BURSTS = 8192, 1024
INSTRUCTIONS, CYCLE, BEAT = 5, 100, 10


def by_hand(width):
    """The sums of the page, step by step."""
    hart, dma = -(-8 // width) * BEAT, -(-64 // width) * BEAT
    sums = {
        "hart service": 2 * COPIES * hart,
        "dma service": 2 * BURSTS * dma,
        # From the first access to the end of the last: without what comes before and behind.
        "hart alone": COPIES * (INSTRUCTIONS + 2 * hart) - 4,
        "dma alone": BURSTS * (CYCLE + 2 * dma) - CYCLE,
    }
    if width == 4:
        sums["hart queueing"] = BURSTS // 2 * 316 + BURSTS // 2 * 319
        sums["dma queueing"] = 14 + (BURSTS - 1) * 10
    else:
        sums["hart queueing"] = BURSTS * 2 * dma - 4
        sums["dma queueing"] = 0
    for name in ["hart", "dma"]:
        sums[f"{name} together"] = sums[f"{name} alone"] + sums[f"{name} queueing"]
    sums["busy"] = sums["hart service"] + sums["dma service"]
    sums["queueing"] = sums["hart queueing"] + sums["dma queueing"]
    return sums


def nanoseconds(text):
    return int(text) / 1000


def accesses(path):
    """What came to the memory: initiator, beginning and latency in nanoseconds, in the order of time."""
    with open(path, encoding="utf-8", newline="") as file:
        rows = [(r["initiator"], nanoseconds(r["time"]), nanoseconds(r["latency"])) for r in csv.DictReader(file)]
    return sorted(rows, key=lambda row: row[1])


def run(bench, images, who, width):
    """A run: its report, and the accesses to the memory."""
    probe = f"{bench.work}/{who}.csv"
    report, _ = bench.run([
        f"{bench.root}/docs/studies/shared-bus.json5", f"{images}/copy-{who}.elf", "-set",
        f"shared.bytes-per-cycle={width}", "-probe", f"all,to=memory,file={probe},format=csv",
    ])
    return report, accesses(probe)


def span(rows, initiator):
    own = [row for row in rows if row[0] == initiator]
    return own[-1][1] + own[-1][2] - own[0][1]


def check(width, sums, reports):
    """Every sum by hand against the reports, exactly."""
    names = {"hart": "cpu0", "dma": "dma"}
    together, rows = reports["both"]
    found = {f"{who} alone": span(reports[who][1], names[who]) for who in names}
    found |= {f"{who} together": span(rows, names[who]) for who in names}
    for who, path in names.items():
        traffic = next(r for r in together["traffic"] if r["initiator"] == path and r["target"] == "memory")
        latency = round(traffic["latencySeconds"] * 1e12) / 1000
        found[f"{who} queueing"] = latency - sums[f"{who} service"]
        expect(traffic["readBytes"] == traffic["writeBytes"] == 65536, "each copies 64 KiB")
    link = together["links"][0]
    expect(link["accesses"] == 2 * COPIES + 2 * BURSTS, "the link carries what the two ask for and nothing else")
    found["busy"] = round(link["busySeconds"] * 1e12) / 1000
    found["queueing"] = round(link["queueingSeconds"] * 1e12) / 1000
    for name, value in found.items():
        expect(value == sums[name], f"at {width} bytes, {name} is {sums[name]} ns by hand, and {value} ns in the run")
    return found


def study(bench):
    images = bench.images()
    rows, turns, results = [], {}, {}
    for width in WIDTHS:
        reports = {who: run(bench, images, who, width) for who in ["hart", "dma", "both"]}
        sums = by_hand(width)
        results[width] = sums
        check(width, sums, reports)
        turns[width] = reports["both"][1]
        for who, what in [("hart", "`cpu0`, 8 bytes"), ("dma", "`dma`, 64 bytes")]:
            alone, together = sums[f"{who} alone"], sums[f"{who} together"]
            rows.append([
                f"{width} bytes: {what}", microseconds(sums[f"{who} service"]), microseconds(alone),
                microseconds(sums[f"{who} queueing"]), microseconds(together), f"{together / alone:.2f}",
            ])
    links = [
        [f"{w} bytes", grouped(2 * COPIES + 2 * BURSTS), microseconds(results[w]["busy"]),
         microseconds(results[w]["queueing"])] for w in WIDTHS
    ]
    text = table(["width: who, accesses of", "on the bus", "alone", "queueing", "together", "times as long"], rows)
    text += "\n" + table(["the link together", "accesses", "busy", "queueing"], links)
    figures = {f"{NAME}.svg": bars(results), f"{NAME}-turns.svg": diagram(turns)}
    return Result({NAME: text}, figures, figures)


def microseconds(value):
    return f"{value / 1000:.3f} µs"


def bars(results):
    left, width, scale = 120, 720, 720 / 720_000
    drawing = Drawing(
        left + width + 60, 320, "How long two copies over a shared bus take",
        "For three widths of the bus, stacked bars of the hart and of the DMA device: own time, bus, queueing.")
    drawing.text(16, 26, "64 KiB by the hart and 64 KiB by the DMA device, at the same time over one bus", kind="head")
    names = ["own instructions or cycles", "on the bus", "queueing for the bus"]
    for index, name in enumerate(names):
        x = left + [0, 210, 320][index]
        drawing.rect(x, 40, 12, 12, index)
        drawing.text(x + 18, 50, name)
    y = 76
    for bytes_, sums in results.items():
        drawing.text(left - 62, y + 25, f"{bytes_} bytes", "end")
        for who, label in [("hart", "cpu0"), ("dma", "dma")]:
            drawing.text(left - 10, y + 15, label, "end", "faint")
            service, queueing = sums[f"{who} service"], sums[f"{who} queueing"]
            x = left
            for index, value in enumerate([sums[f"{who} alone"] - service, service, queueing]):
                drawing.rect(x, y, value * scale, 18, index)
                x += value * scale
            drawing.text(x + 6, y + 14, f"{sums[f'{who} together'] / 1000:.1f} µs", kind="faint")
            y += 24
        y += 20
    for tick in range(0, 701, 100):
        drawing.line(left + tick * 1000 * scale, 66, left + tick * 1000 * scale, y - 8, "mark")
        drawing.text(left + tick * 1000 * scale, y + 10, f"{tick}", "middle", "faint")
    drawing.text(left + width / 2, y + 32, "time, µs", "middle", "faint")
    return drawing.svg()


def diagram(turns):
    """Who has the bus, and who waits for it, in the first microsecond."""
    left, width, first, last = 120, 720, 0, 1000
    drawing = Drawing(
        left + width + 30, 330, "Turns on a shared bus",
        "The first microsecond at three widths: filled while an access has the bus, a thin line while it waits.")
    drawing.text(16, 26, "The first microsecond: a block has the bus, the line before it waits for it", kind="head")

    def across(time):
        return left + width * (min(max(time, first), last) - first) / (last - first)

    y = 56
    for bytes_, rows in turns.items():
        drawing.text(left - 62, y + 27, f"{bytes_} bytes", "end")
        for lane, initiator in enumerate(["cpu0", "dma"]):
            drawing.text(left - 10, y + 15, initiator, "end", "faint")
            service = -(-(8 if lane == 0 else 64) // bytes_) * BEAT
            for who, time, latency in rows:
                if who != initiator or time >= last:
                    continue
                start, end = across(time + latency - service), across(time + latency)
                if latency > service:
                    drawing.line(across(time), y + 10, start, y + 10, "axis")
                if end > start:
                    drawing.rect(start, y + 2, max(end - start - 0.6, 0.6), 16, lane)
            y += 24
        y += 30
    for tick in range(first, last + 1, 100):
        drawing.line(across(tick), 46, across(tick), y - 14, "mark")
        drawing.text(across(tick), y + 4, f"{tick}", "middle", "faint")
    drawing.text(left + width / 2, y + 28, "time, ns", "middle", "faint")
    return drawing.svg()
