// Plans: what is proposed beside what is in force, what changes, how good it is, and the decision.
import { decide, get, url } from "./api.js";
import { buses } from "./buses.js";
import { deliveries } from "./deliveries.js";
import { fill, h } from "./dom.js";
import { isShut } from "./features.js";
import { isInUse } from "./hands.js";
import { placeName, roadName, zoneName } from "./names.js";
import { bindings, bindMove } from "./plan_bind.js";
import { averageKey, averageOf, bottlenecks, differences, peopleOf, sideBySide } from "./plan_compare.js";
import { goodsChoices } from "./plan_goods.js";
import { leftOver } from "./plan_left.js";
import { onWay, progressOf } from "./plan_progress.js";
import { sheets } from "./plan_sheets.js";
import { qrOf } from "./qr.js";
import { doing, fileName } from "./say.js";
import { may, picture } from "./store.js";
import { Table } from "./table.js";
import { isKnown, orUnknown, rate, rateOf, shortSpan, shortWay, times, wayOf } from "./timetable.js";
import { duration, number, percent, t, word } from "./texts.js";

/** @type {HTMLElement} */
let box;
let shown = "";
let against = "";

// ---- the list ----

/** Of proposals only the newest asks for a decision. @param {any} plan @param {number} newest the number of the newest plan */
function standing(plan, newest) {
  const stands = plan.standing === "proposed" && plan.id < newest ? "older" : plan.standing;
  const sign =
    { "in-force": "●", proposed: "◆", older: "◇", approved: "○", overtaken: "○", withdrawn: "✕" }[stands] || "";
  return h(
    "span",
    { class: "mark " + (stands === "in-force" ? "good" : stands === "proposed" ? "ask" : "off") },
    sign,
    " ",
    word("standing", stands),
  );
}

/** Plans anew under what binds now, and shows it beside the plan that is looked at. @param {any} event */
async function make(event) {
  const before = shown;
  await doing(
    event,
    async () => {
      const made = (await decide("POST", "/plans")).plan;
      location.hash = `#/plans/${made}${before ? "/" + before : ""}`;
    },
    t("plan.made"),
  );
}

/** @param {() => boolean} unless where it holds once all is there, what stands is left */
async function openList(unless) {
  const into = box;
  const plans = (await get("/plans", { limit: 100, at: picture.at })).items;
  if (unless()) return;
  fill(
    into,
    h("h1", null, t("nav.plans")),
    may("planner", "approver") &&
      h("p", { class: "actions" }, h("button", { class: "go", onclick: make }, t("plan.make"))),
    plans.length === 0
      ? h("p", { class: "note" }, t("plan.none"))
      : h(
          "ul",
          { class: "plain plans" },
          plans.map((plan) =>
            h(
              "li",
              null,
              h("a", { href: "#/plans/" + plan.id }, h("b", null, t("plan.title", { id: plan.id }))),
              " ",
              standing(plan, plans[0].id),
              " ",
              h("span", null, t("plan.serves", { moves: number(plan.move_count), left: number(plan.unserved_people) })),
              " ",
              h("small", null, plan.author ? t("plan.by", { name: plan.author }) : t("plan.by-itself")),
            ),
          ),
        ),
    bindings(() => h("button", { onclick: make }, t("plan.make"))),
  );
}

// ---- one plan ----

