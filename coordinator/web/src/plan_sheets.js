// A plan on paper: a page a zone says who leaves when, where to, by which roads; a page a shelter who comes, when and from where.
import { busesTo, yards } from "./buses.js";
import { h } from "./dom.js";
import { placeName, zoneName } from "./names.js";
import { picture } from "./store.js";
import { arrives, kept, leaves, orUnknown, rate, wayOf } from "./timetable.js";
import { duration, moment, number, t } from "./texts.js";

const WHO = [
  { key: "people", show: (move) => kept(number(move.people)), numeric: true },
  { key: "figure.wheelchair", show: (move) => kept(number(move.wheelchair || 0)), numeric: true },
  { key: "without-vehicle", show: (move) => kept(number(move.without_vehicle || 0)), numeric: true },
];
const ROUTE = { key: "route", show: wayOf };
const OF_ZONE = [
  { key: "shelter", show: (move) => placeName(move.shelter) },
  ...WHO,
  { key: "timetable.leave", show: leaves },
  { key: "order.rate", show: (move) => kept(rate(move)), numeric: true },
  { key: "travel", show: (move) => kept(orUnknown(move.travel_s, duration)), numeric: true },
  ROUTE,
];
const OF_SHELTER = [
  { key: "zone", show: (move) => zoneName(move.zone) },
  ...WHO,
  { key: "timetable.arrive", show: arrives },
  ROUTE,
];

/** @param {any} plan @param {string} name @param {Node} code for a phone: whether the plan still stands @param {...any} says */
function page(plan, name, code, ...says) {
  return h(
    "section",
    { class: "sheet" },
    h(
      "div",
      { class: "head" },
      h(
        "div",
        null,
        picture.status && picture.status.mode === "exercise" && h("p", { class: "exercise" }, t("exercise.banner")),
        h("h2", null, name, " · ", t("plan.title", { id: plan.id })),
        h("p", null, picture.status && moment(picture.status.wall_ms)),
        h("p", null, t("timetable.given")),
      ),
      h("div", { class: "code" }, code.cloneNode(true), h("small", null, t("sheet.code"))),
    ),
    says,
  );
}

/** @param {any[]} columns the first names the row @param {any[]} moves */
function moveRows(columns, moves) {
  return h(
    "table",
    null,
    h(
      "thead",
      null,
      h(
        "tr",
        null,
        columns.map((column) => h("th", { scope: "col", class: column.numeric ? "number" : null }, t(column.key))),
      ),
    ),
    h(
      "tbody",
      null,
      moves.map((move) =>
        h(
          "tr",
          null,
          columns.map((column, i) =>
            h(
              i === 0 ? "th" : "td",
              { scope: i === 0 ? "row" : null, class: column.numeric ? "number" : null },
              column.show(move),
            ),
          ),
        ),
      ),
    ),
  );
}

/** Moves by what they have in common, in the order of the plan. @param {any[]} moves @param {string} key */
function grouped(moves, key) {
  const groups = new Map();
  for (const move of moves) {
    const group = groups.get(move[key]);
    if (group) group.push(move);
    else groups.set(move[key], [move]);
  }
  return [...groups];
}

/** @param {any} plan @param {Node} code */
export function sheets(plan, code) {
  return h(
    "div",
    { class: "sheets" },
    grouped(plan.moves, "zone").map(([zone, moves]) =>
      page(plan, `${t("zone")} ${zoneName(zone)}`, code, moveRows(OF_ZONE, moves), busesTo(plan, zone)),
    ),
    grouped(plan.moves, "shelter").map(([shelter, moves]) =>
      page(plan, `${t("shelter")} ${placeName(shelter)}`, code, moveRows(OF_SHELTER, moves)),
    ),
    yards(plan).map(({ yard, table }) => page(plan, `${t("buses.yard")} ${yard}`, code, table())),
  );
}
