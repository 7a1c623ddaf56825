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
