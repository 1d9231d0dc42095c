// Everything that is known of one thing, each figure with its age; and what can be done about it.
import { decide, get } from "./api.js";
import { fill, h, refill } from "./dom.js";
import { nextHits, nowMs } from "./hazards.js";
import { history } from "./history.js";
import { itemName } from "./names.js";
import { fullnessBar, presenceMark, statusMark } from "./marks.js";
import { doing, troubleOf } from "./say.js";
import { may, picture } from "./store.js";
import { age, day, duration, moment, nameOf, number, t, word } from "./texts.js";

/** When a hazard is told to hit it next. @param {"zones" | "shelters" | "depots"} kind @param {string} id */
function danger(kind, id) {
  const at = nextHits(kind).get(id);
  return (
    at !== undefined &&
    h(
      "p",
      { class: "mark ask" },
      "△ ",
      t("ahead.danger-from", { when: moment(at), time: duration((at - nowMs()) / 1000) }),
    )
  );
}

/** @param {boolean} hit */
const hitMark = (hit) => hit && h("p", { class: "mark bad" }, "▲ ", t("zone.hit"));

/** @param {string} title @param {...any} content */
function line(title, ...content) {
  return h("div", null, h("dt", null, title), h("dd", null, ...content));
}

function peopleLines(people) {
  if (!people) return line(t("people"), t("people.unreported"));
  const figures = [
    "infant",
    "child",
    "adult",
    "elderly",
    "age_unknown",
    "wheelchair",
    "medical",
    "pregnant",
    "other_language",
    "pets",
  ];
  return [
    line(
      t("people"),
      h("b", null, number(people.total)),
      " ",
      h("small", null, age(people.age_s, people.at_least), " · ", word("source", people.source)),
    ),
    ...figures.filter((figure) => people[figure]).map((figure) => line(word("figure", figure), number(people[figure]))),
    line(
      t("counted"),
      age(people.counted_age_s),
      people.difference ? t("difference", { n: number(people.difference) }) : "",
    ),
  ];
}

function lifelineLines(lifelines) {
  return (lifelines || []).map((lifeline) =>
    line(
      word("lifeline", lifeline.kind),
      h(
        "span",
        { class: "mark " + (lifeline.state === "down" ? "bad" : lifeline.state === "limited" ? "ask" : "good") },
        word("state", lifeline.state),
      ),
      lifeline.hours !== undefined ? " " + t("hours-left", { n: lifeline.hours }) : "",
      " ",
      h("small", null, age(lifeline.age_s)),
    ),
  );
}

function stockTable(stock) {
  if (!stock || stock.length === 0) return h("p", { class: "note" }, t("stock.none"));
  return h(
    "table",
    { class: "small" },
    h(
      "thead",
      null,
      h(
        "tr",
        null,
        ["item", "lot", "quantity", "expiry"].map((key) => h("th", { scope: "col" }, t("stock." + key))),
      ),
    ),
    h(
      "tbody",
      null,
      stock.map((row) =>
        h(
          "tr",
          null,
          h("th", { scope: "row" }, itemName(row.item)),
          h("td", null, row.lot || ""),
          h("td", { class: "number" }, number(row.quantity)),
          h("td", null, day(row.expiry)),
        ),
      ),
    ),
  );
}

async function shelter(id) {
  const summary = picture.shelters.get(id) || { id };
  const detail = await get("/shelters/" + encodeURIComponent(id), { at: picture.at });
  return [
    h("h2", null, nameOf(detail)),
    hitMark(detail.hit),
    danger("shelters", id),
    h("p", null, statusMark(summary), " · ", presenceMark(detail)),
    h(
      "p",
      null,
      fullnessBar(summary),
      " ",
      detail.capacity && detail.capacity.people !== null
        ? t("of-places", { n: number(detail.capacity.people) })
        : t("capacity.unknown"),
      detail.capacity && detail.capacity.verified === false && detail.capacity.basis === "area"
        ? h("small", null, " " + t("capacity.unverified"))
        : "",
    ),
    h(
      "dl",
      null,
      line(
        t("status"),
        word("status", detail.status),
        " ",
        h("small", null, age(detail.status_age_s)),
        detail.status_reason ? " · " + detail.status_reason : "",
      ),
      peopleLines(detail.people),
      lifelineLines(detail.lifelines),
      line(t("address"), detail.place || "—"),
      line(t("peacetime"), detail.peacetime_use || "—"),
    ),
    h("h3", null, t("stock")),
    stockTable(detail.stock),
    h(
      "p",
      { class: "actions" },
      may("planner", "shelter-staff") &&
        h("a", { class: "button", href: "#/report/" + encodeURIComponent(id) }, t("report.for-this")),
      may("planner", "approver") &&
        h("a", { class: "button", href: "#/orders/new/" + encodeURIComponent(id) }, t("order.for-this")),
    ),
  ];
}

async function depot(id) {
  const detail = await get("/depots/" + encodeURIComponent(id), { at: picture.at });
  return [
    h("h2", null, nameOf(detail)),
    hitMark(detail.hit),
    danger("depots", id),
    h("p", null, presenceMark(detail)),
    h("p", null, t("stock"), " ", h("small", null, age(detail.stock_age_s))),
    stockTable(detail.stock),
    h(
      "p",
      { class: "actions" },
      may("planner", "depot-staff") &&
        h("a", { class: "button", href: "#/report/" + encodeURIComponent(id) }, t("report.for-this")),
    ),
  ];
}

