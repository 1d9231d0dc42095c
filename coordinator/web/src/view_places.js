// Tables equal to the map: shelters, depots, zones, roads, nodes.
import { fill, h } from "./dom.js";
import { loadHazards, nextHits } from "./hazards.js";
import { fullnessBar, known, presenceMark, statusMark } from "./marks.js";
import { ageNow, all, picture } from "./store.js";
import { Table } from "./table.js";
import { age, duration, moment, nameOf, t, word } from "./texts.js";

const go = (kind) => (row) => {
  location.hash = `#/map/${kind}/${encodeURIComponent(row.id)}`;
};
const column = (key, title, more = {}) => ({ key, title, value: (row) => row[key], ...more });

/** When what is shown is hit next, of what is told to be. @type {Map<string, number>} */
let next = new Map();

const KINDS = {
  shelters: {
    columns: () => [
      column("id", t("id")),
      { key: "name", title: t("name"), value: nameOf },
      column("status", t("status"), { value: (row) => word("status", row.status), show: statusMark }),
      column("people", t("people"), { numeric: true, show: (row) => known(row.people) }),
      column("capacity", t("capacity"), { numeric: true, show: (row) => known(row.capacity) }),
      column("fullness", t("fullness"), { numeric: true, show: fullnessBar }),
      {
        key: "age",
        title: t("reported"),
        numeric: true,
        value: (row) => ageNow(row, "people_age_s"),
        show: (row) => age(ageNow(row, "people_age_s"), row.at_least),
      },
      column("presence", t("presence"), {
        value: (row) => word("presence", row.presence ?? "none"),
        show: presenceMark,
      }),
      column("open_requests", t("requests"), { numeric: true }),
      column("lifelines_down", t("lifelines.down"), { numeric: true }),
    ],
    rows: async () => Array.from(picture.shelters.values()),
    open: go("shelter"),
  },
  depots: {
    columns: () => [
      column("id", t("id")),
      { key: "name", title: t("name"), value: nameOf },
      column("lines", t("stock.lines"), { numeric: true }),
      {
        key: "age",
        title: t("counted"),
        numeric: true,
        value: (row) => ageNow(row, "stock_age_s"),
        show: (row) => age(ageNow(row, "stock_age_s")),
      },
      column("presence", t("presence"), {
        value: (row) => word("presence", row.presence ?? "none"),
        show: presenceMark,
      }),
      column("open_requests", t("requests"), { numeric: true }),
    ],
    rows: async () => Array.from(picture.depots.values()),
    open: go("depot"),
  },
  zones: {
    columns: () => [
      column("id", t("id")),
      { key: "name", title: t("name"), value: nameOf },
      column("people", t("zone.people"), { numeric: true }),
      column("checked_in", t("zone.checked-in"), { numeric: true }),
      column("remaining", t("zone.remaining"), { numeric: true }),
      column("on_way", t("zone.on-way"), { numeric: true }),
      column("overdue", t("zone.overdue"), { numeric: true }),
      {
        key: "swept",
        title: t("zone.swept"),
        numeric: true,
        value: (row) => row.swept_age_s,
        show: (row) => age(row.swept_age_s),
      },
      column("hit", t("zone.hit"), {
        value: (row) => (row.hit ? t("yes") : ""),
        show: (row) => (row.hit ? h("span", { class: "mark bad" }, "▲ ", t("yes")) : ""),
      }),
      {
        key: "danger",
        title: t("ahead.danger-title"),
        numeric: true,
        value: (row) => next.get(row.id) ?? null,
        show: (row) => moment(next.get(row.id)),
      },
    ],
    rows: async () => {
      await loadHazards();
      next = nextHits("zones");
      return Array.from(picture.zones.values());
    },
    open: go("zone"),
  },
  roads: {
    columns: () => [
      column("id", t("id")),
      column("name", t("name")),
      column("from", t("road.from")),
      column("to", t("road.to")),
      column("length_m", t("road.length"), { numeric: true }),
      {
        key: "closes",
        title: t("ahead.closes-title"),
        numeric: true,
        value: (row) => next.get(row.id) ?? null,
        show: (row) => moment(next.get(row.id)),
      },
      {
        key: "closed",
        title: t("road.closed"),
        value: (row) => (row.closed || row.hit ? t("yes") : ""),
        show: (row) => (row.closed || row.hit ? h("span", { class: "mark bad" }, "✕ ", t("road.closed")) : ""),
      },
      column("flow", t("road.flow"), { numeric: true }),
    ],
    rows: async () => {
      await loadHazards();
      next = nextHits("links");
      return all("/network");
    },
    open: go("road"),
  },
  nodes: {
    columns: () => [
      column("id", t("id")),
      column("place", t("place")),
      column("role", t("role"), { value: (row) => word("role", row.role) }),
      column("presence", t("presence"), { value: (row) => word("presence", row.presence), show: presenceMark }),
      {
        key: "heard",
        title: t("heard"),
        numeric: true,
        value: (row) => row.heard_ago_s,
        show: (row) =>
          row.presence === "present" && row.heard_ago_s !== null
            ? t("heard.for", { time: duration(row.heard_ago_s) })
            : age(row.heard_ago_s),
      },
      column("reports", t("reports"), { numeric: true }),
      column("refused", t("refused"), { numeric: true }),
    ],
    rows: () => all("/nodes"),
    open: undefined,
  },
};

/** @type {Table} */
let table;
let kind = "shelters";

async function refresh() {
  table.set(await KINDS[kind].rows());
}

/** @type {import("./app.js").View} */
export const view = {
  kinds: ["shelters", "depots", "zones", "network", "nodes", "hazards"],
  async open(into, [chosen]) {
    kind = chosen in KINDS ? chosen : "shelters";
    const described = KINDS[kind];
    table = new Table(t("places." + kind), described.columns(), described.open);
    fill(
      into,
      h("h1", null, t("nav.places")),
      h(
        "nav",
        { class: "subnav", "aria-label": t("nav.places") },
        Object.keys(KINDS).map((name) =>
          h("a", { href: "#/places/" + name, "aria-current": name === kind ? "page" : false }, t("places." + name)),
        ),
      ),
      table.element,
    );
    await refresh();
  },
  refresh,
};
