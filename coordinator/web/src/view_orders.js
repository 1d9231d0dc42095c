// Orders: to nodes by message, to posts by voice; every state, overdue first; issue, revise, cancel, enter an answer.
import { decide, get, url } from "./api.js";
import { runsOf } from "./buses.js";
import { fill, h } from "./dom.js";
import { isInUse } from "./hands.js";
import { itemName, partyName, placeName, roadName, zoneName } from "./names.js";
import { ownerName } from "./owners.js";
import { doing, fileName } from "./say.js";
import { all, may, picture } from "./store.js";
import { rowsOf, suggestions } from "./suggest.js";
import { Table } from "./table.js";
import { routeOf } from "./timetable.js";
import { age, moment, momentAgo, number, period, t, word } from "./texts.js";

const OPEN_STATES = ["issued", "stored", "seen", "accepted", "under-way", "partly-done"];
const KINDS = [
  "stand-by",
  "open",
  "close",
  "receive-people",
  "send-people-on",
  "warn-zone",
  "evacuate-zone",
  "bus-run",
  "close-road",
  "reverse-road",
  "ship",
  "expect-delivery",
  "return-goods",
  "stand-down",
];
const POSTS = ["node", "zone-warden", "bus-yard", "road-post", "place"];
const ANSWERS = ["seen", "accepted", "declined", "under-way", "done", "failed"];

/** @type {HTMLElement} */
let box;
/** @type {Table} */
let table;
let showAll = false;
let shownOrder = "";

const nameOfPost = (order) => partyName(order.addressee);

function stateMark(order) {
  const grade =
    order.overdue || order.state === "declined" || order.state === "failed"
      ? "bad"
      : order.state === "issued" || order.state === "stored"
        ? "ask"
        : order.state === "done"
          ? "good"
          : "off";
  return h(
    "span",
    { class: "mark " + grade },
    order.overdue ? "▲ " : "",
    word("order-state", order.state),
    order.overdue ? " · " + t("order.overdue") : "",
  );
}

function escalationMark(order) {
  return order.escalation
    ? h(
        "span",
        { class: OPEN_STATES.includes(order.state) ? "mark bad" : "mark off" },
        "⇧ ",
        t("order.escalated", { level: order.escalation.level, to: ownerName(order.escalation.to) }),
      )
    : "";
}

/** What an order says in words; the kits that the coordinator has opened first, in the language of the page. @param {any} order */
function saysOf(order) {
  const kits = /^open first: (\d+ \S+(?:, \d+ \S+)*)$/.exec(order.text || "");
  if (!kits) return order.text || "";
  const named = kits[1]
    .split(", ")
    .map((one) => one.split(" "))
    .map(([count, kit]) => `${itemName(kit)} ${number(Number(count))}`);
  return t("order.open-first", { kits: named.join(", ") });
}

function columns() {
  return [
    { key: "id", title: "№", value: (order) => order.id, show: (order) => String(order.id) },
    {
      key: "state",
      title: t("order.state"),
      value: (order) => (order.overdue ? "0" : "1") + word("order-state", order.state),
      show: stateMark,
    },
    { key: "kind", title: t("order.kind"), value: (order) => word("order", order.kind) },
    { key: "to", title: t("order.to"), value: nameOfPost },
    {
      key: "escalation",
      title: t("order.escalation"),
      value: (order) => (order.escalation ? order.escalation.level : 0),
      show: escalationMark,
    },
    {
      key: "deadline",
      title: t("order.deadline"),
      value: (order) => order.deadline_wall_ms ?? null,
      show: (order) => moment(order.deadline_wall_ms),
      numeric: true,
    },
    { key: "post", title: t("order.post"), value: (order) => word("post", order.post) },
    { key: "text", title: t("order.says"), value: saysOf, rest: true },
  ];
}

