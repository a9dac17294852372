// <viewers-chart [data-of=SESSION]> and <viewers-countries>: who watches, over time and from where.

import { get } from "./api.js";
import { h, put, Rows, show, soon } from "./dom.js";
import { LivePart } from "./live.js";
import { AudienceSeries } from "./series.js";
import { _, count, country, nameIn } from "./text.js";

const REDRAW = 500;
const TABLE_ROWS = 48;
const COUNTRIES = 12;
const TIME_STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360].map((minutes) => minutes * 60);

class ViewersChart extends LivePart {
  start() {
    this.series = new AudienceSeries();
    this.select = this.find("day");
    this.days = new Map();
    this.select.addEventListener("change", () => this.#draw());
    this.which = this.find("which");
    this.which?.addEventListener("change", () => this.#draw());
    if (this.which) this.live.watch(["session"], () => this.#nameSessions());
    this.find("table").addEventListener("toggle", () => this.#fillTable());
    this.live.listen("live", () => this.#load());
    this.live.listen("event", (frame) => frame.event === "audience.sampled" && this.#sampled(frame.data.audience));
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#rebuild());
    new ResizeObserver(() => this.plot?.setSize(this.#size())).observe(this.find("chart"));
  }

  async #load() {
    try {
      const given = this.find("series");
      const series = given ? JSON.parse(given.textContent) : await get(`${this.live.base}/programme/audience-series`);
      for (const { session, samples } of series) {
        for (const [instant, people] of samples) this.#add(session, instant, people);
      }
      this.#draw();
    } catch {
      // The connection tells what is wrong; the next one loads it again.
    }
  }

  #sampled({ id, sampled_at, concurrent }) {
    this.#add(id, sampled_at, concurrent);
    this.timer ??= setTimeout(() => {
      this.timer = null;
      soon(() => this.#draw());
    }, REDRAW);
  }

  #add(session, instant, people) {
    this.series.add(session, instant, people);
    const day = this.live.wall.show("date", instant);
    if (this.days.has(day)) return;
    const following = this.select.selectedIndex === this.select.options.length - 1;
    this.days.set(day, this.live.wall.show("brief", instant));
    const days = [...this.days.keys()].sort();
    const chosen = following ? days.at(-1) : this.select.value;
    this.select.replaceChildren(...days.map((key) => h("option", { value: key }, this.days.get(key))));
    this.select.value = chosen;
  }

  // Of one session, if the page is about it or one is chosen.
  #points() {
    const session = this.dataset.of || this.which?.value || null;
    return this.series.points((minute) => this.live.wall.show("date", minute) === this.select.value, session);
  }

  // The sessions that were counted, to choose from, once their titles are there.
  #nameSessions() {
    const counted = [...this.series.sessions].map((id) => ({ id, title: nameIn(this.live.programme.entry(id)?.title) })).filter(({ title }) => title);
    const known = [...this.which.options].slice(1).map(({ value, text }) => `${value} ${text}`).join();
    if (known !== counted.map(({ id, title }) => `${id} ${title}`).join()) {
      const chosen = this.which.value;
      this.which.replaceChildren(this.which.options[0], ...counted.map(({ id, title }) => h("option", { value: id }, title)));
      this.which.value = chosen;
    }
    show(this.which.parentElement, counted.length > 1);
  }

  #draw() {
    if (this.which) this.#nameSessions();
    const points = this.#points();
    show(this.find("empty"), points.length === 0);
    show(this.find("chart"), points.length > 0);
    show(this.find("table"), points.length > 0);
    show(this.select.parentElement, this.days.size > 1);
    if (!points.length) return;
    const data = [points.map(([minute]) => minute / 1000), points.map(([, people]) => people)];
    if (this.plot) this.plot.setData(data);
    else this.plot = new uPlot(this.#options(), data, this.find("chart"));
    // The legend tells what the pointer is at; without one, the newest.
    soon(() => (this.plot?.cursor.idx ?? null) === null && this.plot?.setLegend({ idx: points.length - 1 }));
    this.#fillTable();
  }

  #rebuild() {
    this.plot?.destroy();
    this.plot = null;
    this.#draw();
  }

  #size() {
    return { width: Math.max(200, this.find("chart").clientWidth), height: 240 };
  }

  #options() {
    const style = getComputedStyle(this);
    const [ink, line, accent] = ["--muted", "--line", "--accent"].map((name) => style.getPropertyValue(name).trim());
    const font = `12px ${style.fontFamily}`;
    const axis = { stroke: ink, font, grid: { stroke: line, width: 1 }, ticks: { stroke: line, width: 1 } };
    const at = (seconds) => this.live.wall.show("time", seconds * 1000);
    return {
      ...this.#size(),
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), this.live.wall.zone),
      scales: { y: { range: (_plot, _low, high) => [0, Math.max(5, high * 1.1)] } },
      axes: [
        { ...axis, incrs: TIME_STEPS, values: (_plot, ticks) => ticks.map(at) },
        { ...axis, size: 48, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000] },
      ],
      series: [
        { label: _("Time"), value: (_plot, seconds) => (seconds === null ? "–" : at(seconds)) },
        {
          label: _("Watching"),
          value: (_plot, people) => (people === null ? "–" : count(people)),
          stroke: accent,
          fill: `color-mix(in srgb, ${accent} 14%, transparent)`,
          width: 2,
          points: { show: false },
        },
      ],
    };
  }

  // At most so many rows: each shows the most that watched since the row before.
  #fillTable() {
    const table = this.find("table");
    if (!table.open) return;
    const points = this.#points().filter(([, people]) => people !== null);
    const step = Math.ceil(points.length / TABLE_ROWS);
    const rows = [];
    for (let start = 0; start < points.length; start += step) {
      const part = points.slice(start, start + step);
      const people = Math.max(...part.map(([, value]) => value));
      rows.push(h("tr", {}, h("td", {}, this.live.wall.show("time", part[0][0])), h("td", {}, count(people))));
    }
    table.querySelector("tbody").replaceChildren(...rows);
  }
}

