// Tables stand in the page; this adds order, a filter, and bars.
function valueOf(row, column) {
  const cell = row.cells[column];
  const data = cell.querySelector("data");
  if (!data) return cell.textContent;
  const number = Number(data.value);
  // Addresses have more digits than a number of the script keeps.
  if (/^-?\d+$/.test(data.value) && !Number.isSafeInteger(number)) return BigInt(data.value);
  return Number.isNaN(number) ? data.value : number;
}

function compare(one, other) {
  const [isText, isOtherText] = [one, other].map((value) => typeof value === "string");
  if (isText && isOtherText) return one.localeCompare(other, "en", { numeric: true });
  if (isText || isOtherText) return isText ? -1 : 1;
  return one < other ? -1 : one > other ? 1 : 0;
}

function addTableTools(table) {
  const body = table.tBodies[0];
  const rows = [...body.rows];
  const headings = [...table.tHead.rows[0].cells];
  headings.forEach((heading, column) => {
    const button = element("button", { type: "button" }, heading.textContent);
    heading.replaceChildren(button);
    button.addEventListener("click", () => {
      // Numbers are looked at from the greatest.
      const first = heading.classList.contains("text") ? "ascending" : "descending";
      const second = first === "ascending" ? "descending" : "ascending";
      const order = heading.getAttribute("aria-sort") === first ? second : first;
      for (const other of headings) other.removeAttribute("aria-sort");
      heading.setAttribute("aria-sort", order);
      const sign = order === "ascending" ? 1 : -1;
      const keyed = rows.map((row, index) => ({ row, index, key: valueOf(row, column) }));
      keyed.sort((one, other) => sign * compare(one.key, other.key) || one.index - other.index);
      body.append(...keyed.map(({ row }) => row));
    });
    if (heading.matches(".bytes, .seconds, .picoseconds")) addBars(rows, column);
  });
  addFilter(table, rows);
}

/// Within a column of the same unit, a line says how much of the greatest each is.
function addBars(rows, column) {
  const values = rows.map((row) => valueOf(row, column)).map((value) => (typeof value === "string" ? 0 : Number(value)));
  const most = values.reduce((one, other) => Math.max(one, other), 0);
  if (!(most > 0) || rows.length < 2) return;
  rows.forEach((row, index) => {
    // Too short to be seen, it would look like a full stop.
    if (values[index] < most / 100 || row.cells[column].tagName !== "TD") return;
    row.cells[column].classList.add("barred");
    row.cells[column].style.setProperty("--part", (values[index] / most).toFixed(4));
  });
}

function addFilter(table, rows) {
  const idle = rows.filter((row) => row.classList.contains("idle")).length;
  if (rows.length < 8 && idle === 0) return;
  const found = element("span", { class: "found", role: "status" });
  const input = element("input", { type: "search", placeholder: "cpu0 uart", "aria-label": `Filter ${table.caption.textContent}` });
  const update = () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of rows) {
      const text = row.textContent.toLowerCase();
      row.hidden = !words.every((word) => text.includes(word));
      const isSeen = !row.hidden && !(table.classList.contains("hides-idle") && row.classList.contains("idle"));
      if (isSeen) shown += 1;
    }
    found.textContent = shown === rows.length ? `${count(rows.length)} rows` : `${count(shown)} of ${count(rows.length)} rows`;
  };
  input.addEventListener("input", update);
  const tools = element("div", { class: "tools" }, element("label", {}, "Filter", input));
  if (idle > 0 && idle < rows.length) {
    table.classList.add("hides-idle");
    const box = element("input", { type: "checkbox" });
    box.addEventListener("change", () => { table.classList.toggle("hides-idle", !box.checked); update(); });
    tools.append(element("label", {}, box, `Show ${count(idle)} without activity`));
  }
  tools.append(found);
  table.closest(".scroll").before(tools);
  update();
}
