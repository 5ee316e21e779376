/* Shares for the chosen sources, time and lists, worked out from what each source gave each subject. */
T.sources = null;
T.cells = null;

/* Per chart what changes its traces and layout into those of the chosen view. */
T.rebuild = {};

T.readSources = function () {
  const boxes = [...document.querySelectorAll("#sources-asked input[name=source]")];
  const chosen = boxes.filter((box) => box.checked).map((box) => box.value);
  T.sources = chosen.length === boxes.length ? null : new Set(chosen);
  document.querySelector("#sources-asked input[name=every]").checked = !T.sources;
  document.getElementById("sources-summary").textContent = T.sources ? `Sources: ${chosen.length} of ${boxes.length}` : `Sources: all ${boxes.length}`;
};

/* How many of the chosen sources were observed on each night. */
T.countObserved = function (cells, channel) {
  const counts = new Uint16Array(T.place(T.page.last) + 1);
  (cells.observed[channel] ?? []).forEach((nights, i) => {
    if (T.sources && !T.sources.has(cells.sources[i])) return;
    nights.forEach((weight, night) => { if (weight) counts[night] += 1; });
  });
  return counts;
};

/* Mean over the chosen sources of what the subject's slots weigh / what all weigh, per night; null where none was seen. */
T.sharesOf = function (cells, key, channel = T.view.channel) {
  const about = `${channel} ${T.sources ? [...T.sources].join("\n") : ""}`;
  if (T.memo?.about !== about) T.memo = { about, counts: T.countObserved(cells, channel), shares: new Map() };
  if (T.memo.shares.has(key)) return T.memo.shares.get(key);
  const { counts } = T.memo;
  const sums = new Float64Array(counts.length);
  for (const [source, night, weight] of T.cellsOf(cells, key, channel)) sums[night] += weight / cells.observed[channel][source][night];
  const born = cells.subjects[key]?.born ?? 0;
  const shares = Array.from(sums, (sum, night) => (counts[night] && night >= born ? sum / counts[night] : null));
  T.memo.shares.set(key, shares);
  return shares;
};

/* Every [source, night, weight of its slots, new headlines] of a subject at the chosen sources. */
T.cellsOf = function* (cells, key, channel = T.view.channel) {
  for (const [source, flat] of Object.entries(cells.subjects[key]?.[channel] ?? {})) {
    if (T.sources && !T.sources.has(cells.sources[source])) continue;
    let night = 0;
    for (let k = 0; k < flat.length; k += 3) {
      night += flat[k];
      yield [source, night, flat[k + 1], flat[k + 2]];
    }
  }
};

/* Mean share over all observed nights of a stretch: a topic had nothing before it began. */
T.meanOf = function (cells, key, start, end, channel = T.view.channel) {
  const shares = T.sharesOf(cells, key, channel);
  const { counts } = T.memo;
  let sum = 0, n = 0;
  for (let i = Math.max(0, start); i < Math.min(end, shares.length); i++) if (counts[i]) { sum += shares[i] ?? 0; n += 1; }
  return n ? sum / n : null;
};

/* What is drawn of a stretch: its mean, nothing before a topic began. */
T.pointOf = (cells, key, start, end, channel) => (end > (cells.subjects[key]?.born ?? 0) ? T.meanOf(cells, key, start, end, channel) : null);

T.byWeek = function (cells, key, channel) {
  const head = (new Date(`${T.page.first}T00:00:00Z`).getUTCDay() + 6) % 7;
  const weeks = [];
  for (let i = -head; i <= T.place(T.page.last); i += 7) weeks.push(T.pointOf(cells, key, i, i + 7, channel));
  return weeks;
};

T.inTime = function () {
  const { from, to } = T.span();
  return [T.place(from), T.place(to) + 1];
};

