// The keyboard alone: whatever reacts to a click is reached by Tab (or, in a group of radio buttons, by arrows), shows that it has the focus, and does the same by keys.

/** Runs in a page before its scripts do: remembers which elements listen to clicks and to keys. */
function remember() {
  const CLICKS = ["click", "pointerdown", "pointerup", "mousedown", "mouseup", "touchstart", "touchend"],
    KEYS = ["keydown", "keyup", "keypress"];
  const add = EventTarget.prototype.addEventListener;
  window.listening = { clicks: new WeakSet(), keys: new WeakSet() };
  EventTarget.prototype.addEventListener = function (type, ...more) {
    if (this instanceof Element && CLICKS.includes(type)) window.listening.clicks.add(this);
    if (this instanceof Element && KEYS.includes(type)) window.listening.keys.add(this);
    return add.call(this, type, ...more);
  };
}

/** Runs in a page: what Tab should come by and how it looks without focus; from then on what gets the focus is noted. Gives how often Tab is pressed at most to come round. */
function begin() {
  const STOPS =
    "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex], [contenteditable=true]";
  const PARTS = 5; // of a date or a time, each of which is a stop
  const top = () => Array.from(document.querySelectorAll("dialog:modal")).pop() || document.documentElement;
  const seen = (one) => one.checkVisibility({ visibilityProperty: true }) && !one.closest("[inert]");
  const stops = () =>
    Array.from(top().querySelectorAll(STOPS)).filter(
      (one) => seen(one) && !one.disabled && one.tabIndex >= 0 && one.getAttribute("tabindex") !== "-1",
    );
  // Pages are live: an element that was drawn anew is the one at the same place.
  const key = (one) => {
    if (one.type === "radio" && one.name) return `${key(one.form || document.body)} radio ${one.name}`; // one stop for all of them
    let path = "";
    for (let at = one; at.parentElement; at = at.parentElement)
      path = `/${at.localName}:${Array.prototype.indexOf.call(at.parentElement.children, at)}${path}`;
    return path;
  };
  const drawn = (one) => {
    const { width, height } = one.getBoundingClientRect();
    return width > 1 && height > 1 && getComputedStyle(one).opacity !== "0";
  };
  const look = (one) =>
    [one, ...(one.labels || [])]
      .filter(drawn)
      .map((each) => {
        const style = getComputedStyle(each);
        return [style.outlineStyle, style.outlineWidth, style.boxShadow, style.border, style.backgroundColor].join(" ");
      })
      .join(" | ");
  const named = (one) => one.outerHTML.slice(0, 160);
  const before = document.activeElement,
    place = [scrollX, scrollY];
  if (before && before !== document.body) before.blur();
  const plain = new Map(stops().map((one) => [one, look(one)])),
    reached = new Set(),
    blind = new Map();
  const note = ({ target }) => {
    reached.add(key(target));
    if (plain.has(target) && look(target) === plain.get(target)) blind.set(key(target), named(target));
  };
  document.addEventListener("focusin", note, true);
  window.endKeys = (instead) => {
    document.removeEventListener("focusin", note, true);
    const wrong = Array.from(blind.values(), (html) => `does not show that it has the focus: ${html}`);
    for (const one of stops()) if (!reached.has(key(one))) wrong.push(`Tab does not come by: ${named(one)}`);
    for (const one of [top(), ...top().querySelectorAll("*")]) {
      if (!window.listening.clicks.has(one) && !one.hasAttribute("onclick")) continue;
      if (!seen(one) || one.disabled || one.matches("a[href], button, input, select, textarea, summary, label, option"))
        continue;
      if (instead.some(({ of, by }) => one.matches(of) && Array.from(document.querySelectorAll(by)).some(seen)))
        continue;
      if (reached.has(key(one)) && one.hasAttribute("role") && window.listening.keys.has(one)) continue;
      wrong.push(`only a click does it: ${named(one)}`);
    }
    if (document.activeElement && document.activeElement !== before) document.activeElement.blur();
    if (before && before !== document.body && before.isConnected) before.focus({ preventScroll: true });
    scrollTo(...place);
    return wrong;
  };
  return stops().reduce((sum, one) => sum + (/^(date|time|datetime-local)$/.test(one.type) ? PARTS : 1), 10);
}

/** Every page of a context will remember who listens. */
export const remembering = (context) => context.addInitScript(remember);

/**
 * What the keyboard cannot do on a page as it stands, a line each. `instead` names what needs a pointer by its nature and where the same is done by keys.
 * All presses are sent at once: that Tab comes by everything in as many shows that nothing holds it.
 */
export async function keysMiss(page, instead) {
  const most = await page.evaluate(begin);
  await Promise.all(Array.from({ length: most }, () => page.keyboard.down("Tab")));
  await page.keyboard.up("Tab");
  return page.evaluate((what) => window.endKeys(what), instead);
}
