// Two plans side by side: what each reaches, what changes from one to the other, and whom that affects.
import { fold, h, stacked } from "./dom.js";
import { itemName, placeName, zoneName } from "./names.js";
import { picture } from "./store.js";
import { duration, number, percent, t } from "./texts.js";
import { isTimed, orUnknown, TIMES, unknown } from "./timetable.js";

const MOST = 50;
const TIGHT_HOURS = 1; // a road that needs longer than this to carry its people is named
const BUSIEST = 6;

/** @param {any} plan */
export const peopleOf = (plan) => plan.moves.reduce((sum, move) => sum + move.people, 0);

// ---- side by side ----

/** More or less, in words and sign; `less` says whether less is better. @param {number | undefined} before @param {number | undefined} after @param {boolean} less @param {(value: number) => string} show */
function change(before, after, less, show) {
  if (before === undefined || after === undefined) return unknown();
  if (before === after) return h("span", { class: "mark off" }, "=");
  const better = less ? after < before : after > before;
  return h(
    "span",
    { class: "mark " + (better ? "good" : "bad") },
    better ? "▲ " : "▼ ",
    after > before ? "+" : "−",
    show(Math.abs(after - before)),
    " ",
    h("span", { class: "hidden" }, t(better ? "compare.better" : "compare.worse")),
  );
}

/** @param {any} plan */
export const averageOf = (plan) => plan.person_seconds / Math.max(1, peopleOf(plan));

/** A plan with a timetable counts its person-seconds from the order until they are there, one without only those on the way. @param {any} plan */
export const averageKey = (plan) => (isTimed(plan) ? "plan.average-there" : "plan.average");

/** @param {string} key */
const average = (key) => ({
  key,
  of: (plan) => (averageKey(plan) === key ? averageOf(plan) : undefined),
  less: true,
  show: duration,
  either: true,
});

/** What is compared: how to read it of a plan (undefined: unknown), whether less is better (null: neither), how to show it, whether it is left out where no plan has it. */
const FIGURES = [
  { key: "compare.moved", of: peopleOf, less: false, show: number },
  { key: "plan.left", of: (plan) => plan.unserved_people, less: true, show: number },
  { key: "compare.least-left", of: (plan) => plan.unserved_bound, less: null, show: number },
  average("plan.average"),
  average("plan.average-there"),
  ...TIMES.map((time) => ({ ...time, less: true, show: duration })),
  { key: "compare.time-gap", of: (plan) => plan.time_gap, less: null, show: percent },
  { key: "compare.goods-gap", of: (plan) => plan.goods_gap, less: null, show: percent },
  { key: "compare.ways", of: (plan) => plan.moves.length, less: null, show: number },
  { key: "compare.shipments", of: (plan) => plan.shipments.length, less: null, show: number },
];

/** The figures of two plans in one table. @param {any} base null: there is none @param {any} plan */
export function sideBySide(base, plan) {
  const figures = FIGURES.filter(
    (figure) => !figure.either || [base, plan].some((one) => one && figure.of(one) !== undefined),
  );
  return h(
    "table",
    { class: "small compare" },
    h(
      "thead",
      null,
      h(
        "tr",
        null,
        h("th", { scope: "col" }, t("compare.figure")),
        base && h("th", { scope: "col", class: "number" }, t("plan.title", { id: base.id })),
        h("th", { scope: "col", class: "number" }, t("plan.title", { id: plan.id })),
        base && h("th", { scope: "col" }, t("compare.change")),
      ),
    ),
    h(
      "tbody",
      null,
      figures.map((figure) =>
        h(
          "tr",
          null,
          h("th", { scope: "row" }, t(figure.key)),
          base && h("td", { class: "number" }, orUnknown(figure.of(base), figure.show)),
          h("td", { class: "number" }, orUnknown(figure.of(plan), figure.show)),
          base &&
            h(
              "td",
              null,
              figure.less === null
                ? ""
                : change(figure.of(base), figure.of(plan), figure.less, (value) => figure.show(value)),
            ),
        ),
      ),
    ),
  );
}

// ---- what changes, and for whom ----

function changeMark(before, after) {
  if (before === 0) return h("span", { class: "mark good" }, "+ ", number(after));
  if (after === 0) return h("span", { class: "mark bad" }, "− ", number(before));
  return h("span", { class: "mark ask" }, number(before), " → ", number(after));
}

/** Zones whose people go elsewhere, with how many do. @param {any} diff */
function affected(diff) {
  const zones = new Map();
  for (const move of diff.moves) {
    if (move.before === move.after) continue;
    const zone = zones.get(move.zone) || { id: move.zone, less: 0, more: 0, moves: [] };
    zone.less += Math.max(0, move.before - move.after);
    zone.more += Math.max(0, move.after - move.before);
    zone.moves.push(move);
    zones.set(move.zone, zone);
  }
  return [...zones.values()]
    .map((zone) => ({ ...zone, people: Math.max(zone.less, zone.more) }))
    .sort((a, b) => b.people - a.people || a.id.localeCompare(b.id));
}

