/* The headlines behind a point, in a panel at the side. */
T.mondayOf = function (night) {
  const day = new Date(`${night}T00:00:00Z`);
  day.setUTCDate(day.getUTCDate() - ((day.getUTCDay() + 6) % 7));
  return day.toISOString().slice(0, 10);
};

T.addDays = function (night, days) {
  const day = new Date(`${night}T00:00:00Z`);
  day.setUTCDate(day.getUTCDate() + days);
  return day.toISOString().slice(0, 10);
};

T.day = function (night) {
  return new Date(`${night}T00:00:00Z`).toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });
};

T.shortDay = function (night) {
  return new Date(`${night}T00:00:00Z`).toLocaleDateString("en-GB", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
};

T.month = function (night) {
  return new Date(`${night}T00:00:00Z`).toLocaleDateString("en-GB", { month: "short", year: "numeric", timeZone: "UTC" });
};

T.percent = function (share) {
  const value = share * 100;
  if (value > 0 && value < 0.05) return "under 0.1%";
  return `${value > 0 && value < 9.95 ? value.toFixed(1).replace(/\.0$/, "") : value.toFixed(0)}%`;
};

/* Data lies in blocks of a single file, or in scripts beside the page: file:// cannot fetch. */
T.loading = new Map();
T.loadData = function (name) {
  if (!T.loading.has(name)) T.loading.set(name, T.fetchData(name));
  return T.loading.get(name);
};

T.fetchData = function (name) {
  return new Promise((resolve, reject) => {
    const block = document.getElementById(`data-${name}`);
    if (block) { resolve(JSON.parse(block.textContent)); return; }
    if (T.page.single) { reject(new Error("this page holds those of its last weeks, the report has all")); return; }
    const script = document.createElement("script");
    script.src = `${T.page.root}data/${name}.js`;
    script.onload = () => resolve(self.trackerData[name]);
    script.onerror = () => reject(new Error(`data/${name}.js is missing beside this report`));
    document.head.append(script);
  });
};

/* A chart alone comes without what each source gave: it is drawn for all of them, over its whole time. */
T.hasCells = () => !T.page.single || document.getElementById("data-cells") !== null;

T.load = (monday) => (T.page.weeks.includes(monday) ? T.loadData(`week-${monday}`) : Promise.resolve(null));

T.make = function (tag, text, className) {
  const element = document.createElement(tag);
  if (text !== undefined) element.textContent = text;
  if (className) element.className = className;
  return element;
};

T.headline = function (title, url) {
  const words = T.make("bdi", title);
  return url && /^https?:\/\//i.test(url) ? T.link(words, url) : words;
};

T.link = function (words, url) {
  const link = T.make("a");
  link.href = url;
  link.target = "_blank";
  link.rel = "noopener noreferrer nofollow";
  link.append(words);
  return link;
};

T.kinds = { most_read: "most read", latest: "latest", related: "related", picks: "editors’ picks", section: "section", other: "other list" };

/* Rows of the asked nights, one entry a wording, with the places where it stood. */
T.gather = function (weeks, asked) {
  const titles = new Map();
  for (const week of weeks) {
    if (!week) continue;
    const rows = asked.subject === undefined ? week.night.keys() : week.subjects[asked.subject] ?? [];
    for (const row of rows) {
      if (week.night[row] < asked.night || week.night[row] > asked.until) continue;
      const [source, channel, heading, kind, page] = week.lists[week.list[row]];
      if (asked.source !== undefined && source !== asked.source) continue;
      if (T.sources && !T.sources.has(source)) continue;
      const [title, url] = week.titles[week.title[row]];
      const entry = titles.get(title) ?? { title, url, slots: 0, best: 1e9, places: [] };
      entry.slots += week.seen[row];
      entry.best = Math.min(entry.best, week.rank[row]);
      entry.url ??= url;
      entry.places.push({ source, channel, heading, kind, page, rank: week.rank[row], seen: week.seen[row], night: week.night[row] });
      titles.set(title, entry);
    }
  }
  return [...titles.values()].sort((a, b) => b.slots - a.slots || a.best - b.best || (a.title < b.title ? -1 : 1));
};

/* Whether anything was observed in the asked nights, at the asked or chosen sources. */
T.wasObserved = async function ({ night, until, source }) {
  const asked = source !== undefined ? new Set([source]) : T.sources;
  if (!asked || !T.hasCells()) return T.page.observed.some(([first, last]) => first <= until && last >= night);
  const cells = await T.loadData("cells");
  const [start, end] = [Math.max(0, T.place(night)), T.place(until) + 1];
  return Object.values(cells.observed).some((at) => at.some((nights, i) => asked.has(cells.sources[i]) && nights.slice(start, end).some(Boolean)));
};

T.facts = function (weeks, asked) {
  const found = [];
  for (const week of weeks) {
    for (const fact of week?.facts[asked.subject] ?? []) if (fact[0] >= asked.night && fact[0] <= asked.until) found.push(fact);
  }
  return found.map(([, channel, share, low, high, slots, of, sources, all]) => {
    const whose = channel === "editorial" ? "editors’" : "most-read";
    const band = low === null || high === null ? "" : ` (95% interval ${T.percent(low)} to ${T.percent(high)})`;
    const sure = share === null ? "" : `${T.percent(share)} of ${whose} headline slots${band}: `;
    return `${sure}${slots} of ${of} ${whose} slots, at ${sources} of ${all} source${all === 1 ? "" : "s"}.`;
  });
};

T.showEntry = function (entry, days) {
  const item = T.make("li");
  const title = T.make("div", undefined, "title");
  title.append(T.headline(entry.title, entry.url));
  const places = T.make("ul");
  for (const place of entry.places.slice(0, 6)) {
    const line = T.make("li");
    line.append(T.make("bdi", place.source), " · ");
    line.append(T.make("bdi", place.heading ? `“${place.heading}”` : T.kinds[place.kind] ?? place.kind));
    line.append(` · rank ${place.rank}`);
    if (place.seen > 1) line.append(` · ${place.seen} times`);
    if (days > 1) line.append(` · ${T.day(place.night)}`);
    if (place.page) {
      line.append(" · ", T.link("page", place.page));
      if (T.page.archive) line.append(" · ", T.link("archived copy", `${T.page.archive.replace(/\/$/, "")}/${place.night.replaceAll("-", "")}/${place.page}`));
    }
    places.append(line);
  }
  if (entry.places.length > 6) places.append(T.make("li", `and ${entry.places.length - 6} more places`));
  item.append(title, places);
  return item;
};

/* asked: {night, subject?, source?, days?} */
T.open = async function (asked) {
  const days = asked.days ?? 1;
  asked = { ...asked, until: T.addDays(asked.night, days - 1) };
  const panel = document.getElementById("panel");
  const name = asked.subject === undefined ? asked.source : T.page.names[asked.subject]?.[0] ?? asked.subject;
  const title = document.getElementById("panel-title");
  const note = document.getElementById("panel-note");
  const list = document.getElementById("panel-list");
  const facts = document.getElementById("panel-facts");
  title.replaceChildren(T.make("bdi", name), days > 1 ? `, ${T.day(asked.night)} to ${T.day(asked.until)}` : ` on ${T.day(asked.night)}`);
  list.replaceChildren();
  facts.textContent = "";
  note.textContent = "Reading …";
  if (panel.hidden) T.from = document.activeElement;
  panel.hidden = false;
  panel.scrollTop = 0;
  title.focus({ preventScroll: true });
  T.asked = asked;
  T.keep?.();
  const mondays = new Set();
  for (let i = 0; i < days; i++) mondays.add(T.mondayOf(T.addDays(asked.night, i)));
  let weeks, observed;
  try {
    weeks = await Promise.all([...mondays].map(T.load));
    observed = await T.wasObserved(asked);
  } catch (error) {
    note.textContent = `The headlines cannot be read: ${error.message}.`;
    return;
  }
  if (T.asked !== asked) return;
  const entries = T.gather(weeks, asked);
  const every = asked.source === undefined && !T.sources;
  if (asked.subject !== undefined && days === 1 && every) facts.textContent = T.facts(weeks, asked).join(" ");
  const where = every ? "" : asked.source === undefined ? " at the chosen sources" : " there";
  const why = asked.why ? T.plain(asked.why) : "";
  if (!entries.length && !(asked.seen ?? observed)) note.textContent = `Nothing was observed${where} then: ${why || "no page was read, or none with lists of headlines"}.`;
  else if (!entries.length) note.textContent = `Looked for and not seen: the observed lists carried no such headline${why && ` (${why})`}.`;
  else note.textContent = entries.length > 200 ? `The first 200 of ${entries.length} headlines, most slots first.` : `${entries.length} headline${entries.length === 1 ? "" : "s"}, most slots first.`;
  list.append(...entries.slice(0, 200).map((entry) => T.showEntry(entry, days)));
};

T.close = function () {
  const panel = document.getElementById("panel");
  if (panel.hidden) return;
  panel.hidden = true;
  T.asked = undefined;
  T.keep?.();
  T.from?.focus?.({ preventScroll: true });
};

document.getElementById("panel-close").addEventListener("click", T.close);
document.addEventListener("keydown", (event) => { if (event.key === "Escape") T.close(); });
document.addEventListener("click", (event) => {
  const button = event.target.closest("button.behind");
  if (!button) return;
  T.open({ night: button.dataset.night, subject: button.dataset.subject, source: button.dataset.source });
});
