// Goods that are reported on behalf of a place: what was counted, came, left, was used, lost, and what is asked for.
import { h } from "./dom.js";
import { picture } from "./store.js";
import { nameOf, t, word } from "./texts.js";

const ROWS = 3;

/** @param {number} row @param {boolean} lots whether lot and expiry are asked for */
function line(row, lots) {
  const items = [
    h("option", { value: "" }, "—"),
    ...Array.from(picture.items.values(), (/** @type {any} */ item) => h("option", { value: item.id }, nameOf(item))),
  ];
  return h(
    "div",
    { class: "grid" },
    h("label", null, t("stock.item"), h("select", { name: "item" + row, required: row === 0 }, items)),
    h(
      "label",
      null,
      t("stock.quantity"),
      h("input", { name: "quantity" + row, type: "number", min: 0, max: 1000000000, required: row === 0 }),
    ),
    lots && [
      h("label", null, t("stock.lot"), h("input", { name: "lot" + row, maxlength: 64 })),
      h("label", null, t("stock.expiry"), h("input", { name: "expiry" + row, type: "date" })),
    ],
  );
}

/** Rows for goods; more as they are needed. @param {boolean} lots */
function lines(lots) {
  let rows = ROWS;
  const box = h(
    "div",
    null,
    Array.from({ length: ROWS }, (_, row) => line(row, lots)),
  );
  return [
    box,
    h(
      "button",
      { type: "button", class: "plain", onclick: () => box.append(line(rows++, lots)) },
      t("report.one-more"),
    ),
  ];
}

/** @param {FormData} form */
function linesOf(form) {
  const found = [];
  for (let row = 0; form.has("item" + row); row++) {
    if (!form.get("item" + row)) continue;
    const one = {
      item: form.get("item" + row),
      quantity: Number(form.get("quantity" + row)),
      lot: form.get("lot" + row),
      expiry: form.get("expiry" + row),
    };
    found.push(Object.fromEntries(Object.entries(one).filter(([, value]) => value !== "" && value !== null)));
  }
  return found;
}

/** Members that were filled in. @param {FormData} form @param {string[]} names */
const filled = (form, ...names) =>
  Object.fromEntries(names.filter((name) => form.get(name)).map((name) => [name, form.get(name)]));

const reason = (/** @type {boolean} */ required) =>
  h("label", null, t("reason"), h("input", { name: "reason", maxlength: 400, required }));
const field = (/** @type {string} */ name, /** @type {string} */ title) =>
  h("label", null, title, h("input", { name, maxlength: 64, list: name === "counterpart" ? "places" : null }));

/** What goods there were at one moment. */
const counted = {
  fields: () => [
    ...lines(true),
    h("label", { class: "inline" }, h("input", { type: "checkbox", name: "complete" }), t("report.complete")),
    reason(false),
  ],
  entry: (/** @type {FormData} */ form) => ({
    verb: "stock-count",
    lines: linesOf(form),
    complete: form.has("complete"),
    ...filled(form, "reason"),
  }),
};

/** Which request goods without a waybill answer: by its number, or by its id where two have the same. @param {FormData} form */
const answered = (form) => {
  const name = form.get("request");
  return name ? { request: /^\d+$/.test(String(name)) ? Number(name) : name } : {};
};

/** Goods that move; on a waybill where they travel. @param {string} verb @param {{travels?: boolean, wantsReason?: boolean}} [how] */
const moved = (verb, { travels = false, wantsReason = false } = {}) => ({
  fields: () => [
    ...lines(true),
    travels && [
      field("waybill", t("waybill")),
      field("counterpart", verb === "stock-receive" ? t("waybill.from") : t("waybill.to")),
    ],
    verb === "stock-receive" && field("request", t("report.for-request")),
    reason(wantsReason),
  ],
  entry: (/** @type {FormData} */ form) => ({
    verb,
    lines: linesOf(form),
    ...filled(form, "waybill", "counterpart", "reason"),
    ...answered(form),
  }),
});

const asked = {
  fields: () => [
    ...lines(false),
    h(
      "label",
      null,
      t("request.urgency"),
      h(
        "select",
        { name: "urgency" },
        ["routine", "urgent", "life-saving"].map((one) => h("option", { value: one }, word("urgency", one))),
      ),
    ),
    h("label", null, t("request.what"), h("input", { name: "text", maxlength: 400 })),
  ],
  entry: (/** @type {FormData} */ form) => ({
    verb: "request",
    kind: "goods",
    urgency: form.get("urgency"),
    lines: linesOf(form),
    ...filled(form, "text"),
  }),
};

/** By kind: its fields, and the entry that they make (docs/NODE.md). */
export const GOODS = {
  "goods-request": asked,
  "stock-count": counted,
  "stock-receive": moved("stock-receive", { travels: true }),
  "stock-ship": moved("stock-ship", { travels: true }),
  "stock-issue": moved("stock-issue"),
  "stock-loss": moved("stock-loss", { wantsReason: true }),
  "stock-expire": moved("stock-expire"),
  "stock-write-off": moved("stock-write-off", { wantsReason: true }),
};
