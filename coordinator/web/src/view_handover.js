// Shift handover: what is open, whose it is and since when, what was decided in this shift, what was noted; to print and to sign off.
import { decide, get } from "./api.js";
import { groupsOf, linkOf, lotTitle, sentence, titleOf } from "./attention.js";
import { fill, fold, h, stacked } from "./dom.js";
import { isInUse } from "./hands.js";
import { partyName, placeName } from "./names.js";
import { ownerName } from "./owners.js";
import { saying } from "./records.js";
import { doing } from "./say.js";
import { all, mayWork, picture } from "./store.js";
import { age, moment, number, period, t, word } from "./texts.js";

const DECISIONS_MOST = 500;
const PAGES_MOST = 60; // of 20,000 records of the log: what a shift brings at most before this page gives up and says so

/** @type {HTMLElement} */
let place;

// ---- what is open ----

const LOT = 4; // so many of a kind that nobody sees to are told in one line: orders are listed below

/** Of one grade and kind those that nobody sees to in one, worst first as they came. @param {any[]} things */
function together(things) {
  const grades = [...new Set(things.map((thing) => thing.grade))];
  return grades
    .flatMap((grade) => groupsOf(things.filter((thing) => thing.grade === grade)))
    .flatMap((group) => {
      const free = group.filter((thing) => !thing.owner);
      if (free.length < LOT) return group;
      const longest = free.reduce((a, b) => ((b.age_s || 0) > (a.age_s || 0) ? b : a));
      return [{ ...longest, subject: "", said: lotTitle(free) }, ...group.filter((thing) => thing.owner)];
    });
}

function openTable(things) {
  if (things.length === 0) return h("p", { class: "note" }, t("handover.nothing-open"));
  return stacked(
    h(
      "table",
      { class: "small" },
      h(
        "thead",
        null,
        h(
          "tr",
          null,
          ["handover.what", "handover.whose", "handover.since"].map((key) => h("th", { scope: "col" }, t(key))),
        ),
      ),
      h(
        "tbody",
        null,
        together(things).map((thing) =>
          h(
            "tr",
            null,
            h(
              "th",
              { scope: "row", class: "wrap" },
              h(
                "span",
                { class: "mark " + { alarm: "bad", decision: "ask", warning: "off" }[thing.grade] },
                { alarm: "▲", decision: "◆", warning: "△" }[thing.grade],
                " ",
                t("now." + thing.grade),
              ),
              " ",
              h("a", { href: linkOf(thing) }, thing.said || `${titleOf(thing)} ${sentence(thing)}`),
              thing.figures.level
                ? " · " + t("order.escalated", { level: thing.figures.level, to: ownerName(thing.figures.to) })
                : "",
            ),
            h(
              "td",
              { class: "wrap" },
              thing.owner
                ? [ownerName(thing.owner.name), thing.owner.note ? " · " + thing.owner.note : ""]
                : h("span", { class: "mark ask" }, t("owner.nobody")),
            ),
            h("td", null, thing.age_s === null || thing.age_s === undefined ? "—" : age(thing.age_s)),
          ),
        ),
      ),
    ),
  );
}

/** @param {any[]} orders */
function ordersTable(orders) {
  return stacked(
    h(
      "table",
      { class: "small" },
      h(
        "thead",
        null,
        h(
          "tr",
          null,
          ["order.kind", "order.to", "order.state", "order.deadline", "order.escalation"].map((key) =>
            h("th", { scope: "col" }, t(key)),
          ),
        ),
      ),
      h(
        "tbody",
        null,
        orders.map((order) =>
          h(
            "tr",
            null,
            h(
              "th",
              { scope: "row" },
              h("a", { href: "#/orders/" + order.id }, "№ ", order.id, " ", word("order", order.kind)),
            ),
            h("td", null, partyName(order.addressee)),
            h(
              "td",
              null,
              h(
                "span",
                { class: "mark " + (order.overdue ? "bad" : "off") },
                order.overdue ? "▲ " : "",
                word("order-state", order.state),
                order.overdue ? " · " + t("order.overdue") : "",
              ),
            ),
            h("td", null, moment(order.deadline_wall_ms)),
            h(
              "td",
              null,
              order.escalation
                ? t("order.escalated", { level: order.escalation.level, to: ownerName(order.escalation.to) })
                : "—",
            ),
          ),
        ),
      ),
    ),
  );
}

