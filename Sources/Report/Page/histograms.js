// Counts by powers of two, as tables with bars.
function drawHistograms(place) {
  const links = trafficSeries.filter((series) => series.bins.length > 0);
  const lines = (report.interrupts || []).filter((line) => ["takenLatency", "claimedLatency"].some((name) => line[name].histogram?.length > 0));
  const choices = [...links.map((series) => () => ofLink(series.link)), ...lines.map((line) => () => ofLine(line))];
  const option = (name, index) => element("option", { value: index }, name);
  const select = element("select", { id: "histogram-of" },
    element("optgroup", { label: "Links" }, links.map((series, index) => option(series.name, index))),
    lines.length > 0 ? element("optgroup", { label: "Interrupts" }, lines.map(({ line }, index) => option(line, links.length + index))) : null);
  const three = element("div", { class: "three" });
  place.append(element("div", { class: "controls" }, element("label", {}, "Of", select)), three);
  select.addEventListener("change", draw);
  draw();

  function draw() { three.replaceChildren(...choices[Number(select.value)]()); }

  function ofLine(line) {
    return [["takenLatency", "From the rise until a hart took it"], ["claimedLatency", "From the rise until a guest claimed it"]]
      .filter(([name]) => line[name].histogram).map(([name, title]) => histogram(title, { mean: line[name].histogram }, spanOfTime));
  }

  function ofLink(link) {
    const sizes = { read: link.readSizes, write: link.writeSizes, fetch: link.fetchSizes };
    return [
      histogram("Size of accesses", sizes, (least, last) => (least === last ? si(least, "B") : `${least} – ${last} B`)),
      histogram("Latency", { mean: link.latencies }, spanOfTime),
      link.intervals === null
        ? element("div", { class: "histogram" }, element("h3", {}, "From one access to the next"),
          element("p", { class: "note" }, "Not known for memories: direct accesses are counted, but not seen one by one."))
        : histogram("From one access to the next", { mean: link.intervals }, spanOfTime),
    ];
  }

  function spanOfTime(least, last) { return least === 0 && last === 0 ? "0 s" : `${time(least, 3)} – ${time(last + 1, 3)}`; }

  function histogram(title, kinds, range) {
    const names = Object.keys(kinds);
    const rows = new Map();
    names.forEach((name) => { for (const [least, number] of kinds[name]) { if (!rows.has(least)) rows.set(least, {}); rows.get(least)[name] = number; } });
    const sorted = [...rows].sort((one, other) => one[0] - other[0]);
    const sum = (parts) => names.reduce((total, name) => total + (parts[name] || 0), 0);
    const most = sorted.reduce((one, [, parts]) => Math.max(one, sum(parts)), 1);
    const all = sorted.reduce((total, [, parts]) => total + sum(parts), 0);
    const used = names.filter((name) => kinds[name].length > 0);
    const body = sorted.map(([least, parts]) => element("tr", {},
      element("th", { scope: "row" }, range(least, least === 0 ? 0 : least * 2 - 1)),
      element("td", { class: "bar", "aria-hidden": "true" }, element("span", { style: `width: ${Math.max(0.5, sum(parts) / most * 100)}%` },
        used.map((name) => element("i", { class: name, style: `flex: ${parts[name] || 0}` })))),
      element("td", { class: "number", title: used.map((name) => `${partNames[name]}: ${count(parts[name] || 0)}`).join(", ") }, count(sum(parts))),
      element("td", { class: "number" }, `${(sum(parts) / all * 100).toPrecision(3).replace(/^100\.?$/, "100")} %`)));
    return element("div", { class: "histogram" }, element("h3", {}, title),
      sorted.length === 0 ? element("p", { class: "note" }, "None.")
        : element("table", {}, element("caption", {}, title), element("thead", {}, element("tr", {}, ["Range", "", "Count", "Part"].map((word, index) =>
          element("th", { scope: "col", class: index > 1 ? "number" : null }, word)))), element("tbody", {}, body)),
      used.length > 1 ? element("ul", { class: "legend" }, used.map((name) => element("li", {}, element("i", { class: name }), partNames[name]))) : "");
  }
}
