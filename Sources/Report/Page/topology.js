// Initiators to the left, routers between, targets to the right.
function drawTopology(place) {
  const edges = (report.topology || []).map((edge) => ({ ...edge, bytes: 0, accesses: 0, errors: 0, latency: 0 }));
  const key = (role, name) => `${role} ${name}`;
  const nodes = new Map();
  const routers = new Set(edges.filter((edge) => edge.origin === "router").map((edge) => edge.from));
  const node = (role, name) => {
    const id = key(role, name);
    if (!nodes.has(id)) nodes.set(id, { id, role, name, bytes: 0, accesses: 0, errors: 0, out: [], into: [] });
    return nodes.get(id);
  };
  const join = (edge) => {
    edge.source = node(edge.origin, edge.from);
    edge.sink = node(routers.has(edge.to) ? "router" : "target", edge.to);
    edge.source.out.push(edge);
    edge.sink.into.push(edge);
    return edge;
  };
  edges.forEach(join);

  /// The shortest way; reports know both ends only.
  const way = (from, to) => {
    const start = nodes.get(key("initiator", from));
    if (!start) return null;
    const reached = new Map([[start, null]]);
    for (const at of reached.keys()) {
      if (at.name === to && at !== start) {
        const path = [];
        for (let edge = reached.get(at); edge; edge = reached.get(edge.source)) path.push(edge);
        return path;
      }
      for (const edge of at.out) if (!reached.has(edge.sink)) reached.set(edge.sink, edge);
    }
    return null;
  };
  for (const row of report.traffic) {
    const bytes = row.readBytes + row.writeBytes + row.fetchBytes;
    const accesses = row.reads + row.writes + row.fetches;
    let path = way(row.initiator, row.target);
    if (!path) {
      const edge = join({ from: row.initiator, to: row.target, origin: "initiator", bytes: 0, accesses: 0, errors: 0, latency: 0 });
      edges.push(edge);
      path = [edge];
    }
    const ends = new Set();
    for (const edge of path) {
      edge.bytes += bytes;
      edge.accesses += accesses;
      edge.errors += row.errors;
      edge.latency += row.latencySeconds;
      ends.add(edge.source).add(edge.sink);
    }
    for (const one of ends) { one.bytes += bytes; one.accesses += accesses; one.errors += row.errors; }
  }

  const busiest = (one, other) => other.bytes - one.bytes || other.accesses - one.accesses || compare(one.name, other.name);
  const of = (role) => [...nodes.values()].filter((one) => one.role === role).sort(busiest);
  const initiators = of("initiator");
  let targets = of("target");
  // A board has many devices that nobody talks to, and routers to nothing else: they stand together.
  const silent = [...nodes.values()].filter((one) => one.role !== "initiator" && one.accesses === 0);
  if (silent.length > 3) {
    const rest = node("target", `${silent.length} silent`);
    rest.members = silent.map((one) => one.name).sort();
    for (const from of new Set(silent.flatMap((one) => one.into.map((edge) => edge.source)))) {
      if (!silent.includes(from)) join({ from: from.name, to: rest.name, origin: from.role, bytes: 0, accesses: 0, errors: 0, latency: 0 });
    }
    for (const one of silent) nodes.delete(one.id);
    targets = targets.filter((target) => target.accesses > 0).concat(rest);
  }
  // Routers stand as deep as they are behind the initiators.
  const depths = new Map();
  let front = initiators.flatMap((one) => one.out.map((edge) => edge.sink)).filter((one) => one.role === "router");
  for (let depth = 0; front.length > 0; depth += 1) {
    const next = [];
    for (const router of front) {
      if (depths.has(router) || !nodes.has(router.id)) continue;
      depths.set(router, depth);
      next.push(...router.out.map((edge) => edge.sink).filter((one) => one.role === "router"));
    }
    front = next;
  }
  const columns = [initiators];
  for (const [router, depth] of depths) (columns[depth + 1] ||= []).push(router);
  for (const column of columns) column.sort(busiest);
  columns.push(targets);
  const shownNodes = new Set(columns.flat());
  const flows = [...shownNodes].flatMap((one) => one.out).filter((edge) => shownNodes.has(edge.sink));
  const most = Math.max(1, ...flows.map((edge) => edge.bytes));
  const thickness = (bytes) => (bytes > 0 ? 1.5 + 12.5 * Math.log10(1 + bytes) / Math.log10(1 + most) : 1);

  const canvas = element("div");
  fitted(place, (width) => canvas.replaceChildren(picture(width)));
  const scale = [1, 1e3, 1e6, 1e9, 1e12].filter((bytes) => bytes <= most);
  place.append(canvas, element("ul", { class: "legend" },
    scale.map((bytes) => element("li", {}, drawing("svg", { "aria-hidden": "true", viewBox: "0 0 48 14" },
      drawing("line", { x1: 0, x2: 48, y1: 7, y2: 7, class: "flow", "stroke-width": thickness(bytes) })), si(bytes, "B"))),
    element("li", {}, drawing("svg", { "aria-hidden": "true", viewBox: "0 0 48 14" },
      drawing("line", { x1: 0, x2: 48, y1: 7, y2: 7, class: "flow none" })), "no traffic"),
    flows.some((edge) => edge.accesses > 0 && edge.errors === edge.accesses)
      ? element("li", {}, drawing("svg", { "aria-hidden": "true", viewBox: "0 0 48 14" },
        drawing("line", { x1: 0, x2: 48, y1: 7, y2: 7, class: "flow failing", "stroke-width": 2 })), "all refused") : null));

  function picture(width) {
    const isNarrow = width < 640;
    const boxHeight = 36;
    const gap = 10;
    const boxWidth = Math.min(170, Math.floor(width / columns.length * (isNarrow ? 0.78 : 0.6)));
    const letters = Math.floor((boxWidth - 12) / 7.3);
    const height = Math.max(...columns.map((column) => column.length)) * (boxHeight + gap) + gap;
    columns.forEach((column, index) => {
      const x = Math.round((width - boxWidth) * index / (columns.length - 1));
      const tall = Math.min(height / column.length, 110);
      const top = (height - tall * column.length) / 2;
      column.forEach((one, place) => { one.x = x; one.y = top + tall * (place + 0.5); });
    });
    const svg = drawing("svg", { viewBox: `0 0 ${width} ${height}`, height, role: "group", "aria-label": "Modules, and what flowed between them" });
    for (const one of shownNodes) {
      const spread = (list, side) => {
        const sorted = list.filter((edge) => flows.includes(edge)).sort((a, b) => a[side].y - b[side].y);
        const sum = sorted.reduce((total, edge) => total + thickness(edge.bytes) + 2, 0);
        let at = one.y - Math.min(sum, boxHeight - 6) / 2;
        const squeeze = sum > boxHeight - 6 ? (boxHeight - 6) / sum : 1;
        for (const edge of sorted) {
          const part = (thickness(edge.bytes) + 2) * squeeze;
          edge[side === "sink" ? "y1" : "y2"] = at + part / 2;
          at += part;
        }
      };
      spread(one.out, "sink");
      spread(one.into, "source");
    }
    const ways = flows.map((edge) => {
      const x1 = edge.source.x + boxWidth;
      const x2 = edge.sink.x;
      const bend = Math.max(16, Math.abs(x2 - x1) / 2);
      const state = edge.accesses === 0 ? " none" : edge.errors === edge.accesses ? " failing" : "";
      const path = drawing("path", {
        class: `flow${state}`, "stroke-width": thickness(edge.bytes), d: `M${x1} ${edge.y1}C${x1 + bend} ${edge.y1} ${x2 - bend} ${edge.y2} ${x2} ${edge.y2}`,
      });
      path.addEventListener("pointermove", (event) => tip.show(event.clientX, event.clientY, `${edge.from} → ${edge.to}`, facts(edge)));
      path.addEventListener("pointerleave", tip.hide);
      edge.path = path;
      return path;
    });
    const boxes = [...shownNodes].map((one) => {
      const under = one.members ? "" : one.bytes === 0 && one.errors > 0 ? `${count(one.errors)} refused` : si(one.bytes, "B");
      const box = drawing("g", { class: `box ${one.role}`, tabindex: 0, role: "img", "aria-label": `${one.role} ${one.name}: ${under}` },
        drawing("rect", { x: one.x, y: one.y - boxHeight / 2, width: boxWidth, height: boxHeight, rx: 4 }),
        drawing("text", { x: one.x + 8, y: one.y - 3 + (under ? 0 : 7) }, shortened(one.name, letters)),
        under ? drawing("text", { x: one.x + 8, y: one.y + 12, class: "quiet" }, under) : null);
      const light = (isOn) => {
        svg.classList.toggle("dimmed", isOn);
        for (const edge of flows) edge.path.classList.toggle("lit", isOn && (edge.source === one || edge.sink === one));
      };
      const tell = (x, y) => {
        light(true);
        tip.show(x, y, one.members ? `without traffic: ${one.members.join(", ")}` : `${one.role} ${one.name}`, one.members ? [] : facts(one));
      };
      box.addEventListener("pointermove", (event) => tell(event.clientX, event.clientY));
      box.addEventListener("focus", () => { const at = box.getBoundingClientRect(); tell(at.right, at.top); });
      for (const name of ["pointerleave", "blur"]) box.addEventListener(name, () => { light(false); tip.hide(); });
      return box;
    });
    svg.append(...ways, ...boxes);
    return svg;
  }

  function facts(one) {
    const pairs = [["bytes", si(one.bytes, "B", 4)], ["accesses", count(one.accesses)], ["refused", count(one.errors)]];
    if (one.latency > 0 && one.accesses > 0) pairs.push(["mean latency", si(one.latency / one.accesses, "s")]);
    if (end > 0) pairs.push(["on average", si(one.bytes / (end / 1e12), "B/s")]);
    return pairs;
  }
}
