// How far an evacuation is by its plan, and who was on the way when a plan was made.
import { fold, h, stacked } from "./dom.js";
import { placeName, zoneName } from "./names.js";
import { orUnknown } from "./timetable.js";
import { age, duration, nameOf, number, period, t, word } from "./texts.js";

/** Who was on the way when the plan was made, by estimate. */
export function onWay(plan) {
  if (!plan.on_way || plan.on_way.length === 0) return null;
  const rows = plan.on_way.map((way) =>
    h(
      "tr",
      null,
      h("th", { scope: "row" }, zoneName(way.zone)),
      h("td", null, placeName(way.shelter)),
      h("td", { class: "number" }, number(way.people)),
      h("td", { class: "number" }, number(way.overdue)),
      h("td", { class: "number" }, number(way.turned_away)),
      h("td", { class: "number" }, duration(way.arrived_s)),
    ),
  );
  const titles = [
    ["zone"],
    ["on-way.to"],
    ["on-way.people", true],
    ["progress.overdue", true],
    ["on-way.turned-away", true],
    ["on-way.arrived", true],
  ];
  return fold(
    "on-way",
    t("on-way.title", { n: number(plan.on_way.reduce((sum, way) => sum + way.people, 0)) }),
    h("p", { class: "note" }, t("on-way.note")),
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
            titles.map(([key, numeric]) => h("th", { scope: "col", class: numeric ? "number" : null }, t(String(key)))),
          ),
        ),
        h("tbody", null, rows),
      ),
    ),
  );
}

/** How far the evacuation is by the windows of the plan in force; nothing where it has none. */
export function progressOf(zones) {
  if (zones.length === 0) return null;
  const mark = { behind: ["bad", "▲"], done: ["good", "●"] };
  const rows = zones.map((zone) =>
    h(
      "tr",
      null,
      h("th", { scope: "row" }, nameOf(zone) || zone.zone),
      h("td", null, period(zone.departs_wall_ms, zone.departed_wall_ms)),
      h("td", { class: "number" }, number(zone.should_be_there), " / ", number(zone.people)),
      h("td", { class: "number" }, number(zone.gone)),
      h("td", { class: "number" }, orUnknown(zone.still, number)),
      h("td", { class: "number" }, orUnknown(zone.to_leave, number)),
      h("td", { class: "number" }, number(zone.on_way)),
      h("td", { class: zone.overdue > 0 ? "number mark bad" : "number" }, number(zone.overdue)),
      h("td", { class: "number" }, age(zone.told_age_s)),
      h(
        "td",
        null,
        h(
          "span",
          { class: mark[zone.standing] ? "mark " + mark[zone.standing][0] : "" },
          mark[zone.standing] ? mark[zone.standing][1] + " " : "",
          word("standing", zone.standing),
          zone.standing === "behind" ? " " + duration(zone.behind_s) : "",
        ),
      ),
    ),
  );
  const titles = [
    ["zone"],
    ["progress.leave"],
    ["progress.planned", true],
    ["progress.gone", true],
    ["progress.still", true],
    ["progress.to-leave", true],
    ["progress.on-way", true],
    ["progress.overdue", true],
    ["progress.told", true],
    ["progress.standing"],
  ];
  return h(
    "section",
    { class: "progress" },
    h("h2", null, t("progress.title")),
    h("p", { class: "note" }, t("progress.note"), " ", t("progress.on-way-note")),
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
            titles.map(([key, numeric]) => h("th", { scope: "col", class: numeric ? "number" : null }, t(String(key)))),
          ),
        ),
        h("tbody", null, rows),
      ),
    ),
  );
}
