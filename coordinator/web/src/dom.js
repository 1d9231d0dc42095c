// Elements by function call. Text is always text: nothing here parses markup.

/** @typedef {Node | string | number | null | undefined | false} Child */

/**
 * An element with attributes (on… are listeners, true stands alone, false and null are left out) and children.
 * @param {string} tag
 * @param {Record<string, any> | null} attributes
 * @param {...(Child | Child[])} children
 * @returns {any}
 */
export function h(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === false || value === null || value === undefined) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (name === "style") made.style.cssText = value; // an attribute would be barred by the page's security policy
    else if (name === "value") /** @type {any} */ (made).value = value;
    else made.setAttribute(name, value === true ? "" : String(value));
  }
  put(made, children);
  return made;
}

/** @param {Element} into @param {any[]} children */
function put(into, children) {
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    into.append(child instanceof Node ? child : String(child));
  }
}

/** Puts these children in the place of all that is there. @param {Element} into @param {...(Child | Child[])} children */
export function fill(into, ...children) {
  into.replaceChildren();
  put(into, children);
}