async function openList() {
  table = new Table(t("nav.orders"), columns(), (order) => {
    location.hash = "#/orders/" + order.id;
  });
  fill(
    box,
    h("h1", null, t("nav.orders")),
    h(
      "p",
      { class: "actions" },
      may("planner", "approver") && h("a", { class: "button go", href: "#/orders/new" }, t("order.new")),
      h(
        "label",
        { class: "inline" },
        h("input", {
          type: "checkbox",
          checked: showAll,
          onchange: (event) => {
            showAll = event.target.checked;
            refresh();
          },
        }),
        t("order.all"),
      ),
      h(
        "a",
        { class: "button", href: url("/orders", { format: "csv", all: showAll }), download: fileName("orders.csv") },
        t("export.csv"),
      ),
      h(
        "a",
        {
          class: "button",
          href: url("/orders", { format: "csv", view: "lines", all: showAll }),
          download: fileName("order-lines.csv"),
        },
        t("export.lines"),
      ),
    ),
    table.element,
  );
  await refresh();
}

// ---- one order ----

function said(order) {
  const entries = [];
  if (order.shelter) entries.push([t("shelter"), placeName(order.shelter)]);
  for (const line of order.people || []) entries.push([zoneName(line.zone), t("n-people", { n: number(line.people) })]);
  for (const line of order.lines || []) entries.push([itemName(line.item), number(line.quantity)]);
  if ((order.links || []).length)
    entries.push(
      order.post === "road-post"
        ? [t("order.roads"), order.links.map(roadName).join(", ")]
        : [t("route"), routeOf(order.links)],
    );
  if (order.start_wall_ms) entries.push([t("order.window"), period(order.start_wall_ms, order.end_wall_ms)]);
  if (order.people_per_hour) entries.push([t("order.rate"), number(order.people_per_hour)]);
  if (order.waybill) entries.push([t("waybill"), order.waybill]);
  if (order.text) entries.push([t("order.says"), saysOf(order)]);
  return h(
    "dl",
    null,
    entries.map(([title, value]) => h("div", null, h("dt", null, title), h("dd", null, value))),
  );
}

function answerForm(order) {
  const submit = (event) => {
    event.preventDefault();
    const form = new FormData(event.target);
    return doing(
      event,
      () =>
        decide("POST", `/orders/${order.id}/answers`, {
          state: form.get("state"),
          revision: order.revision,
          ...(form.get("reason") ? { reason: form.get("reason") } : {}),
        }),
      t("order.answered"),
    ).then((done) => (done ? openOrder(String(order.id)) : undefined));
  };
  return h(
    "form",
    { onsubmit: submit, class: "inline-form" },
    h("h2", null, t("order.answer-by-voice")),
    h(
      "label",
      null,
      t("order.answer"),
      h(
        "select",
        { name: "state" },
        ANSWERS.map((state) => h("option", { value: state }, word("order-state", state))),
      ),
    ),
    h("label", null, t("reason"), h("input", { name: "reason", maxlength: 400 })),
    h("button", null, t("send")),
  );
}

/** @param {string} id @param {() => boolean} [unless] where it holds once all is there, what stands is left */
async function openOrder(id, unless = () => false) {
  const into = box;
  const order = await get("/orders/" + id, { at: picture.at });
  if (unless()) return;
  const isOpen = OPEN_STATES.includes(order.state);
  const cancel = (event) =>
    doing(event, () => decide("DELETE", "/orders/" + id, {}), t("order.cancelled")).then(() => openOrder(id));
  fill(
    into,
    h("p", null, h("a", { href: "#/orders" }, "← ", t("nav.orders"))),
    h(
      "h1",
      null,
      word("order", order.kind),
      " · ",
      nameOfPost(order),
      " ",
      h("small", null, "№ ", order.id, " · ", t("order.revision", { n: order.revision })),
    ),
    h("p", null, stateMark(order)),
    order.escalation &&
      h(
        "p",
        null,
        escalationMark(order),
        " ",
        word("escalation", order.escalation.reason),
        " ",
        h("small", null, age(order.escalation.age_s)),
      ),
    said(order),
    runsOf(order),
    h(
      "section",
      null,
      h("h2", null, t("order.steps")),
      h(
        "ol",
        null,
        (order.steps || []).map((step) =>
          h(
            "li",
            null,
            word("order-state", step.state),
            " · ",
            momentAgo(step.age_s, picture.status && picture.status.wall_ms),
            " ",
            h("small", null, age(step.age_s)),
            " ",
            step.name || "",
            step.reason ? " · " + step.reason : "",
          ),
        ),
      ),
    ),
    isOpen && order.post !== "node" && may("planner", "approver", "shelter-staff", "depot-staff") && answerForm(order),
    h(
      "p",
      { class: "actions" },
      isOpen &&
        may("planner", "approver") &&
        h("a", { class: "button", href: `#/orders/revise/${id}` }, t("order.revise")),
      isOpen && may("planner", "approver") && h("button", { onclick: cancel }, t("order.cancel")),
      h("button", { onclick: () => print() }, t("plan.print")),
    ),
  );
}

