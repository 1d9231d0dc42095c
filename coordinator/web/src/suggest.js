// A field that suggests places as one types: of tens of thousands only those that fit.
import { fill, h } from "./dom.js";
import { nameOf } from "./texts.js";

const MOST = 50;

/**
 * A list of suggestions for fields that name it by `list`.
 * @param {string} id @param {() => Iterable<any>} rows places with id and names
 */
export function suggestions(id, rows) {
  const list = h("datalist", { id });
  const draw = (typed) => {
    const wanted = typed.toLowerCase(),
      found = [];
    for (const row of rows()) {
      if (row.id.toLowerCase().includes(wanted) || nameOf(row).toLowerCase().includes(wanted)) found.push(row);
      if (found.length === MOST) break;
    }
    fill(
      list,
      found.map((row) => h("option", { value: row.id }, nameOf(row))),
    );
  };
  draw("");
  // The list stands in the same form as the fields that use it, or near.
  queueMicrotask(
    () =>
      list.parentElement &&
      list.parentElement.addEventListener("input", (event) => {
        const field = /** @type {HTMLInputElement} */ (event.target);
        if (field.getAttribute("list") === id) draw(field.value);
      }),
  );
  return list;
}

/** @param {...Map<string, any>} maps */
export function* rowsOf(...maps) {
  for (const map of maps) yield* map.values();
}
