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
