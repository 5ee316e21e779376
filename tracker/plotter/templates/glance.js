/* What rose, faded, is new or came back in another time, and what had most room, as cards. */
T.titles = { rise: "Rose", fade: "Faded", new: "New on", back: "Back on" };

T.showGlance = async function () {
  const place = document.getElementById("glance-cards");
  T.glanceBefore ??= [...place.children];
  T.headBefore ??= document.getElementById("glance").textContent;
  const head = document.getElementById("glance");
  if (!T.filtered()) {
    place.replaceChildren(...T.glanceBefore);
    head.textContent = T.headBefore;
    return;
  }
  const { from, to } = T.span();
  const slight = new Set(T.page.slight);
  const firm = ([, key, kind]) => T.page.tested.includes(kind) || !slight.has(key);
  head.textContent = `At a glance, ${T.shortDay(from)} to ${T.shortDay(to)}`;
  const findings = await T.loadData("findings");
  const told = findings.rows.filter(([night, , , channel]) => night >= from && night <= to && channel === T.view.channel);
  const cards = T.make("ul", undefined, "cards");
  for (const [kind, title] of Object.entries(T.titles)) {
    const found = T.pick(told.filter((one) => one[2] === kind && firm(one)), T.page.cards[kind]);
    cards.append(...found.map(([night, key, , , words, change]) => T.card(key, night, `${title} ${T.shortDay(night)}`, words, change)));
  }
  const [start, end] = T.inTime();
  const most = T.make("ul", undefined, "cards most");
  most.append(...T.largest(T.cells, "", T.page.cards.most, slight).map((key) => T.card(key, T.peakNight(key, start, end), "Most room in this time", `${T.name(key)} with ${T.percent(T.meanOf(T.cells, key, start, end))}`, "")));
  const left = new Set(told.filter((one) => !firm(one)).map(([, key]) => key));
  const quiet = T.tellQuiet(findings, new Set(told.filter(firm).map((one) => one[2])), left.size);
  place.replaceChildren(...(cards.children.length ? [cards] : []), ...(quiet ? [T.make("p", quiet, "quiet")] : []), most);
};

/* What was not found, and what no test stands behind, in the words that came with the findings. */
T.tellQuiet = function ({ kinds, lacking, slight: [one, more] }, found, slight) {
  const words = lacking[kinds.filter((kind) => found.has(kind)).join(" ")][slight ? 1 : 0];
  const left = slight > 1 ? more.replace("{:,}", slight.toLocaleString("en-GB")) : one;
  return [words, slight && left].filter(Boolean).join(" ");
};

/* The largest findings, one a subject. */
T.pick = function (found, n) {
  const seen = new Set();
  return [...found].sort((a, b) => Math.abs(b[6]) - Math.abs(a[6]) || (a[0] < b[0] ? 1 : -1)).filter(([, key]) => !seen.has(key) && seen.add(key)).slice(0, n);
};

T.peakNight = function (key, start, end) {
  const shares = T.sharesOf(T.cells, key).slice(start, end).map((share) => share ?? 0);
  return T.addDays(T.page.first, start + shares.indexOf(Math.max(...shares)));
};

T.card = function (key, night, kind, words, change) {
  const card = T.make("li", undefined, "card");
  const head = T.make("h4");
  const [name, page] = T.page.names[key] ?? [key, null];
  const title = T.make(page ? "a" : "span");
  if (page) title.href = page;
  title.append(T.make("bdi", words || name));
  head.append(title);
  const links = T.make("ul", undefined, "heads");
  const button = T.make("button", `All headlines on ${T.day(night)}`, "behind");
  Object.assign(button.dataset, { subject: key, night });
  button.type = "button";
  const [start, end] = T.inTime();
  card.append(T.make("p", [kind, T.cells.subjects[key]?.kind].filter(Boolean).join(" · "), "kind"), head, T.spark(key, start, end), ...(change ? [T.make("p", change, "change")] : []), links, button);
  T.load(T.mondayOf(night)).then((week) => {
    const found = T.gather([week], { night, until: night, subject: key }).slice(0, 3);
    links.append(...found.map(({ title: text, url, places }) => {
      const item = T.make("li");
      const source = T.make("span", undefined, "source");
      source.append(T.make("bdi", places[0].source));
      item.append(T.headline(text, url), " ", source);
      return item;
    }));
  });
  return card;
};

/* A curve the size of a word: at most 60 places, gaps where nothing was observed, a dot at the end. */
T.spark = function (key, start, end) {
  const places = Math.min(60, end - start);
  const at = (i) => start + Math.floor(i * (end - start) / places);
  const binned = Array.from({ length: places }, (_, i) => T.pointOf(T.cells, key, at(i), at(i + 1)));
  const top = Math.max(...binned.map((v) => v ?? 0)) || 1;
  const x = (i) => (4 + i * 112 / Math.max(1, places - 1)).toFixed(1), y = (v) => (28 - v / top * 24).toFixed(1);
  let path = "";
  binned.forEach((v, i) => { if (v !== null) path += i && binned[i - 1] !== null ? `L${x(i)} ${y(v)}` : `M${x(i)} ${y(v)}h.1`; });
  const draw = (tag, attributes) => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    return element;
  };
  const svg = draw("svg", { class: "spark", viewBox: "0 0 120 32", width: 120, height: 32, "aria-hidden": "true" });
  svg.append(draw("path", { class: "floor", d: "M0 28.5H120" }), draw("path", { class: "line", d: path }));
  if (binned.length && binned.at(-1) !== null) svg.append(draw("circle", { cx: x(places - 1), cy: y(binned.at(-1)), r: 2.8 }));
  return svg;
};
