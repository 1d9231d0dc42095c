// Supplies: how long each item lasts, what places ask for, what is where and when it expires, what staff should look at.
import { decide, get, url } from "./api.js";
import { fill, h } from "./dom.js";
import { isInUse } from "./hands.js";
import { itemName, placeName } from "./names.js";
import { doing, fileName } from "./say.js";
import { all, may, picture } from "./store.js";
import { rowsOf, suggestions } from "./suggest.js";
import { Table } from "./table.js";
import { age, day as showDay, duration, moment, nameOf, number, t, word } from "./texts.js";
import { openRequest, openWaybill } from "./view_request.js";

const LOW_DAYS = 2;

function daysMark(days) {
  if (days === null || days === undefined) return h("span", { class: "mark none" }, "—");
  return h(
    "span",
    { class: days < 1 ? "mark bad" : days < LOW_DAYS ? "mark ask" : "mark good" },
    days < 1 ? "▲ " : days < LOW_DAYS ? "△ " : "",
    number(days, 1),
  );
}

const SOON_DAYS = 7,
  DAY_MS = 86400000;

/** A day of expiry with its sign: gone, or soon. @param {string | null} day as 2027-05-31 */
function expiryMark(day) {
  if (!day) return "—";
  const left = (Date.parse(day) - ((picture.status && picture.status.wall_ms) || Date.now())) / DAY_MS;
  return h(
    "span",
    { class: "mark " + (left < 0 ? "bad" : left < SOON_DAYS ? "ask" : "off") },
    left < 0 ? "▲ " : left < SOON_DAYS ? "△ " : "",
    showDay(day),
  );
}

/** What people need in a day, and whether that follows from a value that nobody compared with its standard. @param {number | null | undefined} value @param {boolean | undefined} verified */
const dayMark = (value, verified) =>
  h(
    "span",
    null,
    verified === false && (value ?? 0) > 0 && h("small", null, t("supplies.unverified") + " "),
    number(value, 1),
  ); // figures stand below each other

/** @param {any[]} lines with item and quantity */
const goodsOf = (lines) => lines.map(wordsOf).join(", ");

/** @param {any} line */
const wordsOf = (line) => `${itemName(line.item)} ${number(line.quantity)}`;

/** The same where there may be no room for all: whatever is cut off is cut before an item, never inside its figure. @param {any[]} lines */
const wholeGoods = (lines) =>
  lines.flatMap((line, i) => [i > 0 && " ", h("span", { class: "whole" }, wordsOf(line), i < lines.length - 1 && ",")]);

/** What left on a waybill; before anything did, what is ordered. @param {any} row */
const carried = (row) =>
  row.lines.length > 0
    ? row.lines.map((/** @type {any} */ line) => ({ item: line.item, quantity: line.shipped }))
    : row.ordered;

/** A request for goods is a row an item, for each has tracks of its own. @param {any[]} requests */
function tracksOf(requests) {
  return requests.flatMap((request) =>
    (request.tracks || []).length > 0
      ? request.tracks.map((/** @type {any} */ track) => ({ ...request, track }))
      : [{ ...request, track: {} }],
  );
}

const track = (key) => ({ key, title: t("track." + key), value: (row) => row.track[key] ?? null, numeric: true });
const what = (row) =>
  row.track.item
    ? itemName(row.track.item)
    : goodsOf(row.lines || []) || row.text || (row.amount ? number(row.amount) : "");
const orderLink = (id) => (id ? h("a", { href: "#/orders/" + id }, "№ ", id) : "—");

/** @type {Table} */ let items;
/** @type {Table} */ let requests;
/** @type {Table} */ let waybills;
/** @type {Table} */ let stock;
/** @type {Table} */ let short;
/** @type {Table} */ let warnings;

const SHORT_DAYS = 7,
  SHORT_ROWS = 500;

/** @param {string} what @param {string} id */
const goTo = (what, id) => {
  location.hash = `#/supplies/${what}/${encodeURIComponent(id)}`;
};
const GRAVE = /^(expired|below|cold-chain-broken)/;

