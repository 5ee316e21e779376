/* Tables: sorting, searching, and the numbers behind each chart. */
T.sortBy = function (table, column, direction) {
  const head = table.tHead.rows[0].cells;
  const numeric = head[column].dataset.sort === "number";
  const value = (row) => {
    const cell = row.cells[column];
    const text = cell.dataset.value ?? cell.textContent;
    return numeric ? Number(text) : text;
  };
  const rows = [...table.tBodies[0].rows].map((row, i) => [value(row), i, row]);
  const sign = direction === "ascending" ? 1 : -1;
  rows.sort(([a, i], [b, j]) => (numeric ? a - b : a.localeCompare(b)) * sign || i - j);
  table.tBodies[0].append(...rows.map(([, , row]) => row));
  for (const cell of head) cell.removeAttribute("aria-sort");
  head[column].setAttribute("aria-sort", direction);
};

T.filterRows = function () {
  const table = document.getElementById("subjects");
  if (!table) return;
  const asked = (id) => document.getElementById(id)?.value ?? "";
  const words = asked("search").toLocaleLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const row of table.tBodies[0].rows) {
    const text = row.cells[0].textContent.toLocaleLowerCase();
    const fits = !row.dataset.none && words.every((word) => text.includes(word))
      && (!asked("kind") || row.dataset.kind === asked("kind"))
      && (!asked("state") || row.dataset.state === asked("state"))
      && (!asked("source") || row.dataset.sources.split(" ").includes(asked("source")));
    row.hidden = !fits;
    shown += fits;
  }
  T.shorten(table, words.length > 0 || ["kind", "state", "source"].some(asked));
  document.getElementById("found").textContent = `${shown} of ${table.tBodies[0].rows.length}`;
};

/* A long table starts short (report.css hides its end); whoever searches or asks sees all of it. */
T.shorten = function (table, searched) {
  const n = table.tBodies[0].rows.length;
  const button = T.moreButton(table);
  const whole = Boolean(searched || table.dataset.all || n <= 25);
  table.classList.toggle("whole", whole);
  button.hidden = whole;
  button.textContent = `Show all ${n.toLocaleString("en-GB")}`;
};

T.moreButton = function (table) {
  const place = table.closest(".scroll");
  if (place.nextElementSibling?.classList.contains("show-all")) return place.nextElementSibling;
  const button = T.make("button", undefined, "show-all");
  button.type = "button";
  button.addEventListener("click", () => { table.dataset.all = "true"; T.shorten(table); });
  place.after(button);
  return button;
};

T.cell = function (value) {
  return value === null || value === undefined ? "not observed" : T.percent(value);
};

/* The series of a line chart: one row a point, the latest first. */
T.tableOfLines = function (chart) {
  const lines = chart.traces.filter((trace) => trace.meta?.role === "line" && trace.visible !== false);
  const tails = new Map(chart.traces.filter((t) => t.meta?.role === "partial" && t.visible !== false).map((t) => [`${t.meta.channel} ${t.meta.subject}`, t]));
  const days = lines[0]?.meta.days ?? 1;
  const head = [days > 1 ? "Week from" : "Night", ...lines.map((line) => line.meta.label)];
  const length = lines[0]?.y.length ?? 0;
  const rows = [];
  for (let i = length - 1; i >= 0; i--) {
    const night = T.addDays(lines[0].x0, i * days - Math.floor(days / 2));
    rows.push([night, ...lines.map((line) => {
      const tail = i === length - 1 && tails.get(`${line.meta.channel} ${line.meta.subject}`);
      if (tail) return `${T.cell(tail.y.at(-1))} so far`;
      return T.cell(line.y[i]) + (line.y[i] === null ? "" : line.customdata[i]);
    })]);
  }
  return { head, rows };
};

T.dates = (x0, dx, length) => Array.from({ length }, (_, i) => new Date(Date.parse(`${x0.slice(0, 10)}T00:00:00Z`) + i * dx).toISOString().slice(0, 10));

