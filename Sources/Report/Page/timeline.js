// One lane for each link, on one axis.
const bytesOf = (values, series, divisor, names) => names.map((name) => values[series.place[name]] / divisor);
const perSecond = (picoseconds) => picoseconds / 1e12;

/// What can be drawn. `parts` are stacked areas; `peak` is a line. `value(series, values, picoseconds)` gives the parts.
const quantities = {
  bandwidth: {
    title: "Bandwidth", unit: "B/s", kind: "traffic", parts: ["read", "write", "fetch"],
    values: (series, values, covered) => bytesOf(values, series, perSecond(covered), byteColumns),
    total: (series) => ["in all", si(series.total(...byteColumns), "B", 4)], exact: (series) => series.total(...byteColumns),
  },
  accesses: {
    title: "Accesses", unit: "/s", kind: "traffic", parts: ["read", "write", "fetch"],
    values: (series, values, covered) => bytesOf(values, series, perSecond(covered), accessColumns),
    total: (series) => ["accesses", count(series.total(...accessColumns))], exact: (series) => series.total(...accessColumns),
  },
  latency: {
    title: "Latency of an access", unit: "s", kind: "traffic", parts: ["mean"], peak: true,
    values: (series, values) => [values[series.place.latencyPicoseconds] / Math.max(1, series.sum(accessColumns, values)) / 1e12],
    highest: (series, values) => values[series.place.peakLatencyPicoseconds] / 1e12,
    total: (series) => ["in all", time(series.total("latencyPicoseconds"))], exact: (series) => series.total("latencyPicoseconds"),
  },
  refused: {
    title: "Refused accesses", unit: "/s", kind: "traffic", parts: ["write"],
    values: (series, values, covered) => bytesOf(values, series, perSecond(covered), ["errors"]),
    total: (series) => ["refused", count(series.total("errors"))], exact: (series) => series.total("errors"),
  },
  queueing: {
    title: "Queueing at links of routers", unit: "s", kind: "router", parts: ["mean"], peak: true,
    values: (series, values) => [values[series.place.queueingPicoseconds] / Math.max(1, values[series.place.accesses]) / 1e12],
    highest: (series, values) => values[series.place.longestQueueingPicoseconds] / 1e12,
    total: (series) => ["in all", time(series.total("queueingPicoseconds"))], exact: (series) => series.total("queueingPicoseconds"),
  },
  occupied: {
    title: "Links of routers: part of time that they are occupied", unit: "%", kind: "router", parts: ["mean"], most: 100,
    values: (series, values, covered) => [100 * values[series.place.busyPicoseconds] / covered],
    total: (series) => ["occupied", time(series.total("busyPicoseconds"))], exact: (series) => series.total("busyPicoseconds"),
  },
};

/// What the parts of a stack are called.
const partNames = { read: "read", write: "written", fetch: "fetched", mean: "mean", peak: "longest" };