const LATE_AT_ONCE = 12;

/** Orders that somebody has to see to; those that go as they should are folded away. @param {any[]} orders overdue first */
function openOrders(orders) {
  if (orders.length === 0) return h("p", { class: "note" }, t("handover.no-orders"));
  const late = orders.filter((order) => order.overdue || order.escalation),
    shown = late.slice(0, LATE_AT_ONCE),
    rest = orders.filter((order) => !shown.includes(order));
  return [
    shown.length > 0 ? ordersTable(shown) : h("p", { class: "mark good" }, "● ", t("handover.none-late")),
    rest.length > 0 &&
      fold("handover orders", t("handover.more-orders", { n: number(rest.length) }), ordersTable(rest)),
  ];
}

// ---- what was decided ----

/** What people decided after a position, oldest first; `more` says that there is more than is read here. @param {number} after */
async function decisionsSince(after) {
  const found = [];
  let from = after + 1;
  for (let page = 0; page < PAGES_MOST && from <= ((picture.status && picture.status.position) || 0); page++) {
    const said = await get("/log", { decisions: true, from, limit: 1000 });
    found.push(...said.items);
    if (said.next === null) return { found, more: false };
    from = said.next;
  }
  return { found, more: from <= ((picture.status && picture.status.position) || 0) };
}

/** Of orders that came with one approval only the approval is told. @param {any[]} records */
function worthTelling(records) {
  return records.filter(
    (record) => !["note", "handover"].includes(record.record) && !(record.record === "order" && record.approval),
  );
}

const RUN = 4; // so many of one kind one after the other are told in one line

/** Neighbours of one kind together: who enters a hundred answers has decided nothing else meanwhile. @param {any[]} records @returns {any[][]} */
function runsOf(records) {
  const runs = [];
  for (const record of records) {
    const last = runs[runs.length - 1];
    if (last && last[0].record === record.record && last[0].name === record.name) last.push(record);
    else runs.push([record]);
  }
  return runs.flatMap((run) => (run.length < RUN ? run.map((one) => [one]) : [run]));
}

/** @param {any} record */
const decision = (record) =>
  h(
    "li",
    null,
    h("small", null, moment(record.wall_ms), " · ", record.name),
    " ",
    h("b", null, word("record", record.record)),
    " ",
    saying(record),
  );

/** @param {any[]} run newest first */
function told(run) {
  if (run.length === 1) return decision(run[0]);
  return h(
    "li",
    null,
    fold(
      "handover run " + run[run.length - 1].position,
      [
        h("small", null, period(run[run.length - 1].wall_ms, run[0].wall_ms), " · ", run[0].name),
        " ",
        word("record", run[0].record),
        " × ",
        number(run.length),
      ],
      h("ol", { class: "plain journal" }, run.map(decision)),
    ),
  );
}

function decisionsList(records, more) {
  const all = worthTelling(records);
  if (all.length === 0) return h("p", { class: "note" }, t("handover.no-decisions"));
  return [
    more && h("p", { class: "mark ask" }, "△ ", t("handover.more")),
    h("ol", { class: "plain journal" }, runsOf(all.slice(-DECISIONS_MOST).reverse()).map(told)),
  ];
}

function notesList(records) {
  const notes = records.filter((record) => record.record === "note");
  if (notes.length === 0) return h("p", { class: "note" }, t("journal.empty"));
  return h(
    "ol",
    { class: "plain journal" },
    notes
      .reverse()
      .map((record) =>
        h(
          "li",
          null,
          h("small", null, moment(record.wall_ms), " · ", record.name),
          " ",
          record.subject ? h("b", null, record.subject, " ") : "",
          record.text,
        ),
      ),
  );
}

// ---- the handover itself ----

