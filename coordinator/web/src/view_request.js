// One request on its tracks, and what is decided about it; one waybill, and that nothing more comes on it.
import { decide, get } from "./api.js";
import { fill, h } from "./dom.js";
import { isInUse } from "./hands.js";
import { itemName, placeName } from "./names.js";
import { doing, say } from "./say.js";
import { may, picture } from "./store.js";
import { age, day, duration, number, period, t, word } from "./texts.js";

const back = () => h("p", null, h("a", { href: "#/supplies" }, "← ", t("nav.supplies")));

/** @param {string} label @param {string[]} titles @param {any[][]} rows the first cell of each is its head */
function table(label, titles, rows) {
  return h(
    "div",
    { class: "tablebox", tabindex: "0", role: "region", "aria-label": label },
    h(
      "table",
      null,
      h(
        "thead",
        null,
        h(
          "tr",
          null,
          titles.map((title, i) => h("th", { scope: "col", class: i > 0 ? "number" : null }, title)),
        ),
      ),
      h(
        "tbody",
        null,
        rows.map((cells) =>
          h(
            "tr",
            null,
            cells.map((cell, i) =>
              h(i === 0 ? "th" : "td", { scope: i === 0 ? "row" : null, class: i > 0 ? "number" : null }, cell),
            ),
          ),
        ),
      ),
    ),
  );
}

/**
 * Once something is decided it is shown, unless the form was drawn anew meanwhile and somebody writes in that already.
 * @param {any} form that was sent @param {HTMLElement} into @param {(unless: () => boolean) => Promise<void>} again
 */
const showDecided = (form, into, again) => again(() => !form.isConnected && isInUse(into));

// ---- a request ----

const TRACKS = ["requested", "approved", "committed", "in_transit", "fulfilled"];

/** What is approved of each item; undefined: all as it was asked for. @param {any} request @param {FormData} form */
function linesOf(request, form) {
  const lines = (request.tracks || []).map((/** @type {any} */ track, /** @type {number} */ i) => ({
    item: track.item,
    quantity: Number(form.get("line" + i)),
  }));
  return lines.every(
    (/** @type {any} */ line, /** @type {number} */ i) => line.quantity === request.tracks[i].requested,
  )
    ? undefined
    : lines;
}

/** @param {any} request @param {HTMLElement} into @param {(unless: () => boolean) => Promise<void>} again */
function verdictForm(request, into, again) {
  const submit = (event) => {
    event.preventDefault();
    const form = new FormData(event.target),
      verdict = event.submitter.value,
      reason = String(form.get("reason")).trim();
    if (verdict !== "approved" && reason === "") {
      say(t("request.say-why"));
      return event.target.elements.reason.focus();
    }
    const body = {
      verdict,
      reason: reason || undefined,
      lines: verdict === "approved" ? linesOf(request, form) : undefined,
    };
    return doing(
      event,
      () => decide("PUT", `/requests/${encodeURIComponent(request.id)}/verdict`, body),
      t("request.decided"),
    ).then((done) => (done ? showDecided(event.target, into, again) : undefined));
  };
  return h(
    "form",
    { onsubmit: submit, class: "form" },
    h("h2", null, t("request.decide")),
    (request.tracks || []).map((/** @type {any} */ track, /** @type {number} */ i) =>
      h(
        "label",
        null,
        t("request.at-most", { item: itemName(track.item) }),
        h("input", {
          name: "line" + i,
          type: "number",
          min: 0,
          max: 1000000000,
          required: true,
          value: track.approved,
        }),
      ),
    ),
    h("label", null, t("reason"), h("input", { name: "reason", maxlength: 400 })),
    h(
      "p",
      { class: "actions" },
      h("button", { class: "go", value: "approved" }, t("request.approve")),
      h("button", { value: "declined" }, t("request.decline")),
      h("button", { value: "closed" }, t("request.close")),
    ),
  );
}

