// What is drawn on a map, whoever draws it: points and lines with how they look, from the picture.
import { gradeOf } from "./marks.js";
import { Slices } from "./slices.js";
import { picture } from "./store.js";
import { nameOf } from "./texts.js";

/** @param {any} row @param {any} properties */
function point(row, properties) {
  return {
    type: "Feature",
    geometry: { type: "Point", coordinates: [row.lon, row.lat] },
    properties: { id: row.id, name: nameOf(row), ...properties },
  };
}

const collection = (features) => ({ type: "FeatureCollection", features });
const placed = (map) =>
  Array.from(map.values()).filter((row) => row.lon !== null && row.lat !== null && row.lon !== undefined);

const RANKS = { bad: 0, ask: 1, none: 2, good: 3, off: 4 }; // whose name stands where not all have room

const shelterFeature = (row) =>
  point(row, {
    kind: "shelter",
    grade: gradeOf(row),
    rank: RANKS[gradeOf(row)],
    stale: row.stale ? 1 : 0,
    fullness: row.fullness ?? -1,
    size: Math.sqrt(Math.max(50, row.capacity || 200)),
  });

export function shelterFeatures() {
  return collection(placed(picture.shelters).map(shelterFeature));
}

/** Those at most that are wrong or silent, so many that all can be drawn at once; all where they are few. @param {number} most */
export function worstShelters(most) {
  if (picture.shelters.size <= most) return shelterFeatures();
  const found = [];
  for (const row of picture.shelters.values()) {
    if (found.length < most && row.lon !== null && row.lon !== undefined && (row.stale || gradeOf(row) === "bad"))
      found.push(shelterFeature(row));
  }
  return collection(found);
}

/** Shelters that were taken in after a change, as features; in slices, for there may be very many. @param {number} after */
export async function sheltersSince(after) {
  const slices = new Slices(),
    features = [];
  for (const row of picture.shelters.values()) {
    if (row.change > after && row.lon !== null && row.lat !== null && row.lon !== undefined)
      features.push(shelterFeature(row));
    if (slices.isOver()) await slices.pause();
  }
  return features;
}

/** @typedef {import("./hazards.js").Hits} Hits */

export function depotFeatures() {
  return collection(placed(picture.depots).map((row) => point(row, { kind: "depot", stale: row.stale ? 1 : 0 })));
}

/** @param {Hits | null} [ahead] what is hit at a moment to come; null: now */
export function zoneFeatures(ahead = null) {
  return collection(
    placed(picture.zones).map((row) =>
      point(row, {
        kind: "zone",
        hit: (ahead ? ahead.zones.has(row.id) : row.hit) ? 1 : 0,
        remaining: row.remaining ?? -1,
        size: Math.sqrt(Math.max(0, row.remaining || 0)),
      }),
    ),
  );
}

/** All that is in danger: zones, shelters and depots that a hazard hits. @param {Hits | null} [ahead] */
export function dangerFeatures(ahead = null) {
  const found = [];
  for (const kind of /** @type {const} */ (["zones", "shelters", "depots"]))
    for (const row of picture[kind].values()) {
      if ((ahead ? ahead[kind].has(row.id) : row.hit) && row.lon !== null && row.lon !== undefined)
        found.push(point(row, { kind: kind.slice(0, -1) }));
    }
  return collection(found);
}

/** Closed by decision, or hit at that moment. @param {any} road properties with id @param {Hits | null} ahead */
export const isShut = (road, ahead) =>
  ahead ? ahead.links.has(road.id) || (road.closed && !road.hit) : road.closed || road.hit;

/** Roads: closed, closing later, or narrowed, and the load of the plan. @param {Hits | null} [ahead] @param {Map<string, number>} [closing] when those close that do */
export function roadFeatures(ahead = null, closing = new Map()) {
  const roads = picture.roads;
  if (!roads) return collection([]);
  const most = Math.max(1, ...roads.features.map((feature) => feature.properties.flow || 0));
  return collection(
    roads.features
      .filter((feature) => feature.geometry)
      .map((feature) => {
        const road = { ...feature.properties, id: feature.properties.id ?? feature.id },
          closed = isShut(road, ahead);
        return {
          type: "Feature",
          geometry: feature.geometry,
          properties: {
            id: road.id,
            kind: "road",
            closed: closed ? 1 : 0,
            closing: !closed && (closing.has(road.id) || (ahead && ahead.narrowed.has(road.id))) ? 1 : 0,
            load: (road.flow || 0) / most,
          },
        };
      }),
  );
}

/** West, south, east, north of all that has a place; null where nothing has. */
export function extent() {
  let box = null;
  for (const row of [...placed(picture.shelters), ...placed(picture.depots), ...placed(picture.zones)]) {
    box = box
      ? [Math.min(box[0], row.lon), Math.min(box[1], row.lat), Math.max(box[2], row.lon), Math.max(box[3], row.lat)]
      : [row.lon, row.lat, row.lon, row.lat];
  }
  return box;
}