/** How good it is, in plain words: what it reaches, and what no plan can beat. */
function proof(plan) {
  const gap =
    plan.unserved_people > plan.unserved_bound
      ? t("plan.gap-left", { least: number(plan.unserved_bound) })
      : t("plan.tight-left");
  return h(
    "section",
    { class: "proof" },
    h("h2", null, t("plan.how-good")),
    h(
      "dl",
      null,
      h(
        "div",
        null,
        h("dt", null, t("plan.left")),
        h(
          "dd",
          null,
          h("b", null, number(plan.unserved_people)),
          " · ",
          gap,
          plan.unserved_people > 0 &&
            isKnown(plan.late_people) &&
            h(
              "small",
              null,
              " ",
              t("plan.left-how", {
                late: number(plan.late_people),
                without: number(plan.unserved_people - plan.late_people),
              }),
            ),
          plan.precedence_people > 0 &&
            h("p", { class: "note" }, t("plan.precedence", { n: number(plan.precedence_people) })),
        ),
      ),
      h(
        "div",
        null,
        h("dt", null, t(averageKey(plan))),
        h(
          "dd",
          null,
          h("b", null, duration(averageOf(plan))),
          " · ",
          plan.person_seconds <= plan.person_seconds_bound
            ? t("plan.tight-time")
            : t("plan.gap-time", { gap: percent(plan.time_gap) }),
        ),
      ),
      h(
        "div",
        null,
        h("dt", null, t("plan.goods")),
        h(
          "dd",
          null,
          plan.unmet_cost <= plan.unmet_bound
            ? t("plan.tight-goods")
            : t("plan.gap-goods", { gap: percent(plan.goods_gap) }),
        ),
      ),
    ),
    plan.stopped_early && h("p", { class: "mark ask" }, "△ ", t("plan.stopped")),
  );
}

/** Roads whose lanes the plan wants to run one way, and what those that are new gain. */
function reversals(plan) {
  if (!plan.reversals || plan.reversals.length === 0) return null;
  const earlier = plan.contraflow_person_seconds / Math.max(1, peopleOf(plan)),
    people = plan.contraflow_people;
  return h(
    "section",
    { class: "reversals" },
    h("h2", null, t("reversal.title")),
    earlier > 0 && h("p", { class: "note" }, t("reversal.gain", { time: duration(earlier) })),
    people > 0 && h("p", { class: "note" }, t("reversal.more", { n: number(people) })),
    h(
      "ul",
      { class: "plain" },
      plan.reversals.map((one) =>
        h("li", null, t("reversal.line", { stopped: roadName(one.link), gets: roadName(one.gives_to) })),
      ),
    ),
  );
}

function moveTable(plan) {
  const table = new Table(
    t("plan.moves"),
    [
      { key: "zone", title: t("zone"), value: (move) => zoneName(move.zone) },
      { key: "shelter", title: t("shelter"), value: (move) => placeName(move.shelter) },
      { key: "people", title: t("people"), value: (move) => move.people, numeric: true },
      { key: "wheelchair", title: t("figure.wheelchair"), value: (move) => move.wheelchair || 0, numeric: true },
      { key: "without", title: t("without-vehicle"), value: (move) => move.without_vehicle || 0, numeric: true },
      {
        key: "leave",
        title: t("timetable.leave-short"),
        value: (move) => move.departs_s ?? null,
        show: (move) => shortSpan(move.departs_s, move.departed_s),
        numeric: true,
      },
      { key: "rate", title: t("order.rate"), value: rateOf, show: rate, numeric: true },
      {
        key: "arrive",
        title: t("timetable.arrive-short"),
        value: (move) => move.arrives_s ?? null,
        show: (move) => shortSpan(move.arrives_s, move.arrived_s),
        numeric: true,
      },
      {
        key: "travel",
        title: t("travel"),
        value: (move) => move.travel_s ?? null,
        show: (move) => orUnknown(move.travel_s, duration),
        numeric: true,
      },
      { key: "changed", title: t("changed"), value: (move) => (move.changed ? t("yes") : "") },
      { key: "route", title: t("route"), value: wayOf, show: shortWay, rest: true },
    ].filter(({ key }) => key !== "changed" || plan.moves.some((move) => move.changed)),
    (move) => bindMove(move, box),
  );
  table.set(plan.moves);
  table.element.classList.add("dense");
  return table.element;
}

// ---- deciding ----

const again = () => h("button", { class: "again", onclick: make }, t("plan.again"));