class ViewersCountries extends LivePart {
  start() {
    this.rows = new Rows(this.find("rows"), () => this.#row());
    this.#show(JSON.parse(this.find("countries").textContent));
    this.live.addEventListener("figures", (event) => soon(() => this.#show(event.detail.countries)));
  }

  #row() {
    const [name, people, bar] = [h("span", { class: "name" }), h("span", { class: "number" }), h("span", { class: "bar-fill" })];
    const node = h("li", {}, name, people, h("span", { class: "bar-track", "aria-hidden": true }, bar));
    return {
      node,
      update: (item) => {
        put(name, item.name);
        put(people, count(item.people));
        bar.style.setProperty("--share", item.share);
        show(bar.parentElement, item.share > 0);
      },
    };
  }

  #show(countries) {
    const sorted = Object.entries(countries).sort((one, other) => other[1] - one[1]);
    const most = sorted[0]?.[1] ?? 1;
    const rest = sorted.slice(COUNTRIES);
    const items = sorted.slice(0, COUNTRIES).map(([code, people]) => ({ id: code, name: country(code), people, share: people / most }));
    if (rest.length) {
      const people = rest.reduce((sum, [, value]) => sum + value, 0);
      items.push({ id: "rest", name: _("{number} more countries", { number: rest.length }), people, share: 0 });
    }
    this.rows.show(items);
    const badge = this.find("count");
    put(badge, _("{number} countries", { number: sorted.filter(([code]) => code !== "ZZ").length }));
    show(badge, sorted.length > 0);
    show(this.find("empty"), sorted.length === 0);
  }
}

customElements.define("viewers-chart", ViewersChart);
customElements.define("viewers-countries", ViewersCountries);