/** @param {HTMLElement} into @param {string} id @param {() => boolean} [unless] where it holds once all is there, what stands is left */
export async function openRequest(into, id, unless = () => false) {
  const request = await get("/requests/" + encodeURIComponent(id), { at: picture.at });
  if (unless()) return;
  const isOpen = !["declined", "closed", "withdrawn"].includes(request.stage) && !request.withdrawn;
  fill(
    into,
    back(),
    h(
      "h1",
      null,
      t("request.title", { place: placeName(request.place), kind: word("request", request.kind) }),
      " ",
      h("small", null, "№ ", number(request.number)),
    ),
    h(
      "p",
      null,
      h(
        "span",
        { class: "mark " + (request.urgency === "life-saving" ? "bad" : request.urgency === "urgent" ? "ask" : "off") },
        word("urgency", request.urgency),
      ),
      " · ",
      request.stage ? word("stage", request.stage) : request.withdrawn ? word("stage", "withdrawn") : "",
      request.verdict_reason ? ": " + request.verdict_reason : "",
      " · ",
      age(request.age_s),
    ),
    request.text && h("p", null, request.text),
    (request.tracks || []).length > 0 &&
      table(
        t("requests"),
        [t("stock.item"), ...TRACKS.map((name) => t("track." + name))],
        request.tracks.map((/** @type {any} */ track) => [
          itemName(track.item),
          ...TRACKS.map((name) => number(track[name])),
        ]),
      ),
    may("planner", "approver") &&
      (isOpen || request.stage === "declined" || request.stage === "closed") &&
      verdictForm(request, into, (unless) => openRequest(into, id, unless)),
  );
}

// ---- a waybill ----

const LOTS = ["shipped", "in_transit", "received", "damaged", "missing", "over"];

/** @param {any} waybill @param {HTMLElement} into @param {(unless: () => boolean) => Promise<void>} again */
function endForm(waybill, into, again) {
  const submit = (event) => {
    event.preventDefault();
    const reason = new FormData(event.target).get("reason");
    return doing(
      event,
      () => decide("PUT", `/waybills/${encodeURIComponent(waybill.id)}/end`, { reason }),
      t("waybill.ended"),
    ).then((done) => (done ? showDecided(event.target, into, again) : undefined));
  };
  return h(
    "form",
    { onsubmit: submit, class: "form" },
    h("h2", null, t("waybill.end")),
    h("p", null, t("waybill.end-means")),
    h("label", null, t("reason"), h("input", { name: "reason", maxlength: 400, required: true })),
    h("p", { class: "actions" }, h("button", null, t("waybill.end"))),
  );
}

/** @param {HTMLElement} into @param {string} id @param {() => boolean} [unless] */
export async function openWaybill(into, id, unless = () => false) {
  const [waybill] = (await get("/waybills", { id, at: picture.at })).items;
  if (unless()) return;
  const lot = (/** @type {any} */ line) =>
    [itemName(line.item), line.lot && ` · ${line.lot}`, line.expiry && ` · ${day(line.expiry)}`]
      .filter(Boolean)
      .join("");
  fill(
    into,
    back(),
    h("h1", null, t("waybill"), " ", waybill.id, " ", h("small", null, word("waybill", waybill.stage))),
    h(
      "p",
      null,
      placeName(waybill.from),
      " → ",
      placeName(waybill.to),
      waybill.vehicle ? " · " + waybill.vehicle : "",
      waybill.closed_reason ? " · " + waybill.closed_reason : "",
    ),
    waybill.planned &&
      h(
        "p",
        null,
        waybill.planned.vehicle,
        " · ",
        period(waybill.planned.leaves_wall_ms, waybill.planned.expected_wall_ms),
        waybill.planned.late_s > 0 &&
          h("span", { class: "mark bad" }, " ▲ ", t("delivery.late", { late: duration(waybill.planned.late_s) })),
      ),
    h(
      "p",
      null,
      [waybill.ship_order, waybill.expect_order]
        .filter(Boolean)
        .flatMap((order) => [h("a", { href: "#/orders/" + order }, t("nav.orders"), " № ", order), " "]),
    ),
    waybill.ordered.length > 0 &&
      table(
        t("waybill.ordered"),
        [t("stock.item"), t("waybill.ordered")],
        waybill.ordered.map((/** @type {any} */ line) => [itemName(line.item), number(line.quantity)]),
      ),
    waybill.set_aside.length > 0 &&
      table(
        t("waybill.set-aside"),
        [t("stock.item"), t("waybill.picked"), t("waybill.loaded")],
        waybill.set_aside.map((/** @type {any} */ line) => [lot(line), number(line.picked), number(line.loaded)]),
      ),
    waybill.lines.length > 0 &&
      table(
        t("waybill.lots"),
        [t("stock.item"), ...LOTS.map((name) => t("waybill.lot-" + name))],
        waybill.lines.map((/** @type {any} */ line) => [lot(line), ...LOTS.map((name) => number(line[name]))]),
      ),
    may("planner", "approver") &&
      waybill.stage !== "closed" &&
      endForm(waybill, into, (unless) => openWaybill(into, id, unless)),
  );
}
