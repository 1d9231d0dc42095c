// What is drawn on a map, whoever draws it: points and lines with how they look, from the picture.
import { gradeOf } from "./marks.js";
import { Slices } from "./slices.js";
import { picture } from "./store.js";
import { nameOf } from "./texts.js";

/** @param {any} row @param {any} properties */
function point(row, properties) {
  return { type: "Feature", geometry: { type: "Point", coordinates: [row.lon, row.lat] }, properties: { id: row.id, name: nameOf(row), ...properties } };
}

const collection = (features) => ({ type: "FeatureCollection", features });
const placed = (map) => Array.from(map.values()).filter((row) => row.lon !== null && row.lat !== null && row.lon !== undefined);

const shelterFeature = (row) => point(row, { kind: "shelter", grade: gradeOf(row), stale: row.stale ? 1 : 0, fullness: row.fullness ?? -1, size: Math.sqrt(Math.max(50, row.capacity || 200)) });

export function shelterFeatures() {
  return collection(placed(picture.shelters).map(shelterFeature));
}

/** Those at most that are wrong or silent, so many that all can be drawn at once; all where they are few. @param {number} most */
export function worstShelters(most) {
  if (picture.shelters.size <= most) return shelterFeatures();
  const found = [];
  for (const row of picture.shelters.values()) {
    if (found.length < most && row.lon !== null && row.lon !== undefined && (row.stale || gradeOf(row) === "bad")) found.push(shelterFeature(row));
  }
  return collection(found);
}

/** Shelters that were taken in after a change, as features; in slices, for there may be very many. @param {number} after */
export async function sheltersSince(after) {
  const slices = new Slices(), features = [];
  for (const row of picture.shelters.values()) {
    if (row.change > after && row.lon !== null && row.lat !== null && row.lon !== undefined) features.push(shelterFeature(row));
    if (slices.isOver()) await slices.pause();
  }
  return features;
}

export function depotFeatures() {
  return collection(placed(picture.depots).map((row) => point(row, { kind: "depot", stale: row.stale ? 1 : 0 })));
}

export function zoneFeatures() {
  return collection(placed(picture.zones).map((row) => point(row, {
    kind: "zone", hit: row.hit ? 1 : 0, remaining: row.remaining ?? -1, size: Math.sqrt(Math.max(0, row.remaining || 0)) })));
}

export function roadFeatures() {
  const roads = picture.roads;
  if (!roads) return collection([]);
  const most = Math.max(1, ...roads.features.map((feature) => feature.properties.flow || 0));
  return collection(roads.features.filter((feature) => feature.geometry).map((feature) => ({
    type: "Feature", geometry: feature.geometry,
    properties: { id: feature.properties.id ?? feature.id, kind: "road", closed: feature.properties.closed || feature.properties.hit ? 1 : 0, load: (feature.properties.flow || 0) / most } })));
}

/** West, south, east, north of all that has a place; null where nothing has. */
export function extent() {
  let box = null;
  for (const row of [...placed(picture.shelters), ...placed(picture.depots), ...placed(picture.zones)]) {
    box = box ? [Math.min(box[0], row.lon), Math.min(box[1], row.lat), Math.max(box[2], row.lon), Math.max(box[3], row.lat)] : [row.lon, row.lat, row.lon, row.lat];
  }
  return box;
}