function handOverForm() {
  const submit = (event) => {
    event.preventDefault();
    const form = new FormData(event.target);
    return doing(
      event,
      () =>
        decide("POST", "/handovers", {
          to: String(form.get("to")).trim(),
          ...(form.get("text") ? { text: form.get("text") } : {}),
        }),
      t("handover.done"),
    ).then((done) => {
      if (done) draw();
    });
  };
  return h(
    "form",
    { onsubmit: submit, class: "form noprint" },
    h("h2", null, t("handover.hand-over")),
    h("label", null, t("handover.to"), h("input", { name: "to", required: true, maxlength: 64 })),
    h("label", null, t("handover.text"), h("textarea", { name: "text", rows: 4, maxlength: 1000 })),
    h("button", { class: "go" }, t("handover.hand-over")),
  );
}

function lastHandover(handovers) {
  const last = handovers[0];
  if (!last) return h("p", null, t("handover.first"));
  return h(
    "div",
    { class: "message" },
    h("p", null, h("b", null, t("handover.from-to", { from: last.name, to: last.to })), " · ", moment(last.wall_ms)),
    last.text && h("p", null, last.text),
  );
}

// Somebody may be writing: also one who began while this was asked for.
const inUse = () => isInUse(place);

/** @param {() => boolean} [unless] where it holds once all is there, what stands is left */
async function draw(unless = () => false) {
  const into = place;
  const [attention, orders, handovers, requests] = await Promise.all([
    all("/attention", {}, null),
    all("/orders", {}, null),
    get("/handovers", { limit: 20 }),
    all("/requests", {}, null),
  ]);
  const last = handovers.items[0],
    { found, more } = await decisionsSince(last ? last.position : 0);
  if (unless()) return;
  fill(
    into,
    h("h1", null, t("nav.handover"), " ", h("small", null, picture.status && moment(picture.status.wall_ms))),
    h("p", { class: "actions" }, h("button", { onclick: () => print() }, t("plan.print"))),
    lastHandover(handovers.items),
    h(
      "section",
      null,
      h("h2", null, t("handover.open"), " ", h("span", { class: "count" }, number(attention.length))),
      openTable(attention),
    ),
    h(
      "section",
      null,
      h("h2", null, t("charts.orders_open"), " ", h("span", { class: "count" }, number(orders.length))),
      openOrders(orders.slice(0, DECISIONS_MOST)),
    ),
    h(
      "section",
      null,
      h("h2", null, t("charts.requests_open"), " ", h("span", { class: "count" }, number(requests.length))),
      requests.length === 0
        ? h("p", { class: "note" }, t("handover.no-requests"))
        : h(
            "ul",
            { class: "plain" },
            requests
              .slice(0, DECISIONS_MOST)
              .map((request) =>
                h(
                  "li",
                  null,
                  placeName(request.place),
                  " · ",
                  word("request", request.kind),
                  " · ",
                  word("urgency", request.urgency),
                  " ",
                  h("small", null, age(request.age_s)),
                ),
              ),
          ),
    ),
    h("section", null, h("h2", null, t("handover.decided")), decisionsList(found, more)),
    h("section", null, h("h2", null, t("journal.title")), notesList(found)),
    mayWork() && handOverForm(),
    handovers.items.length > 1 &&
      h(
        "section",
        { class: "noprint" },
        h("h2", null, t("handover.earlier")),
        h(
          "ol",
          { class: "plain journal" },
          handovers.items
            .slice(1)
            .map((one) =>
              h(
                "li",
                null,
                h("small", null, moment(one.wall_ms)),
                " ",
                t("handover.from-to", { from: one.name, to: one.to }),
                one.text ? " · " + one.text : "",
              ),
            ),
        ),
      ),
    h(
      "div",
      { class: "signatures" },
      [t("handover.hands-over"), t("handover.takes-over")].map((who) =>
        h("p", null, who, ": ______________________________"),
      ),
    ),
  );
}

/** @type {import("./app.js").View} */
export const view = {
  kinds: ["orders", "notes", "plans", "owners"],
  async open(into) {
    place = into;
    await draw();
  },
  async refresh() {
    if (!inUse()) await draw(inUse);
  },
};
