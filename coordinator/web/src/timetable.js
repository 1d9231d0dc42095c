// When people move, and by which roads: times of a plan in plain words. What a plan does not know is said to be unknown, and is never 0.
import { h } from "./dom.js";
import { roadName, zoneName } from "./names.js";
import { duration, number, t } from "./texts.js";

const ROADS_MOST = 4; // in a row of a table; paper has them all

/** @param {any} value */
export const isKnown = (value) => value !== null && value !== undefined;

export const unknown = () => "— " + t("unknown");

/** What is read as one thing stays on one line, also where a table is narrow. @param {...any} text */
export const kept = (...text) => h("span", { class: "keep" }, ...text);

/** @param {any} value @param {(value: any) => string} show */
export const orUnknown = (value, show) => (isKnown(value) ? show(value) : unknown());

// ---- roads ----

const BETWEEN = " – "; // of a road that is named by its two ends

/** Names of roads in the order of the way; a road of several links is named once, and of two that are named by their ends the one where they meet: A – B, B – C are A – B – C. @param {string[]} links */
function roadsOf(links) {
  /** @type {string[]} */
  const roads = [];
  for (const name of links.map(roadName)) {
    const last = roads.at(-1),
      ends = name.split(BETWEEN);
    if (name === last) continue;
    if (last && ends.length === 2 && last.endsWith(BETWEEN + ends[0]))
      roads[roads.length - 1] = last + BETWEEN + ends[1];
    else roads.push(name);
  }
  return roads;
}

/** @param {string[]} links */
export const routeOf = (links) => roadsOf(links).join(" → ");

/** The whole way of a move: without a road where nobody travels. @param {any} move */
export function wayOf(move) {
  if (move.links && move.links.length > 0) return routeOf(move.links);
  return move.travel_s === 0 ? t("route.none") : unknown();
}

/** The way of a move in one line of a table that names its zone already; the middle of a long one is left out. @param {any} move */
export function shortWay(move) {
  const roads = roadsOf(move.links || []),
    from = zoneName(move.zone) + BETWEEN;
  if (roads.length > 0 && roads[0].startsWith(from)) roads[0] = roads[0].slice(from.length);
  if (roads.length === 1) return roads[0];
  if (roads.length <= ROADS_MOST) return wayOf(move);
  return [
    ...roads.slice(0, ROADS_MOST - 1),
    t("route.more", { n: number(roads.length - ROADS_MOST) }),
    roads[roads.length - 1],
  ].join(" → ");
}

// ---- times of a move, counted from the order ----

/** May stand on two lines, but no time is broken itself. @param {any} from seconds @param {any} to seconds */
function span(from, to) {
  if (!isKnown(from) || !isKnown(to)) return kept(unknown());
  const times = { "{from}": from, "{to}": to };
  return t("timetable.span")
    .split(/(\{\w+\})/)
    .map((part) => (part in times ? kept(duration(times[part])) : part));
}

/** @param {any} move */
export const leaves = (move) => span(move.departs_s, move.departed_s);

/** @param {any} move */
export const arrives = (move) => span(move.arrives_s, move.arrived_s);

/** Hours and minutes as 1:05, for tables. @param {number} seconds */
function short(seconds) {
  const all = Math.round(seconds / 60);
  return `${Math.floor(all / 60)}:${String(all % 60).padStart(2, "0")}`;
}

/** @param {any} from seconds @param {any} to seconds */
export const shortSpan = (from, to) =>
  isKnown(from) && isKnown(to) ? t("timetable.span", { from: short(from), to: short(to) }) : unknown();

/** Whether these people stay where they are: their zone is at the shelter, no road is used and no time passes. @param {any} move */
const isOnTheSpot = (move) => move.travel_s === 0 && (move.links || []).length === 0;

/** People an hour by the way of a move, null where it has none or that is not known: what a table sorts by. @param {any} move */
export const rateOf = (move) => (isOnTheSpot(move) ? null : (move.people_per_hour ?? null));

/** Who stays on the spot goes by no road, so that there is no rate, which is not an unknown one. @param {any} move */
export const rate = (move) => (isOnTheSpot(move) ? "—" : orUnknown(move.people_per_hour, number));

// ---- times of a plan ----

/** Times are of people who move: a plan that moves nobody has none. @param {any} plan @param {string} name */
const timeOf = (plan, name) => (plan.moves.length > 0 ? plan[name] : undefined);

/** What a plan reaches in time: how to read it in seconds, undefined where it does not know. */
export const TIMES = ["ete90", "ete100", "clearance"].map((name) => ({
  key: "timetable." + name,
  of: (plan) => timeOf(plan, name + "_s"),
}));

/** @param {any} plan */
export const isTimed = (plan) => isKnown(plan.ete100_s);

/** The section of a plan's page. @param {any} plan */
export function times(plan) {
  return h(
    "section",
    { class: "times" },
    h("h2", null, t("timetable.title")),
    h(
      "dl",
      null,
      TIMES.map(({ key, of }) =>
        h("div", null, h("dt", null, t(key)), h("dd", null, h("b", null, orUnknown(of(plan), duration)))),
      ),
    ),
    h(
      "p",
      { class: "note" },
      plan.moves.length === 0 ? t("timetable.nobody") : isTimed(plan) ? t("timetable.note") : t("timetable.none"),
    ),
  );
}
