/* What the reader chose to see; the address bar keeps it, so that a link shows the same. */
T.view = { from: "", to: "", channel: T.page.channel, grain: "", lines: null };

T.isNight = (text) => /^\d{4}-\d\d-\d\d$/.test(text ?? "") && !Number.isNaN(Date.parse(text));

/* The first and last night of the asked time, within those of the study. */
T.span = function () {
  const { first, last } = T.page;
  const from = T.view.from > first ? T.view.from : first;
  const to = T.view.to && T.view.to < last ? T.view.to : last;
  return from <= to ? { from, to } : { from: first, to: last };
};

T.place = (night) => Math.round((Date.parse(night) - Date.parse(T.page.first)) / 86400000);
T.ranged = () => T.span().from !== T.page.first || T.span().to !== T.page.last;

/* Whether anything differs from what the page was made with. */
T.filtered = () => T.hasCells() && (T.sources !== null || T.ranged() || T.view.channel !== T.page.channel);

/* The nights of a preset such as "30", counted back from the last one; "all" is everything. */
T.presetOf = (range) => (range === "all" ? "" : T.addDays(T.page.last, 1 - Number(range)));

T.shape = function (chart, traces, layout) {
  const { from, to } = T.span();
  const { table, fixed } = layout.meta;
  if (T.ranged() && !fixed && layout.xaxis.type === "date") {
    layout.xaxis.range = [`${T.addDays(from, -1)} 12:00`, `${to} 12:00`];
  }
  if (T.sources) T.chooseRows(traces, layout);
  if (table === "tableOfLines" && T.sources && T.cells) T.applySources(traces, T.cells);
  if (table === "tableOfHeat") traces.forEach((trace, i) => { trace.visible = chart.traces[i].visible = trace.meta.days === T.days(); });
  if (T.filtered() && T.cells) T.rebuild[chart.id]?.(traces, layout, T.cells);
  else T.tell(chart.id);
  if (table === "tableOfLines") T.shapeLines(chart, traces, layout);
  if (table === "tableOfRanks") T.fitNames(chart.id, layout);
  chart.shown = { traces: traces.filter((trace) => trace.visible !== false), layout };
};

/* The title of a chart: its finding, for what is shown; without words the one it was made with. */
T.tell = function (id, words) {
  const title = document.querySelector(`#fig-${id} h2`);
  if (!title) return;
  T.told ??= new Map();
  if (!T.told.has(id)) T.told.set(id, title.textContent);
  title.textContent = words ?? T.told.get(id);
};

/* Nights a point stands for: single nights, or weeks over a long time. */
T.days = function () {
  if (!T.page.long) return 1;
  if (T.view.grain) return Number(T.view.grain);
  const { from, to } = T.span();
  return T.place(to) - T.place(from) < 120 ? 1 : 7;
};

T.press = function () {
  for (const button of document.querySelectorAll("[data-range]")) button.setAttribute("aria-pressed", !T.view.to && T.view.from === T.presetOf(button.dataset.range));
  for (const button of document.querySelectorAll("[data-channel]")) button.setAttribute("aria-pressed", button.dataset.channel === T.view.channel);
  for (const button of document.querySelectorAll("[data-grain]")) button.setAttribute("aria-pressed", Number(button.dataset.grain) === T.days());
  const { from, to } = T.span();
  for (const [id, night] of [["from", from], ["to", to]]) {
    const field = document.getElementById(id);
    if (field && document.activeElement !== field) field.value = night;
  }
  for (const chip of document.querySelectorAll(".chip")) {
    chip.setAttribute("aria-pressed", T.view.lines.has(chip.dataset.subject));
    chip.style.setProperty("--chip", T.colours()[chip.dataset.colour] ?? chip.dataset.colour);
  }
};

