/* The order of the topics for another time, other sources or lists: by week, over a long time by month. */
T.periods = function () {
  const { from, to } = T.span();
  const months = T.place(to) - T.place(from) >= 182;
  const periods = [];
  let at = months ? `${from.slice(0, 8)}01` : T.mondayOf(from);
  while (at <= to) {
    const next = months ? T.addDays(`${at.slice(0, 8)}28`, 4).slice(0, 8) + "01" : T.addDays(at, 7);
    periods.push({ start: at < from ? from : at, end: next > to ? T.addDays(to, 1) : next, middle: T.addDays(at, months ? 14 : 3), at });
    at = next;
  }
  return periods.slice(-26);
};

/* Ranks and means per period of whoever was among the first ten. */
T.rankTopics = function (cells, periods) {
  const keys = Object.keys(cells.subjects);
  const topics = keys.filter((key) => cells.subjects[key].kind === "topic");
  const found = (topics.length ? topics : keys).map((key) => {
    return { key, ranks: periods.map(() => null), shares: periods.map(({ start, end }) => T.meanOf(cells, key, T.place(start), T.place(end))) };
  });
  periods.forEach((_, i) => {
    found.filter((one) => one.shares[i]).sort((a, b) => b.shares[i] - a.shares[i] || (a.key < b.key ? -1 : 1))
      .slice(0, 10).forEach((one, rank) => { one.ranks[i] = rank + 1; });
  });
  const kept = found.filter((one) => one.ranks.filter(Boolean).length > 1 || one.ranks.at(-1) || one.ranks.includes(1));
  const score = (one) => one.ranks.reduce((sum, rank) => sum + (rank ? 12 / (rank + 1) : 0), 0);
  return kept.sort((a, b) => score(b) - score(a) || (a.key < b.key ? -1 : 1));
};

/* Names above lines that ended: as long as the room up to the next one of their row, or none. */
T.fitNames = function (id, layout) {
  const [start, end] = layout.xaxis.range.map((night) => Date.parse(night));
  const width = T.widthOf(id, layout);
  const names = layout.annotations.filter((label) => label.name?.startsWith("best "));
  const at = ({ x }) => ((Date.parse(x) - start) / (end - start)) * width - 6;
  for (const label of names) {
    const next = Math.min(width, ...names.filter((other) => other.y === label.y && other.x > label.x).map(at));
    const name = label.name.slice(5), letters = Math.floor((next - at(label) - 8) / 6.4);
    label.visible = at(label) > -8 && letters >= Math.min(5, name.length);
    label.text = T.plotText(name, letters);
  }
};

T.rebuild.ranks = function (traces, layout, cells) {
  const periods = T.periods();
  const found = T.rankTopics(cells, periods);
  const { series, plain, hollow, edge, ink } = T.recolour(layout.meta.colours, T.colours());
  const months = periods.length > 1 && T.place(periods[1].at) - T.place(periods[0].at) > 7;
  const word = (night) => (months ? T.month(night) : T.shortDay(night));
  const step = Math.ceil(periods.length / (T.narrow.matches ? 4 : 9));
  layout.annotations = [];
  const drawn = found.map((one, i) => {
    const colour = series[i];
    const last = one.ranks.findLastIndex(Boolean), best = one.ranks.indexOf(Math.min(...one.ranks.filter(Boolean)));
    const ends = last === periods.length - 1;
    if (ends || colour) {
      const at = ends ? last : best;
      layout.annotations.push({
        x: periods[at].middle, y: one.ranks[at], text: T.plotText(T.name(one.key), T.narrow.matches ? 15 : 26), showarrow: false, font: { size: ends ? 13 : 11.5, color: colour ?? ink },
        ...(ends ? { xanchor: "left", xshift: 14 } : { yshift: 15, xshift: -6, xanchor: "left", name: `best ${T.name(one.key)}` }),
      });
    }
    return {
      type: "scatter", mode: "lines+markers", connectgaps: false, x: periods.map(({ middle }) => middle), y: one.ranks,
      customdata: one.shares.map((share) => (share === null ? "" : T.percent(share))), name: T.plotText(T.name(one.key), 60),
      line: { width: colour ? 3 : 2, color: colour ?? plain }, marker: { size: colour ? 12 : 9, color: colour ?? hollow, line: { width: 2, color: colour ?? edge } },
      hovertemplate: "<b>%{fullData.name}</b><br>rank %{y}, %{customdata}<extra></extra>",
      meta: { role: "rank", subject: one.key, label: T.name(one.key), nights: periods.map(({ start }) => start), lengths: periods.map(({ start, end }) => T.place(end) - T.place(start)) },
    };
  });
  traces.splice(0, traces.length, ...drawn.reverse());
  Object.assign(layout.xaxis, {
    range: [T.addDays(periods[0].middle, months ? -10 : -2), T.addDays(periods.at(-1).middle, months ? 10 : 2)],
    tickvals: periods.map(({ middle }) => middle), ticktext: periods.map(({ at }, i) => ((periods.length - 1 - i) % step ? "" : word(at))),
  });
  const first = found.find((one) => one.ranks.at(-1) === 1);
  const level = first ? found.filter(({ shares }) => T.level(shares.at(-1) ?? 0, first.shares.at(-1))) : [];
  const lead = T.span().to !== T.page.last ? "led" : level.length > 1 ? "lead" : "leads";
  T.tell("ranks", first ? `${T.nameSeveral(level.map(({ key }) => T.name(key)))} ${lead} the last of these ${periods.length} ${months ? "months" : "weeks"}` : "No topic had any room in the last of these weeks");
};
