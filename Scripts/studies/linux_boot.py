"""docs/studies/linux-boot.md: which device the boot of Linux talks to, and when."""
import csv
import hashlib
import math
import re
from collections import Counter

from bench import Missing, Result, expect, grouped, table
from drawing import Drawing

NAME = "linux-boot"
# Pixels and milliseconds of the figure.
LEFT, WIDTH, ROW, STEP = 96, 780, 46, 5
REGISTERS = {
    ("write", 0): "THR, a character to send", ("read", 5): "LSR, “may I send?”", ("write", 1): "IER, which interrupts",
    ("read", 1): "IER", ("read", 2): "IIR, “which interrupt?”", ("read", 6): "MSR, state of the modem",
}


def console(path):
    """Every character that was sent, with its time in picoseconds; and how often each register was accessed."""
    text, times, registers = "", [], Counter()
    with open(path, encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            register = (row["command"], int(row["address"], 16) & 7)
            registers[register] += 1
            # While the divisor is set up, offset 0 is not the transmitter: its values are 2 and 0.
            if register == ("write", 0):
                text += chr(int(row["value"], 16))
                times.append(int(row["time"]))
    return text, times, registers


def landmarks(text, times, end):
    """What the guest said, and when in picoseconds. The kernel's own clock begins with the first stamp that moves: what
    it said before its console was there came later, but bears the time at which it was said."""
    stamps = []
    for match in re.finditer(r"^\[ *(\d+)\.(\d{6})\] ", text, re.M):
        stamp = int(match[1] + match[2]) * 1_000_000
        if stamp:
            stamps.append((times[match.start()] - stamp, match.start()))
    offset = min(stamps)[0]

    def said(sentence):
        match = re.search(r"^\[ *(\d+)\.(\d{6})\] " + re.escape(sentence), text, re.M)
        return offset + int(match[1] + match[2]) * 1_000_000

    return [
        ("OpenSBI speaks", times[text.index("OpenSBI v")]),
        ("the kernel's clock begins", offset),
        ("initramfs is unpacked", said("Trying to unpack rootfs")),
        ("ttyS0 is the console", said("printk: legacy console [ttyS0] enabled")),
        ("/init runs", said("Run /init")),
        ("power off", end),
    ]


def study(bench):
    guest = bench.guest()
    probe = f"{bench.work}/uart.csv"
    report, _ = bench.run([
        "virt", "-bios", f"{guest}/fw_dynamic.bin", "-kernel", f"{guest}/Image", "-initrd",
        f"{guest}/initramfs.cpio.gz", "-append", "console=ttyS0", "-m", "1G", "-serial", "null", "-traffic-bin", "1ms",
        "-probe", f"console,from=cpu0,to=uart0,file={probe},format=csv",
    ])
    text, times, registers = console(probe)
    end = report["simulatedPicoseconds"]
    marks = landmarks(text, times, end)
    bins = {row["target"]: accesses(row) for row in report["series"]}
    totals = {name: sum(row.values()) for name, row in bins.items()}
    devices = sorted((name for name in totals if name != "ram" and name != "rom"), key=lambda name: -totals[name])
    every = sum(totals[name] for name in devices)

    expect(devices[0] == "uart0" and totals["uart0"] > 0.9 * every, "nine of ten accesses to devices are the UART's")
    expect(totals["uart0"] == sum(registers.values()), "the probe has seen every access to the UART")
    expect(totals["mtimer"] < 10, "the timer is no device on the bus")

    files = fingerprint(guest)
    if not bench.measures and files not in bench.page(NAME):
        raise Missing("the Debian guest is another than the page's, and gives other numbers; what the page says holds")
    parts = [
        f"The guest is `{files}` (the first digits of the SHA-256 of firmware, kernel and initramfs). `cpu0` has retired",
        f"{grouped(report['instructions']['total'])} instructions in {end / 1e12:.6f} s, and asked devices {grouped(every)} times.",
        "",
        device_table(report, bins, devices, every), phase_table(bins, devices, marks), register_table(registers),
    ]
    return Result({NAME: "\n".join(parts)}, {f"{NAME}.svg": figure(bins, devices, marks)}, [f"{NAME}.svg"])


def fingerprint(guest):
    """Which files they were: another kernel gives other numbers."""
    digest = hashlib.sha256()
    for name in ["fw_dynamic.bin", "Image", "initramfs.cpio.gz"]:
        with open(f"{guest}/{name}", "rb") as file:
            digest.update(file.read())
    return digest.hexdigest()[:16]


def accesses(series):
    """How many accesses came in each bin."""
    columns = series["columns"]
    chosen = [columns.index(name) for name in ["reads", "writes", "fetches"]]
    first = series["startPicoseconds"] // series["binPicoseconds"]
    expect(first == 0 and series["binPicoseconds"] == 10 ** 9, "bins of 1 ms, from the beginning on")
    return {row[0]: sum(row[column] for column in chosen) for row in series["bins"]}


def device_table(report, bins, devices, every):
    rows = []
    for name in devices:
        traffic = next(row for row in report["traffic"] if row["target"] == name)
        busiest = max(bins[name], key=lambda number: (bins[name][number], -number))
        rows.append([
            f"`{name}`", grouped(traffic["reads"]), grouped(traffic["writes"]),
            grouped(traffic["readBytes"] + traffic["writeBytes"]), f"{100 * sum(bins[name].values()) / every:.2f} %",
            len(bins[name]), f"{busiest} ms", grouped(bins[name][busiest]),
        ])
    return table(["device", "reads", "writes", "bytes", "of all", "ms with any", "busiest", "in it"], rows)


def phase_table(bins, devices, marks):
    rows, start = [], 0
    for name, time in marks:
        row = [f"until {name}", f"{time / 1e9:.1f} ms"]
        for device in devices:
            row.append(grouped(sum(n for at, n in bins[device].items() if start <= at * 10 ** 9 < time)))
        rows.append(row)
        start = time
    return table(["accesses in the bins that begin", "ends at", *(f"`{name}`" for name in devices)], rows)


def register_table(registers):
    known = sum(registers[key] for key in REGISTERS)
    rows = [[REGISTERS[key], key[0], grouped(registers[key])] for key in sorted(REGISTERS, key=lambda k: -registers[k])]
    rows.append(["others", "both", grouped(sum(registers.values()) - known)])
    return table(["register of `uart0`", "direction", "accesses"], rows)


def figure(bins, devices, marks):
    rows = devices + ["ram"]
    top = 128
    bottom = top + ROW * len(rows)
    end = marks[-1][1] / 1e9
    drawing = Drawing(
        LEFT + WIDTH + 24, bottom + 52, "Accesses of the boot of Linux to each device",
        f"Bars of {STEP} ms of simulated time, a row for each device, their heights logarithmic.")
    drawing.text(16, 26, "Debian boots on virt: accesses in 5 ms of simulated time, on a logarithmic scale", kind="head")

    def across(milliseconds):
        return LEFT + WIDTH * milliseconds / end

    for number, (name, time) in enumerate(marks):
        x = across(time / 1e9)
        drawing.line(x, top - 12, x, bottom, "mark")
        # The last label ends at its line; the others begin there, one above the other.
        y = 46 + 14 * (number % 5)
        drawing.line(x, y + 2, x, top - 12, "mark")
        drawing.text(x + (-4 if number == len(marks) - 1 else 4), y + 8, name,
                     "end" if number == len(marks) - 1 else "start", "faint")
    for index, name in enumerate(rows):
        base = top + ROW * (index + 1) - 4
        drawing.line(LEFT, base, LEFT + WIDTH, base, "axis")
        counts = Counter()
        for at, count in bins[name].items():
            counts[at // STEP] += count
        most = max(counts.values())
        drawing.text(LEFT - 8, base - 16, name, "end")
        drawing.text(LEFT - 8, base - 2, f"≤ {grouped(most)}", "end", "faint")
        for at, count in sorted(counts.items()):
            height = (ROW - 12) * (math.log10(count) + 0.3) / (math.log10(most) + 0.3)
            width = min(WIDTH * STEP / end, LEFT + WIDTH - across(at * STEP))
            drawing.rect(across(at * STEP), base - height, max(1.5, width - 0.5), height, index % 6)
    for tick in range(0, int(end) + 1, 100):
        drawing.line(across(tick), bottom, across(tick), bottom + 5, "axis")
        drawing.text(across(tick), bottom + 20, f"{tick}", "middle", "faint")
    drawing.text(LEFT + WIDTH / 2, bottom + 40, "simulated time, ms", "middle", "faint")
    return drawing.svg()
