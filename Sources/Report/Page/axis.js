// What the charts over time share: the part of simulated time that is looked at, its axis, and how to move in it.
class View {
  constructor(start) {
    this.whole = [start, Math.max(end, start + 1)];
    [this.from, this.to] = this.whole;
    this.listeners = [];
  }

  onChange(listener) { this.listeners.push(listener); }

  show(from, to) {
    const least = (this.whole[1] - this.whole[0]) / 1e6;
    const width = Math.min(Math.max(to - from, least, 1), this.whole[1] - this.whole[0]);
    this.from = Math.min(Math.max(from, this.whole[0]), this.whole[1] - width);
    this.to = this.from + width;
    for (const listener of this.listeners) listener();
  }

  zoom(factor) {
    const middle = (this.from + this.to) / 2;
    const half = (this.to - this.from) * factor / 2;
    this.show(middle - half, middle + half);
  }

  move(part) { const by = (this.to - this.from) * part; this.show(this.from + by, this.to + by); }

  get isWhole() { return this.from <= this.whole[0] && this.to >= this.whole[1]; }

  /// The bins of a series that are in view, in groups so large that a chart of `width` has no more of them than it can show.
  groups(series, width, least = 2) {
    const first = Math.max(0, Math.floor(this.from / series.width));
    const last = Math.ceil(this.to / series.width);
    const size = Math.max(1, Math.ceil((last - first) / Math.max(1, Math.floor(width / least))));
    // Groups begin where they would if nothing were cut off, so that moving does not change them.
    const start = Math.floor(first / size) * size;
    return { first: start, last, size, count: Math.ceil((last - start) / size) };
  }

  buttons() {
    const button = (text, label, act) => element("button", { type: "button", "aria-label": label, title: label, onclick: act }, text);
    const all = button("Whole run", "Show the whole run", () => this.show(...this.whole));
    const parts = [
      button("+", "Look closer", () => this.zoom(0.5)), button("−", "Step back", () => this.zoom(2)),
      button("←", "Earlier", () => this.move(-0.25)), button("→", "Later", () => this.move(0.25)), all,
    ];
    const update = () => { for (const part of [parts[1], parts[2], parts[3], all]) part.disabled = this.isWhole; };
    this.onChange(update);
    update();
    return parts;
  }

  /// The axis of simulated time below `height`.
  axis(left, width, y) {
    const { places, step } = ticks(this.from / 1e12, this.to / 1e12, Math.max(2, width / 110));
    const x = (seconds) => left + (seconds * 1e12 - this.from) / (this.to - this.from) * width;
    return drawing("g", { class: "axis" }, drawing("line", { x1: left, x2: left + width, y1: y, y2: y }), places.map((place) => {
      const at = x(place);
      const anchor = at < left + 24 ? "start" : at > left + width - 24 ? "end" : "middle";
      return [drawing("line", { x1: at, x2: at, y1: y, y2: y + 4 }),
        drawing("text", { x: at, y: y + 16, "text-anchor": anchor, class: "quiet" }, place === 0 ? "0 s" : tickText(place, step, "s"))];
    }));
  }
}
