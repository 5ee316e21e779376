/* Lines and strips of chosen sources alone, from what each source gave each subject. */
T.sources = null;

T.loadSources = function () {
  T.sourceData ??= T.loadData("sources", () => self.trackerSources);
  return T.sourceData;
};

/* Mean over the chosen sources of slots of the subject / slots observed; null where none was. */
T.sharesOf = function (data, subject, channel) {
  const chosen = data.sources.map((name, i) => (T.sources.has(name) ? i : -1)).filter((i) => i >= 0);
  const observed = data.observed[channel];
  const length = observed?.[0]?.length ?? 0;
  const sums = new Float64Array(length), counts = new Uint32Array(length);
  for (const source of chosen) {
    const own = new Map();
    const flat = data.subjects[subject]?.[channel]?.[source] ?? [];
    for (let k = 0; k < flat.length; k += 2) own.set(flat[k], flat[k + 1]);
    for (let night = 0; night < length; night++) {
      if (!observed[source][night]) continue;
      counts[night] += 1;
      sums[night] += (own.get(night) ?? 0) / observed[source][night];
    }
  }
  return Array.from(sums, (sum, night) => (counts[night] ? sum / counts[night] : null));
};

T.byWeek = function (shares) {
  const head = (new Date(`${T.page.first}T00:00:00Z`).getUTCDay() + 6) % 7;
  const padded = [...Array(head).fill(null), ...shares];
  const weeks = [];
  for (let i = 0; i < padded.length; i += 7) {
    const seen = padded.slice(i, i + 7).filter((share) => share !== null);
    weeks.push(seen.length ? seen.reduce((a, b) => a + b, 0) / seen.length : null);
  }
  return weeks;
};

/* Puts the chosen sources' shares in place; bands are known for all sources together only. */
T.applySources = function (traces, data) {
  for (const trace of traces) {
    const { role, subject, subjects, channel, days } = trace.meta ?? {};
    const shares = (key, whose) => (days > 1 ? T.byWeek(T.sharesOf(data, key, whose)) : T.sharesOf(data, key, whose));
    if (role === "line") {
      trace.y = shares(subject, channel);
      trace.customdata = trace.y.map(() => "");
      if (trace.marker) trace.marker.size = days > 1 ? 0 : trace.marker.size;
    } else if (role === "heat") trace.z = subjects.map((key) => shares(key, T.page.channel));
    else if (role === "band" || role === "partial") trace.meta = { ...trace.meta, days: -1 };
  }
};

T.chooseSources = async function () {
  const boxes = [...document.querySelectorAll("#sources-asked input[name=source]")];
  const chosen = boxes.filter((box) => box.checked).map((box) => box.value);
  T.sources = chosen.length === boxes.length ? null : new Set(chosen);
  const summary = document.getElementById("sources-summary");
  summary.textContent = T.sources ? `Sources: ${chosen.length} of ${boxes.length}` : `Sources: all ${boxes.length}`;
  document.getElementById("sources-note").hidden = !T.sources;
  if (T.sources) T.chosenData = await T.loadSources();
  T.keep();
  T.redraw();
};
