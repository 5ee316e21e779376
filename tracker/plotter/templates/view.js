/* What the reader chose to see; the address bar keeps it, so that a link shows the same. */
T.view = { range: "all", channel: T.page.channel, grain: "", lines: null };

T.shape = function (chart, traces, layout) {
  if (T.sources && T.chosenData && !layout.meta.fixed) T.applySources(traces, T.chosenData);
  const start = T.view.range === "all" ? null : T.addDays(T.page.last, 1 - Number(T.view.range));
  if (start && start > T.page.first && !layout.meta.fixed && layout.xaxis.type === "date") {
    layout.xaxis.range = [`${T.addDays(start, -1)} 12:00`, `${T.page.last} 12:00`];
  }
  traces.forEach((trace, i) => {
    if (trace.meta?.role === "heat") trace.visible = chart.traces[i].visible = trace.meta.days === T.days();
  });
  if (layout.meta?.table === "tableOfLines") T.shapeLines(chart, traces, layout, start);
};

/* Nights a point stands for: single nights, or weeks over a long time. */
T.days = function () {
  if (!T.page.long) return 1;
  if (T.view.grain) return Number(T.view.grain);
  return T.view.range === "30" || T.view.range === "90" ? 1 : 7;
};

T.shapeLines = function (chart, traces, layout, start) {
  const since = start ?? T.page.first;
  const days = T.days();
  let shares = 0.02, bands = 0;
  traces.forEach((trace, i) => {
    const meta = trace.meta;
    if (meta.role === "coverage") return;
    trace.visible = meta.days === days;
    if (chart.id === "themes") trace.visible &&= T.view.lines.has(meta.subject) && meta.channel === T.view.channel;
    chart.traces[i].visible = trace.visible;
    if (!trace.visible) return;
    const from = Math.max(0, Math.floor((Date.parse(since) - Date.parse(trace.x0)) / trace.dx));
    if (meta.role === "band") bands = Math.max(bands, ...trace.y.filter((_, k) => (trace.x[k] ?? "") >= since));
    else shares = Math.max(shares, ...trace.y.slice(meta.role === "partial" ? 0 : from));
  });
  const lines = traces.filter((trace) => trace.meta.role === "line" && trace.visible);
  const top = Math.min(1, Math.max(shares, Math.min(bands, (lines.length === 1 ? 3 : 1.6) * shares)) * 1.06);
  layout.yaxis.range = [0, top];
  layout.yaxis.tickformat = top < 0.045 ? ".1%" : ".0%";
  for (const trace of traces) if (trace.meta.role === "band") trace.opacity = lines.length > 3 ? 0.38 : 1;
  layout.annotations = layout.annotations.filter((label) => label.name !== "end");
  T.showNotes(lines, layout, since);
  T.labelEnds(traces, lines, layout, top);
};

T.showNotes = function (lines, layout, since) {
  const shown = new Set(lines.map(({ meta }) => `${meta.days} ${meta.channel} ${meta.subject}`));
  const notes = layout.annotations.filter((label) => label.name.startsWith("note "));
  const span = Date.parse(T.page.last) - Date.parse(since) || 1;
  const width = T.narrow.matches ? 250 : 760;
  const box = (note) => {
    const place = (Date.parse(note.x) - Date.parse(since)) / span;
    const words = (Math.max(...note.text.split("<br>").map((line) => line.length)) * 6.6) / width;
    const [left, right] = note.xanchor === "right" ? [place - words, place] : [place, place + words];
    return { left, right, up: (note.y / layout.yaxis.range[1]) * layout.meta.plot_height };
  };
  const meet = (a, b) => a.left < b.right && b.left < a.right && Math.abs(a.up - b.up) < 40;
  const kept = [];
  for (const note of notes.sort((a, b) => b.y - a.y)) {
    const at = box(note);
    note.visible = shown.has(note.name.slice(5)) && note.x >= since && kept.length < 4
      && !kept.some((other) => meet(other, at));
    if (note.visible) kept.push(at);
  }
};

T.labelEnds = function (traces, lines, layout, top) {
  const tails = new Map(traces.filter((t) => t.meta.role === "partial" && t.visible).map((t) => [`${t.meta.channel} ${t.meta.subject}`, t]));
  const ends = [];
  for (const line of lines) {
    const values = [...line.y, tails.get(`${line.meta.channel} ${line.meta.subject}`)?.y.at(-1) ?? null];
    const value = values.findLast((share) => share !== null);
    if (value !== undefined) ends.push({ line, value, at: (value / top) * layout.meta.plot_height });
  }
  ends.sort((a, b) => a.at - b.at);
  const moved = T.spread(ends.map((end) => end.at), 16);
  ends.forEach(({ line, value, at }, i) => layout.annotations.push({
    x: T.page.last, y: value, text: `${T.narrow.matches ? line.meta.shorter : line.meta.short} ${T.percent(value)}`, showarrow: false, xanchor: "left", align: "left",
    xshift: 8, yshift: moved[i] - at, font: { color: line.line.color, size: T.narrow.matches ? 12 : 13 }, name: "end",
  }));
};

