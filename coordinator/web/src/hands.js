// What somebody has in hand: a pointer that is down, a field, a form that was begun. None of it is drawn anew from under them.

const CLICK_MS = 300; // from letting go to the click that comes of it, on a slow phone
const HOLD_MS = 120000; // a pointer that went down and was never seen again holds nothing for longer

let isDown = false;
let heldUntil = 0;
/** @type {(() => void)[]} */
let waiting = [];
let timer = 0;

/** @param {number} ms from now on nothing is drawn anew for so long; 0: it may be again */
function hold(ms) {
  heldUntil = ms === 0 ? 0 : performance.now() + ms;
  clearTimeout(timer);
  timer = window.setTimeout(() => {
    heldUntil = 0;
    const all = waiting;
    waiting = [];
    all.forEach((go) => go());
  }, ms);
}

/** Until no pointer is down: a click is lost where its button is replaced between pressing and letting go. @returns {Promise<void>} */
export function released() {
  return performance.now() >= heldUntil ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve));
}

/** @type {WeakSet<Element>} */
const begun = new WeakSet();

/** What was written in a form has been taken: it may be drawn anew. @param {any} form */
export function letGo(form) {
  if (form instanceof Element) begun.delete(form);
}

/** Whether somebody is writing in there, or has begun a form. @param {Element} place */
export function isInUse(place) {
  const active = document.activeElement;
  if (active && place.contains(active) && active.matches("input, select, textarea")) return true;
  return Array.from(place.querySelectorAll("form")).some((form) => begun.has(form));
}

export function watchHands() {
  /** @param {boolean} down @param {number} ms */
  const turn = (down, ms) => {
    isDown = down;
    hold(ms);
  };
  addEventListener(
    "pointerdown",
    (event) => {
      if (event.isPrimary && event.button === 0) turn(true, HOLD_MS);
    },
    true,
  );
  ["pointerup", "pointercancel"].forEach((name) => addEventListener(name, () => turn(false, CLICK_MS), true));
  addEventListener(
    "pointermove",
    (event) => {
      if (isDown && event.buttons === 0) turn(false, 0);
    },
    true,
  ); // it came up unseen
  addEventListener("blur", () => turn(false, 0));
  addEventListener("click", () => hold(0), true); // its listeners run before the timer does
  addEventListener(
    "input",
    (event) => {
      const form = /** @type {HTMLInputElement} */ (event.target).form;
      if (form) begun.add(form);
    },
    true,
  );
  addEventListener("reset", (event) => letGo(event.target), true);
}
