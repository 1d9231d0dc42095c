// The first screen: is anything wrong, where, and what waits for my decision.
import { get } from "./api.js";
import { fill, h } from "./dom.js";
import { ownerLine, ownerName } from "./owners.js";
import { picture } from "./store.js";
import { age, nameOf, number, percent, t, word } from "./texts.js";

const MOST = 12;
let attention = h("div", { class: "columns" });
let figures = h("div", { class: "cards" });

/** @param {any} thing where a click on it leads */
export function linkOf(thing) {
  switch (thing.kind) {
    case "plan-waits": case "no-vehicle": return "#/plans/" + thing.subject;
    case "order-overdue": case "order-unanswered": case "order-declined": case "order-failed": return "#/orders/" + thing.subject;
    case "delivery-late": return "#/orders/" + thing.figures.order;
    case "stock-out": case "request": case "conservation": return "#/supplies";
    default: return picture.depots.has(thing.subject) ? "#/map/depot/" + thing.subject : "#/map/shelter/" + thing.subject;
  }
}

/** Places have names; a plan or an order is named by its sentence. @param {any} thing */
export function titleOf(thing) {
  return thing.name ? nameOf(thing) : picture.shelters.has(thing.subject) || picture.depots.has(thing.subject) ? nameOf(picture.shelters.get(thing.subject) || picture.depots.get(thing.subject)) : "";
}

export function sentence(thing) {
  const said = { ...thing.figures, subject: thing.subject };
  if (said.lifeline) said.lifeline = word("lifeline", said.lifeline);
  if (said.order_kind) said.order_kind = word("order", said.order_kind);
  for (const name of ["people", "capacity"]) if (typeof said[name] === "number") said[name] = number(said[name]);
  return t("attention." + thing.kind, said);
}

function item(thing) {
  const said = `${titleOf(thing)} ${sentence(thing)}`.trim();
  return h("li", null, h("a", { href: linkOf(thing) }, h("b", null, titleOf(thing)), " ", sentence(thing)), " ", thing.age_s === null ? "" : h("small", null, age(thing.age_s)),
    thing.figures.level && h("p", { class: "mark bad" }, "⇧ ", t("order.escalated", { level: thing.figures.level, to: ownerName(thing.figures.to) })),
    ownerLine(thing, said, drawAttention));
}

function column(grade, sign, things) {
  const mine = things.filter((thing) => thing.grade === grade);
  return h("section", { class: "column " + grade, "aria-labelledby": "now-" + grade },
    h("h2", { id: "now-" + grade }, sign, " ", t("now." + grade), " ", h("span", { class: "count" }, number(mine.length))),
    mine.length === 0 ? h("p", { class: "note" }, t("now.none-" + grade)) : h("ul", { class: "plain" }, mine.slice(0, MOST).map(item)),
    mine.length > MOST && h("p", { class: "note" }, t("now.more", { n: number(mine.length - MOST) })));
}

/** @param {any} value @param {string} label @param {string} link @param {string} [note] @param {boolean} [bad] */
function card(value, label, link, note, bad) {
  return h("a", { class: bad ? "card bad" : "card", href: link }, h("b", null, value), h("span", null, label), note && h("small", null, note));
}

function drawFigures() {
  const status = picture.status;
  if (!status) return;
  const { people, shelters, nodes, orders, requests } = status;
  const free = shelters.capacity_open !== undefined ? Math.max(0, shelters.capacity_open - people.sheltered) : null;
  fill(figures,
    card(number(people.sheltered), t("now.sheltered"), "#/places", shelters.capacity_open ? t("now.of-places", { share: percent(people.sheltered / shelters.capacity_open) }) : ""),
    card(number(people.on_the_way), t("now.on-the-way"), "#/places"),
    card(number(free), t("now.free"), "#/places", shelters.capacity_unknown ? t("now.capacity-unknown", { n: number(shelters.capacity_unknown) }) : ""),
    card(`${number(shelters.open)}/${number(shelters.all)}`, t("now.shelters-open"), "#/map"),
    card(number(nodes.stale), t("now.stale"), "#/places/nodes", t("now.present", { n: number(nodes.present) }), nodes.stale > 0),
    card(number(orders.open), t("now.orders"), "#/orders", t("now.overdue", { n: number(orders.overdue) }), orders.overdue > 0),
    card(number(requests.open), t("now.requests"), "#/supplies"));
}

async function drawAttention() {
  const things = (await get("/attention", { limit: 1000, at: picture.at })).items;
  fill(attention, column("decision", "◆", things), column("alarm", "▲", things), column("warning", "△", things));
}

/** @type {import("./app.js").View} */
export const view = {
  kinds: ["status", "shelters", "orders", "plans", "requests", "nodes", "owners"],
  async open(into) {
    attention = h("div", { class: "columns" });
    figures = h("div", { class: "cards" });
    fill(into, h("h1", null, t("nav.now")), figures, attention);
    drawFigures();
    await drawAttention();
  },
  async refresh() {
    drawFigures();
    await drawAttention();
  }
};