// ---- a new one, or a revision ----

function orderForm(order, addressee) {
  const submit = (event) => {
    event.preventDefault();
    const form = new FormData(event.target),
      minutes = Number(form.get("minutes"));
    const body = {
      text: form.get("text") || undefined,
      shelter: form.get("shelter") || undefined,
      deadline_wall_ms:
        minutes > 0 ? ((picture.status && picture.status.wall_ms) || Date.now()) + minutes * 60000 : undefined,
    };
    const work = order
      ? () =>
          decide("PATCH", "/orders/" + order.id, body).then(() => {
            location.hash = "#/orders/" + order.id;
          })
      : () =>
          decide("POST", "/orders", {
            ...body,
            kind: form.get("kind"),
            post: form.get("post"),
            addressee: form.get("addressee"),
          }).then((answer) => {
            location.hash = "#/orders/" + answer.order;
          });
    return doing(event, work, t(order ? "order.revised" : "order.issued"));
  };
  fill(
    box,
    h("p", null, h("a", { href: "#/orders" }, "← ", t("nav.orders"))),
    h("h1", null, order ? t("order.revise-title", { id: order.id }) : t("order.new")),
    h(
      "form",
      { onsubmit: submit, class: "form" },
      !order && [
        h(
          "label",
          null,
          t("order.kind"),
          h(
            "select",
            { name: "kind" },
            KINDS.map((kind) => h("option", { value: kind }, word("order", kind))),
          ),
        ),
        h(
          "label",
          null,
          t("order.post"),
          h(
            "select",
            { name: "post" },
            POSTS.map((post) => h("option", { value: post }, word("post", post))),
          ),
        ),
        h(
          "label",
          null,
          t("order.to"),
          h("input", { name: "addressee", list: "addressees", required: true, maxlength: 64, value: addressee || "" }),
        ),
      ],
      suggestions("addressees", () => rowsOf(picture.shelters, picture.depots, picture.zones)),
      h(
        "label",
        null,
        t("order.where"),
        h("input", { name: "shelter", list: "addressees", maxlength: 64, value: (order && order.shelter) || "" }),
      ),
      h(
        "label",
        null,
        t("order.says"),
        h("textarea", { name: "text", maxlength: 1000, rows: 3 }, (order && order.text) || ""),
      ),
      h("label", null, t("order.minutes"), h("input", { name: "minutes", type: "number", min: 0, max: 100000 })),
      h("button", { class: "go" }, t(order ? "order.revise" : "order.issue")),
    ),
  );
}

// An answer that somebody enters is not drawn over: also one that was begun while the order was asked for.
const inUse = () => isInUse(box);

async function refresh() {
  const mine = table;
  if (shownOrder && !inUse()) await openOrder(shownOrder, inUse);
  if (mine) mine.set(await all("/orders", showAll ? { all: true } : {}));
}

/** @type {import("./app.js").View} */
export const view = {
  kinds: ["orders"],
  async open(into, [what, id]) {
    box = into;
    table = /** @type {any} */ (null);
    shownOrder = "";
    if ((what === "new" || what === "revise") && !may("planner", "approver")) location.hash = "#/orders";
    else if (what === "new") orderForm(null, id);
    else if (what === "revise") orderForm(await get("/orders/" + id));
    else if (what) await openOrder((shownOrder = what));
    else await openList();
  },
  refresh,
};