/** @param {any} diff of GET /plans/N/diff */
export function differences(diff) {
  const zones = affected(diff),
    shipments = diff.shipments.filter((one) => one.before !== one.after);
  if (!diff.against) return h("p", { class: "note" }, t("plan.first"));
  if (zones.length + shipments.length === 0) return h("p", { class: "note" }, t("plan.same"));
  const people = zones.reduce((sum, zone) => sum + zone.people, 0);
  return [
    h(
      "p",
      null,
      h(
        "b",
        null,
        t("compare.affects", {
          people: number(people),
          zones: number(zones.length),
          shipments: number(shipments.length),
        }),
      ),
    ),
    zones.length > 0 &&
      stacked(
        h(
          "table",
          { class: "small" },
          h(
            "thead",
            null,
            h(
              "tr",
              null,
              ["zone", "compare.elsewhere", "compare.where"].map((key) =>
                h("th", { scope: "col", class: key === "compare.elsewhere" ? "number" : null }, t(key)),
              ),
            ),
          ),
          h(
            "tbody",
            null,
            zones.slice(0, MOST).map((zone) =>
              h(
                "tr",
                null,
                h("th", { scope: "row" }, zoneName(zone.id)),
                h("td", { class: "number" }, number(zone.people)),
                h(
                  "td",
                  { class: "wrap" },
                  zone.moves.flatMap((move, i) => [
                    i > 0 && " · ",
                    placeName(move.shelter),
                    " ",
                    changeMark(move.before, move.after),
                  ]),
                ),
              ),
            ),
          ),
        ),
      ),
    zones.length > MOST && h("p", { class: "note" }, t("now.more", { n: number(zones.length - MOST) })),
    shipments.length > 0 &&
      fold(
        "shipments",
        t("compare.goods", { n: number(shipments.length) }),
        h(
          "ul",
          { class: "plain" },
          shipments
            .slice(0, MOST)
            .map((one) =>
              h(
                "li",
                null,
                placeName(one.depot),
                " → ",
                placeName(one.shelter),
                ", ",
                itemName(one.item),
                ": ",
                changeMark(one.before, one.after),
              ),
            ),
          shipments.length > MOST && h("li", { class: "note" }, t("now.more", { n: number(shipments.length - MOST) })),
        ),
      ),
  ];
}

// ---- what is tight ----

/** Hours that a road needs for the people whom the plan sends over it. @param {any} plan @param {number} perVehicle */
function roadHours(plan, perVehicle) {
  const people = new Map();
  for (const move of plan.moves)
    for (const link of move.links || []) people.set(link, (people.get(link) || 0) + move.people);
  return ((picture.roads && picture.roads.features) || [])
    .flatMap(({ id, properties }) => {
      const road = properties.id ?? id,
        carried = people.get(road),
        capacity = properties.capacity_veh_per_h * perVehicle;
      return carried && capacity > 0
        ? [{ id: road, name: properties.name || road, people: carried, hours: carried / capacity }]
        : [];
    })
    .filter((road) => road.hours >= TIGHT_HOURS)
    .sort((a, b) => b.hours - a.hours);
}

/** Shelters without a free place when everybody has arrived. @param {any} plan */
function filled(plan) {
  const coming = new Map();
  for (const move of plan.moves) coming.set(move.shelter, (coming.get(move.shelter) || 0) + move.people);
  return [...coming].flatMap(([id, people]) => {
    const shelter = picture.shelters.get(id);
    return shelter && shelter.capacity > 0 && (shelter.people || 0) + people >= shelter.capacity
      ? [{ id, people, capacity: shelter.capacity }]
      : [];
  });
}

/** Where the plan is tight: roads that need longest, shelters that fill. @param {any} plan */
export function bottlenecks(plan) {
  const roads = roadHours(plan, (picture.region && picture.region.persons_per_vehicle) || 1),
    shelters = filled(plan);
  if (roads.length + shelters.length === 0) return h("p", { class: "mark good" }, "● ", t("compare.no-bottleneck"));
  return [
    h(
      "ul",
      { class: "plain links" },
      roads
        .slice(0, BUSIEST)
        .map((road) =>
          h(
            "li",
            null,
            h("a", { href: "#/map/road/" + encodeURIComponent(road.id) }, road.name),
            ": ",
            t("compare.road", { people: number(road.people), time: duration(road.hours * 3600) }),
          ),
        ),
    ),
    roads.length > BUSIEST && h("p", { class: "note" }, t("now.more", { n: number(roads.length - BUSIEST) })),
    shelters.length > 0 &&
      h(
        "p",
        null,
        t("compare.filled", { n: number(shelters.length) }),
        " ",
        shelters
          .slice(0, MOST)
          .flatMap((shelter, i) => [
            i > 0 && ", ",
            h("a", { href: "#/map/shelter/" + encodeURIComponent(shelter.id) }, placeName(shelter.id)),
          ]),
      ),
  ];
}
