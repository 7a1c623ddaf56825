// swift-format-ignore-file
// Written by Scripts/embed-page from Sources/Report/Page. Do not edit.

/// What the HTML report is made of besides the report.
enum PageParts {
    static let style = #"""
        /* Colours are named by what they mean; the dark ones are chosen by the system or by the switch. */
        :root {
          color-scheme: light;
          --ground: #f6f7f8; --surface: #ffffff; --sunken: #eef0f3; --text: #1a1d21; --muted: #59616c; --line: #d9dde2;
          --accent: #1b5fb4; --good: #17693f; --bad: #b3261e; --focus: #1b5fb4;
          --read: #2c6cb5; --write: #cc6d1f; --fetch: #3a9188; --idle: #b4bac3;
          --heat-low: #e3edf8; --heat-high: #0b2e63;
        }
        @media (prefers-color-scheme: dark) {
          :root:not([data-theme="light"]) {
            color-scheme: dark;
            --ground: #101317; --surface: #181c21; --sunken: #20252b; --text: #e7e9ec; --muted: #a0a8b2; --line: #323941;
            --accent: #7db2f0; --good: #6fce9a; --bad: #ff8a80; --focus: #9cc5f7;
            --read: #5b9de6; --write: #f0a05a; --fetch: #5cc4b8; --idle: #565e68;
            --heat-low: #1d2c40; --heat-high: #d6e9ff;
          }
        }
        :root[data-theme="dark"] {
          color-scheme: dark;
          --ground: #101317; --surface: #181c21; --sunken: #20252b; --text: #e7e9ec; --muted: #a0a8b2; --line: #323941;
          --accent: #7db2f0; --good: #6fce9a; --bad: #ff8a80; --focus: #9cc5f7;
          --read: #5b9de6; --write: #f0a05a; --fetch: #5cc4b8; --idle: #565e68;
          --heat-low: #1d2c40; --heat-high: #d6e9ff;
        }
        * { box-sizing: border-box; }
        html { scroll-behavior: smooth; scroll-padding-top: 3.5rem; }
        @media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
        body {
          margin: 0; background: var(--ground); color: var(--text);
          font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif;
          font-variant-numeric: tabular-nums;
        }
        code, .mono { font-family: ui-monospace, "SF Mono", "DejaVu Sans Mono", Menlo, Consolas, monospace; font-size: .92em; }
        :focus-visible { outline: 2px solid var(--focus); outline-offset: 2px; border-radius: 3px; }
        main:focus { outline: none; }
        .skip { position: absolute; left: -999rem; }
        .skip:focus { left: 1rem; top: .5rem; z-index: 9; background: var(--surface); padding: .4rem .8rem; }
        header, main, footer, nav ul { max-width: 1240px; margin: 0 auto; padding-left: 1.25rem; padding-right: 1.25rem; }
        header { display: flex; flex-wrap: wrap; align-items: end; gap: .4rem 1.5rem; padding-top: 1.4rem; padding-bottom: .7rem; }
        h1 { font-size: 1.9rem; line-height: 1.15; margin: 0; letter-spacing: -.01em; overflow-wrap: anywhere; }
        .kind { margin: 0; color: var(--muted); font-size: .85rem; }
        .verdict { margin: 0; padding: .15rem .7rem; border: 1.5px solid; border-radius: 99px; font-weight: 600; font-size: .9rem; }
        .good { color: var(--good); }
        .bad { color: var(--bad); font-weight: 600; }
        #switches { margin-left: auto; display: flex; gap: .5rem; }
        nav { position: sticky; top: 0; z-index: 5; background: var(--ground); border-bottom: 1px solid var(--line); }
        nav ul { display: flex; gap: 0 1.1rem; list-style: none; margin-top: 0; margin-bottom: 0; overflow-x: auto;
          scrollbar-width: thin; }
        nav a { display: block; padding: .55rem 0; color: var(--muted); text-decoration: none; white-space: nowrap; font-size: .9rem; }
        nav a:hover, nav a[aria-current] { color: var(--text); box-shadow: inset 0 -2px var(--accent); }
        section { margin: 1.2rem 0; padding: 1.1rem 1.25rem 1.25rem; background: var(--surface); border: 1px solid var(--line);
          border-radius: 8px; }
        h2 { font-size: 1.15rem; margin: 0 0 .35rem; }
        .about, .note { color: var(--muted); margin: 0 0 .8rem; max-width: 48rem; font-size: .9rem; }
        .note { margin: .7rem 0 0; }
        .statement { margin: .2rem 0 .6rem; }
        footer { padding-top: .4rem; padding-bottom: 2rem; color: var(--muted); font-size: .85rem; }
        footer code { overflow-wrap: anywhere; }
        /* What a script draws is not there without one. */
        .drawn { display: none; }
        :root.live .drawn { display: block; }
        button, select, input[type="search"] {
          font: inherit; font-size: .88rem; color: var(--text); background: var(--surface); border: 1px solid var(--line);
          border-radius: 5px; padding: .22rem .6rem; min-height: 1.9rem;
        }
        button:hover, select:hover { border-color: var(--muted); cursor: pointer; }
        button[aria-pressed="true"] { border-color: var(--accent); box-shadow: inset 0 0 0 1px var(--accent); }
        button:disabled { color: var(--idle); cursor: default; }
        .figures { display: grid; grid-template-columns: repeat(auto-fill, minmax(11rem, 1fr)); gap: .9rem 1.4rem; margin: .6rem 0 .2rem; }
        .figures dt { color: var(--muted); font-size: .82rem; }
        .figures dd { margin: 0; font-size: 1.35rem; font-weight: 600; letter-spacing: -.01em; line-height: 1.3; }
        @media (max-width: 600px) {
          body { font-size: 14px; }
          header, main, footer, nav ul { padding-left: .7rem; padding-right: .7rem; }
          section { padding: .9rem .8rem 1rem; border-radius: 6px; }
          .figures { grid-template-columns: 1fr 1fr; }
          .figures dd { font-size: 1.15rem; }
        }
        .scroll { overflow-x: auto; max-height: 34rem; border: 1px solid var(--line); border-radius: 6px; }
        table { border-collapse: separate; border-spacing: 0; width: 100%; font-size: .87rem; }
        caption { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
        th, td { padding: .28rem .7rem; text-align: left; border-bottom: 1px solid var(--line); white-space: nowrap; font-weight: 400; }
        tbody tr:last-child > * { border-bottom: 0; }
        tbody th { font-family: ui-monospace, "SF Mono", "DejaVu Sans Mono", Menlo, Consolas, monospace; font-size: .95em; }
        thead th { position: sticky; top: 0; background: var(--sunken); color: var(--muted); font-weight: 600; font-size: .93em; z-index: 1;
          vertical-align: bottom; white-space: normal; min-width: 4.5rem; max-width: 8rem; line-height: 1.25; }
        thead th.text { min-width: 6rem; }
        .number, th.count, th.bytes, th.seconds, th.picoseconds, th.address, th.page { text-align: right; }
        tbody tr:hover > * { background: var(--sunken); }
        td data[value="0"], td data[value="0.0"] { color: var(--idle); }
        td.wide { white-space: normal; min-width: 16rem; }
        thead button { all: unset; cursor: pointer; font: inherit; }
        thead button:focus-visible { outline: 2px solid var(--focus); outline-offset: 2px; }
        thead button::after { content: "↕"; opacity: .35; margin-left: .35em; }
        th[aria-sort="ascending"] button::after { content: "↑"; opacity: 1; }
        th[aria-sort="descending"] button::after { content: "↓"; opacity: 1; }
        th[aria-sort] { color: var(--text); }
        .tools { display: flex; flex-wrap: wrap; gap: .4rem .8rem; align-items: center; margin: 0 0 .5rem; font-size: .88rem; color: var(--muted); }
        .tools label { display: inline-flex; gap: .35rem; align-items: center; }
        .tools .found { margin-left: auto; }
        .hides-idle tr.idle, tr[hidden] { display: none; }
        /* The part of the greatest of its column, below the number. */
        td.barred { background-image: linear-gradient(var(--accent), var(--accent)); background-repeat: no-repeat;
          background-size: calc(var(--part) * (100% - 1.4rem)) 2px; background-position: right .7rem bottom .12rem; }
        .chart { position: relative; }
        .chart svg { display: block; width: 100%; overflow: visible; font-size: 12px; }
        .chart text { fill: var(--text); }
        .chart text.quiet { fill: var(--muted); font-size: 11px; }
        .axis line, .axis path { stroke: var(--line); fill: none; shape-rendering: crispEdges; }
        .legend { display: flex; flex-wrap: wrap; gap: .2rem 1.1rem; margin: .5rem 0 0; padding: 0; list-style: none; font-size: .85rem;
          color: var(--muted); align-items: center; }
        .legend li { display: inline-flex; gap: .4rem; align-items: center; }
        .legend i { width: .85rem; height: .85rem; border-radius: 2px; display: inline-block; }
        .legend svg { width: 3rem; height: 14px; }
        .read { fill: var(--read); background: var(--read); }
        .write { fill: var(--write); background: var(--write); }
        .fetch { fill: var(--fetch); background: var(--fetch); }
        .mean { fill: var(--read); background: var(--read); }
        path.peak { fill: none; stroke: var(--write); stroke-width: 1.5; }
        .legend .peak { background: var(--write); height: 3px; }
        .controls { display: flex; flex-wrap: wrap; gap: .5rem .7rem; align-items: center; margin: 0 0 .6rem; }
        .controls label { font-size: .88rem; color: var(--muted); display: inline-flex; gap: .4rem; align-items: center; max-width: 100%; }
        .controls select { max-width: 100%; min-width: 0; }
        details.choose { margin: 0 0 .7rem; font-size: .88rem; }
        details.choose summary { cursor: pointer; color: var(--muted); width: max-content; max-width: 100%; }
        details.choose fieldset { border: 1px solid var(--line); border-radius: 6px; margin: .4rem 0 0; padding: .5rem .8rem; display: grid;
          grid-template-columns: repeat(auto-fill, minmax(15rem, 1fr)); gap: .15rem 1rem; max-height: 16rem; overflow-y: auto; }
        details.choose label { display: flex; gap: .4rem; align-items: baseline; overflow-wrap: anywhere; }
        details.choose label span { margin-left: auto; color: var(--muted); white-space: nowrap; }
        /* Topology */
        .box rect { fill: var(--surface); stroke: var(--muted); }
        .box.router rect { fill: var(--sunken); }
        .box text { font-family: ui-monospace, "SF Mono", "DejaVu Sans Mono", Menlo, Consolas, monospace; }
        .box .quiet { font-family: inherit; }
        .box:focus-visible rect, .box:hover rect, .box.lit rect { stroke: var(--accent); stroke-width: 2; }
        .box:focus { outline: none; }
        .flow { fill: none; stroke: var(--read); opacity: .5; }
        .flow.none { stroke: var(--idle); stroke-dasharray: 2 4; opacity: .9; }
        .flow.failing { stroke: var(--bad); stroke-dasharray: 7 3; }
        .dimmed .flow { opacity: .12; }
        .dimmed .flow.lit { opacity: .85; }
        /* Series */
        .lane { display: grid; grid-template-columns: minmax(8rem, 14rem) minmax(0, 1fr); gap: 0 1rem; align-items: center;
          border-top: 1px solid var(--line); padding: .3rem 0; }
        .lane h3 { font: inherit; font-size: .88rem; margin: 0; overflow-wrap: anywhere; }
        .lane h3 .mono { font-weight: 600; }
        .lane p { margin: 0; font-size: .82rem; color: var(--muted); }
        .lane svg { cursor: crosshair; touch-action: pan-y; }
        .lane svg:focus-visible, .heat svg:focus-visible { outline-offset: 1px; }
        .cursor { stroke: var(--text); stroke-dasharray: 2 2; shape-rendering: crispEdges; }
        .picked { fill: var(--accent); opacity: .15; }
        @media (max-width: 600px) { .lane { grid-template-columns: minmax(0, 1fr); } .lane p { display: inline; } }
        #tip { position: fixed; z-index: 9; pointer-events: none; max-width: min(24rem, 92vw); padding: .4rem .65rem; font-size: .83rem;
          background: var(--surface); color: var(--text); border: 1px solid var(--muted); border-radius: 5px; box-shadow: 0 3px 14px #0004; }
        #tip b { display: block; overflow-wrap: anywhere; }
        #tip dl { display: grid; grid-template-columns: auto auto; gap: 0 .9rem; margin: 0; }
        #tip dt { color: var(--muted); }
        #tip dd { margin: 0; text-align: right; }
        /* Heat map: nine levels, made of two colours. */
        .heat .level { shape-rendering: crispEdges; }
        .ramp { display: inline-flex; }
        .ramp i { border-radius: 0; width: 1.5rem; }
        /* Histograms */
        .three { display: grid; grid-template-columns: repeat(auto-fit, minmax(17rem, 1fr)); gap: 1rem 2rem; }
        .histogram h3 { font-size: .92rem; margin: 0 0 .2rem; }
        .histogram table { font-size: .83rem; }
        .histogram td, .histogram th { border: 0; padding: .1rem .4rem .1rem 0; }
        .histogram thead th { background: none; position: static; font-size: .9em; }
        .histogram tbody tr:hover > * { background: none; }
        .histogram .bar { width: 55%; }
        .histogram .bar span { display: flex; height: .95rem; min-width: 1px; }
        .histogram .bar i { display: block; height: 100%; }
        @page { size: A4; margin: 14mm; }
        @media print {
          :root, :root[data-theme], :root:not([data-theme="light"]) {
            color-scheme: light;
            --ground: #fff; --surface: #fff; --sunken: #f0f2f4; --text: #000; --muted: #444; --line: #bbb; --accent: #1b5fb4;
            --good: #17693f; --bad: #b3261e; --read: #2c6cb5; --write: #cc6d1f; --fetch: #3a9188; --idle: #999;
            --heat-low: #e3edf8; --heat-high: #0b2e63;
            print-color-adjust: exact; -webkit-print-color-adjust: exact;
          }
          body { font-size: 9.5pt; }
          nav, .skip, #switches, .tools, .controls button, details.choose, #tip, thead button::after { display: none !important; }
          header, main, footer { max-width: none; padding-left: 0; padding-right: 0; }
          section { border: 0; border-top: 1px solid var(--line); border-radius: 0; padding: 4mm 0; margin: 0; }
          .chart svg { height: auto; }
          h2, .about, .controls { break-after: avoid; }
          .lane, .histogram, .figures > div, tr { break-inside: avoid; }
          .scroll { overflow: visible; max-height: none; border: 0; }
          table { width: auto; min-width: 60%; font-size: 7pt; }
          th, td { padding: .15rem .3rem; white-space: normal; }
          thead { display: table-header-group; }
          thead th { position: static; }
          .figures { grid-template-columns: repeat(4, 1fr); }
        }

        """#
    static let script = #"""
        "use strict";
        (() => {
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
        // The report, and its links over time in one form.
        const report = JSON.parse(byId("report").textContent);
        const end = report.simulatedPicoseconds;

        /// Rows of columns by name: a link of `series`, of a router's link, or of what else was measured in bins.
        class Series {
          constructor(name, kind, width, start, columns, bins, details = {}) {
            Object.assign(this, { name, kind, width, start, bins, ...details });
            this.place = Object.fromEntries(columns.map((column, index) => [column, index]));
          }

          sum(names, row) { return names.reduce((sum, name) => sum + row[this.place[name]], 0); }
          total(...names) { return this.bins.reduce((sum, row) => sum + this.sum(names, row), 0); }

          /// The bins from `first` up to `last`, in groups of `size`: for each column its sum, or its greatest for `peaks`.
          /// Calls `each(group, values)` for groups in which something was counted.
          grouped(first, last, size, peaks, each) {
            let low = 0;
            let high = this.bins.length;
            while (low < high) {
              const middle = (low + high) >> 1;
              if (this.bins[middle][0] < first) low = middle + 1; else high = middle;
            }
            let group = -1;
            let values = null;
            for (; low < this.bins.length && this.bins[low][0] < last; low += 1) {
              const row = this.bins[low];
              const next = Math.floor((row[0] - first) / size);
              if (next !== group) {
                if (values) each(group, values);
                group = next;
                values = row.slice();
              } else {
                for (let column = 1; column < row.length; column += 1) {
                  values[column] = peaks.has(column) ? Math.max(values[column], row[column]) : values[column] + row[column];
                }
              }
            }
            if (values) each(group, values);
          }

          /// Picoseconds of simulated time that the bins from `first` up to `last` cover.
          covered(first, last) {
            const from = Math.max(first * this.width, this.start);
            return Math.max(0, Math.min(last * this.width, end) - from);
          }
        }

        const byteColumns = ["readBytes", "writeBytes", "fetchBytes"];
        const accessColumns = ["reads", "writes", "fetches"];

        const trafficSeries = (report.series || []).map((link) => new Series(
          `${link.initiator} → ${link.target}`, "traffic", link.binPicoseconds, link.startPicoseconds, link.columns, link.bins,
          { link, initiator: link.initiator, target: link.target },
        ));
        for (const series of trafficSeries) series.bytes = series.total(...byteColumns);
        trafficSeries.sort((one, other) => other.bytes - one.bytes);

        const routerSeries = (report.links || []).filter((link) => link.series).map((link) => new Series(
          link.link, "router", link.series.binPicoseconds, 0, link.series.columns, link.series.bins, { link, initiator: "", target: "" },
        ));
        // Light, dark, or as the system is.
        function addThemeSwitch() {
          const themes = ["system", "light", "dark"];
          let chosen = "system";
          // A page from a file may have no memory.
          try { chosen = localStorage.getItem("tandem-theme") || chosen; } catch {}
          const button = element("button", { type: "button", id: "theme" });
          const apply = () => {
            if (chosen === "system") delete document.documentElement.dataset.theme;
            else document.documentElement.dataset.theme = chosen;
            button.textContent = `Theme: ${chosen}`;
            try { localStorage.setItem("tandem-theme", chosen); } catch {}
          };
          button.addEventListener("click", () => { chosen = themes[(themes.indexOf(chosen) + 1) % themes.length]; apply(); });
          apply();
          byId("switches").append(button);
        }

        /// The report itself, for programs: its text, for numbers of the script do not keep all digits of addresses.
        function addDownload() {
          const button = element("button", { type: "button" }, "Save as JSON");
          button.addEventListener("click", () => {
            const url = URL.createObjectURL(new Blob([byId("report").textContent, "\n"], { type: "application/json" }));
            element("a", { href: url, download: `${report.platform}.json` }).click();
            setTimeout(() => URL.revokeObjectURL(url), 1000);
          });
          byId("switches").append(button);
        }

        /// Marks the part that is being read.
        function followReading() {
          const links = new Map([...document.querySelectorAll("nav a")].map((link) => [link.hash.slice(1), link]));
          const seen = new Set();
          const observer = new IntersectionObserver((entries) => {
            for (const { target, isIntersecting } of entries) { if (isIntersecting) seen.add(target.id); else seen.delete(target.id); }
            let isFound = false;
            for (const [id, link] of links) {
              if (!isFound && seen.has(id)) { link.setAttribute("aria-current", "true"); isFound = true; } else link.removeAttribute("aria-current");
            }
          }, { rootMargin: "-60px 0px -40% 0px" });
          for (const id of links.keys()) observer.observe(byId(id));
        }
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
        // Puts the page together. One part that fails leaves the others alone, and says so.
        function attempt(id, draw) {
          const place = byId(id);
          if (!place) return;
          try {
            draw(place);
          } catch (error) {
            place.replaceChildren(element("p", { class: "note" }, `This could not be drawn: ${error.message}`));
            console.error(error);
          }
        }

        document.documentElement.classList.add("live");
        addThemeSwitch();
        addDownload();
        for (const table of document.querySelectorAll("table[data-rows]")) addTableTools(table);
        followReading();
        attempt("topology-chart", drawTopology);
        const view = new View(trafficSeries.reduce((least, series) => Math.min(least, series.start), trafficSeries.length > 0 ? Infinity : 0));
        attempt("time-chart", (place) => drawTimeline(place, view));
        attempt("heat-chart", (place) => drawHeat(place, view));
        attempt("histograms-chart", drawHistograms);
        if (report.skewSeries && report.skewSeries.bins.length > 0) attempt("skew-chart", (place) => drawSkew(place, view));
        document.documentElement.dataset.ready = "yes";
        })();

        """#
}
