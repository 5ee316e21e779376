/* Charts by keyboard: arrows move from point to point and line to line, Enter opens the headlines. */
T.stops = function (place) {
  return place.data.map((trace, curve) => ({ trace, curve })).filter(({ trace }) => {
    const role = trace.meta?.role;
    return trace.visible !== false && role && !["band", "span", "partial"].includes(role) && (role !== "coverage" || place.id === "coverage");
  });
};

T.sizeOf = function (trace) {
  return trace.z ? [trace.z.length, trace.z[0].length] : [1, trace.y.length];
};

T.move = function (place, event) {
  const stops = T.stops(place);
  if (!stops.length) return;
  const at = place.at ?? { line: stops.length - 1, row: 0, column: T.sizeOf(stops.at(-1).trace)[1] };
  at.line = Math.min(at.line, stops.length - 1);
  const [rows, columns] = T.sizeOf(stops[at.line].trace);
  const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key] ?? 0;
  const line = { ArrowUp: -1, ArrowDown: 1 }[event.key] ?? 0;
  if (event.key === "Home") at.column = 0;
  else if (event.key === "End") at.column = columns - 1;
  else at.column = Math.max(0, Math.min(columns - 1, at.column + step));
  if (rows > 1) at.row = Math.max(0, Math.min(rows - 1, at.row + line));
  else at.line = (at.line + line + stops.length) % stops.length;
  place.at = at;
  T.say(place, stops[at.line], at);
};

T.say = function (place, { trace, curve }, at) {
  const pointNumber = trace.z ? [at.row, at.column] : at.column;
  Plotly.Fx.hover(place, [{ curveNumber: curve, pointNumber }]);
  const { meta } = trace;
  const value = trace.z ? trace.z[at.row][at.column] : trace.y[at.column];
  const name = meta.worded ? meta.titles[meta.worded[at.column]] : meta.label ?? (meta.labels ?? meta.sources ?? meta.titles)?.[trace.z ? at.row : trace.y[at.column]] ?? "";
  if (meta.labels && !trace.z) {
    document.getElementById("said").textContent = `${meta.labels[at.column]}: ${trace.text?.[at.column] ?? T.percent(trace.x[at.column])}`;
    return;
  }
  const night = T.pointNight(trace, at.column);
  const words = { coverage: trace.text?.[at.row]?.[at.column] || "observed", rank: `rank ${value}`, stay: "", event: "", rewritten: "rewritten" }[meta.role] ?? T.cell(value);
  document.getElementById("said").textContent = `${T.plain(name)}${meta.role === "sources" ? "" : `, ${T.day(night)}`}: ${value === null ? "nothing here" : words}`;
};

T.pointNight = function (trace, column) {
  if (trace.meta.nights) return trace.meta.nights[column];
  const raw = trace.dx ? new Date(Date.parse(`${trace.x0.slice(0, 10)}T00:00:00Z`) + column * trace.dx).toISOString() : trace.x[column];
  return T.addDays(String(raw).slice(0, 10), -Math.floor((trace.meta.days ?? 1) / 2));
};

document.addEventListener("keydown", (event) => {
  const place = event.target.closest?.(".plot");
  if (!place?.data) return;
  if (["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End"].includes(event.key)) {
    event.preventDefault();
    T.move(place, event);
  } else if (event.key === "Enter" && place.at) {
    const { trace } = T.stops(place)[place.at.line];
    const { meta } = trace;
    const night = T.pointNight(trace, place.at.column);
    if (meta.role === "sources") T.open({ night: meta.night, days: meta.days, subject: meta.columns[place.at.column], source: meta.sources[place.at.row] });
    else if (meta.columns) T.open({ night: meta.night, days: meta.days, subject: meta.columns[place.at.column] });
    else if (meta.role === "rank") T.open({ night, days: meta.lengths[place.at.column], subject: meta.subject });
    else if (meta.role === "coverage") T.open({ night, source: meta.sources[place.at.row], why: trace.text[place.at.row][place.at.column], seen: trace.z[place.at.row][place.at.column] === 2 });
    else T.open({ night, days: meta.days, subject: meta.subjects ? meta.subjects[place.at.row] : meta.subject });
  }
});
