/* The table of all themes and topics, for the chosen time, sources and lists. */
T.showRows = function () {
  const table = document.getElementById("subjects");
  T.rowsBefore ??= new Map([...table.tBodies[0].rows].map((row) => [row, [...row.cells].map((cell) => [[...cell.childNodes], cell.dataset.value])]));
  T.headsBefore ??= [...table.tHead.rows[0].cells].map((cell) => (cell.querySelector("button") ?? cell).textContent);
  const { to } = T.span();
  const heads = T.filtered() ? { 1: "Its curve", 2: to === T.page.last ? "Tonight" : T.shortDay(to), 5: "New headlines" } : {};
  [...table.tHead.rows[0].cells].forEach((cell, i) => { (cell.querySelector("button") ?? cell).textContent = heads[i] ?? T.headsBefore[i]; });
  for (const [row, cells] of T.rowsBefore) {
    cells.forEach(([nodes, value], i) => T.fill(row.cells[i], nodes, value));
    delete row.dataset.none;
    if (T.filtered()) T.fillRow(row);
  }
  const head = table.querySelector("th[aria-sort]");
  if (!T.filtered() && head && T.sorted === `${head.cellIndex} ${head.ariaSort}`) table.tBodies[0].append(...T.rowsBefore.keys());
  else if (head) T.sortBy(table, head.cellIndex, head.getAttribute("aria-sort"));
  T.filterRows();
};

T.fill = function (cell, nodes, value) {
  cell.replaceChildren(...nodes);
  if (value === undefined) delete cell.dataset.value;
  else cell.dataset.value = value;
};

T.fillRow = function (row) {
  const { key } = row.dataset;
  const [start, end] = T.inTime();
  const shares = T.sharesOf(T.cells, key).slice(start, end);
  const at = new Set();
  let fresh = 0, last = -1;
  for (const [source, night, , headlines] of T.cellsOf(T.cells, key)) {
    if (night < start || night >= end) continue;
    at.add(source);
    fresh += headlines;
    last = Math.max(last, night);
  }
  const peak = Math.max(0, ...shares.map((share) => share ?? 0));
  const night = (place) => T.addDays(T.page.first, place);
  const button = (content, when, label) => {
    const element = T.make("button", undefined, "behind bare");
    element.type = "button";
    element.append(content);
    if (label) element.setAttribute("aria-label", label);
    Object.assign(element.dataset, { subject: key, night: when });
    return element;
  };
  const now = T.meanOf(T.cells, key, end - 1, end);
  const peaked = peak ? night(start + shares.indexOf(peak)) : "";
  const seen = last < 0 ? "" : night(last);
  T.fill(row.cells[1], [button(T.spark(key, start, end), seen || T.span().to, `Latest headlines of ${T.name(key)}`)]);
  T.fill(row.cells[2], [now === null ? "not observed" : T.percent(now)], now ?? -1);
  T.fill(row.cells[3], [T.percent(peak)], peak);
  T.fill(row.cells[4], peaked ? [button(T.shortDay(peaked), peaked)] : [], peaked);
  T.fill(row.cells[5], [fresh.toLocaleString("en-GB")], fresh);
  T.fill(row.cells[6], [String(at.size)], at.size);
  T.fill(row.cells[7], [seen ? T.shortDay(seen) : "not in this time"], seen);
  if (last < 0 && row.dataset.state !== "watched") row.dataset.none = "true";
};

/* Says what is counted, and brings the cards and the table into line with the charts. */
T.showChosen = async function () {
  if (!document.getElementById("subjects")) return;
  const note = document.getElementById("chosen-note");
  const { from, to } = T.span();
  const parts = [
    ...(T.ranged() ? [`${T.day(from)} to ${T.day(to)}`] : []),
    ...(T.sources ? [`${T.sources.size} of ${T.cells.sources.length} sources`] : []),
    ...(T.view.channel !== T.page.channel ? [T.view.channel === "audience" ? "most-read lists" : "editors’ lists"] : []),
  ];
  note.hidden = !T.filtered();
  document.getElementById("chosen-words").textContent = `All charts, cards and tables below show ${parts.join(", ")}.${T.sources ? " Bands, and what rose or faded, are worked out for all sources together only." : ""}`;
  T.showRows();
  await T.showGlance();
};

document.getElementById("chosen-none")?.addEventListener("click", () => {
  for (const box of document.querySelectorAll("#sources-asked input")) box.checked = true;
  if (document.getElementById("sources-asked")) T.readSources();
  Object.assign(T.view, { from: "", to: "", grain: "", channel: T.page.channel });
  T.change();
});
