// Supplies: how long each item lasts, what places ask for, what is where and when it expires.
import { get, url } from "./api.js";
import { fill, h } from "./dom.js";
import { itemName, placeName } from "./names.js";
import { all, picture } from "./store.js";
import { Table } from "./table.js";
import { age, nameOf, number, t, word } from "./texts.js";

const LOW_DAYS = 2;

function daysMark(days) {
  if (days === null || days === undefined) return h("span", { class: "mark none" }, "—");
  return h("span", { class: days < 1 ? "mark bad" : days < LOW_DAYS ? "mark ask" : "mark good" }, days < 1 ? "▲ " : days < LOW_DAYS ? "△ " : "", number(days, 1));
}

/** @type {Table} */ let items;
/** @type {Table} */ let requests;
/** @type {Table} */ let stock;

function tables() {
  items = new Table(t("supplies.items"), [
    { key: "name", title: t("stock.item"), value: nameOf }, { key: "depots", title: t("supplies.depots"), value: (row) => row.depots, numeric: true },
    { key: "shelters", title: t("supplies.shelters"), value: (row) => row.shelters, numeric: true },
    { key: "needed", title: t("supplies.a-day"), value: (row) => row.needed_per_day, numeric: true },
    { key: "days", title: t("supplies.days"), value: (row) => row.days_left, show: (row) => daysMark(row.days_left), numeric: true }]);
  requests = new Table(t("requests"), [
    { key: "place", title: t("place"), value: (row) => placeName(row.place) },
    { key: "kind", title: t("request.kind"), value: (row) => word("request", row.kind) },
    { key: "urgency", title: t("request.urgency"), value: (row) => ({ "life-saving": 0, urgent: 1, routine: 2 }[row.urgency] ?? 3), show: (row) => h("span", { class: "mark " + (row.urgency === "life-saving" ? "bad" : row.urgency === "urgent" ? "ask" : "off") }, word("urgency", row.urgency)) },
    { key: "what", title: t("request.what"), value: (row) => (row.lines || []).map((line) => `${itemName(line.item)} ${number(line.quantity)}`).join(", ") || row.text || (row.amount ? String(row.amount) : "") },
    { key: "age", title: t("age"), value: (row) => row.age_s, show: (row) => age(row.age_s), numeric: true }]);
  stock = new Table(t("stock"), [
    { key: "place", title: t("place"), value: (row) => placeName(row.place) }, { key: "item", title: t("stock.item"), value: (row) => itemName(row.item) },
    { key: "lot", title: t("stock.lot"), value: (row) => row.lot || "" }, { key: "quantity", title: t("stock.quantity"), value: (row) => row.quantity, numeric: true },
    { key: "expiry", title: t("stock.expiry"), value: (row) => row.expiry ?? null, show: (row) => row.expiry || "—" },
    { key: "days", title: t("supplies.days"), value: (row) => row.days_left ?? null, show: (row) => daysMark(row.days_left), numeric: true },
    { key: "age", title: t("age"), value: (row) => row.age_s, show: (row) => age(row.age_s), numeric: true }]);
}

async function refresh() {
  items.set((await get("/items", { at: picture.at })).items);
  requests.set(await all("/requests"));
  stock.set(await all("/stock"));
}

/** @type {import("./app.js").View} */
export const view = {
  kinds: ["stock", "requests"],
  async open(into) {
    tables();
    fill(into, h("h1", null, t("nav.supplies")), h("p", { class: "actions" }, h("a", { class: "button", href: url("/stock", { format: "csv" }), download: "stock.csv" }, t("export.csv"))),
      h("section", null, h("h2", null, t("supplies.items")), items.element), h("section", null, h("h2", null, t("requests")), requests.element), h("section", null, h("h2", null, t("stock")), stock.element));
    await refresh();
  },
  refresh
};
