// People without a vehicle by bus: runs of a plan or of an order to a yard, and what is proven of them.
import { fold, h } from "./dom.js";
import { placeName, zoneName } from "./names.js";
import { clock, duration, number, t } from "./texts.js";
import { kept } from "./timetable.js";

const COLUMNS = [
  "buses.bus",
  "buses.starts",
  "zone",
  "people",
  "buses.there",
  "buses.boarded",
  "shelter",
  "buses.alighted",
];

/** The zone, and at which node of it where that is not the zone's. @param {any} stop */
const pickupOf = (stop) => [
  zoneName(stop.zone),
  stop.pickup && h("small", null, " ", t("buses.at", { node: stop.pickup })),
];

/** A row for each stop; which bus stands beside all of a run. @param {any[]} runs @param {(run: any, stop: any, what: string) => string} time @param {(run: any) => any} note */
function runTable(runs, time, note = () => null) {
  const rows = runs.flatMap((run) =>
    run.stops.map((/** @type {any} */ stop, /** @type {number} */ i) =>
      h(
        "tr",
        null,
        i === 0 &&
          h(
            "th",
            { scope: "row", rowspan: run.stops.length },
            run.vehicle && [kept(run.vehicle), " "],
            kept("№ ", number(run.number)),
            note(run),
          ),
        i === 0 && h("td", { rowspan: run.stops.length }, kept(time(run, null, "starts"))),
        h("td", null, pickupOf(stop)),
        h(
          "td",
          { class: "number" },
          kept(number(stop.people)),
          stop.wheelchair > 0 && h("small", null, " ", kept(t("buses.wheelchairs", { n: number(stop.wheelchair) }))),
        ),
        h("td", null, kept(time(run, stop, "arrives"))),
        h("td", null, kept(time(run, stop, "leaves"))),
        h("td", null, placeName(run.shelter)),
        h("td", null, kept(time(run, null, "free"))),
      ),
    ),
  );
  return h(
    "div",
    { class: "tablebox" },
    h(
      "table",
      { class: "runs" },
      h(
        "thead",
        null,
        h(
          "tr",
          null,
          COLUMNS.map((key) => h("th", { scope: "col", class: key === "people" ? "number" : null }, t(key))),
        ),
      ),
      h("tbody", null, rows),
    ),
  );
}

/** Of an order, by the clock. @param {any} run @param {any} stop @param {string} what */
const byClock = (run, stop, what) => clock((stop || run)[what + "_wall_ms"]);

/** Of a plan: after the order, or by the clock where an order that stands has the run. @param {any} run @param {any} stop @param {string} what */
function inPlan(run, stop, what) {
  const s = (stop || run)[what + "_s"];
  return run.order ? clock(run.starts_wall_ms + (s - run.starts_s) * 1000) : t("buses.after", { time: duration(s) });
}

/** @param {any} run */
const standsIn = (run) =>
  run.order &&
  h(
    "small",
    null,
    " ",
    h("a", { href: "#/orders/" + run.order }, "№ ", run.order),
    run.begun ? " · " + t("buses.under-way") : "",
  );

/** The runs that an order to a yard has; nothing for any other. @param {any} order */
export const runsOf = (order) =>
  (order.runs || []).length > 0 &&
  h("section", null, h("h2", null, t("buses.runs", { n: number(order.runs.length) })), runTable(order.runs, byClock));

/** Where there are no buses somebody has to say how these people get there. @param {any} plan */
function withoutBuses(plan) {
  const people = (plan.moves || []).reduce(
    (/** @type {number} */ sum, /** @type {any} */ move) => sum + move.without_vehicle,
    0,
  );
  return (
    people > 0 &&
    h(
      "section",
      { class: "buses" },
      h("h2", null, t("buses.title")),
      h("p", { class: "mark bad" }, "▲ ", t("buses.none", { n: number(people) })),
    )
  );
}

/** What is proven of those on no run; of more places than runs are planned for that there are none. @param {any} by */
const onNoRun = (by) =>
  by.unserved > 0 &&
  h(
    "p",
    { class: "mark bad" },
    "▲ ",
    by.planned
      ? t("buses.left", {
          n: number(by.unserved),
          hours: number(by.horizon_s / 3600),
          least: number(by.unserved_bound),
        })
      : t("buses.not-planned", { n: number(by.unserved) }),
  );

/** The section of a plan's page; nothing where nobody waits for a bus. @param {any} plan */
export function buses(plan) {
  const by = plan.buses;
  if (!by) return withoutBuses(plan);
  if (by.people + by.runs.length === 0) return null;
  const served = Math.max(1, by.people - by.unserved);
  return h(
    "section",
    { class: "buses" },
    h("h2", null, t("buses.title")),
    h(
      "p",
      null,
      t("buses.sum", {
        people: number(by.people),
        runs: number(by.runs.length),
        buses: number(by.count),
        seats: number(by.seats),
        last: duration(by.last_s),
      }),
    ),
    onNoRun(by),
    by.person_seconds_bound > 0 &&
      h(
        "p",
        null,
        t("buses.arrival", {
          mean: duration(by.person_seconds / served),
          least: duration(by.person_seconds_bound / served),
        }),
      ),
    by.stability_person_seconds > 0 &&
      h("p", null, t("buses.stability", { time: duration(by.stability_person_seconds / served) })),
    by.runs.length > 0 &&
      fold("runs", t("buses.runs", { n: number(by.runs.length) }), runTable(by.runs, inPlan, standsIn)),
  );
}

/** For print: a page a yard, and what a zone is told of the buses that come to it. @param {any} plan */
export function yards(plan) {
  const groups = new Map();
  for (const run of plan.buses ? plan.buses.runs : [])
    groups.set(run.vehicle, [...(groups.get(run.vehicle) || []), run]);
  return [...groups].map(([yard, runs]) => ({ yard, table: () => runTable(runs, inPlan, standsIn) }));
}

/** @param {any} plan @param {string} zone */
export function busesTo(plan, zone) {
  const runs = (plan.buses ? plan.buses.runs : [])
    .filter((/** @type {any} */ run) => run.stops.some((/** @type {any} */ stop) => stop.zone === zone))
    .map((/** @type {any} */ run) => ({
      ...run,
      stops: run.stops.filter((/** @type {any} */ stop) => stop.zone === zone),
    }));
  return runs.length > 0 && h("div", null, h("h3", null, t("buses.title")), runTable(runs, inPlan));
}