/* The subjects of a kind with most room in the asked time, the largest first. */
T.largest = function (cells, kind, n, without = new Set()) {
  const [start, end] = T.inTime();
  const room = Object.keys(cells.subjects)
    .filter((key) => (!kind || cells.subjects[key].kind === kind) && !without.has(key))
    .map((key) => [T.sharesOf(cells, key).slice(start, end).reduce((sum, share) => sum + (share ?? 0), 0), key]);
  return room.filter(([sum]) => sum > 0).sort((a, b) => b[0] - a[0] || (a[1] < b[1] ? -1 : 1)).slice(0, n).map(([, key]) => key);
};

T.name = (key) => T.page.names[key]?.[0] ?? key;

/* Harvested words as Plotly may show them: no markup, no template, and isolated if right-to-left. */
T.plotText = function (text, limit) {
  const letters = [...text];
  const mark = text.match(/ \((?:t[0-9a-f]{3,16}|topic)\)$/)?.[0] ?? "";
  const tail = mark.length + 4 <= limit ? mark : "";
  const short = letters.length > limit ? `${letters.slice(0, limit - 1 - tail.length).join("").trimEnd()}…${tail}` : text;
  const safe = short.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/%\{/g, "%\u200b{").replace(/\$/g, "&#36;");
  return /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/.test(safe) ? `\u2068${safe}\u2069` : safe;
};

/* Names as a list in a sentence, the first two in full; in quotation marks where one has a comma. */
T.nameSeveral = function (names) {
  if (names.length === 1) return names[0];
  const told = names.slice(0, 2), more = names.length - 2;
  const parts = told.some((name) => name.includes(",")) ? told.map((name) => `“${name}”`) : told;
  if (more > 0) parts.push(`${more} other${more === 1 ? "" : "s"}`);
  return `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;
};

T.level = (one, other) => Math.abs(one - other) < 1e-9;

T.axisNames = function (keys, limit) {
  const seen = new Map();
  return keys.map((key) => {
    const text = T.plotText(T.name(key), limit);
    seen.set(text, (seen.get(text) ?? 0) + 1);
    return seen.get(text) > 1 ? `${text} (${seen.get(text)})` : text;
  });
};

/* Puts the chosen sources' shares in place of the lines; bands are known for all sources together only. */
T.applySources = function (traces, cells) {
  for (const trace of traces) {
    const { role, subject, channel, days } = trace.meta ?? {};
    if (role === "line") {
      trace.y = days > 1 ? T.byWeek(cells, subject, channel) : T.sharesOf(cells, subject, channel);
      trace.customdata = trace.y.map(() => "");
      if (trace.marker) trace.marker.size = days > 1 ? 0 : 4;
    } else if (role === "band" || role === "partial") trace.meta = { ...trace.meta, days: -1 };
  }
};

/* Rows of sources: those chosen alone. */
T.chooseRows = function (traces, layout) {
  for (const trace of traces) {
    if (trace.meta.role !== "coverage") continue;
    const kept = trace.meta.sources.map((source, i) => i).filter((i) => T.sources.has(trace.meta.sources[i]));
    for (const field of ["z", "text", "customdata"]) if (trace[field]) trace[field] = kept.map((i) => trace[field][i]);
    trace.meta = { ...trace.meta, sources: kept.map((i) => trace.meta.sources[i]) };
    if (typeof trace.y[0] === "string") {
      trace.y = kept.map((i) => trace.y[i]);
      layout.yaxis.range = [kept.length - 0.5, -0.5];
      layout.yaxis.tickvals = trace.y;
      layout.yaxis.ticktext = kept.map((i) => layout.yaxis.ticktext[i]);
      layout.height = Math.max(60, layout.height - (layout.meta.rows - kept.length) * layout.meta.row_height);
    } else {
      trace.y = kept.map((i, row) => row);
      for (const label of layout.annotations) if (label.yref === "y2") { label.visible = kept.includes(label.y); label.y = kept.indexOf(label.y); }
    }
  }
};