/** What the plan counts on and that is gone since it was made: roads that were shut, shelters that do not take people any more. @param {any} plan */
function broken(plan) {
  const used = new Set(plan.moves.flatMap((move) => move.links || [])),
    goals = new Set(plan.moves.map((move) => move.shelter));
  const roads = ((picture.roads && picture.roads.features) || [])
    .map((road) => ({ ...road.properties, id: road.properties.id ?? road.id }))
    .filter((road) => used.has(road.id) && isShut(road, null));
  const places = [...goals].filter((id) => ["damaged", "closed"].includes((picture.shelters.get(id) || {}).status));
  return [
    roads.length > 0 &&
      t("plan.broken-roads", { n: number(roads.length), names: roads.map((road) => roadName(road.id)).join(", ") }),
    places.length > 0 && t("plan.broken-places", { n: number(places.length), names: places.map(placeName).join(", ") }),
  ].filter(Boolean);
}

/** What speaks against deciding for this plan, said where it would be decided. @param {any} plan @param {number} newest @param {any[]} plans the last */
function reservation(plan, newest, plans) {
  return [
    plan.standing === "proposed" && broken(plan).map((said) => h("p", { class: "message bad" }, said)),
    newer(plan, newest, plans),
  ];
}

/** @param {any} plan @param {number} newest @param {any[]} plans the last */
function newer(plan, newest, plans) {
  if (plan.standing === "overtaken") {
    const by = plans.find((other) => other.standing === "in-force" && other.id > plan.id);
    return h(
      "p",
      { class: "message" },
      by
        ? [
            t("plan.overtaken-by", { id: by.id }),
            " ",
            h("a", { href: `#/plans/${by.id}/${plan.id}` }, t("plan.title", { id: by.id })),
          ]
        : t("plan.overtaken"),
    );
  }
  if (plan.standing !== "proposed" || plan.id === newest) return null;
  return h(
    "p",
    { class: "message" },
    t("plan.newer", { id: newest }),
    " ",
    h("a", { href: `#/plans/${newest}/${plan.id}` }, t("plan.see-newer", { id: newest })),
  );
}

/** Each part of a plan but its moves: where it stands, and in what member. */
const PARTS = [
  ["on_way"],
  ["changes"],
  ["left"],
  ["reversals"],
  ["runs", "buses"],
  ["shipments"],
  ["trips", "fleet"],
  ["undelivered", "fleet"],
  ["kits", "goods"],
  ["transfers", "goods"],
  ["order_changes", "goods"],
];

/** The parts that have something in them, to be taken away. @param {any} plan */
function parts(plan) {
  const full = PARTS.filter(([part, within]) => ((within ? plan[within] || {} : plan)[part] || []).length > 0);
  return (
    full.length > 0 &&
    h(
      "details",
      { class: "more" },
      h("summary", { class: "button" }, t("export.parts")),
      h(
        "ul",
        { class: "plain" },
        full.map(([part]) =>
          h(
            "li",
            null,
            h(
              "a",
              {
                href: url(`/plans/${plan.id}`, { format: "csv", part }),
                download: fileName(`plan-${plan.id}-${part}.csv`),
              },
              word("part", part),
            ),
          ),
        ),
      ),
    )
  );
}

/** @param {any} plan @param {boolean} isNewest */
function actions(plan, isNewest) {
  const approve = (event) =>
    doing(event, () => decide("PUT", `/plans/${plan.id}/approval`, {}), t("plan.approved", { id: plan.id })).then(() =>
      refresh(),
    );
  const withdraw = (event) =>
    doing(event, () => decide("DELETE", `/plans/${plan.id}/approval`, {}), t("plan.withdrawn")).then(() => refresh());
  const own = picture.session && picture.session.two_persons && plan.author === picture.session.account;
  return h(
    "p",
    { class: "actions" },
    plan.standing === "proposed" &&
      may("approver") &&
      h(
        "button",
        { class: "go", disabled: own, onclick: approve },
        isNewest ? t("plan.approve") : t("plan.approve-older", { id: plan.id }),
      ),
    own && plan.standing === "proposed" && h("small", null, t("plan.two-persons")),
    plan.standing === "in-force" && may("approver") && h("button", { onclick: withdraw }, t("plan.withdraw")),
    may("planner", "approver") && again(),
    h(
      "a",
      { class: "button", href: url(`/plans/${plan.id}`, { format: "csv" }), download: fileName(`plan-${plan.id}.csv`) },
      t("export.csv"),
    ),
    parts(plan),
    h("button", { onclick: () => print() }, t("plan.print")),
  );
}

