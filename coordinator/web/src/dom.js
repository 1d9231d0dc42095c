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
    else if (name === "style")
      made.style.cssText = value; // an attribute would be barred by the page's security policy
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

/** What somebody has unfolded stays so while pages are drawn anew. @type {Set<string>} */
const unfolded = new Set();

/** Something that is folded away below a line. @param {string} key names it wherever it is drawn anew @param {Child | Child[]} summary @param {...(Child | Child[])} children */
export function fold(key, summary, ...children) {
  const keep = (/** @type {any} */ event) => {
    if (event.target.open) unfolded.add(key);
    else unfolded.delete(key);
  };
  return h("details", { open: unfolded.has(key), ontoggle: keep }, h("summary", null, summary), ...children);
}

/** A table whose rows become cards on a phone: each cell says its column there. @param {HTMLTableElement} table @returns {HTMLTableElement} */
export function stacked(table) {
  const titles = Array.from(table.querySelectorAll("thead th"), (title) => title.textContent || "");
  table.classList.add("stacked");
  table.querySelectorAll("tbody tr").forEach((row) =>
    Array.from(row.children).forEach((cell, i) => {
      if (i > 0) cell.setAttribute("data-title", titles[i]);
    }),
  );
  return table;
}

/** Paper unfolds nothing: all is open while it is printed. */
export function unfoldForPrint() {
  /** @type {HTMLDetailsElement[]} */
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = Array.from(document.querySelectorAll("main details:not([open])"));
    opened.forEach((one) => {
      one.open = true;
    });
  });
  addEventListener("afterprint", () =>
    opened.forEach((one) => {
      one.open = false;
    }),
  );
}

const CONTROLS = "a[href], button, input, select, textarea, summary, [tabindex]";

/** What makes a control the same one after it was drawn anew. @param {Element} control */
const signOf = (control) =>
  [
    control.tagName,
    ...["id", "name", "href", "aria-label"].map((name) => control.getAttribute(name)),
    control.matches("button, summary") && !control.hasAttribute("aria-label") ? control.textContent : "",
  ].join("\n");

/** Controls with that sign, in their order. @param {Element} into @param {string} sign */
const controlsOf = (into, sign) =>
  Array.from(into.querySelectorAll(CONTROLS)).filter((control) => signOf(control) === sign);

/** Puts these children in the place of all that is there; the keyboard stays on the control that it was on. @param {Element} into @param {...(Child | Child[])} children */
export function fill(into, ...children) {
  const active = document.activeElement,
    held = active && active !== into && into.contains(active);
  const sign = held ? signOf(active) : "",
    place = held ? controlsOf(into, sign).indexOf(active) : -1;
  into.replaceChildren();
  put(into, children);
  if (place < 0) return;
  const again = controlsOf(into, sign)[place];
  if (again) /** @type {HTMLElement} */ (again).focus({ preventScroll: true });
}

/** As fill, but children that look as before stay in place, so that nothing is read aloud twice. @param {Element} into @param {...(Child | Child[])} children */
export function refill(into, ...children) {
  const made = h("div", null, ...children),
    fresh = Array.from(made.childNodes),
    old = Array.from(into.childNodes);
  fresh.forEach((node, i) => {
    if (!old[i]) into.append(node);
    else if (!old[i].isEqualNode(node)) old[i].replaceWith(node);
  });
  old.slice(fresh.length).forEach((node) => node.remove());
}