T.keep = function () {
  const state = new URLSearchParams();
  const presets = [...document.querySelectorAll("[data-range]")].map((b) => b.dataset.range);
  const preset = T.view.to ? undefined : presets.find((range) => range !== "all" && T.presetOf(range) === T.view.from);
  if (preset) state.set("range", preset);
  else for (const end of ["from", "to"]) if (T.view[end]) state.set(end, T.view[end]);
  if (T.view.grain) state.set("grain", T.view.grain);
  if (T.sources) for (const source of T.sources.size ? T.sources : [""]) state.append("source-of", source);
  if (T.view.channel !== T.page.channel) state.set("channel", T.view.channel);
  const lines = [...(T.view.lines ?? [])];
  if (lines.join("\n") !== [...T.firstLines].join("\n")) for (const line of lines.length ? lines : [""]) state.append("line", line);
  for (const id of ["search", "kind", "state", "source"]) {
    const value = document.getElementById(id)?.value;
    if (value) state.set(id, value);
  }
  const sorted = document.querySelector("#subjects th[aria-sort]");
  if (sorted && T.sorted !== `${sorted.cellIndex} ${sorted.ariaSort}`) state.set("sort", `${sorted.cellIndex} ${sorted.ariaSort}`);
  if (T.asked) {
    state.set("night", T.asked.night);
    if (T.asked.subject !== undefined) state.set("subject", T.asked.subject);
    if (T.asked.source !== undefined) state.set("at", T.asked.source);
    if (T.asked.days > 1) state.set("days", T.asked.days);
  }
  const text = state.toString();
  history.replaceState(null, "", text ? `#${text}` : location.pathname + location.search);
};

/* Brings back what the address asks for; what it asks for in vain is left out. */
T.restore = function () {
  const themes = document.getElementById("themes") ? T.read("themes").traces : [];
  T.firstLines = new Set(themes.filter((t) => t.meta?.role === "line" && t.visible).map((t) => t.meta.subject));
  const sorted = document.querySelector("#subjects th[aria-sort]");
  T.sorted = sorted ? `${sorted.cellIndex} ${sorted.ariaSort}` : "";
  const state = new URLSearchParams(location.hash.slice(1));
  const ranges = [...document.querySelectorAll("[data-range]")].map((b) => b.dataset.range);
  if (ranges.includes(state.get("range"))) T.view.from = T.presetOf(state.get("range"));
  for (const end of ["from", "to"]) if (T.isNight(state.get(end))) T.view[end] = state.get(end);
  if (["1", "7"].includes(state.get("grain"))) T.view.grain = state.get("grain");
  if (document.querySelector(`[data-channel="${state.get("channel") === "audience" ? "audience" : "editorial"}"]`)) T.view.channel = state.get("channel") ?? T.view.channel;
  T.view.lines = state.has("line") ? new Set(state.getAll("line").filter(Boolean)) : new Set(T.firstLines);
  for (const id of ["search", "kind", "state", "source"]) {
    const field = document.getElementById(id);
    if (field && state.has(id)) field.value = state.get(id);
  }
  const [column, direction] = (state.get("sort") ?? "").split(" ");
  const table = document.getElementById("subjects");
  if (table && ["ascending", "descending"].includes(direction) && table.tHead.rows[0].cells[Number(column)]?.dataset.sort) {
    T.sortBy(table, Number(column), direction);
  }
  T.filterRows();
  if (state.has("source-of")) {
    for (const box of document.querySelectorAll("#sources-asked input[name=source]")) box.checked = state.getAll("source-of").includes(box.value);
    T.readSources();
  }
  T.press();
  if (T.isNight(state.get("night"))) {
    T.open({ night: state.get("night"), subject: state.get("subject") ?? undefined, source: state.get("at") ?? undefined, days: Math.max(1, Math.min(92, Number(state.get("days")) || 1)) });
  }
};

/* After any choice: the address, the buttons, the charts and the tables follow. */
T.change = async function () {
  T.press();
  T.keep();
  await T.follow();
};

T.follow = async function () {
  if (T.filtered()) T.cells = await T.loadData("cells");
  T.redraw();
  await T.showChosen?.();
};

document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-range], button[data-channel], button[data-grain], button.chip");
  if (!button) return;
  const { range, channel, grain, subject } = button.dataset;
  if (range) Object.assign(T.view, { from: T.presetOf(range), to: "", grain: "" });
  else if (grain) T.view.grain = grain;
  else if (channel) T.view.channel = channel;
  else if (!T.view.lines.delete(subject)) T.view.lines.add(subject);
  T.change();
});
for (const id of ["from", "to"]) {
  document.getElementById(id)?.addEventListener("change", (event) => {
    const night = event.target.value;
    if (!T.isNight(night)) return;
    T.view[id] = night > T.page.first && night < T.page.last ? night : "";
    T.view.grain = "";
    T.change();
  });
}
document.getElementById("sources-asked")?.addEventListener("change", (event) => {
  if (event.target.name === "every") {
    for (const box of document.querySelectorAll("#sources-asked input[name=source]")) box.checked = event.target.checked;
  }
  T.readSources();
  T.change();
});
T.dark.addEventListener("change", T.press);
