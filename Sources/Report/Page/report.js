// The report, and its links over time in one form.
const report = JSON.parse(byId("report").textContent);
const end = report.simulatedPicoseconds;

/// Rows of columns by name: a link of `series`, of a router's link, or of what else was measured in bins.
class Series {
  constructor(name, kind, width, start, columns, bins, details = {}) {
    Object.assign(this, { name, kind, width, start, bins, ...details });
    this.place = Object.fromEntries(columns.map((column, index) => [column, index]));
  }

  sum(names, row) { return names.reduce((sum, name) => sum + row[this.place[name]], 0); }
  total(...names) { return this.bins.reduce((sum, row) => sum + this.sum(names, row), 0); }

  /// The bins from `first` up to `last`, in groups of `size`: for each column its sum, or its greatest for `peaks`.
  /// Calls `each(group, values)` for groups in which something was counted.
  grouped(first, last, size, peaks, each) {
    let low = 0;
    let high = this.bins.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.bins[middle][0] < first) low = middle + 1; else high = middle;
    }
    let group = -1;
    let values = null;
    for (; low < this.bins.length && this.bins[low][0] < last; low += 1) {
      const row = this.bins[low];
      const next = Math.floor((row[0] - first) / size);
      if (next !== group) {
        if (values) each(group, values);
        group = next;
        values = row.slice();
      } else {
        for (let column = 1; column < row.length; column += 1) {
          values[column] = peaks.has(column) ? Math.max(values[column], row[column]) : values[column] + row[column];
        }
      }
    }
    if (values) each(group, values);
  }

  /// Picoseconds of simulated time that the bins from `first` up to `last` cover.
  covered(first, last) {
    const from = Math.max(first * this.width, this.start);
    return Math.max(0, Math.min(last * this.width, end) - from);
  }
}

const byteColumns = ["readBytes", "writeBytes", "fetchBytes"];
const accessColumns = ["reads", "writes", "fetches"];

const trafficSeries = (report.series || []).map((link) => new Series(
  `${link.initiator} → ${link.target}`, "traffic", link.binPicoseconds, link.startPicoseconds, link.columns, link.bins,
  { link, initiator: link.initiator, target: link.target },
));
for (const series of trafficSeries) series.bytes = series.total(...byteColumns);
trafficSeries.sort((one, other) => other.bytes - one.bytes);

const routerSeries = (report.links || []).filter((link) => link.series).map((link) => new Series(
  link.link, "router", link.series.binPicoseconds, 0, link.series.columns, link.series.bins, { link, initiator: "", target: "" },
));
