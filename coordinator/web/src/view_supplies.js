// Supplies: how long each item lasts, what places ask for, what is where and when it expires.
import { get, url } from "./api.js";
import { fill, h } from "./dom.js";
import { itemName, placeName } from "./names.js";
import { all, picture } from "./store.js";
import { Table } from "./table.js";
import { age, duration, moment, nameOf, number, t, word } from "./texts.js";

const LOW_DAYS = 2;

function daysMark(days) {
  if (days === null || days === undefined) return h("span", { class: "mark none" }, "—");
  return h("span", { class: days < 1 ? "mark bad" : days < LOW_DAYS ? "mark ask" : "mark good" }, days < 1 ? "▲ " : days < LOW_DAYS ? "△ " : "", number(days, 1));
}

const SOON_DAYS = 7, DAY_MS = 86400000;

/** A day of expiry with its sign: gone, or soon. @param {string | null} day as 2027-05-31 */
function expiryMark(day) {
  if (!day) return "—";
  const left = (Date.parse(day) - ((picture.status && picture.status.wall_ms) || Date.now())) / DAY_MS;
  return h("span", { class: "mark " + (left < 0 ? "bad" : left < SOON_DAYS ? "ask" : "off") }, left < 0 ? "▲ " : left < SOON_DAYS ? "△ " : "", day);
}

/** @param {any[]} lines with item and quantity */
const goodsOf = (lines) => lines.map((line) => `${itemName(line.item)} ${number(line.quantity)}`).join(", ");

/** A request for goods is a row an item, for each has tracks of its own. @param {any[]} requests */
function tracksOf(requests) {
  return requests.flatMap((request) => ((request.tracks || []).length > 0 ? request.tracks.map((/** @type {any} */ track) => ({ ...request, track })) : [{ ...request, track: {} }]));
}

const track = (key) => ({ key, title: t("track." + key), value: (row) => row.track[key] ?? null, numeric: true });
const what = (row) => (row.track.item ? itemName(row.track.item) : goodsOf(row.lines || []) || row.text || (row.amount ? number(row.amount) : ""));
const orderLink = (id) => (id ? h("a", { href: "#/orders/" + id }, "№ ", id) : "—");

/** @type {Table} */ let items;
/** @type {Table} */ let requests;
/** @type {Table} */ let waybills;
/** @type {Table} */ let stock;

function tables() {
  items = new Table(t("supplies.items"), [
    { key: "name", title: t("stock.item"), value: nameOf }, { key: "depots", title: t("supplies.depots"), value: (row) => row.depots, numeric: true },
    { key: "shelters", title: t("supplies.shelters"), value: (row) => row.shelters, numeric: true },
    { key: "needed", title: t("supplies.a-day"), value: (row) => row.needed_per_day, numeric: true },
    { key: "days", title: t("supplies.days"), value: (row) => row.days_left, show: (row) => daysMark(row.days_left), numeric: true }]);
  requests = new Table(t("requests"), [
    { key: "place", title: t("place"), value: (row) => placeName(row.place) },
    { key: "urgency", title: t("request.urgency"), value: (row) => ({ "life-saving": 0, urgent: 1, routine: 2 }[row.urgency] ?? 3), show: (row) => h("span", { class: "mark " + (row.urgency === "life-saving" ? "bad" : row.urgency === "urgent" ? "ask" : "off") }, row.urgency === "life-saving" ? "▲ " : row.urgency === "urgent" ? "△ " : "", word("urgency", row.urgency)) },
    { key: "kind", title: t("request.kind"), value: (row) => word("request", row.kind) },
    { key: "what", title: t("request.what"), value: what },
    track("requested"), track("approved"), track("committed"), track("in_transit"), track("fulfilled"),
    { key: "age", title: t("age"), value: (row) => row.age_s, show: (row) => age(row.age_s), numeric: true }]);
  waybills = new Table(t("waybills"), [
    { key: "id", title: t("waybill"), value: (row) => row.id },
    { key: "stage", title: t("order.state"), value: (row) => word("waybill", row.stage), show: (row) => h("span", { class: "mark " + (row.planned && row.planned.late_s > 0 ? "bad" : "off") }, word("waybill", row.stage), row.planned && row.planned.late_s > 0 ? " ▲ " + t("delivery.late", { late: duration(row.planned.late_s) }) : "") },
    { key: "from", title: t("waybill.from"), value: (row) => placeName(row.from) }, { key: "to", title: t("waybill.to"), value: (row) => placeName(row.to) },
    { key: "goods", title: t("plan.goods"), value: (row) => goodsOf(row.lines.length > 0 ? row.lines.map((/** @type {any} */ line) => ({ item: line.item, quantity: line.shipped })) : row.ordered) },
    { key: "missing", title: t("waybill.missing"), value: (row) => row.lines.reduce((/** @type {number} */ sum, /** @type {any} */ line) => sum + (line.missing || 0) + (line.damaged || 0), 0), numeric: true },
    { key: "vehicle", title: t("waybill.vehicle"), value: (row) => (row.planned ? row.planned.vehicle : row.vehicle || "") },
    { key: "expected", title: t("waybill.expected"), value: (row) => (row.planned ? row.planned.expected_wall_ms : null), show: (row) => moment(row.planned && row.planned.expected_wall_ms), numeric: true },
    { key: "order", title: t("nav.orders"), value: (row) => row.ship_order, show: (row) => orderLink(row.ship_order) }]);
  stock = new Table(t("stock"), [
    { key: "place", title: t("place"), value: (row) => placeName(row.place) }, { key: "item", title: t("stock.item"), value: (row) => itemName(row.item) },
    { key: "lot", title: t("stock.lot"), value: (row) => row.lot || "" }, { key: "quantity", title: t("stock.quantity"), value: (row) => row.quantity, numeric: true },
    { key: "expiry", title: t("stock.expiry"), value: (row) => row.expiry ?? null, show: (row) => expiryMark(row.expiry) },
    { key: "days", title: t("supplies.days"), value: (row) => row.days_left ?? null, show: (row) => daysMark(row.days_left), numeric: true },
    { key: "age", title: t("age"), value: (row) => row.age_s, show: (row) => age(row.age_s), numeric: true }]);
}

async function refresh() {
  items.set((await get("/items", { at: picture.at })).items);
  requests.set(tracksOf(await all("/requests")));
  waybills.set(await all("/waybills"));
  stock.set(await all("/stock"));
}

/** @type {import("./app.js").View} */
export const view = {
  kinds: ["stock", "requests", "orders"],
  async open(into) {
    tables();
    fill(into, h("h1", null, t("nav.supplies")), h("p", { class: "actions" }, h("a", { class: "button", href: url("/stock", { format: "csv" }), download: "stock.csv" }, t("export.csv"))),
      h("section", null, h("h2", null, t("supplies.items")), items.element), h("section", null, h("h2", null, t("requests")), requests.element), h("section", null, h("h2", null, t("waybills")), waybills.element), h("section", null, h("h2", null, t("stock")), stock.element));
    await refresh();
  },
  refresh
};