/* Places in rising order, moved apart to at least the gap, each as little as possible, none below 0. */
T.spread = function (places, gap) {
  const blocks = [];
  places.forEach((place, rank) => {
    let mean = place - rank * gap, size = 1;
    while (blocks.length && blocks.at(-1)[0] > mean) {
      const [before, n] = blocks.pop();
      mean = (mean * size + before * n) / (size + n);
      size += n;
    }
    blocks.push([mean, size]);
  });
  return blocks.flatMap(([mean, size]) => Array(size).fill(mean)).map((mean, rank) => Math.max(mean, 0) + rank * gap);
};

T.press = function () {
  for (const button of document.querySelectorAll("[data-range]")) button.setAttribute("aria-pressed", button.dataset.range === T.view.range);
  for (const button of document.querySelectorAll("[data-channel]")) button.setAttribute("aria-pressed", button.dataset.channel === T.view.channel);
  for (const button of document.querySelectorAll("[data-grain]")) button.setAttribute("aria-pressed", Number(button.dataset.grain) === T.days());
  for (const chip of document.querySelectorAll(".chip")) {
    chip.setAttribute("aria-pressed", T.view.lines.has(chip.dataset.subject));
    chip.style.setProperty("--chip", T.colours()[chip.dataset.colour] ?? chip.dataset.colour);
  }
};

T.keep = function () {
  const state = new URLSearchParams();
  if (T.view.range !== "all") state.set("range", T.view.range);
  if (T.view.grain) state.set("grain", T.view.grain);
  if (T.sources) for (const source of T.sources) state.append("source-of", source);
  if (T.view.channel !== T.page.channel) state.set("channel", T.view.channel);
  const lines = [...(T.view.lines ?? [])];
  if (lines.join("\n") !== [...T.firstLines].join("\n")) for (const line of lines) state.append("line", line);
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

T.restore = function () {
  const themes = document.getElementById("themes") ? T.read("themes").traces : [];
  T.firstLines = new Set(themes.filter((t) => t.meta?.role === "line" && t.visible).map((t) => t.meta.subject));
  const sorted = document.querySelector("#subjects th[aria-sort]");
  T.sorted = sorted ? `${sorted.cellIndex} ${sorted.ariaSort}` : "";
  const state = new URLSearchParams(location.hash.slice(1));
  const ranges = [...document.querySelectorAll("[data-range]")].map((b) => b.dataset.range);
  if (ranges.includes(state.get("range"))) T.view.range = state.get("range");
  if (["1", "7"].includes(state.get("grain"))) T.view.grain = state.get("grain");
  if (["editorial", "audience"].includes(state.get("channel"))) T.view.channel = state.get("channel");
  T.view.lines = state.has("line") ? new Set(state.getAll("line")) : new Set(T.firstLines);
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
  T.press();
  if (state.has("source-of")) {
    for (const box of document.querySelectorAll("#sources-asked input[name=source]")) box.checked = state.getAll("source-of").includes(box.value);
    T.chooseSources();
  }
  if (/^\d{4}-\d\d-\d\d$/.test(state.get("night") ?? "")) {
    T.open({ night: state.get("night"), subject: state.get("subject") ?? undefined, source: state.get("at") ?? undefined, days: Math.min(31, Number(state.get("days")) || 1) });
  }
};

document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-range], button[data-channel], button[data-grain], button.chip");
  if (!button) return;
  const { range, channel, grain, subject } = button.dataset;
  if (range) { T.view.range = range; T.view.grain = ""; }
  else if (grain) T.view.grain = grain;
  else if (channel) T.view.channel = channel;
  else if (!T.view.lines.delete(subject)) T.view.lines.add(subject);
  T.press();
  T.keep();
  T.redraw();
});
document.getElementById("sources-asked")?.addEventListener("change", (event) => {
  if (event.target.name === "every") {
    for (const box of document.querySelectorAll("#sources-asked input[name=source]")) box.checked = event.target.checked;
  }
  T.chooseSources();
});
T.dark.addEventListener("change", T.press);
T.restore();
T.start();
