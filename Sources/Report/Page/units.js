// Numbers as people read them.
const prefixes = ["p", "n", "µ", "m", "", "k", "M", "G", "T", "P"];

/// "1.06 s", "862 kB"; `digits` significant ones.
function si(value, unit, digits = 3) {
  if (!value) return `0 ${unit}`.trim();
  let place = 4;
  let scaled = Math.abs(value);
  while (Number(scaled.toPrecision(digits)) >= 1000 && place < prefixes.length - 1) { scaled /= 1000; place += 1; }
  while (scaled < 1 && place > 0) { scaled *= 1000; place -= 1; }
  const text = String(Number(scaled.toPrecision(digits)));
  return `${value < 0 ? "−" : ""}${text} ${prefixes[place]}${unit}`.trim();
}

/// Counts keep their last digit where they are small.
function count(value) {
  if (!Number.isInteger(value) || value >= 1e6) return si(value, "");
  return String(value).replace(/\B(?=(\d{3})+$)/g, " ");
}

/// Simulated time, of picoseconds.
const time = (picoseconds, digits = 4) => si(picoseconds / 1e12, "s", digits);

/// The least round number that is at least `value`: one of `steps` times a power of ten.
function round(value, steps) {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return (steps.find((step) => step * power >= value * (1 - 1e-9)) ?? 10) * power;
}

/// The top of a scale, little above `value`.
const scaleTop = (value) => round(value, [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8]);

/// Round places between two values, about `wanted` of them.
function ticks(from, to, wanted) {
  const step = round((to - from) / Math.max(1, wanted), [1, 2, 5]);
  const places = [];
  for (let place = Math.ceil(from / step) * step; place <= to * (1 + 1e-12); place += step) places.push(place);
  return { places, step };
}

/// As many digits as tell neighbouring ticks apart.
function tickText(place, step, unit) {
  if (place === 0) return "0";
  const digits = Math.max(1, Math.floor(Math.log10(Math.abs(place) * 1.0000001)) - Math.floor(Math.log10(step)) + 1);
  return si(place, unit, Math.min(digits, 12));
}