function drawTimeline(place, view) {
  const known = [...trafficSeries, ...routerSeries];
  const isWorth = (quantity) => known.some((series) => series.kind === quantity.kind && quantity.exact(series) > 0);
  const choices = Object.entries(quantities).filter(([, quantity]) => isWorth(quantity));
  let chosen = choices.length > 0 ? choices[0][0] : "bandwidth";
  const picked = new Set([...trafficSeries.slice(0, 6), ...routerSeries.slice(0, 6)]);
  let isCommon = false;

  const select = element("select", { id: "quantity" }, choices.map(([name, { title }]) => element("option", { value: name }, title)));
  select.addEventListener("change", () => { chosen = select.value; renew(); });
  const common = element("input", { type: "checkbox" });
  common.addEventListener("change", () => { isCommon = common.checked; renew(); });
  const controls = element("div", { class: "controls" }, element("label", {}, "Show", select),
    element("label", {}, common, "one scale for all"), view.buttons());
  const chooser = element("details", { class: "choose" });
  const lanes = element("div", { class: "lanes" });
  const legend = element("ul", { class: "legend" });
  place.append(controls, chooser, lanes, legend);
  let width = 0;
  fitted(place, (next) => { width = next; renew(); });
  view.onChange(() => draw());

  function renew() { listLinks(); draw(); }

  function listLinks() {
    const links = known.filter((series) => series.kind === quantities[chosen].kind);
    const summary = element("summary");
    const tell = () => { summary.textContent = `Links: ${links.filter((series) => picked.has(series)).length} of ${links.length}`; };
    const boxes = links.map((series) => {
      const box = element("input", { type: "checkbox" });
      box.checked = picked.has(series);
      box.addEventListener("change", () => { if (box.checked) picked.add(series); else picked.delete(series); tell(); draw(); });
      return element("label", {}, box, series.name, element("span", {}, quantities[chosen].total(series)[1]));
    });
    tell();
    chooser.replaceChildren(summary, element("fieldset", { "aria-label": "Links that are drawn" }, boxes));
  }

  /// What one lane shows: points of [group, parts, peak].
  function points(series, quantity, plotWidth) {
    const groups = view.groups(series, plotWidth);
    const peaks = new Set(["peakLatencyPicoseconds", "longestQueueingPicoseconds"].map((name) => series.place[name]));
    const list = [];
    series.grouped(groups.first, groups.last, groups.size, peaks, (group, values) => {
      const from = groups.first + group * groups.size;
      const covered = series.covered(from, from + groups.size);
      if (covered <= 0) return;
      list.push({ group, values: quantity.values(series, values, covered), peak: quantity.highest ? quantity.highest(series, values) : 0 });
    });
    const most = list.reduce((one, { values, peak }) => Math.max(one, peak, values.reduce((sum, value) => sum + value, 0)), 0);
    return { groups, list, most };
  }

  function draw() {
    const quantity = quantities[chosen];
    const shown = known.filter((series) => series.kind === quantity.kind && picked.has(series));
    const isNarrow = width < 560;
    const plotWidth = Math.max(120, (isNarrow ? width : width - Math.min(224, Math.max(128, width * 0.2)) - 16) - 62);
    const data = shown.map((series) => points(series, quantity, plotWidth));
    const common = data.reduce((most, { most: one }) => Math.max(most, one), 0);
    lanes.replaceChildren(...shown.map((series, index) => lane(series, quantity, data[index], isCommon ? common : data[index].most, plotWidth)));
    if (shown.length === 0) lanes.append(element("p", { class: "note" }, "No link is chosen."));
    else lanes.append(element("div", { class: "lane" }, isNarrow ? "" : element("span"),
      drawing("svg", { viewBox: `0 0 ${plotWidth + 62} 20`, height: 20, "aria-hidden": "true" }, view.axis(58, plotWidth, 0.5))));
    const names = quantity.parts.concat(quantity.peak ? ["peak"] : []);
    legend.replaceChildren(...(names.length > 1 ? names : []).map((name) => element("li", {}, element("i", { class: name }), partNames[name])));
    const wide = data.reduce((most, { groups }, at) => Math.max(most, groups.size * shown[at].width), 0);
    if (wide > 0) legend.append(element("li", {}, `Each step is ${time(wide)} of simulated time.`));
  }

  function lane(series, quantity, { groups, list }, most, plotWidth) {
    const left = 58;
    const height = 64;
    const top = quantity.most || scaleTop(most);
    const svg = drawing("svg", {
      viewBox: `0 0 ${plotWidth + left + 4} ${height + 8}`, height: height + 8, tabindex: 0, role: "img",
      "aria-label": `${quantity.title} of ${series.name}, at most ${si(most, quantity.unit)}; arrow keys move along`,
    });
    const x = (group) => {
      const at = (groups.first + group * groups.size) * series.width;
      return left + Math.min(Math.max((at - view.from) / (view.to - view.from), 0), 1) * plotWidth;
    };
    const y = (value) => 6 + height * (1 - Math.min(1, value / top));
    const axis = drawing("g", { class: "axis" }, [0, 0.5, 1].map((part) => [
      drawing("line", { x1: left, x2: left + plotWidth, y1: Math.round(y(part * top)) + 0.5, y2: Math.round(y(part * top)) + 0.5 }),
      part === 0.5 ? null : drawing("text", { x: left - 6, y: y(part * top) + 4, "text-anchor": "end", class: "quiet" },
        part === 0 ? "0" : quantity.unit === "%" ? `${top} %` : si(top, quantity.unit)),
    ]));
    svg.append(axis);
    quantity.parts.forEach((name, part) => {
      let path = "";
      for (const { group, values } of list) {
        let base = 0;
        for (let below = 0; below < part; below += 1) base += values[below];
        if (values[part] <= 0) continue;
        const [x1, x2] = [x(group), x(group + 1)];
        // What is there is seen, however little of it.
        const [low, high] = [y(base), Math.min(y(base + values[part]), y(base) - 0.75)];
        path += `M${x1.toFixed(1)} ${low.toFixed(1)}V${high.toFixed(1)}H${x2.toFixed(1)}V${low.toFixed(1)}Z`;
      }
      if (path) svg.append(drawing("path", { class: name, d: path }));
    });
    if (quantity.peak) {
      const path = list.filter(({ peak }) => peak > 0).map(({ group, peak }) => `M${x(group).toFixed(1)} ${y(peak).toFixed(1)}H${Math.max(x(group + 1), x(group) + 1).toFixed(1)}`).join("");
      svg.append(drawing("path", { class: "peak", d: path }));
    }
    const cursor = drawing("line", { class: "cursor", y1: 6, y2: height + 6, visibility: "hidden" });
    const band = drawing("rect", { class: "picked", y: 6, height, visibility: "hidden" });
    svg.append(band, cursor);
    follow(svg, series, quantity, groups, list, { left, plotWidth, x, cursor, band });
    const [word, sum] = quantity.total(series);
    return element("div", { class: "lane", "data-link": series.name, "data-total": quantity.exact(series) },
      element("div", {}, element("h3", {}, element("span", { class: "mono" }, series.name)),
        element("p", {}, `${sum} ${word}`)), svg);
  }

  /// The pointer and the keyboard on a lane: what stands where, and dragging to look closer.
  function follow(svg, series, quantity, groups, list, { left, plotWidth, x, cursor, band }) {
    const byGroup = new Map(list.map((point) => [point.group, point]));
    let at = -1;
    let dragged = null;
    const groupAt = (clientX) => {
      const box = svg.getBoundingClientRect();
      const part = ((clientX - box.left) / box.width * (plotWidth + left + 4) - left) / plotWidth;
      const picoseconds = view.from + Math.min(Math.max(part, 0), 1) * (view.to - view.from);
      return { picoseconds, group: Math.min(groups.count - 1, Math.max(0, Math.floor((picoseconds / series.width - groups.first) / groups.size))) };
    };
    const tell = (group, clientX, clientY) => {
      at = group;
      const middle = (x(group) + x(group + 1)) / 2;
      cursor.setAttribute("x1", middle);
      cursor.setAttribute("x2", middle);
      cursor.setAttribute("visibility", "visible");
      const first = (groups.first + group * groups.size) * series.width;
      const last = Math.min(first + groups.size * series.width, end);
      const point = byGroup.get(group);
      const pairs = quantity.parts.map((name, part) => [partNames[name], point ? si(point.values[part], quantity.unit) : "–"]);
      if (quantity.peak) pairs.push([partNames.peak, point ? si(point.peak, quantity.unit) : "–"]);
      const box = svg.getBoundingClientRect();
      tip.show(clientX ?? box.left + middle / (plotWidth + left + 4) * box.width, clientY ?? box.top + box.height - 8,
        `${time(first)} to ${time(last)}`, pairs);
    };
    const leave = () => { cursor.setAttribute("visibility", "hidden"); band.setAttribute("visibility", "hidden"); dragged = null; tip.hide(); };
    svg.addEventListener("pointerdown", (event) => { if (event.pointerType === "mouse") { dragged = groupAt(event.clientX).picoseconds; event.preventDefault(); } });
    svg.addEventListener("pointermove", (event) => {
      const { group, picoseconds } = groupAt(event.clientX);
      tell(group, event.clientX, event.clientY);
      if (dragged === null) return;
      const place = (moment) => left + (moment - view.from) / (view.to - view.from) * plotWidth;
      band.setAttribute("x", place(Math.min(dragged, picoseconds)));
      band.setAttribute("width", Math.abs(place(picoseconds) - place(dragged)));
      band.setAttribute("visibility", "visible");
    });
    svg.addEventListener("pointerup", (event) => {
      if (dragged === null) return;
      const to = groupAt(event.clientX).picoseconds;
      const from = dragged;
      leave();
      if (Math.abs(to - from) > (view.to - view.from) / 100) view.show(Math.min(from, to), Math.max(from, to));
    });
    svg.addEventListener("dblclick", () => view.show(...view.whole));
    for (const name of ["pointerleave", "blur"]) svg.addEventListener(name, leave);
    svg.addEventListener("keydown", (event) => {
      const steps = { ArrowLeft: -1, ArrowRight: 1, PageUp: -20, PageDown: 20, Home: -Infinity, End: Infinity };
      if (!(event.key in steps)) return;
      event.preventDefault();
      tell(Math.min(groups.count - 1, Math.max(0, at + steps[event.key])));
    });
  }
}
