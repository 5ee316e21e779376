/* Topics by night, sources by theme, and editors against readers, for another time, sources or lists. */
T.rebuild.heat = function (traces, layout, cells) {
  const [start, end] = T.inTime();
  const keys = T.largest(cells, "topic", layout.meta.rows);
  const peak = (key) => { const shares = T.sharesOf(cells, key).slice(start, end).map((share) => share ?? 0); return shares.indexOf(Math.max(...shares)); };
  keys.sort((a, b) => peak(b) - peak(a));
  const values = keys.flatMap((key) => T.sharesOf(cells, key).slice(start, end).filter(Boolean)).sort((a, b) => a - b);
  const names = T.axisNames(keys, T.narrow.matches ? 15 : 28);
  for (const trace of traces) {
    trace.z = keys.map((key) => (trace.meta.days > 1 ? T.byWeek(cells, key) : T.sharesOf(cells, key)));
    trace.y = names;
    trace.zmax = values[Math.floor(values.length * 0.98)] ?? 0.01;
    trace.meta = { ...trace.meta, subjects: keys, labels: keys.map(T.name) };
  }
  Object.assign(layout.yaxis, { range: [keys.length - 0.5, -0.5], tickvals: names, ticktext: names });
  layout.height -= (layout.meta.rows - keys.length) * layout.meta.row_height;
  T.tell("heat", keys.length ? `${T.name(keys[0])} is the latest of these to reach its own highest` : "No topic had any room in this time");
};

/* The nights of a comparison: the asked time, or its last four weeks where it is long. */
T.lately = function () {
  const [start, end] = T.inTime();
  return [!T.ranged() || end - start > 92 ? Math.max(start, end - 28) : start, end];
};

T.rebuild.sources = function (traces, layout, cells) {
  const [trace] = traces;
  const [start, end] = T.lately();
  const channel = T.view.channel;
  const sum = (nights) => nights.slice(start, end).reduce((a, b) => a + b, 0);
  const all = cells.sources.map((source, i) => ({ source, i, weight: sum(cells.observed[channel][i]) }))
    .filter(({ source, weight }) => weight && (!T.sources || T.sources.has(source))).sort((a, b) => b.weight - a.weight).slice(0, 60);
  const own = trace.meta.columns.map((key) => {
    const had = new Map();
    for (const [source, night, weight] of T.cellsOf(cells, key)) if (night >= start && night < end) had.set(Number(source), (had.get(Number(source)) ?? 0) + weight);
    return had;
  });
  trace.z = all.map(({ i, weight }) => own.map((had) => (had.get(i) ?? 0) / weight));
  trace.text = trace.z.map((row) => row.map(T.percent));
  trace.y = T.axisNames(all.map(({ source }) => source), T.narrow.matches ? 15 : 26);
  trace.zmax = Math.max(0.01, ...trace.z.flat());
  trace.meta = { ...trace.meta, sources: all.map(({ source }) => source), night: T.addDays(T.page.first, start), days: end - start };
  Object.assign(layout.yaxis, { range: [all.length - 0.5, -0.5], tickvals: trace.y, ticktext: trace.y });
  layout.height = all.length * 28 + 62;
  let best = [0, 0];
  trace.z.forEach((row, i) => row.forEach((share, k) => { if (share > trace.z[best[0]][best[1]]) best = [i, k]; }));
  T.tell("sources", all.length ? `${all[best[0]].source} gave ${trace.meta.labels[best[1]]} the most room: ${T.percent(trace.z[best[0]][best[1]])}, ${T.fromTo(start, end)}` : "None of the chosen sources was observed in this time");
};

T.fromTo = (start, end) => `${T.shortDay(T.addDays(T.page.first, start))} to ${T.shortDay(T.addDays(T.page.first, end - 1))}`;

T.rebuild.channels = function (traces, layout, cells) {
  const [start, end] = T.lately();
  const found = Object.keys(cells.subjects).map((key) => {
    const [editors, readers] = ["editorial", "audience"].map((channel) => T.meanOf(cells, key, start, end, channel));
    return { key, editors, readers };
  }).filter(({ key, editors, readers }) => editors !== null && readers !== null && editors + readers && layout.meta.kinds.includes(cells.subjects[key].kind));
  found.sort((a, b) => b.editors + b.readers - a.editors - a.readers || (a.key < b.key ? -1 : 1));
  const kept = found.slice(0, layout.meta.rows).sort((a, b) => (b.readers - b.editors) - (a.readers - a.editors));
  T.fillChannels(traces, layout, kept, [start, end]);
};

T.fillChannels = function (traces, layout, kept, [start, end]) {
  const keys = kept.map(({ key }) => key);
  const names = T.axisNames(keys, T.narrow.matches ? 15 : 28);
  for (const trace of traces) {
    const { role } = trace.meta;
    if (role === "span") {
      trace.x = kept.flatMap(({ editors, readers }) => [editors, readers, null]);
      trace.y = names.flatMap((name) => [name, name, null]);
    } else {
      trace.x = kept.map((one) => one[trace.meta.channel === "audience" ? "readers" : "editors"]);
      trace.y = names;
      trace.meta = { ...trace.meta, columns: keys, labels: keys.map(T.name), night: T.addDays(T.page.first, start), days: end - start };
    }
  }
  layout.xaxis.range = [0, Math.max(0.02, ...kept.map(({ editors, readers }) => Math.max(editors, readers))) * 1.08];
  Object.assign(layout.yaxis, { range: [names.length - 0.5, -0.7], tickvals: names, ticktext: names });
  const [most] = [...kept].sort((a, b) => Math.abs(b.readers - b.editors) - Math.abs(a.readers - a.editors));
  T.tell("channels", most ? `${T.name(most.key)}: ${T.percent(most.editors)} of editors’ lists, ${T.percent(most.readers)} of readers’, ${T.fromTo(start, end)}` : "Nothing to compare in this time");
};