T.tableOfHeat = function (chart) {
  const { x0, dx, z, meta } = chart.traces.find((trace) => trace.visible);
  const nights = T.dates(T.addDays(x0, -Math.floor(meta.days / 2)), dx, z[0].length);
  const rows = nights.map((night, i) => [night, ...z.map((row) => T.cell(row[i]))]).reverse();
  return { head: [meta.days > 1 ? "Week from" : "Night", ...meta.labels], rows };
};

T.tableOfSources = function (chart) {
  const { z, meta } = chart.traces[0];
  return { head: ["Source", ...meta.labels], rows: z.map((row, i) => [meta.sources[i], ...row.map(T.cell)]) };
};

T.tableOfCoverage = function (chart) {
  const { x0, dx, text, meta } = chart.traces[0];
  const nights = T.dates(x0, dx, text[0]?.length ?? 0);
  return { head: ["Night", ...meta.sources], rows: nights.map((night, i) => [night, ...text.map((row) => T.plain(row[i]) || "observed")]).reverse() };
};

T.tableOfTonight = function (chart) {
  const { text, customdata, meta } = chart.traces[1];
  return { head: ["Theme", "Share", "95% interval"], rows: meta.labels.map((label, i) => [label, text[i].trim(), customdata[i]]) };
};

T.tableOfRanks = function (chart) {
  const lines = [...chart.traces].reverse();
  const rows = lines[0].y.map((_, i) => [lines[0].meta.nights[i], ...lines.map((line) => (line.y[i] === null ? "" : `${line.y[i]} (${line.customdata[i]})`))]);
  return { head: ["From", ...lines.map((line) => line.meta.label)], rows: rows.reverse() };
};

T.tableOfChannels = function (chart) {
  const [editors, readers] = chart.traces.filter(({ meta }) => meta.role === "channels");
  return { head: ["Theme", "Editors’ lists", "Most-read lists"], rows: editors.meta.labels.map((label, i) => [label, T.percent(editors.x[i]), T.percent(readers.x[i])]) };
};

T.tableOfStays = function (chart) {
  const { x, customdata, meta } = chart.traces[1];
  return { head: ["Night", "Headline", "Where"], rows: x.map((night, i) => [night, meta.titles[meta.worded[i]], T.plain(customdata[i])]) };
};

T.tableOfEvents = function (chart) {
  const { x, meta } = chart.traces[1];
  return { head: ["From", "To", "Event", "How much"], rows: x.map((night, i) => [night, meta.until[i], meta.titles[i], meta.words[i]]) };
};

/* Chart text is escaped for Plotly; in a table it is text again. */
T.plain = (text) => text.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&#36;/g, "$").replace(/&amp;/g, "&");

T.showNumbers = function (details) {
  const chart = T.read(details.dataset.chart).shown ?? T.read(details.dataset.chart);
  const { head, rows } = T[chart.layout.meta.table](chart);
  const table = T.make("table");
  const top = table.createTHead().insertRow();
  for (const text of head) { const cell = T.make("th", text); cell.scope = "col"; top.append(cell); }
  const body = table.createTBody();
  for (const row of rows) {
    const line = body.insertRow();
    row.forEach((text, i) => { const cell = T.make(i ? "td" : "th", text); if (!i) cell.scope = "row"; line.append(cell); });
  }
  details.querySelector(".scroll").replaceChildren(table);
};

for (const table of document.querySelectorAll("table.long")) T.shorten(table);
for (const table of document.querySelectorAll("table.sortable")) {
  table.tHead.addEventListener("click", (event) => {
    const head = event.target.closest("th[data-sort]");
    if (!head) return;
    const now = head.getAttribute("aria-sort");
    const first = head.dataset.sort === "number" ? "descending" : "ascending";
    const other = first === "descending" ? "ascending" : "descending";
    T.sortBy(table, head.cellIndex, now === first ? other : first);
    T.filterRows();
    T.keep?.();
  });
}
for (const id of ["search", "kind", "state", "source"]) {
  document.getElementById(id)?.addEventListener("input", () => { T.filterRows(); T.keep?.(); });
}
for (const details of document.querySelectorAll("details.numbers")) {
  details.addEventListener("toggle", () => { if (details.open) T.showNumbers(details); });
}