function tables() {
  items = new Table(t("supplies.items"), [
    { key: "name", title: t("stock.item"), value: nameOf },
    {
      key: "days",
      title: t("supplies.days"),
      value: (row) => row.days_left,
      show: (row) => daysMark(row.days_left),
      numeric: true,
    }, // what one looks for, in sight on a phone too
    { key: "depots", title: t("supplies.depots"), value: (row) => row.depots, numeric: true },
    { key: "shelters", title: t("supplies.shelters"), value: (row) => row.shelters, numeric: true },
    {
      key: "needed",
      title: t("supplies.a-day"),
      value: (row) => row.needed_per_day,
      show: (row) => dayMark(row.needed_per_day, row.need_verified),
      numeric: true,
    },
  ]);
  short = new Table(t("supplies.short"), [
    { key: "shelter", title: t("shelter"), value: (row) => placeName(row.shelter) },
    {
      key: "days",
      title: t("supplies.days"),
      value: (row) => row.days_left,
      show: (row) => daysMark(row.days_left),
      numeric: true,
    },
    { key: "item", title: t("stock.item"), value: (row) => itemName(row.item) },
    { key: "usable", title: t("supplies.usable"), value: (row) => row.usable, numeric: true },
    { key: "kits", title: t("supplies.in-kits"), value: (row) => row.in_kits || null, numeric: true },
    {
      key: "day",
      title: t("supplies.a-day"),
      value: (row) => row.per_day,
      show: (row) => dayMark(row.per_day, row.verified),
      numeric: true,
    },
    {
      key: "age",
      title: t("age"),
      value: (row) => row.stock_age_s,
      show: (row) => age(row.stock_age_s),
      numeric: true,
    },
  ]);
  warnings = new Table(t("supplies.warnings"), [
    {
      key: "warning",
      title: t("supplies.warning"),
      value: (row) => word("warning", row.warning),
      show: (row) =>
        h(
          "span",
          { class: "mark " + (GRAVE.test(row.warning) ? "bad" : "ask") },
          GRAVE.test(row.warning) ? "▲ " : "△ ",
          word("warning", row.warning),
        ),
    },
    {
      key: "where",
      title: t("place"),
      value: (row) =>
        row.place ? placeName(row.place) : row.waybill ? `${t("waybill")} ${row.waybill}` : t("supplies.depots"),
    },
    { key: "item", title: t("stock.item"), value: (row) => (row.item ? itemName(row.item) : "") },
    { key: "lot", title: t("stock.lot"), value: (row) => row.lot || "" },
    {
      key: "quantity",
      title: t("stock.quantity"),
      value: (row) => row.quantity,
      show: (row) => number(row.quantity) + (row.minimum ? " / " + number(row.minimum) : ""),
      numeric: true,
    },
    {
      key: "expiry",
      title: t("stock.expiry"),
      value: (row) => row.expiry ?? null,
      show: (row) => expiryMark(row.expiry),
    },
  ]);
  requests = new Table(
    t("requests"),
    [
      { key: "place", title: t("place"), value: (row) => placeName(row.place) },
      {
        key: "urgency",
        title: t("request.urgency"),
        value: (row) => ({ "life-saving": 0, urgent: 1, routine: 2 })[row.urgency] ?? 3,
        show: (row) =>
          h(
            "span",
            { class: "mark " + (row.urgency === "life-saving" ? "bad" : row.urgency === "urgent" ? "ask" : "off") },
            row.urgency === "life-saving" ? "▲ " : row.urgency === "urgent" ? "△ " : "",
            word("urgency", row.urgency),
          ),
      },
      { key: "kind", title: t("request.kind"), value: (row) => word("request", row.kind) },
      { key: "stage", title: t("order.state"), value: (row) => (row.stage ? word("stage", row.stage) : "") },
      { key: "what", title: t("request.what"), value: what },
      track("requested"),
      track("approved"),
      track("committed"),
      track("in_transit"),
      track("fulfilled"),
      { key: "age", title: t("age"), value: (row) => row.age_s, show: (row) => age(row.age_s), numeric: true },
    ],
    (row) => goTo("request", row.id),
  );
  waybills = new Table(
    t("waybills"),
    [
      { key: "id", title: t("waybill"), value: (row) => row.id },
      {
        key: "stage",
        title: t("order.state"),
        value: (row) => word("waybill", row.stage),
        show: (row) =>
          h(
            "span",
            { class: "mark " + (row.planned && row.planned.late_s > 0 ? "bad" : "off") },
            word("waybill", row.stage),
            row.planned && row.planned.late_s > 0
              ? " ▲ " + t("delivery.late", { late: duration(row.planned.late_s) })
              : "",
          ),
      },
      { key: "from", title: t("waybill.from"), value: (row) => placeName(row.from) },
      { key: "to", title: t("waybill.to"), value: (row) => placeName(row.to) },
      {
        key: "goods",
        title: t("plan.goods"),
        value: (row) => goodsOf(carried(row)),
        show: (row) => wholeGoods(carried(row)),
        rest: true,
      },
      {
        key: "missing",
        title: t("waybill.missing"),
        value: (row) =>
          row.lines.reduce(
            (/** @type {number} */ sum, /** @type {any} */ line) => sum + (line.missing || 0) + (line.damaged || 0),
            0,
          ),
        numeric: true,
      },
      {
        key: "vehicle",
        title: t("waybill.vehicle"),
        value: (row) => (row.planned ? row.planned.vehicle : row.vehicle || ""),
      },
      {
        key: "expected",
        title: t("waybill.expected"),
        value: (row) => (row.planned ? row.planned.expected_wall_ms : null),
        show: (row) => moment(row.planned && row.planned.expected_wall_ms),
        numeric: true,
      },
      {
        key: "order",
        title: t("nav.orders"),
        value: (row) => row.ship_order,
        show: (row) => orderLink(row.ship_order),
      },
    ],
    (row) => goTo("waybill", row.id),
  );
  stock = new Table(t("stock"), [
    { key: "place", title: t("place"), value: (row) => placeName(row.place) },
    { key: "item", title: t("stock.item"), value: (row) => itemName(row.item) },
    { key: "lot", title: t("stock.lot"), value: (row) => row.lot || "" },
    { key: "quantity", title: t("stock.quantity"), value: (row) => row.quantity, numeric: true },
    {
      key: "expiry",
      title: t("stock.expiry"),
      value: (row) => row.expiry ?? null,
      show: (row) => expiryMark(row.expiry),
    },
    {
      key: "days",
      title: t("supplies.days"),
      value: (row) => row.days_left ?? null,
      show: (row) => daysMark(row.days_left),
      numeric: true,
    },
    { key: "age", title: t("age"), value: (row) => row.age_s, show: (row) => age(row.age_s), numeric: true },
  ]);
}

