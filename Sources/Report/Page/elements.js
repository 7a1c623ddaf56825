// Making parts of the page. Text is always text, never markup.
function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  return fill(made, attributes, children);
}

function drawing(name, attributes = {}, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  return fill(made, attributes, children);
}

function fill(made, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined && value !== false) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
  return made;
}

const byId = (id) => document.getElementById(id);

/// What a place holds for the eye, beside the pointer or the focused mark: a title and pairs of words and values.
const tip = {
  show(x, y, title, pairs) {
    const box = byId("tip");
    const list = element("dl", {}, pairs.map(([word, value]) => [element("dt", {}, word), element("dd", {}, value)]));
    box.replaceChildren(element("b", {}, title), list);
    box.hidden = false;
    const { width, height } = box.getBoundingClientRect();
    const left = x + 14 + width > innerWidth ? x - width - 14 : x + 14;
    box.style.left = `${Math.max(4, left)}px`;
    box.style.top = `${Math.max(4, Math.min(y + 14, innerHeight - height - 4))}px`;
  },
  hide() { byId("tip").hidden = true; },
};
addEventListener("keydown", (event) => { if (event.key === "Escape") tip.hide(); });

/// Draws `draw(width)` into `place` now and whenever its width has changed.
function fitted(place, draw) {
  let last = 0;
  const again = () => {
    const width = Math.floor(place.clientWidth);
    if (width > 0 && width !== last) { last = width; draw(width); }
  };
  new ResizeObserver(again).observe(place);
  again();
}

/// The longest beginning and end of a name that fit `letters`.
function shortened(name, letters) {
  if (name.length <= letters) return name;
  const half = Math.max(1, Math.floor((letters - 1) / 2));
  return `${name.slice(0, letters - 1 - half)}…${name.slice(-half)}`;
}