// In a dialog, beside what is drawn anew when something changes.
function sweepDialog(detail, again) {
  const enter = (event) => {
    event.preventDefault();
    const form = new FormData(event.target),
      minutes = Number(form.get("minutes"));
    return doing(
      event,
      () =>
        decide("PUT", "/zones/" + encodeURIComponent(detail.id) + "/sweep", {
          left: Number(form.get("left")),
          ago_s: Math.round(60 * minutes),
          reason: String(form.get("reason")),
        }),
      t("sweep.entered"),
    ).then((done) => {
      if (done) {
        dialog.close();
        again();
      }
    });
  };
  const dialog = h(
    "dialog",
    { "aria-label": t("sweep.title") },
    h("h2", null, t("sweep.title"), " · ", nameOf(detail)),
    h("p", { class: "note" }, t("sweep.what")),
    h(
      "form",
      { onsubmit: enter },
      h(
        "label",
        null,
        t("sweep.left"),
        h("input", { name: "left", type: "number", min: 0, step: 1, required: true, value: 0 }),
      ),
      h(
        "label",
        null,
        t("sweep.minutes"),
        h("input", { name: "minutes", type: "number", min: 0, step: 1, required: true, value: 0 }),
      ),
      h("label", null, t("sweep.who"), h("input", { name: "reason", maxlength: 200 })),
      h(
        "p",
        { class: "actions" },
        h("button", null, t("sweep.enter")),
        h("button", { type: "button", class: "plain", onclick: () => dialog.close() }, t("cancel")),
      ),
    ),
  );
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

async function zone(id, again) {
  const detail = await get("/zones/" + encodeURIComponent(id), { at: picture.at });
  return [
    h("h2", null, nameOf(detail)),
    hitMark(detail.hit),
    danger("zones", id),
    h(
      "dl",
      null,
      line(t("zone.people"), number(detail.people)),
      line(t("zone.checked-in"), number(detail.checked_in)),
      line(t("zone.remaining"), number(detail.remaining)),
      line(t("zone.on-way"), number(detail.on_way)),
      line(t("zone.overdue"), number(detail.overdue)),
      line(t("zone.swept"), age(detail.swept_age_s)),
    ),
    picture.at === null &&
      may("planner", "exercise-controller") &&
      h("p", { class: "actions" }, h("button", { onclick: () => sweepDialog(detail, again) }, t("sweep.begin"))),
  ];
}

async function road(id, again) {
  const detail = await get("/network/" + encodeURIComponent(id), { at: picture.at });
  const change = (event) =>
    doing(
      event,
      () => decide("PUT", "/network/" + encodeURIComponent(id), { closed: !detail.closed }),
      t("road.changed"),
    ).then(again);
  const closes = nextHits("links").get(id);
  return [
    h("h2", null, detail.name || id),
    closes !== undefined &&
      !detail.closed &&
      h(
        "p",
        { class: "mark ask" },
        "△ ",
        t("ahead.closes-at", { when: moment(closes), time: duration((closes - nowMs()) / 1000) }),
      ),
    h(
      "p",
      null,
      detail.closed
        ? h("span", { class: "mark bad" }, "✕ ", t("road.closed"))
        : h("span", { class: "mark good" }, t("road.open")),
      detail.hit && h("span", { class: "mark bad" }, " ▲ ", t("road.hit")),
    ),
    h(
      "dl",
      null,
      detail.length_m !== null && line(t("road.length"), t("metres", { n: number(detail.length_m) })),
      line(t("travel"), duration(detail.travel_s)),
      line(t("road.capacity"), number(detail.capacity_veh_per_h)),
      line(t("road.flow"), number(detail.flow)),
      detail.reason && line(t("reason"), detail.reason),
    ),
    may("planner", "exercise-controller") &&
      h("p", { class: "actions" }, h("button", { onclick: change }, t(detail.closed ? "road.reopen" : "road.close"))),
  ];
}

let turn = 0; // what was picked last is shown, however late the one before is answered
let stands = ""; // what the element shows

/** Draws the details of a thing into an element; `close` puts what stood there before. @param {Element} into @param {string} kind @param {string} id @param {() => void} close */
export async function showDetails(into, kind, id, close) {
  const again = () => showDetails(into, kind, id, close);
  const makers = { shelter, depot, zone: (which) => zone(which, again), road: (which) => road(which, again) };
  const mine = ++turn,
    isNew = stands !== kind + id || !into.querySelector("dl");
  if (isNew) fill(into, h("p", { class: "note" }, t("loading")));
  const [made, past] = await Promise.all([makers[kind](id), history(id)]).catch((error) => [
    h("p", { class: "message", role: "alert" }, troubleOf(error)),
    null,
  ]);
  if (mine !== turn) return;
  stands = kind + id;
  const all = [
    h("p", { class: "closer" }, h("button", { class: "plain", onclick: close }, "← ", t("map.overview"))),
    made,
    past,
  ];
  if (isNew || into.contains(document.activeElement)) fill(into, all);
  else refill(into, all); // what is the same is not read aloud again
}