/** Demobilisation: what shelters have left goes back. */
function returnForm() {
  const submit = (event) => {
    event.preventDefault();
    const form = new FormData(event.target),
      place = String(form.get("place")),
      depot = String(form.get("depot")),
      text = String(form.get("text"));
    const body = { ...(place ? { place } : { all: true }), depot: depot || undefined, text: text || undefined };
    return doing(event, () => decide("POST", "/returns", body), t("return.ordered")).then((done) =>
      done ? refreshList() : undefined,
    );
  };
  return h(
    "details",
    { class: "return noprint" },
    h("summary", null, t("return.title")),
    h("p", null, t("return.means")),
    h(
      "form",
      { onsubmit: submit, class: "form" },
      h("label", null, t("return.place"), h("input", { name: "place", list: "return-places", maxlength: 64 })),
      suggestions("return-places", () => rowsOf(picture.shelters)),
      h("label", null, t("return.depot"), h("input", { name: "depot", list: "return-depots", maxlength: 64 })),
      suggestions("return-depots", () => rowsOf(picture.depots)),
      h("label", null, t("order.says"), h("input", { name: "text", maxlength: 400 })),
      h("button", null, t("return.order")),
    ),
  );
}

async function refreshList() {
  items.set((await get("/items", { at: picture.at })).items);
  short.set((await get("/supplies", { at: picture.at, below: SHORT_DAYS, limit: SHORT_ROWS })).items);
  warnings.set(await all("/warnings"));
  requests.set(tracksOf(await all("/requests")));
  waybills.set(await all("/waybills"));
  stock.set(await all("/stock"));
}

/** @type {HTMLElement} */ let box;
/** @type {Record<string, typeof openRequest>} */
const single = { request: openRequest, waybill: openWaybill };
let shown = ["", ""]; // what and which; "": the lists

async function refresh() {
  const [what, id] = shown,
    into = box;
  if (!what) await refreshList();
  else if (!isInUse(into)) await single[what](into, id, () => isInUse(into));
}

/** @type {import("./app.js").View} */
export const view = {
  kinds: ["stock", "requests", "orders"],
  async open(into, [what, id]) {
    box = into;
    shown = what in single && id ? [what, id] : ["", ""];
    if (shown[0]) {
      await single[what](into, id);
      return;
    }
    tables();
    fill(
      into,
      h("h1", null, t("nav.supplies")),
      h(
        "p",
        { class: "actions" },
        h(
          "a",
          { class: "button", href: url("/stock", { format: "csv" }), download: fileName("stock.csv") },
          t("export.stock"),
        ),
        h(
          "a",
          {
            class: "button",
            href: url("/requests", { format: "csv", view: "lines" }),
            download: fileName("requests.csv"),
          },
          t("export.requests"),
        ),
      ),
      h("section", null, h("h2", null, t("supplies.items")), items.element),
      h("section", null, h("h2", null, t("supplies.short")), short.element),
      h("section", null, h("h2", null, t("supplies.warnings")), warnings.element),
      h("section", null, h("h2", null, t("requests")), requests.element),
      h("section", null, h("h2", null, t("waybills")), waybills.element, may("planner", "approver") && returnForm()),
      h("section", null, h("h2", null, t("stock")), stock.element),
    );
    await refreshList();
  },
  refresh,
};
