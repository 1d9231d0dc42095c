// The first screen: is anything wrong, where, and what waits for my decision.
import { get } from "./api.js";
import { groupsOf, linkOf, lotTitle, sentence, titleOf } from "./attention.js";
import { fill, fold, h } from "./dom.js";
import { worstShelters } from "./features.js";
import { saysNext } from "./hazard_time.js";
import { loadHazards } from "./hazards.js";
import { openMap } from "./map_drawn.js";
import { ownerLine, ownerName } from "./owners.js";
import { say } from "./say.js";
import { picture } from "./store.js";
import { age, number, percent, t } from "./texts.js";

const MOST = 12;
const PLACES_MOST = 1000; // of more only what is wrong is drawn here, for this page is drawn anew every second
const SIGNS = { decision: "◆", alarm: "▲", warning: "△" };
const TONES = { decision: "ask", alarm: "bad", warning: "off" };

let attention = h("div", null);
let figures = h("div", null);
let verdict = h("div", null);
let next = h("p", null);
/** @type {{ refresh: () => void | Promise<void>, close: () => void } | null} */
let map = null;

// ---- is anything wrong ----

/** One answer to one question, with where to look. @param {string} grade @param {any[]} things */
function answer(grade, things) {
  const groups = groupsOf(things),
    quiet = things.length === 0;
  return h(
    "a",
    {
      class: "answer " + (quiet ? "good" : TONES[grade]),
      href: "#now-" + grade,
      onclick: (event) => {
        // an address of its own would be another page
        event.preventDefault();
        const column = document.getElementById("now-" + grade);
        if (column) column.scrollIntoView({ block: "start" });
      },
    },
    h(
      "b",
      null,
      quiet ? "●" : SIGNS[grade],
      " ",
      quiet ? t("now.none-" + grade) : t("now.count-" + grade, { n: number(things.length) }),
    ),
    !quiet && h("span", null, groups.slice(0, 2).map(lotTitle).join(" · "), groups.length > 2 && " …"),
  );
}

// ---- what, and whose ----

function item(thing) {
  const title = titleOf(thing),
    said = `${title} ${sentence(thing)}`.trim();
  return h(
    "li",
    null,
    h("a", { href: linkOf(thing) }, title && h("b", null, title), title && " ", sentence(thing)),
    " ",
    thing.age_s === null ? "" : h("small", null, age(thing.age_s)),
    thing.figures.level &&
      h(
        "span",
        { class: "mark bad" },
        " ⇧ ",
        t("order.escalated", { level: thing.figures.level, to: ownerName(thing.figures.to) }),
      ),
    ownerLine(thing, said, drawAttention),
  );
}

/** Many of one kind are one line, with all of them folded below. @param {any[]} group */
function lot(group) {
  if (group.length <= 3) return group.map(item);
  const oldest = Math.max(...group.map((thing) => thing.age_s || 0));
  return h(
    "li",
    null,
    fold(
      "now " + group[0].grade + group[0].kind,
      [lotTitle(group), " ", h("small", null, t("now.oldest", { age: age(oldest) }))],
      h("ul", { class: "plain" }, group.slice(0, MOST).map(item)),
      group.length > MOST &&
        h(
          "p",
          { class: "note" },
          h("a", { href: linkOf({ ...group[0], subject: "" }) }, t("now.more", { n: number(group.length - MOST) })),
        ),
    ),
  );
}

function column(grade, things) {
  return h(
    "section",
    { class: "column " + grade, "aria-labelledby": "now-" + grade },
    h(
      "h2",
      { id: "now-" + grade },
      SIGNS[grade],
      " ",
      t("now." + grade),
      " ",
      h("span", { class: "count" }, number(things.length)),
    ),
    things.length === 0
      ? h("p", { class: "note" }, t("now.none-" + grade))
      : h("ul", { class: "plain" }, groupsOf(things).map(lot)),
  );
}

async function drawAttention() {
  const things = (await get("/attention", { limit: 1000, at: picture.at })).items;
  const of = (grade) => things.filter((thing) => thing.grade === grade);
  const grades = ["decision", "alarm", "warning"];
  const blind = picture.regionMissing,
    says = blind && things.length === 0 ? [] : grades; // who knows of no place does not say that all is well
  fill(
    verdict,
    blind && h("p", { class: "message", role: "status" }, t("no-region")),
    says.map((grade) => answer(grade, of(grade))),
  );
  fill(
    attention,
    says.map((grade) => column(grade, of(grade))),
  );
}

