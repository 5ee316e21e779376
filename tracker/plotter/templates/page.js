"use strict";
/* Draws the charts of the page when they come into view, in the colours of the reader's scheme. The
   first is there before, as plain markup; Plotly, which is large, is loaded after the first paint. */
const T = {};
T.page = JSON.parse(document.getElementById("page").textContent);
T.dark = window.matchMedia("(prefers-color-scheme: dark)");
T.narrow = window.matchMedia("(max-width: 38rem)");
T.charts = new Map();

T.recolour = function (value, colours) {
  if (typeof value === "string") return Object.hasOwn(colours, value) ? colours[value] : value;
  if (Array.isArray(value)) return value.length > 9 && typeof value[0] === "number" ? value : value.map((v) => T.recolour(v, colours));
  if (value && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, T.recolour(v, colours)]));
  }
  return value;
};

/* Printing is always on white. */
T.colours = function () {
  const dark = T.page.theme ? T.page.theme === "dark" : T.dark.matches;
  return dark && !T.printing ? T.page.dark : {};
};

T.set = function (target, path, value) {
  const keys = path.split(".");
  const last = keys.pop();
  for (const key of keys) target = target[key] ??= {};
  target[last] = value;
};

T.read = function (id) {
  if (!T.charts.has(id)) {
    const [traces, layout] = JSON.parse(document.getElementById(`${id}-spec`).textContent);
    T.charts.set(id, { id, traces, layout, drawn: false });
  }
  return T.charts.get(id);
};

T.plotly = () => T.plotlyLoaded ??= new Promise((resolve, reject) => {
  if (self.Plotly) { resolve(); return; }
  const script = document.createElement("script");
  script.src = `${T.page.root}plotly.min.js`;
  script.onload = () => resolve();
  script.onerror = () => reject(new Error("plotly.min.js is missing beside this report"));
  document.head.append(script);
});

T.painted = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));

T.draw = async function (id) {
  await T.plotly();
  const chart = T.read(id);
  const place = document.getElementById(id);
  const colours = T.colours();
  const traces = T.recolour(chart.traces, colours);
  const layout = T.recolour(chart.layout, colours);
  if (T.narrow.matches) {
    for (const [path, value] of Object.entries(layout.meta?.narrow ?? {})) T.set(layout, path, value);
  }
  T.shape?.(chart, traces, layout);
  layout.autosize = true;
  await Plotly.react(place, traces.filter((trace) => trace.visible !== false), layout, { displayModeBar: false, responsive: true, scrollZoom: false, doubleClick: false, showTips: false });
  if (!chart.drawn) {
    chart.drawn = true;
    place.querySelector(".still")?.remove();
    place.on("plotly_click", (event) => T.click(chart, place, event));
  }
  const numbers = document.querySelector(`details.numbers[data-chart="${id}"]`);
  if (numbers?.open) T.showNumbers(numbers);
  T.drawnAt ??= performance.now();
  place.dataset.drawn = "true";
};

T.redraw = function () {
  for (const chart of T.charts.values()) if (chart.drawn) T.draw(chart.id);
};

/* A click counts for the line nearest to the pointer, not for the first one at that night. */
T.click = function (chart, place, event) {
  const box = place.getBoundingClientRect();
  const pointer = (event.event?.clientY ?? 0) - box.top;
  let best = null;
  for (const point of event.points) {
    const meta = point.data.meta ?? {};
    const axis = point.yaxis;
    const height = typeof point.y === "number" && axis ? axis._offset + axis.l2p(point.y) : pointer;
    const away = Math.abs(height - pointer);
    if ((meta.subject || meta.role) && (best === null || away < best.away)) best = { away, point, meta };
  }
  if (!best) return;
  const { point, meta } = best;
  const [row, column] = Array.isArray(point.pointNumber) ? point.pointNumber : [];
  if (meta.role === "sources") {
    T.open({ night: meta.night, days: meta.days, subject: meta.columns[column], source: meta.sources[row] });
    return;
  }
  if (meta.columns) { T.open({ night: meta.night, days: meta.days, subject: meta.columns[point.pointNumber] }); return; }
  if (meta.role === "rank") { T.open({ night: meta.nights[point.pointNumber], days: meta.lengths[point.pointNumber], subject: meta.subject }); return; }
  const days = meta.days ?? 1;
  const night = T.addDays(String(point.x).slice(0, 10), -Math.floor(days / 2));
  if (meta.role === "coverage") T.open({ night, source: meta.sources[row], why: point.data.text[row][column], seen: point.data.z[row][column] === 2 });
  else T.open({ night, days, subject: meta.role === "heat" ? meta.subjects[row] : meta.subject });
};

T.start = async function () {
  if (location.hash.length > 1) document.querySelector(".still")?.remove();
  await T.painted();
  if (T.filtered()) await T.follow();
  // The others follow one by one: whoever prints the page or takes a picture of it sees all.
  const idle = window.requestIdleCallback ?? ((task) => setTimeout(task, 50));
  const [first, ...rest] = T.page.charts;
  const next = async () => {
    if (!rest.length) return;
    await T.draw(rest.shift());
    idle(next);
  };
  if (first) T.draw(first).then(() => idle(next));
  T.dark.addEventListener("change", T.redraw);
  T.narrow.addEventListener("change", T.redraw);
  // Words that were made to fit one width are made to fit another.
  let width = window.innerWidth, resized;
  window.addEventListener("resize", () => {
    clearTimeout(resized);
    resized = setTimeout(() => { if (width !== window.innerWidth) T.redraw(); width = window.innerWidth; }, 200);
  });
  window.addEventListener("beforeprint", () => { T.printing = true; for (const id of T.page.charts) T.draw(id); });
  window.addEventListener("afterprint", () => { T.printing = false; T.redraw(); });
};