/** Which plan it is compared with: the one in force, or another. @param {any} plan @param {any[]} plans */
function chooseBase(plan, plans) {
  const choose = (event) => {
    location.hash = `#/plans/${plan.id}${event.target.value ? "/" + event.target.value : ""}`;
  };
  return h(
    "label",
    { class: "inline with" },
    t("compare.with"),
    h(
      "select",
      { onchange: choose, name: "against" },
      h("option", { value: "", selected: !against }, t("compare.in-force")),
      plans
        .filter((other) => other.id !== plan.id)
        .map((other) =>
          h(
            "option",
            { value: other.id, selected: String(other.id) === against },
            `${t("plan.title", { id: other.id })} · ${word("standing", other.standing)}`,
          ),
        ),
    ),
  );
}

/** @param {string} id @param {() => boolean} unless where it holds once all is there, what stands is left */
async function openPlan(id, unless) {
  const into = box,
    at = picture.at;
  const [plan, diff, plans, progress] = await Promise.all([
    get("/plans/" + id, { at }),
    get(`/plans/${id}/diff`, { against, at }),
    get("/plans", { limit: 9, at }),
    get("/progress", { at }),
  ]);
  const code = await qrOf(
    `${location.origin}/#/plans/${plan.id}`,
    t("sheet.code-of", { address: `${location.origin}/#/plans/${plan.id}` }),
  );
  const base = diff.against && diff.against !== plan.id ? await get("/plans/" + diff.against, { at }) : null;
  if (unless()) return;
  const newest = Math.max(plan.id, ...plans.items.map((other) => other.id));
  fill(
    into,
    h("p", null, h("a", { href: "#/plans" }, "← ", t("nav.plans"))),
    h("h1", null, t("plan.title", { id: plan.id }), " ", standing(plan, newest)),
    reservation(plan, newest, plans.items),
    actions(plan, plan.id === newest),
    h(
      "div",
      { class: "columns two" },
      h("div", { class: "figures" }, proof(plan), times(plan)),
      h("section", null, h("h2", null, t("compare.title")), chooseBase(plan, plans.items), sideBySide(base, plan)),
    ),
    plan.standing === "in-force" && progressOf(progress.items),
    onWay(plan),
    reversals(plan),
    h(
      "section",
      { class: "changes" },
      h("h2", null, t("plan.changes")),
      differences(diff),
      h(
        "p",
        { class: "actions" },
        h(
          "a",
          {
            class: "button",
            href: url(`/plans/${plan.id}/diff`, { format: "csv", against: against || null }),
            download: fileName(`plan-${plan.id}-changes.csv`),
          },
          t("export.diff"),
        ),
      ),
    ),
    h(
      "div",
      { class: "columns two" },
      h("section", null, h("h2", null, t("plan.who-is-left")), leftOver(plan)),
      h(
        "div",
        null,
        h("section", null, h("h2", null, t("compare.bottlenecks")), bottlenecks(plan)),
        goodsChoices(plan),
        deliveries(plan),
      ),
    ),
    buses(plan),
    h(
      "section",
      null,
      h("h2", null, t("plan.moves")),
      may("planner") && h("p", { class: "note noprint" }, t("directive.note")),
      moveTable(plan),
    ),
    bindings(again),
    sheets(plan, code),
  );
}

async function refresh(unless = () => false) {
  if (shown) await openPlan(shown, unless);
  else await openList(unless);
}

// A form that somebody fills in is not drawn over: also one that was begun while the page was asked for.
const inUse = () => document.querySelector("dialog[open], .binding details[open]") !== null || isInUse(box);

/** @type {import("./app.js").View} */
export const view = {
  kinds: ["plans", "network"],
  async open(into, [id, other]) {
    box = into;
    shown = id || "";
    against = other || "";
    await refresh();
  },
  async refresh() {
    if (!inUse()) await refresh(inUse);
  },
};
