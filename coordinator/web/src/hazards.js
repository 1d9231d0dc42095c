// Hazards over time: what they hit now, and what they are told to hit at times to come.
import { get } from "./api.js";
import { picture, watch } from "./store.js";

/** @typedef {{ zones: Set<string>, links: Set<string>, narrowed: Set<string>, shelters: Set<string>, depots: Set<string> }} Hits of one moment; narrowed: roads that keep a part of their capacity */

export const KINDS = /** @type {const} */ (["zones", "links", "narrowed", "shelters", "depots"]);

/** @type {any[]} in force */
let told = [];
let isFresh = false;
/** @type {number | null} */
let asOf = null;
watch((kinds) => {
  if (kinds.has("hazards")) isFresh = false;
});

/** Asks what hazards are in force, now or at the moment that is looked back at; not again before anything is said of one. */
export async function loadHazards() {
  if (isFresh && asOf === picture.at) return;
  isFresh = true; // what is said meanwhile is asked for the next time
  asOf = picture.at;
  try {
    told = (await get("/hazards", { over: false, at: asOf })).items;
  } catch (error) {
    isFresh = false;
    throw error;
  }
}

/** The clock by which hazards go. */
export const nowMs = () => (picture.status && picture.status.wall_ms) || Date.now();

/** @param {any} step @param {number} wallMs */
const lasts = (step, wallMs) =>
  step.from_wall_ms <= wallMs && (step.until_wall_ms === null || step.until_wall_ms > wallMs);

/** What is hit at a moment, as it is told now. O(what hazards name). @param {number} wallMs @returns {Hits} */
export function hitsAt(wallMs) {
  const hits = { zones: new Set(), links: new Set(), narrowed: new Set(), shelters: new Set(), depots: new Set() };
  for (const hazard of told) {
    for (const step of [
      { ...hazard, capacity_permille: null },
      ...hazard.steps.filter((/** @type {any} */ one) => lasts(one, wallMs)),
    ]) {
      for (const kind of /** @type {const} */ (["zones", "shelters", "depots"]))
        step[kind].forEach((/** @type {string} */ id) => hits[kind].add(id));
      step.links.forEach((/** @type {string} */ id) => hits[step.capacity_permille ? "narrowed" : "links"].add(id));
    }
  }
  hits.links.forEach((id) => hits.narrowed.delete(id));
  return hits;
}

/** Moments to come at which something begins or ends, in order. */
export function momentsAhead() {
  const now = nowMs(),
    moments = told.flatMap((hazard) =>
      hazard.steps.flatMap((/** @type {any} */ step) => [step.from_wall_ms, step.until_wall_ms]),
    );
  return [...new Set(moments)].filter((at) => at !== null && at > now).sort((a, b) => a - b);
}

/**
 * What begins and what ends at a moment, against just before it.
 * @param {number} wallMs @returns {{ begins: Hits, ends: Hits }}
 */
export function turnAt(wallMs) {
  const before = hitsAt(wallMs - 1),
    after = hitsAt(wallMs);
  const without = (/** @type {Hits} */ one, /** @type {Hits} */ other) =>
    /** @type {Hits} */ (
      Object.fromEntries(KINDS.map((kind) => [kind, new Set([...one[kind]].filter((id) => !other[kind].has(id)))]))
    );
  return { begins: without(after, before), ends: without(before, after) };
}

/**
 * When each thing of a kind that is not hit at a moment is hit next: milliseconds by its id; of roads when they close. O(what hazards name).
 * @param {"zones" | "links" | "shelters" | "depots"} kind @param {number} [wallMs]
 * @returns {Map<string, number>}
 */
export function nextHits(kind, wallMs = nowMs()) {
  const next = new Map(),
    hit = hitsAt(wallMs)[kind];
  for (const hazard of told)
    for (const step of hazard.steps) {
      if ((kind === "links" && step.capacity_permille) || step.from_wall_ms <= wallMs) continue;
      for (const id of step[kind])
        if (!hit.has(id)) next.set(id, Math.min(next.get(id) ?? Infinity, step.from_wall_ms));
    }
  return next;
}
