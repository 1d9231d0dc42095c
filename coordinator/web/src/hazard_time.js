// The timeline of hazards beside the map: a step for each moment at which something begins or ends, by slider, by button, or from a list.
import { fill, h } from "./dom.js";
import { isShut } from "./features.js";
import { hitsAt, momentsAhead, nextHits, nowMs, turnAt } from "./hazards.js";
import { placeName, zoneName } from "./names.js";
import { picture } from "./store.js";
import { duration, moment, number, t } from "./texts.js";

const NAMES_MOST = 4;

/** The moment that is shown; null: now. @type {number | null} */
let shown = null;

/** What hazards hit at the moment that is shown, null: now; and which roads close after it. For whoever draws a map. */
export const ahead = {
  hits: () => (shown === null ? null : hitsAt(shown)),
  closing: () => nextHits("links", shown ?? nowMs()),
};

// ---- in words ----

/** Roads by name; the two ways of one road are one. @param {Iterable<string>} links */
function roadNames(links) {
  const wanted = new Set(links),
    names = new Map();
  for (const { id, properties } of (picture.roads && picture.roads.features) || []) {
    const link = properties.id ?? id;
    if (wanted.delete(link)) names.set([properties.from, properties.to].sort().join("\n"), properties.name || link);
  }
  return [...[...names.values()].filter((name, i, all) => all.indexOf(name) === i), ...wanted];
}

/** @param {string} key @param {string[]} names */
function clause(key, names) {
  if (names.length === 0) return null;
  const some =
    names.length <= NAMES_MOST
      ? names.join(", ")
      : t("ahead.more", { names: names.slice(0, NAMES_MOST - 1).join(", "), n: number(names.length - NAMES_MOST + 1) });
  return t(key, { n: number(names.length), names: some });
}

/** What begins and ends at a moment. @param {number} at @returns {string} */
export function saysTurn(at) {
  const { begins, ends } = turnAt(at);
  const said = [
    clause("ahead.roads-close", roadNames(begins.links)),
    clause("ahead.roads-narrow", roadNames(begins.narrowed)),
    clause("ahead.zones-hit", [...begins.zones].map(zoneName)),
    clause("ahead.places-hit", [...begins.shelters, ...begins.depots].map(placeName)),
    clause("ahead.roads-open", roadNames(ends.links)),
    clause("ahead.roads-wide", roadNames([...ends.narrowed].filter((id) => !begins.links.has(id)))),
    clause("ahead.over", [...ends.zones, ...ends.shelters, ...ends.depots].map(placeName)),
  ];
  return said.filter(Boolean).join("; ");
}

/** How it stands at a moment, in figures. @param {number} at */
function saysStanding(at) {
  const hits = hitsAt(at),
    roads = (picture.roads && picture.roads.features) || [];
  const shut = roads
    .map((/** @type {any} */ road) => ({ ...road.properties, id: road.properties.id ?? road.id }))
    .filter((/** @type {any} */ road) => isShut(road, hits));
  return t("ahead.standing", {
    zones: number(hits.zones.size),
    roads: number(roadNames(shut.map((/** @type {any} */ road) => road.id)).length),
  });
}

/** The next moment at which something turns, in words; null: nothing is told. */
export function saysNext() {
  const [next] = momentsAhead();
  return next === undefined
    ? null
    : t("ahead.next", { when: moment(next), time: duration((next - nowMs()) / 1000), what: saysTurn(next) });
}

/** @param {number} at */
const when = (at) => `${moment(at)} · ${t("ahead.in", { time: duration((at - nowMs()) / 1000) })}`;

// ---- choosing ----

export class HazardTime {
  /** @param {() => any} again called when another moment is shown */
  constructor(again) {
    this.again = again;
    shown = null;
    this.slider = h("input", {
      type: "range",
      min: 0,
      step: 1,
      "aria-label": t("ahead.title"),
      oninput: (/** @type {any} */ event) => this.show(Number(event.target.value)),
    });
    this.said = h("p", { class: "saying", role: "status" });
    this.earlier = this.step("ahead.earlier", "◀", -1);
    this.later = this.step("ahead.later", "▶", 1);
    this.element = h(
      "section",
      { class: "ahead", "aria-label": t("ahead.title") },
      h("div", { class: "steps" }, this.earlier, this.slider, this.later),
      this.said,
    );
    this.refresh();
  }

  /** @param {string} key @param {string} sign @param {number} by */
  step(key, sign, by) {
    return h("button", { "aria-label": t(key), onclick: () => this.show(Number(this.slider.value) + by) }, sign);
  }

  /** @param {number} place among the moments ahead, from 1; 0: now */
  show(place) {
    const moments = momentsAhead();
    shown = place <= 0 || moments.length === 0 ? null : moments[Math.min(place, moments.length) - 1];
    this.refresh();
    this.again();
  }

  /** @param {number} at */
  showMoment(at) {
    this.show(momentsAhead().indexOf(at) + 1);
  }

  /** As time passes: a moment that has come is now. */
  refresh() {
    const moments = momentsAhead();
    if (shown !== null && !moments.includes(shown)) shown = null;
    const place = shown === null ? 0 : moments.indexOf(shown) + 1;
    this.element.hidden = moments.length === 0;
    this.slider.max = String(moments.length);
    this.slider.value = String(place);
    this.slider.setAttribute("aria-valuetext", shown === null ? t("ahead.now") : when(shown));
    this.earlier.disabled = place === 0;
    this.later.disabled = place === moments.length;
    const said =
      shown === null
        ? [t("ahead.now"), [saysStanding(nowMs()), saysNext()].filter(Boolean).join(" ")]
        : [when(shown), `${saysTurn(shown)}. ${saysStanding(shown)}`];
    if (this.said.textContent === said.join(" ")) return; // nothing is read aloud twice
    fill(this.said, h("b", null, said[0]), " ", said[1]);
  }
}

/** All that is told of times to come, as a list that leads there. @param {(at: number) => void} choose */
export function aheadList(choose) {
  const moments = momentsAhead();
  if (moments.length === 0) return null;
  return h(
    "section",
    null,
    h("h2", null, t("ahead.list")),
    h(
      "ol",
      { class: "plain turns" },
      moments.map((at) =>
        h(
          "li",
          null,
          h("button", { class: "link", "aria-pressed": String(shown === at), onclick: () => choose(at) }, moment(at)),
          " ",
          h("small", null, t("ahead.in", { time: duration((at - nowMs()) / 1000) })),
          h("br", null),
          saysTurn(at),
        ),
      ),
    ),
  );
}
