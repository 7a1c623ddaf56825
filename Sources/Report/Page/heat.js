// Where and when: a row for each place, a column for each stretch of simulated time, nine colours for powers of ten.
const levels = 9;
/// More rows than this are not told apart.
const mostRegions = 64;

/// What the rows can be: links, or regions of the addresses of an initiator. A row is {name, about, series}.
function heatChoices() {
  const choices = [];
  for (const { initiator, heat } of report.pages || []) {
    if (heat && heat.rows.length > 0) choices.push({ title: `by address, ${initiator}`, rows: regionsOf(heat) });
  }
  if (trafficSeries.length > 0) {
    choices.push({ title: "by link", rows: trafficSeries.map((series) => ({ name: series.name, about: series.name, series })) });
  }
  return choices;
}

/// Regions of addresses that were touched, in their order: so large that there are not too many.
function regionsOf(heat) {
  const place = heat.columns.indexOf("region");
  const touched = new Set(heat.rows.map((row) => row[place]));
  let merged = 1;
  const regions = () => new Set([...touched].map((region) => Math.floor(region / merged)));
  while (regions().size > mostRegions) merged *= 2;
  const columns = ["bin", ...heat.columns.filter((name) => name !== "bin" && name !== "region")];
  const places = columns.map((name) => heat.columns.indexOf(name));
  const rows = new Map([...regions()].sort((one, other) => one - other).map((region) => [region, []]));
  for (const row of heat.rows) {
    const bins = rows.get(Math.floor(row[place] / merged));
    const last = bins[bins.length - 1];
    if (last && last[0] === row[places[0]]) for (let column = 1; column < places.length; column += 1) last[column] += row[places[column]];
    else bins.push(places.map((from) => row[from]));
  }
  const bytes = heat.regionBytes * merged;
  return [...rows].map(([region, bins]) => {
    const name = `0x${(region * bytes).toString(16)}`;
    return { name, about: `${name} to 0x${(region * bytes + bytes - 1).toString(16)}`, series: new Series(name, "heat", heat.binPicoseconds, 0, columns, bins) };
  });
}

const heatColumns = {
  "all bytes": byteColumns, "bytes read": ["readBytes"], "bytes written": ["writeBytes"], "bytes fetched": ["fetchBytes"], accesses: accessColumns,
};

function drawHeat(place, view) {
  const choices = heatChoices();
  const rowsOf = element("select", { id: "heat-rows" }, choices.map(({ title }, index) => element("option", { value: index }, title)));
  const columnsOf = element("select", { id: "heat-columns" }, Object.keys(heatColumns).map((name) => element("option", {}, name)));
  const canvas = element("div", { class: "heat" });
  const legend = element("ul", { class: "legend" });
  place.append(element("div", { class: "controls" }, element("label", {}, "Rows", rowsOf), element("label", {}, "Show", columnsOf)), canvas, legend);
  let width = 0;
  fitted(canvas, (next) => { width = next; draw(); });
  view.onChange(draw);
  rowsOf.addEventListener("change", draw);
  columnsOf.addEventListener("change", draw);

  function draw() {
    const { rows } = choices[Number(rowsOf.value)];
    const columns = heatColumns[columnsOf.value];
    const unit = columns === accessColumns ? "/s" : "B/s";
    const left = Math.min(190, Math.max(84, Math.floor(width * 0.22)));
    const plotWidth = width - left - 4;
    const rowHeight = rows.length > 40 ? 10 : rows.length > 16 ? 15 : 22;
    const cells = new Map();
    let least = Infinity;
    let most = 0;
    rows.forEach((row, index) => {
      const groups = view.groups(row.series, plotWidth, 4);
      row.series.grouped(groups.first, groups.last, groups.size, new Set(), (group, values) => {
        const from = groups.first + group * groups.size;
        const covered = row.series.covered(from, from + groups.size);
        const rate = row.series.sum(columns, values) / (covered / 1e12);
        if (!(rate > 0) || covered <= 0) return;
        least = Math.min(least, rate);
        most = Math.max(most, rate);
        if (!cells.has(index)) cells.set(index, []);
        cells.get(index).push({ from: from * row.series.width, to: (from + groups.size) * row.series.width, rate });
      });
    });
    if (cells.size === 0) {
      canvas.replaceChildren(element("p", { class: "note" }, "Nothing in this stretch of time."));
      legend.replaceChildren();
      return;
    }
    const low = Math.log10(least);
    const span = Math.max(Math.log10(most) - low, 1e-9);
    const levelOf = (rate) => Math.min(levels - 1, Math.floor((Math.log10(rate) - low) / span * levels));
    const x = (moment) => left + Math.min(Math.max((moment - view.from) / (view.to - view.from), 0), 1) * plotWidth;
    const paths = Array.from({ length: levels }, () => "");
    for (const [index, list] of cells) {
      for (const { from, to, rate } of list) {
        const [x1, x2] = [x(from), x(to)];
        paths[levelOf(rate)] += `M${x1.toFixed(1)} ${index * rowHeight + 1}H${Math.max(x2, x1 + 0.8).toFixed(1)}v${rowHeight - 2}H${x1.toFixed(1)}Z`;
      }
    }
    const height = rows.length * rowHeight;
    const letters = Math.floor((left - 10) / 7);
    const colour = (level) => `color-mix(in oklab, var(--heat-low), var(--heat-high) ${Math.round(level / (levels - 1) * 100)}%)`;
    const svg = drawing("svg", { viewBox: `0 0 ${width} ${height + 22}`, height: height + 22, role: "img",
      "aria-label": `${rows.length} rows over time, from ${si(least, unit)} to ${si(most, unit)}; the tables have the sums` },
    paths.map((path, level) => (path ? drawing("path", { class: "level", d: path, style: `fill: ${colour(level)}` }) : null)),
    rows.map((row, index) => (rowHeight < 12 && index % 2 ? null : drawing("text", { x: left - 8, y: (index + 0.5) * rowHeight + 4, "text-anchor": "end",
      class: "quiet mono" }, shortened(row.name, letters)))),
    view.axis(left, plotWidth, height + 1.5));
    svg.addEventListener("pointermove", (event) => {
      const box = svg.getBoundingClientRect();
      const moment = view.from + ((event.clientX - box.left) / box.width * width - left) / plotWidth * (view.to - view.from);
      const index = Math.floor((event.clientY - box.top) / box.height * (height + 22) / rowHeight);
      if (!rows[index] || moment < view.from) { tip.hide(); return; }
      const cell = (cells.get(index) || []).find((one) => moment >= one.from && moment < one.to);
      const stretch = cell ? `${time(cell.from)} to ${time(Math.min(cell.to, end))}` : time(moment);
      tip.show(event.clientX, event.clientY, rows[index].about, [["time", stretch], ["rate", cell ? si(cell.rate, unit) : "nothing"]]);
    });
    svg.addEventListener("pointerleave", tip.hide);
    canvas.replaceChildren(svg);
    legend.replaceChildren(element("li", {}, si(least, unit)),
      element("li", {}, element("span", { class: "ramp", "aria-hidden": "true" }, Array.from({ length: levels }, (_, level) => element("i", { style: `background: ${colour(level)}` })))),
      element("li", {}, `${si(most, unit)}, logarithmic; empty where there was nothing.`));
  }
}
