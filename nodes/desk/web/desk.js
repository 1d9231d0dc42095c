// The desk in the browser: counters for thumbs, a queue that outlives the network, and parts that stay fresh.
// Without it every form still works by itself. Written in the JavaScript of 2017, for old phones.
"use strict";
(function () {
  const script = document.currentScript;
  const TOKEN = script.getAttribute("data-token");
  const TEXTS = JSON.parse(document.getElementById("texts").textContent);
  const SEND_AT_ONCE = 32;
  const REFRESH_MS = 5000;
  const RETRY_MS = 4000;
  const WAIT_MS = 20000;

  function say(key, value) {
    return (TEXTS[key] || key).replace("{}", value === undefined ? "" : String(value));
  }

  function element(name, attributes, text) {
    const made = document.createElement(name);
    Object.keys(attributes || {}).forEach((key) => made.setAttribute(key, attributes[key]));
    if (text !== undefined) made.textContent = text;
    return made;
  }

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

  // ---- counters ----

  function step(input, by) {
    const value = Math.max(0, (parseInt(input.value, 10) || 0) + by);
    input.value = String(value);
    input.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function stepper(input, by, name) {
    const button = element("button", { type: "button", class: "step", "aria-label": say(by > 0 ? "more" : "less", name) }, by > 0 ? "+" : "−");
    button.addEventListener("click", () => step(input, by));
    return button;
  }

  function makeSteppers(root) {
    root.querySelectorAll(".counter").forEach((counter) => {
      const input = counter.querySelector("input");
      if (!input || counter.querySelector(".step")) return;
      const name = counter.querySelector("label").textContent;
      counter.insertBefore(stepper(input, -1, name), input);
      counter.appendChild(stepper(input, 1, name));
      input.addEventListener("focus", () => input.select());
    });
  }

  function makeFilePickers(root) {
    root.querySelectorAll("input[type=file][data-into]").forEach((picker) => {
      picker.hidden = false;
      picker.addEventListener("change", () => {
        const reader = new FileReader();
        reader.onload = () => { document.getElementById(picker.getAttribute("data-into")).value = reader.result; };
        if (picker.files[0]) reader.readAsText(picker.files[0]);
      });
    });
  }

  // ---- messages ----

  const said = document.getElementById("said");
  let saidTimer = 0;

  function tell(text, action, act) {
    said.textContent = "";
    const line = element("p", {}, text);
    if (action) {
      const button = element("button", { type: "button" }, action);
      button.addEventListener("click", () => { said.textContent = ""; act(); });
      line.appendChild(button);
    }
    said.appendChild(line);
    clearTimeout(saidTimer);
    saidTimer = setTimeout(() => { said.textContent = ""; }, 12000);
  }

  // ---- the queue: IndexedDB, or memory where the browser keeps nothing ----

  const memory = { entries: new Map(), about: new Map() };
  let database = null; // null until opened, and where the browser keeps nothing

  function openDatabase() {
    return new Promise((resolve) => {
      let request;
      try {
        request = indexedDB.open("haven-desk", 1);
      } catch (error) {
        resolve(null);
        return;
      }
      request.onupgradeneeded = () => {
        request.result.createObjectStore("entries", { keyPath: "number" });
        request.result.createObjectStore("about");
      };
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => resolve(null);
      request.onblocked = () => resolve(null);
    });
  }

  const opened = openDatabase().then((found) => { database = found; });

  // Runs `work` on both stores in one transaction; what it returns as request gives the result.
  function inStores(mode, work) {
    return new Promise((resolve, reject) => {
      const transaction = database.transaction(["entries", "about"], mode);
      const result = {};
      transaction.oncomplete = () => resolve(result.value);
      transaction.onerror = transaction.onabort = () => reject(transaction.error);
      work(transaction.objectStore("entries"), transaction.objectStore("about"), (value) => { result.value = value; });
    });
  }

  // Gives the entry the next number of this browser, in one transaction with keeping it: two tabs never share one.
  async function keep(entry) {
    await opened;
    if (!database) {
      entry.number = (memory.about.get("last") || 0) + 1;
      memory.about.set("last", entry.number);
      memory.entries.set(entry.number, entry);
      return Promise.resolve(entry.number);
    }
    return inStores("readwrite", (entries, about, give) => {
      const last = about.get("last");
      last.onsuccess = () => {
        entry.number = (last.result || 0) + 1;
        about.put(entry.number, "last");
        entries.add(entry);
        give(entry.number);
      };
    });
  }

  function change(entry) {
    if (!database) {
      memory.entries.set(entry.number, entry);
      return Promise.resolve();
    }
    return inStores("readwrite", (entries) => { entries.put(entry); });
  }

  function forget(number) {
    if (!database) {
      memory.entries.delete(number);
      return Promise.resolve();
    }
    return inStores("readwrite", (entries) => { entries.delete(number); });
  }

  async function kept() {
    await opened;
    if (!database) return Promise.resolve(Array.from(memory.entries.values()));
    return inStores("readonly", (entries, about, give) => {
      const list = [];
      entries.openCursor().onsuccess = (event) => {
        const cursor = event.target.result;
        if (!cursor) return give(list);
        list.push(cursor.value);
        cursor.continue();
      };
    });
  }

  async function recall(name) {
    await opened;
    if (!database) return Promise.resolve(memory.about.get(name));
    return inStores("readonly", (entries, about, give) => {
      const found = about.get(name);
      found.onsuccess = () => give(found.result);
    });
  }

  // Sets what is kept under a name where it still is `was`, in one transaction, and gives what is kept then: two tabs
  // never go on with two devices.
  async function replaceKept(name, was, value) {
    await opened;
    if (!database) {
      if ((memory.about.get(name) || null) === was) memory.about.set(name, value);
      return memory.about.get(name);
    }
    return inStores("readwrite", (entries, about, give) => {
      const found = about.get(name);
      found.onsuccess = () => {
        const same = (found.result || null) === was;
        if (same) about.put(value, name);
        give(same ? value : found.result);
      };
    });
  }

  // ---- sending ----

  // A network that says nothing is one that is not there.
  function within(answer) {
    return Promise.race([answer, new Promise((resolve, reject) => setTimeout(() => reject(new Error("no answer")), WAIT_MS))]);
  }

  function post(path, body) {
    return within(fetch(path, {
      method: "POST", credentials: "same-origin",
      headers: { "Content-Type": "application/json", "X-Haven-Token": TOKEN },
      body: JSON.stringify(body)
    }));
  }

  async function deviceOf() {
    const known = await recall("device");
    if (known) return known;
    const answer = await post("/device", {});
    if (!answer.ok) throw answer;
    const made = (await answer.json()).device;
    if (!made) throw answer;
    return replaceKept("device", null, made);
  }

  // Seconds of the node's clock: in an exercise it may run faster than this phone's.
  function agoOf(entry) {
    const head = document.querySelector(".sync");
    const rate = head ? parseInt(head.getAttribute("data-rate"), 10) || 1000 : 1000;
    return Math.max(0, (Date.now() - entry.made) / 1000) * (rate / 1000);
  }

  // The node has forgotten this browser: what waited may or may not have arrived, and a person must look.
  async function startAnew(waiting, device) {
    await Promise.all(waiting.map((entry) => change(Object.assign(entry, { refused: say("forgotten") }))));
    await replaceKept("device", device, null);
  }

  async function takeResult(entry, result) {
    if (result.ok) await forget(entry.number);
    else if (!result.later) await change(Object.assign(entry, { refused: result.text, remedy: result.remedy }));
    return result.ok || !result.later;
  }

  let sending = false;
  let reach = true; // of the node, as last seen
  let signedOut = false;

  async function sendSome(waiting) {
    const some = waiting.slice(0, SEND_AT_ONCE);
    const device = await deviceOf();
    await Promise.all(some.map((entry) => change(Object.assign(entry, { tried: true }))));
    const body = { device: device, entries: some.map((entry) => ({
      form: entry.form, number: entry.number, fields: entry.fields, ago_s: agoOf(entry) })) };
    const answer = await post("/entries", body);
    reach = true;
    signedOut = answer.status === 401 || answer.status === 403;
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
        const waiting = (await kept()).filter((entry) => !entry.refused);
        if (waiting.length === 0) break;
        going = await sendSome(waiting);
      }
    } catch (error) {
      reach = error instanceof Response;
      signedOut = reach && error.status === 401;
    }
    sending = false;
    await showKept();
  }

  // ---- what is kept here ----

  const keptBox = document.getElementById("kept");

  function keptLine(entry) {
    const fields = new URLSearchParams(entry.fields);
    const figures = [];
    fields.forEach((value, name) => { if (value && value !== "0") figures.push(name + " " + value); });
    const line = element("p", { class: "message bad" }, say("refused") + " " + entry.form + " (" + figures.join(", ") + "). " + entry.refused + " " + (entry.remedy || ""));
    const button = element("button", { type: "button", class: "quiet" }, say("dismiss"));
    button.addEventListener("click", () => forget(entry.number).then(showKept));
    line.appendChild(button);
    return line;
  }

  async function showKept() {
    const all = await kept();
    const waiting = all.filter((entry) => !entry.refused);
    keptBox.textContent = "";
    if (signedOut) {
      const line = element("p", {});
      line.appendChild(element("a", { href: "/login" }, say("login")));
      keptBox.appendChild(line);
    } else if (!reach) {
      keptBox.appendChild(element("p", { class: "down" }, say("offline")));
    }
    if (waiting.length > 0) keptBox.appendChild(element("p", { "data-waiting": waiting.length }, say("waiting", waiting.length)));
    all.filter((entry) => entry.refused).forEach((entry) => keptBox.appendChild(keptLine(entry)));
    return waiting.length;
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

  async function undo(number) {
    const waiting = await kept();
    if (waiting.some((entry) => entry.number === number && !entry.tried)) {
      await forget(number);
      lastMovement = 0;
      await showKept();
      tell(say("undone"));
      return;
    }
    lastMovement = 0;
    await enter(await keep({ form: "undo", fields: "of=" + number, made: Date.now() }), false);
  }

  let lastMovement = 0; // of this page; what its undo takes back

  // The undo button of the page takes back this page's own movement, and nobody else's.
  async function keepAndSend(name, fields, form) {
    const counts = form.hasAttribute("data-counts");
    if (name === "undo") {
      if (lastMovement) await undo(lastMovement);
      else tell(say("nothing-to-undo"));
      return 0;
    }
    let number;
    try {
      number = await keep({ form: name, fields: fields, made: Date.now() });
    } catch (error) {
      tell(say("not-kept")); // the fields stay as they are
      return 0;
    }
    if (counts) lastMovement = number;
    enter(number, counts);
    return number;
  }

  async function enter(number, counts) {
    await send();
    const left = (await kept()).filter((entry) => entry.number === number)[0];
    if (left && left.refused) {
      said.textContent = "";
      keptBox.scrollIntoView({ block: "center" });
    } else {
      tell(say(left ? "queued" : "stored"), counts ? say("undo") : "", () => undo(number));
    }
    refresh(true);
  }

  let pressed = null;
  document.addEventListener("click", (event) => {
    const button = event.target.closest ? event.target.closest("button") : null;
    if (button && button.form) pressed = button;
  }, true);

  document.addEventListener("submit", (event) => {
    const form = event.target;
    const name = form.getAttribute("data-form");
    if (!name) return;
    event.preventDefault();
    const fields = fieldsOf(form, pressed && pressed.form === form ? pressed : null);
    pressed = null;
    const details = form.closest("details");
    if (form.keeping) return; // a second tap before the first is kept
    form.keeping = true;
    keepAndSend(name, fields, form).then((number) => {
      form.keeping = false;
      if (number) tidy(form, details);
    });
  });

  function tidy(form, details) {
    form.reset();
    const button = form.querySelector("[data-name]");
    if (button) button.textContent = button.getAttribute("data-name");
    if (details && !form.classList.contains("waybill")) details.open = false;
    dirty.delete(form);
  }

  // A lifeline is one tap; the generator waits for its hours.
  document.addEventListener("change", (event) => {
    const form = event.target.form;
    if (event.target.type !== "radio" || !form || form.getAttribute("data-form") !== "lifeline") return;
    if (event.target.name !== "generator") form.querySelector("button").click();
  });

  // The button says how many it will check in.
  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (!form || !form.hasAttribute("data-counts")) return;
    const button = form.querySelector("button.go");
    const name = button.getAttribute("data-name") || button.textContent;
    let total = 0;
    form.querySelectorAll(".counter.age input").forEach((input) => { total += parseInt(input.value, 10) || 0; });
    button.setAttribute("data-name", name);
    button.textContent = total > 0 ? name + " · " + total : name;
  });

  // ---- parts that stay fresh ----

  const DIRTY_MS = 120000; // a form that was left half filled in does not hold its section up for ever
  const dirty = new Map();
  document.addEventListener("input", (event) => { if (event.target.form) dirty.set(event.target.form, Date.now()); });

  // What somebody is in the middle of is not taken from under their thumb.
  function isInUse(part) {
    const active = document.activeElement;
    if (part.contains(active) && /^(INPUT|SELECT|TEXTAREA)$/.test(active.tagName)) return true;
    if (Array.from(dirty).some(([form, at]) => Date.now() - at < DIRTY_MS && part.contains(form))) return true;
    return Array.from(part.querySelectorAll("details[open]")).some((details) => !details.querySelector("form.waybill"));
  }

  function replace(name, markup) {
    const part = document.querySelector('[data-part="' + name + '"]');
    if (!part || part.shown === markup || isInUse(part)) return;
    const held = part.contains(document.activeElement);
    part.innerHTML = markup;
    part.shown = markup;
    makeSteppers(part);
    const heading = part.querySelector("h2");
    if (held && heading) { // the button that was pressed is gone: the keyboard goes on from here
      heading.setAttribute("tabindex", "-1");
      heading.focus();
    }
  }

  let refreshing = false;

  async function refresh(soon) {
    if (refreshing || (document.hidden && !soon)) return;
    refreshing = true;
    try {
      const answer = await within(fetch("/parts?shows=" + front().id, { credentials: "same-origin" }));
      reach = answer.status !== 503;
      signedOut = answer.status === 401;
      if (answer.ok) {
        const parts = await answer.json();
        Object.keys(parts).forEach((name) => replace(name, parts[name]));
        showFront();
      }
    } catch (error) {
      reach = false;
    }
    refreshing = false;
    await showKept();
  }

  async function start() {
    document.documentElement.classList.add("js");
    document.cookie = "haven_script=1; Path=/; SameSite=Strict; Max-Age=31536000";
    makeSteppers(document);
    makeFilePickers(document);
    showFront();
    window.addEventListener("hashchange", () => { showFront(); refresh(true); });
    await opened;
    if (!database) tell(say("storage"));
    if (navigator.serviceWorker) navigator.serviceWorker.register("/worker.js").catch(() => undefined);
    await send();
    await refresh(true);
    setInterval(refresh, REFRESH_MS);
    setInterval(send, RETRY_MS);
    window.addEventListener("online", send);
    document.documentElement.setAttribute("data-ready", "true");
  }

  start();
})();
