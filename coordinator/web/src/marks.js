// How things look wherever they are shown: never by colour alone.
import { h } from "./dom.js";
import { number, percent, word } from "./texts.js";

/** A status with its sign: ● open, ◐ nearly full, ■ full, ○ not open, ✕ damaged, ? unknown. */
const SIGNS = {
  open: "●",
  "nearly-full": "◐",
  full: "■",
  opening: "◔",
  standby: "○",
  planned: "○",
  closing: "◌",
  closed: "◌",
  damaged: "✕",
  unknown: "?",
};

/** @param {any} shelter @returns {string} the class of its colour */
export function gradeOf(shelter) {
  if (shelter.status === "damaged") return "bad";
  if (shelter.fullness !== null && shelter.fullness > 1) return "bad";
  if (shelter.status === "full" || (shelter.fullness !== null && shelter.fullness >= 0.95)) return "ask";
  if (shelter.status === "unknown") return "none";
  return shelter.status === "open" || shelter.status === "nearly-full" || shelter.status === "opening" ? "good" : "off";
}

/** @param {any} shelter */
export function statusMark(shelter) {
  return h(
    "span",
    { class: "mark " + gradeOf(shelter) },
    SIGNS[shelter.status] || "?",
    " ",
    word("status", shelter.status),
  );
}

/** @param {any} place */
export function presenceMark(place) {
  const stale = place.presence === "stale" || place.stale;
  return h(
    "span",
    { class: stale ? "mark stale" : place.presence === "present" ? "mark good" : "mark none" },
    stale ? "⧖ " : place.presence === "present" ? "" : "– ",
    word("presence", place.presence ?? "none"),
  );
}

/** A figure that may be unknown, which looks different from any number. @param {any} value */
export function known(value) {
  return value === null || value === undefined
    ? h("span", { class: "mark none" }, word("status", "unknown"))
    : number(value);
}

/** @param {any} shelter */
export function fullnessBar(shelter) {
  if (shelter.fullness === null || shelter.fullness === undefined) return h("span", { class: "mark none" }, "—");
  return h(
    "span",
    { class: "fullness" },
    h(
      "span",
      { class: "track", "aria-hidden": "true" },
      h("span", { class: "part " + gradeOf(shelter), style: `width:${Math.min(100, shelter.fullness * 100)}%` }),
    ),
    percent(shelter.fullness),
  );
}
