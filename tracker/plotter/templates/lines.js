/* The chart of lines in the asked time: its axis, its notes, and the labels at the ends of the lines. */
T.shapeLines = function (chart, traces, layout) {
  const { from: since, to: until } = T.span();
  const days = T.days();
  layout.meta = { ...layout.meta, until };
  let shares = 0.02, bands = 0;
  traces.forEach((trace, i) => {
    const meta = trace.meta;
    if (meta.role === "coverage") return;
    trace.visible = meta.days === days;
    if (chart.id === "themes") trace.visible &&= T.view.lines.has(meta.subject) && meta.channel === T.view.channel;
    chart.traces[i].visible = trace.visible;
    if (!trace.visible) return;
    const place = (night) => Math.floor((Date.parse(night) - Date.parse(trace.x0)) / trace.dx);
    if (meta.role === "band") bands = Math.max(bands, ...trace.y.filter((_, k) => (trace.x[k] ?? "") >= since && trace.x[k] <= `${until} 24`));
    else shares = Math.max(shares, ...(meta.role === "partial" ? trace.y : trace.y.slice(Math.max(0, place(since)), place(until) + 1)));
  });
  const lines = traces.filter((trace) => trace.meta.role === "line" && trace.visible);
  const top = Math.min(1, Math.max(shares, Math.min(bands, (lines.length === 1 ? 3 : 1.6) * shares)) * 1.06);
  layout.yaxis.range = [0, top];
  layout.yaxis.tickformat = top < 0.045 ? ".1%" : ".0%";
  for (const trace of traces) if (trace.meta.role === "band") trace.opacity = lines.length > 3 ? 0.28 : 1;
  layout.annotations = layout.annotations.filter((label) => label.name !== "end");
  T.fitStrip(chart.id, traces, layout);
  T.showNotes(chart.id, lines, layout, since, until);
  T.labelEnds(traces, lines, layout, top);
  if (chart.id === "themes" && T.filtered()) T.tell("themes", T.tellLines(lines, since, until));
};

/* The highest point of any line in the asked time, as a sentence. */
T.tellLines = function (lines, since, until) {
  const tops = lines.map(({ meta }) => {
    const top = { share: 0, name: meta.label };
    T.sharesOf(T.cells, meta.subject).forEach((share, i) => {
      const night = T.addDays(T.page.first, i);
      if (share > top.share && night >= since && night <= until) Object.assign(top, { share, night });
    });
    return top;
  });
  const most = Math.max(0, ...tops.map(({ share }) => share));
  if (!most) return "None of the chosen lines had any room in this time";
  const level = tops.filter(({ share }) => T.level(share, most));
  const when = level.length > 1 ? "each at their highest" : `on ${T.day(level[0].night)}`;
  return `${T.nameSeveral(level.map(({ name }) => name))} took the most room: ${T.percent(most)} ${when}`;
};

/* Pixels of a plot from side to side. */
T.widthOf = (id, { margin: { l, r } }) => Math.max(80, document.getElementById(id).clientWidth - l - r);

/* Names of sources beside the strip, as long as the margin has room for. */
T.fitStrip = function (id, traces, layout) {
  const sources = traces.find((trace) => trace.meta.role === "coverage")?.meta.sources ?? [];
  const letters = Math.min(24, Math.floor((layout.margin.r - 10) / 6.2));
  for (const label of layout.annotations) {
    if (label.name === "strip" && label.x === 1 && sources[label.y]) label.text = T.plotText(sources[label.y], letters);
  }
};

/* Words on as many lines as they need, three at most. */
T.breakWords = function (words, letters) {
  const lines = [""];
  for (const word of words.split(" ")) {
    const longer = `${lines.at(-1)} ${word}`.trim();
    if (longer.length <= letters || !lines.at(-1)) lines[lines.length - 1] = longer;
    else if (lines.length < 3) lines.push(word);
    else { lines[2] = `${lines[2].replace(/[\s–—-]*…?$/, "")}…`; break; }
  }
  return lines;
};

/* Notes whose words lie inside the plot, to the left of their point or to its right, and over no
   other note: the highest first. */
T.showNotes = function (id, lines, layout, since, until) {
  const shown = new Set(lines.map(({ meta }) => `${meta.days} ${meta.channel} ${meta.subject}`));
  const notes = layout.annotations.filter((label) => label.name.startsWith("note "));
  const span = Date.parse(until) - Date.parse(since) || 1;
  const width = T.widthOf(id, layout);
  const letters = Math.max(15, Math.floor((width * 0.42) / 6.2));
  const box = (note) => {
    let rows = note.text.split("<br>");
    if (Math.max(...rows.map((line) => line.length)) > letters) rows = T.breakWords(rows.join(" "), letters);
    const place = (Date.parse(note.x) - Date.parse(since)) / span;
    const off = width < 400 ? 12 : 24;
    const words = (Math.max(...rows.map((line) => line.length)) * 6.2 + off) / width;
    const fits = { left: place + words <= 1, right: place - words >= 0 };
    const side = fits[note.xanchor] ? note.xanchor : fits.left ? "left" : fits.right ? "right" : null;
    const [left, right] = side === "right" ? [place - words, place] : [place, place + words];
    Object.assign(note, { text: rows.join("<br>"), xanchor: side ?? note.xanchor, align: side ?? note.align, ax: side === "right" ? -off : off });
    return { place, left, right, fits: side !== null, high: rows.length * 15 + 10, up: (note.y / layout.yaxis.range[1]) * layout.meta.plot_height };
  };
  const meet = (a, b) => Math.abs(a.place - b.place) < 0.03 || (a.left < b.right && b.left < a.right && Math.abs(a.up - b.up) < Math.max(a.high, b.high));
  const kept = [];
  for (const note of notes.sort((a, b) => b.y - a.y)) {
    const at = box(note);
    note.visible = at.fits && shown.has(note.name.slice(5)) && note.x >= since && note.x <= `${until} 24` && kept.length < (width < 400 ? 2 : 4)
      && !kept.some((other) => meet(other, at));
    if (note.visible) kept.push(at);
  }
};

T.labelEnds = function (traces, lines, layout, top) {
  const tails = new Map(traces.filter((t) => t.meta.role === "partial" && t.visible).map((t) => [`${t.meta.channel} ${t.meta.subject}`, t]));
  const ends = [];
  for (const line of lines) {
    const { until } = layout.meta;
    const end = Math.floor((Date.parse(until) - Date.parse(line.x0)) / line.dx) + 1;
    const values = [...line.y.slice(0, end), until < T.page.last ? null : tails.get(`${line.meta.channel} ${line.meta.subject}`)?.y.at(-1) ?? null];
    const value = values.findLast((share) => share !== null);
    if (value !== undefined) ends.push({ line, value, at: (value / top) * layout.meta.plot_height });
  }
  ends.sort((a, b) => a.at - b.at);
  const moved = T.spread(ends.map((end) => end.at), 16);
  ends.forEach(({ line, value, at }, i) => layout.annotations.push({
    x: layout.meta.until, y: value, text: `${T.narrow.matches ? line.meta.shorter : line.meta.short} ${T.percent(value)}`, showarrow: false, xanchor: "left", align: "left",
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
