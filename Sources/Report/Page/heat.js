// Where and when: a row for each place, a column for each stretch of simulated time, nine colours for powers of ten.
const levels = 9;

/// Rows of the map: {name, series, columns}; `series` is summed over `columns`.
function drawHeat(place, rows, view, unit) {
  const canvas = element("div", { class: "heat" });
  const legend = element("ul", { class: "legend" });
  place.append(canvas, legend);
  let width = 0;
  fitted(canvas, (next) => { width = next; draw(); });
  view.onChange(draw);

  function draw() {
    const left = Math.min(190, Math.max(84, Math.floor(width * 0.22)));
    const plotWidth = width - left - 4;
    const rowHeight = rows.length > 40 ? 11 : rows.length > 16 ? 15 : 22;
    const cells = [];
    let least = Infinity;
    let most = 0;
    rows.forEach((row, index) => {
      const groups = view.groups(row.series, plotWidth, 4);
      row.series.grouped(groups.first, groups.last, groups.size, new Set(), (group, values) => {
        const from = groups.first + group * groups.size;
        const covered = row.series.covered(from, from + groups.size);
        const rate = row.series.sum(row.columns, values) / (covered / 1e12);
        if (!(rate > 0) || covered <= 0) return;
        least = Math.min(least, rate);
        most = Math.max(most, rate);
        cells.push({ index, from: from * row.series.width, to: (from + groups.size) * row.series.width, rate });
      });
    });
    if (cells.length === 0) { canvas.replaceChildren(element("p", { class: "note" }, "Nothing in this stretch of time.")); legend.replaceChildren(); return; }
    const low = Math.log10(least);
    const span = Math.max(Math.log10(most) - low, 1e-9);
    const levelOf = (rate) => Math.min(levels - 1, Math.floor((Math.log10(rate) - low) / span * levels));
    const paths = Array.from({ length: levels }, () => "");
    const x = (moment) => left + Math.min(Math.max((moment - view.from) / (view.to - view.from), 0), 1) * plotWidth;
    for (const cell of cells) {
      const [x1, x2] = [x(cell.from), x(cell.to)];
      paths[levelOf(cell.rate)] += `M${x1.toFixed(1)} ${cell.index * rowHeight + 1}H${Math.max(x2, x1 + 0.8).toFixed(1)}v${rowHeight - 2}H${x1.toFixed(1)}Z`;
    }
    const height = rows.length * rowHeight;
    const letters = Math.floor((left - 10) / 7);
    const colour = (level) => `color-mix(in oklab, var(--heat-low), var(--heat-high) ${Math.round(level / (levels - 1) * 100)}%)`;
    const svg = drawing("svg", { viewBox: `0 0 ${width} ${height + 22}`, height: height + 22, role: "img", tabindex: 0,
      "aria-label": `${rows.length} rows over time, from ${si(least, unit)} to ${si(most, unit)}` },
    paths.map((path, level) => (path ? drawing("path", { class: "level", d: path, style: `fill: ${colour(level)}` }) : null)),
    rows.map((row, index) => (rowHeight < 12 && index % 2 ? null : drawing("text", { x: left - 8, y: (index + 0.5) * rowHeight + 4, "text-anchor": "end",
      class: "quiet mono" }, shortened(row.name, letters)))),
    view.axis(left, plotWidth, height + 1.5));
    svg.addEventListener("pointermove", (event) => {
      const box = svg.getBoundingClientRect();
      const moment = view.from + ((event.clientX - box.left) / box.width * width - left) / plotWidth * (view.to - view.from);
      const index = Math.floor((event.clientY - box.top) / box.height * (height + 22) / rowHeight);
      const row = rows[index];
      if (!row || moment < view.from) { tip.hide(); return; }
      const cell = cells.find((one) => one.index === index && moment >= one.from && moment < one.to);
      const stretch = cell ? `${time(cell.from)} to ${time(Math.min(cell.to, end))}` : time(moment);
      tip.show(event.clientX, event.clientY, row.name, [["time", stretch], ["rate", cell ? si(cell.rate, unit) : "nothing"]]);
    });
    svg.addEventListener("pointerleave", tip.hide);
    canvas.replaceChildren(svg);
    legend.replaceChildren(element("li", {}, si(least, unit)),
      element("li", {}, element("span", { class: "ramp", "aria-hidden": "true" }, Array.from({ length: levels }, (_, level) => element("i", { style: `background: ${colour(level)}` })))),
      element("li", {}, `${si(most, unit)}; logarithmic. Empty: nothing.`));
  }
}