// ---- how many, and where ----

/** @param {any} value @param {string} label @param {string} link @param {any} [note] @param {boolean} [bad] */
function card(value, label, link, note, bad) {
  return h(
    "a",
    { class: bad ? "card bad" : "card", href: link },
    h("b", null, value),
    h("span", null, label),
    note && h("small", null, note),
  );
}

function drawFigures() {
  const status = picture.status;
  if (!status) return;
  const { people, shelters, nodes, orders, requests } = status;
  const free = shelters.capacity_open !== undefined ? Math.max(0, shelters.capacity_open - people.sheltered) : null;
  fill(
    figures,
    card(
      number(people.sheltered),
      t("now.sheltered"),
      "#/places",
      shelters.capacity_open ? t("now.of-places", { share: percent(people.sheltered / shelters.capacity_open) }) : "",
    ),
    card(number(people.on_the_way), t("now.on-the-way"), "#/places"),
    people.evacuating + people.overdue > 0 &&
      card(
        "≈ " + number(people.evacuating),
        t("now.evacuating"),
        "#/plans",
        people.overdue > 0 ? t("now.overdue-people", { n: number(people.overdue) }) : t("now.estimated"),
        people.overdue > 0,
      ),
    card(
      number(free),
      t("now.free"),
      "#/places",
      shelters.capacity_unknown ? t("now.capacity-unknown", { n: number(shelters.capacity_unknown) }) : "",
    ),
    card(`${number(shelters.open)}/${number(shelters.all)}`, t("now.shelters-open"), "#/map"),
    card(
      number(nodes.stale),
      t("now.stale"),
      "#/places/nodes",
      t("now.present", { n: number(nodes.present) }),
      nodes.stale > 0,
    ),
    card(
      number(orders.open),
      t("now.orders"),
      "#/orders",
      t("now.overdue", { n: number(orders.overdue) }),
      orders.overdue > 0,
    ),
    card(number(requests.open), t("now.requests"), "#/supplies"),
  );
}

/** What hazards are told to hit next. */
async function drawNext() {
  await loadHazards().catch(say);
  const said = saysNext();
  next.hidden = said === null;
  if (said !== null && next.textContent !== "△ " + said) fill(next, "△ ", said);
}

/** @type {import("./app.js").View} */
export const view = {
  kinds: [
    "hazards",
    "status",
    "shelters",
    "depots",
    "zones",
    "network",
    "orders",
    "plans",
    "requests",
    "nodes",
    "owners",
  ],
  async open(into) {
    attention = h("div", { class: "columns" });
    figures = h("div", { class: "cards" });
    verdict = h("div", { class: "answers" });
    next = h("p", { class: "next", hidden: true });
    const box = h("div", { class: "map small" });
    fill(
      into,
      h("h1", { class: "hidden" }, t("nav.now")),
      verdict,
      figures,
      h(
        "div",
        { class: "nowview" },
        attention,
        h(
          "section",
          { class: "where" },
          h("h2", null, t("now.where")),
          next,
          box,
          h(
            "p",
            { class: "note" },
            picture.shelters.size > PLACES_MOST && [t("now.only-wrong"), " "],
            h("a", { href: "#/map" }, t("now.map")),
          ),
        ),
      ),
    );
    drawFigures();
    await Promise.all([drawAttention(), drawNext()]);
    const opened = await openMap(
      box,
      (kind, id) => {
        location.hash = `#/map/${kind}/${encodeURIComponent(id)}`;
      },
      { names: (place) => place.grade === "bad" || place.stale, shelters: () => worstShelters(PLACES_MOST) },
    );
    if (!box.isConnected) return opened.close(); // somebody turned elsewhere while it was drawn
    map = opened;
  },
  async refresh() {
    drawFigures();
    await Promise.all([drawAttention(), drawNext()]);
    if (map) await map.refresh();
  },
  close() {
    if (map) map.close();
    map = null;
  },
};
