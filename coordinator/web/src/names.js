// The names of what the picture knows, by id; an id that it does not know is shown as it is.
import { picture } from "./store.js";
import { nameOf } from "./texts.js";

/** @param {string} id of a zone */
export const zoneName = (id) => nameOf(picture.zones.get(id) || { id });

/** @param {string} id of a shelter, a depot or a zone */
export const placeName = (id) => nameOf(picture.shelters.get(id) || picture.depots.get(id) || picture.zones.get(id) || { id });

/** @param {string} id of an item of the region */
export const itemName = (id) => nameOf(picture.items.get(id) || { id });
