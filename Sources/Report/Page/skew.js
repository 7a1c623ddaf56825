// How far initiators were apart, over time, where that was measured.
function drawSkew(place, view) {
  const { columns, bins, binPicoseconds } = report.skewSeries;
  const at = (name) => columns.indexOf(name);
  const [number, skew, moment, ahead, late] = ["bin", "skewPicoseconds", "atPicoseconds", "ahead", "late"].map(at);
  const canvas = element("div");
  place.append(canvas);
  let width = 0;
  fitted(canvas, (next) => { width = next; draw(); });
  view.onChange(draw);

  function draw() {
    const left = 64;
    const height = 90;
    const plotWidth = width - left - 4;
    const shown = bins.filter((row) => row[number] * binPicoseconds < view.to && (row[number] + 1) * binPicoseconds > view.from);
    const most = shown.reduce((most, row) => Math.max(most, row[skew]), 0) / 1e12;
    const top = scaleTop(most);
    const x = (picoseconds) => left + Math.min(Math.max((picoseconds - view.from) / (view.to - view.from), 0), 1) * plotWidth;
    const y = (seconds) => 6 + height * (1 - seconds / top);
    // Of bins that fall on one point only the largest is seen.
    const points = new Map();
    for (const row of shown) {
      const from = Math.round(x(row[number] * binPicoseconds));
      if (points.has(from) && points.get(from).row[skew] >= row[skew]) continue;
      points.set(from, { from, row, width: Math.max(1.5, x((row[number] + 1) * binPicoseconds) - from) });
    }
    const drawn = [...points.values()];
    const path = drawn.map(({ from, row, width }) => `M${from} ${y(0)}V${y(row[skew] / 1e12).toFixed(1)}h${width.toFixed(1)}V${y(0)}Z`).join("");
    const svg = drawing("svg", { viewBox: `0 0 ${width} ${height + 26}`, height: height + 26, role: "img",
      "aria-label": `The largest skew of each ${time(binPicoseconds)}, at most ${si(most, "s", 4)}` },
    drawing("g", { class: "axis" }, [0, 1].map((part) => [
      drawing("line", { x1: left, x2: left + plotWidth, y1: y(part * top), y2: y(part * top) }),
      drawing("text", { x: left - 6, y: y(part * top) + 4, "text-anchor": "end", class: "quiet" }, part === 0 ? "0" : si(top, "s"))])),
    drawing("path", { class: "write", d: path }), view.axis(left, plotWidth, height + 6));
    svg.addEventListener("pointermove", (event) => {
      const box = svg.getBoundingClientRect();
      const at = (event.clientX - box.left) / box.width * width;
      // What is narrow is met from a point beside it, too; of neighbours the nearest.
      const distance = (point) => Math.max(point.from - at, at - point.from - point.width, 0);
      const nearest = drawn.reduce((best, point) => (best && distance(best) <= distance(point) ? best : point), null);
      const row = nearest && distance(nearest) <= 1 ? nearest.row : null;
      if (!row) { tip.hide(); return; }
      tip.show(event.clientX, event.clientY, `${row[late]} late by ${time(row[skew])}`, [["at", time(row[moment], 7)], ["passed by", row[ahead]]]);
    });
    svg.addEventListener("pointerleave", tip.hide);
    canvas.replaceChildren(svg);
  }
}
