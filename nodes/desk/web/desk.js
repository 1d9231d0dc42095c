// The desk in the browser: what is entered is kept, sent, and shown until the node has it, and the parts of the page stay fresh.
// Without it every form still works by itself. Written in the JavaScript of 2017, for old phones.
"use strict";
(function (desk) {
  if (!desk || !desk.kept || !desk.forms) return; // a script that did not arrive
  const say = desk.say,
    element = desk.element,
    kept = desk.kept;
  const TOKEN = document.currentScript.getAttribute("data-token");
  const SEND_AT_ONCE = 32,
    SEND_BYTES = 900000,
    ENTRY_BYTES = 200; // the node takes a mebibyte at once
  const REFRESH_MS = 5000;
  const RETRY_MS = 4000;
  const WAIT_MS = 20000; // for an entry
  const REFRESH_WAIT_MS = 8000;
  const KEEP_PAGE_MS = 60000;

  // ---- sections ----

  const sections = Array.from(document.querySelectorAll("main > section"));

  function front() {
    const wanted = sections.filter((section) => "#" + section.id === location.hash);
    return wanted[0] || sections[0];
  }

  function showFront() {
    const chosen = front();
    sections.forEach((section) => section.classList.toggle("front", section === chosen));
    document.querySelectorAll("nav a").forEach((link) => {
      if (link.getAttribute("href") === "#" + chosen.id) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    });
    document.querySelectorAll("a.language").forEach((link) => {
      link.setAttribute("href", link.getAttribute("href").split("#")[0] + "#" + chosen.id);
    });
  }

  // ---- messages ----

  const said = document.getElementById("said");
  let saidTimer = 0;

  function hush() {
    said.textContent = "";
    document.body.classList.remove("telling");
  }

  // A message may lie over what somebody wants to see: a tap on it, or Escape, takes it away.
  said.addEventListener("click", (event) => {
    if (!event.target.closest("button")) hush();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") hush();
  });

  function tell(text, action, act) {
    said.textContent = "";
    document.body.classList.add("telling");
    const line = element("p", {}, text);
    if (action) {
      const button = element("button", { type: "button" }, action);
      button.addEventListener("click", () => {
        hush();
        act();
      });
      line.appendChild(button);
    }
    said.appendChild(line);
    clearTimeout(saidTimer);
    saidTimer = setTimeout(hush, action ? 12000 : 5000);
  }

  // ---- sending ----

  // A network that says nothing is one that is not there; what was asked is given up where the browser can, so that
  // it does not stand in the way of what is asked later. No cache: where two ask the same, browsers let one wait for the other.
  function ask(path, options, waitMs) {
    const control = window.AbortController ? new AbortController() : null;
    const wanted = Object.assign(
      { credentials: "same-origin", cache: "no-store" },
      options,
      control ? { signal: control.signal } : {},
    );
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        if (control) control.abort();
        reject(new Error("no answer"));
      }, waitMs);
      fetch(path, wanted)
        .then(resolve, reject)
        .then(() => clearTimeout(timer));
    });
  }

  function post(path, body) {
    return ask(
      path,
      {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-Haven-Token": TOKEN },
        body: JSON.stringify(body),
      },
      WAIT_MS,
    );
  }

  async function deviceOf() {
    const known = await kept.recall("device");
    if (known) return known;
    const answer = await post("/device", {});
    if (!answer.ok) throw answer;
    const made = (await answer.json()).device;
    if (!made) throw answer;
    return kept.replace("device", null, made);
  }

  // Seconds of the node's clock: in an exercise it may run faster than this phone's.
  function agoOf(entry) {
    return Math.max(0, (Date.now() - entry.made) / 1000) * desk.nodeRate();
  }

  // The node has forgotten this browser: what waited may or may not have arrived, and a person must look.
  async function startAnew(waiting, device) {
    await Promise.all(waiting.map((entry) => kept.change(Object.assign(entry, { refused: say("forgotten") }))));
    await kept.replace("device", device, null);
  }

  async function takeResult(entry, result) {
    if (result.ok) await kept.forget(entry.number);
    else if (!result.later) await kept.change(Object.assign(entry, { refused: result.text, remedy: result.remedy }));
    return result.ok || !result.later;
  }

  let sending = false;
  let reach = ""; // what keeps the node from answering, a text's name; "": nothing
  let signedOut = false;

  function seeAnswer(answer) {
    reach = answer.status === 503 ? "silent" : "";
    signedOut = answer.status === 401;
  }

  // Of what waits the first entries, as many as one request holds; no entry alone is larger.
  function firstOf(waiting) {
    let size = 0;
    return waiting.slice(0, SEND_AT_ONCE).filter((entry) => {
      size += entry.fields.length + ENTRY_BYTES;
      return size <= SEND_BYTES;
    });
  }

  async function sendSome(waiting) {
    const some = firstOf(waiting);
    const device = await deviceOf();
    await Promise.all(some.map((entry) => kept.change(Object.assign(entry, { tried: true }))));
    const body = {
      device: device,
      entries: some.map((entry) => ({
        form: entry.form,
        number: entry.number,
        fields: entry.fields,
        ago_s: agoOf(entry),
      })),
    };
    const answer = await post("/entries", body);
    seeAnswer(answer);
    signedOut = signedOut || answer.status === 403;
    if (answer.status === 410) {
      await startAnew(waiting, device);
      return false;
    }
    if (!answer.ok) return false;
    const results = (await answer.json()).results;
    let going = true;
    for (let i = 0; i < some.length && results[i]; i++) going = (await takeResult(some[i], results[i])) && going;
    return going;
  }

  async function send() {
    if (sending) return;
    sending = true;
    try {
      let going = true;
      while (going) {
        const waiting = (await kept.all()).filter((entry) => !entry.refused);
        if (waiting.length === 0) break;
        going = await sendSome(waiting);
      }
    } catch (error) {
      if (error instanceof Response) seeAnswer(error);
      else reach = "offline";
    }
    sending = false;
    await showKept();
  }

  // ---- what is kept here ----

  const keptBox = document.getElementById("kept");

  function keptLine(entry) {
    const line = element(
      "p",
      { class: "message bad" },
      say("refused") + " " + (entry.words || entry.form) + ". " + entry.refused + " " + (entry.remedy || ""),
    );
    const button = element("button", { type: "button", class: "quiet" }, say("dismiss"));
    button.addEventListener("click", () => kept.forget(entry.number).then(showKept));
    line.appendChild(button);
    return line;
  }

  // Written only where it changed: what is read aloud is not said again and again.
  function fill(box, key, lines) {
    if (box.holds === key) return;
    box.holds = key;
    box.textContent = "";
    lines().forEach((line) => box.appendChild(line));
  }

  const reachBox = document.getElementById("reach");

  function reachLines(waiting) {
    const lines = [];
    if (signedOut) {
      const line = element("p", {});
      line.appendChild(element("a", { href: "/login" }, say("login")));
      lines.push(line);
    } else if (reach) {
      lines.push(element("p", { class: "down" }, say(reach)));
    }
    if (waiting > 0) lines.push(element("p", { class: "warn", "data-waiting": waiting }, say("waiting", waiting)));
    return lines;
  }

  async function showKept() {
    const all = await kept.all();
    const refused = all.filter((entry) => entry.refused);
    const waiting = all.length - refused.length;
    document.body.classList.toggle("away", Boolean(reach)); // whether the centre is connected is not known then
    fill(reachBox, [signedOut, reach, waiting].join(), () => reachLines(waiting));
    fill(keptBox, refused.map((entry) => entry.number).join(), () => refused.map(keptLine));
    return waiting;
  }

  // ---- forms ----

  const OWN = ["token", "number"]; // for plain forms only

  function fieldsOf(form, button) {
    const fields = new URLSearchParams();
    new FormData(form).forEach((value, name) => {
      if (OWN.indexOf(name) < 0 && typeof value === "string") fields.append(name, value);
    });
    if (button && button.name) fields.append(button.name, button.value);
    return fields.toString();
  }

  // What a form would enter, in the words that stand on it: for whoever reads later that it was refused.
  function wordsOf(form, button) {
    const said = [];
    form.querySelectorAll("input, select, textarea").forEach((input) => {
      const label = form.querySelector('label[for="' + input.id + '"]') || input.closest("label");
      const ticks = input.type === "radio" || input.type === "checkbox";
      if (!label || !input.value || input.value === "0" || (ticks && !input.checked)) return;
      const value = input.tagName === "SELECT" ? input.options[input.selectedIndex].text : input.value;
      said.push(ticks ? label.textContent : label.textContent + " " + value);
    });
    const name = button ? button.getAttribute("data-name") || button.textContent : form.getAttribute("data-form");
    return name + (said.length ? " (" + said.join(", ").slice(0, 300) + ")" : "");
  }

  async function undo(number) {
    const waiting = await kept.all();
    if (waiting.some((entry) => entry.number === number && !entry.tried)) {
      await kept.forget(number);
      await rememberMovement(0);
      await showKept();
      tell(say("undone"));
      return;
    }
    await rememberMovement(0);
    await enter(await kept.keep({ form: "undo", fields: "of=" + number, words: say("undo"), made: Date.now() }), false);
  }

  let lastMovement = 0; // of this browser; what its undo takes back

  function rememberMovement(number) {
    lastMovement = number;
    return kept.recall("moved").then((was) => kept.replace("moved", was || null, number));
  }

  // The undo button of the page takes back this page's own movement, and nobody else's.
  async function keepAndSend(name, fields, words, form, details) {
    const counts = form.hasAttribute("data-counts");
    if (name === "undo") {
      if (lastMovement) await undo(lastMovement);
      else tell(say("nothing-to-undo"));
      return;
    }
    let number;
    if (fields.length + ENTRY_BYTES > SEND_BYTES) {
      // it would never go, and hold up what comes after it
      tell(say("too-large"));
      return;
    }
    try {
      number = await kept.keep({ form: name, fields: fields, words: words, made: Date.now() });
    } catch (error) {
      tell(say("not-kept")); // the fields stay as they are
      return;
    }
    tidy(form, details); // before anything shows that it is kept: whoever sees that goes on with the next
    if (counts) await rememberMovement(number);
    enter(number, counts);
  }

  async function enter(number, counts) {
    await send();
    const left = (await kept.all()).filter((entry) => entry.number === number)[0];
    if (left && left.refused) {
      hush();
      keptBox.scrollIntoView({ block: "center" });
    } else {
      tell(say(left ? "queued" : "stored"), counts ? say("undo") : "", () => undo(number));
      if (!left) pageKeptAt = -KEEP_PAGE_MS; // the figures of the kept page are behind
    }
    refresh(true);
  }

  let pressed = null;
  document.addEventListener(
    "click",
    (event) => {
      const button = event.target.closest ? event.target.closest("button") : null;
      if (button && button.form) pressed = button;
    },
    true,
  );

  document.addEventListener("submit", (event) => {
    const form = event.target;
    const name = form.getAttribute("data-form");
    if (!name) return;
    event.preventDefault();
    const button = pressed && pressed.form === form ? pressed : null;
    const fields = fieldsOf(form, button);
    const words = wordsOf(form, button || form.querySelector("button.go"));
    pressed = null;
    const details = form.closest("details");
    if (form.keeping) return; // a second tap before the first is kept
    form.keeping = true;
    hush(); // what stands there offers to undo the entry before this one
    keepAndSend(name, fields, words, form, details).then(() => {
      form.keeping = false;
    });
  });

  function tidy(form, details) {
    form.reset();
    const button = form.querySelector("[data-name]");
    if (button) button.textContent = button.getAttribute("data-name");
    form.classList.remove("counting", "chosen");
    const apart = form.querySelector(".apart");
    if (apart) apart.textContent = "";
    if (details && !form.classList.contains("waybill")) details.open = false;
    form.querySelectorAll("details:not(.chips)").forEach((inner) => {
      inner.open = false;
    });
    dirty.delete(form);
  }

  // A lifeline is one tap; the generator waits for its hours. By arrow keys one comes by what is not meant: there the
  // button shows, and what is chosen is sent by it or by Enter.
  let byArrow = false;
  document.addEventListener(
    "keydown",
    (event) => {
      byArrow = /^Arrow/.test(event.key);
    },
    true,
  );
  ["mousedown", "touchstart"].forEach((kind) =>
    document.addEventListener(
      kind,
      () => {
        byArrow = false;
      },
      true,
    ),
  );
  document.addEventListener("change", (event) => {
    const form = event.target.form;
    if (event.target.type !== "radio" || !form || form.getAttribute("data-form") !== "lifeline") return;
    if (event.target.name === "generator") return;
    if (byArrow) form.classList.add("chosen");
    else form.querySelector("button").click();
  });

  // ---- parts that stay fresh ----

  const DIRTY_MS = 120000; // a form that was left half filled in does not hold its section up for ever
  const dirty = new Map();
  document.addEventListener("input", (event) => {
    if (event.target.form) dirty.set(event.target.form, Date.now());
  });

  // A tap is lost where its button changes between finger down and finger up.
  const TAP_MS = 1000; // from letting go to the click that comes of it
  const HOLD_MS = 10000; // a finger that was never seen to leave holds nothing for longer
  let tapUntil = 0;
  const holdTap = (ms) => () => {
    tapUntil = performance.now() + ms;
  };
  ["touchstart", "mousedown"].forEach((kind) => document.addEventListener(kind, holdTap(HOLD_MS), true));
  ["touchend", "touchcancel", "mouseup"].forEach((kind) => document.addEventListener(kind, holdTap(TAP_MS), true));
  document.addEventListener(
    "click",
    () => {
      tapUntil = 0;
    },
    true,
  );

  // What somebody is in the middle of is not taken from under their thumb.
  function isInUse(part) {
    if (performance.now() < tapUntil) return true;
    const active = document.activeElement;
    if (part.contains(active) && /^(INPUT|SELECT|TEXTAREA)$/.test(active.tagName)) return true;
    if (Array.from(dirty).some(([form, since]) => Date.now() - since < DIRTY_MS && part.contains(form))) return true;
    return Array.from(part.querySelectorAll("details[open]")).some((details) => !details.querySelector("form.waybill"));
  }

  const AGE = /data-age="(\d+)"( data-least)?>[^<]*/g;

  // Where only ages have changed they are set, and everything stays in its place.
  function setAges(part, markup, since) {
    const places = part.querySelectorAll("[data-age]");
    let i = 0;
    markup.replace(AGE, (all, seconds) => {
      places[i++].setAttribute("data-age", seconds);
    });
    places.forEach((place) => {
      place.since = since;
    });
  }

  function replace(name, markup, since) {
    const part = document.querySelector('[data-part="' + name + '"]');
    if (!part) return;
    const ageless = markup.replace(AGE, "age$2");
    if (part.shown === ageless) {
      setAges(part, markup, since);
      return;
    }
    if (isInUse(part)) return;
    const held = part.contains(document.activeElement);
    part.innerHTML = markup;
    part.shown = ageless;
    part.querySelectorAll("[data-age]").forEach((place) => {
      place.since = since;
    });
    desk.forms.makeSteppers(part);
    const heading = part.querySelector("h2");
    if (held && heading) {
      // the button that was pressed is gone: the keyboard goes on from here
      heading.setAttribute("tabindex", "-1");
      heading.focus();
    }
  }

  let refreshing = false,
    refreshAgain = false;

  async function refresh(soon) {
    refreshAgain = refreshAgain || (refreshing && soon === true); // what is asked already may not know what was just entered
    if (refreshing || (document.hidden && !soon)) return;
    refreshing = true;
    const asked = { wall: Date.now(), steady: performance.now() };
    try {
      const answer = await ask("/parts?shows=" + front().id, {}, REFRESH_WAIT_MS);
      seeAnswer(answer);
      if (answer.ok) {
        const parts = await answer.json();
        Object.keys(parts).forEach((name) => replace(name, parts[name], asked));
        showFront();
        keepPage();
      }
    } catch (error) {
      reach = "offline";
    }
    refreshing = false;
    desk.showAges();
    await showKept();
    if (!refreshAgain) return;
    refreshAgain = false;
    await refresh(true);
  }

  // ---- the installed page: its worker keeps it as it is now, for when the node is out of reach ----

  let pageKeptAt = -KEEP_PAGE_MS;

  function tellWorker(what) {
    return navigator.serviceWorker.ready.then((registration) => registration.active.postMessage(what));
  }

  function keepPage() {
    if (!navigator.serviceWorker || performance.now() - pageKeptAt < KEEP_PAGE_MS) return;
    pageKeptAt = performance.now();
    tellWorker("keep");
  }

  // Who signs out on a shared phone leaves no page behind; what waits stays, for whoever signs in next.
  document.addEventListener("submit", (event) => {
    if (event.target.getAttribute("action") === "/logout" && navigator.serviceWorker) tellWorker("forget");
  });

  async function start() {
    desk.forms.make(document);
    document.documentElement.classList.add("js");
    document.cookie = "haven_script=1; Path=/; SameSite=Strict; Max-Age=31536000";
    showFront();
    window.addEventListener("hashchange", () => {
      showFront();
      window.scrollTo(0, 0);
      hush(); // it was said of another section
      refresh(true);
    });
    if (!(await kept.durable())) tell(say("storage"));
    lastMovement = (await kept.recall("moved")) || 0;
    if (navigator.serviceWorker) navigator.serviceWorker.register("/worker.js").catch(() => undefined);
    setInterval(desk.showAges, 1000);
    await send();
    await refresh(true);
    setInterval(refresh, REFRESH_MS);
    setInterval(send, RETRY_MS);
    window.addEventListener("online", send);
    document.documentElement.setAttribute("data-ready", "true");
  }

  start();
})(window.desk);
