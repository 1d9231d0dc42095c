// The names of what the picture knows, by id; an id that it does not know is shown as it is.
import { picture } from "./store.js";
import { nameOf } from "./texts.js";

/** @param {string} id of a zone */
export const zoneName = (id) => nameOf(picture.zones.get(id) || { id });

/** @param {string} id of a shelter, a depot or a zone */
export const placeName = (id) =>
  nameOf(picture.shelters.get(id) || picture.depots.get(id) || picture.zones.get(id) || { id });

/** @type {any} */
let namedOf = null;
/** @type {Map<string, string>} */
let named = new Map();

/** The name of a road, else its id. @param {string} id */
export function roadName(id) {
  if (namedOf !== picture.roads) {
    namedOf = picture.roads;
    named = new Map(
      ((namedOf && namedOf.features) || []).map((road) => [
        String(road.properties.id ?? road.id),
        road.properties.name,
      ]),
    );
  }
  return named.get(id) || id;
}

/** Whom an order is for: a place, a zone, or the post at a road. @param {string} id */
export const partyName = (id) => (placeName(id) === id ? roadName(id) : placeName(id));

/** @param {string} id of an item of the region */
export const itemName = (id) => nameOf(picture.items.get(id) || { id });
