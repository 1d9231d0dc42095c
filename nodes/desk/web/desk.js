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
  let database = null;

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
  function keep(entry) {
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

  function kept() {
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

  function recall(name) {
    if (!database) return Promise.resolve(memory.about.get(name));
    return inStores("readonly", (entries, about, give) => {
      const found = about.get(name);
      found.onsuccess = () => give(found.result);
    });
  }

  function remember(name, value) {
    if (!database) {
      memory.about.set(name, value);
      return Promise.resolve();
    }
    return inStores("readwrite", (entries, about) => { about.put(value, name); });
  }

  // ---- sending ----

  function post(path, body) {
    return fetch(path, {
      method: "POST", credentials: "same-origin",
      headers: { "Content-Type": "application/json", "X-Haven-Token": TOKEN },
      body: JSON.stringify(body)
    });
  }

  async function deviceOf() {
    const known = await recall("device");
    if (known) return known;
    const answer = await post("/device", {});
    if (!answer.ok) throw answer;
    const made = (await answer.json()).device;
    await remember("device", made);
    return made;
  }

  // Seconds of the node's clock: in an exercise it may run faster than this phone's.
  function agoOf(entry) {
    const head = document.querySelector(".sync");
    const rate = head ? parseInt(head.getAttribute("data-rate"), 10) || 1000 : 1000;
    return Math.max(0, (Date.now() - entry.made) / 1000) * (rate / 1000);
  }

  // The node has forgotten this browser: what waited may or may not have arrived, and a person must look.
  async function startAnew(waiting) {
    await Promise.all(waiting.map((entry) => change(Object.assign(entry, { refused: say("forgotten") }))));
    await remember("device", null);
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
    const body = { device: await deviceOf(), entries: some.map((entry) => ({
      form: entry.form, number: entry.number, fields: entry.fields, ago_s: agoOf(entry) })) };
    const answer = await post("/entries", body);
    reach = true;
    signedOut = answer.status === 401 || answer.status === 403;
    if (answer.status === 410) {
      await startAnew(waiting);
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
    if (waiting.some((entry) => entry.number === number) && !sending) {
      await forget(number);
      await showKept();
      tell(say("undone"));
      return;
    }
    await enter("undo", "of=" + number, false);
  }

  async function enter(form, fields, counts) {
    const number = await keep({ form: form, fields: fields, made: Date.now() });
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
    form.reset();
    const button = form.querySelector("[data-name]");
    if (button) button.textContent = button.getAttribute("data-name");
    if (details && !form.classList.contains("waybill")) details.open = false;
    dirty.delete(form);
    enter(name, fields, form.hasAttribute("data-counts"));
  });

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

  const dirty = new Set();
  document.addEventListener("input", (event) => { if (event.target.form) dirty.add(event.target.form); });

  // What somebody is in the middle of is not taken from under their thumb.
  function isInUse(part) {
    const active = document.activeElement;
    if (part.contains(active) && /^(INPUT|SELECT|TEXTAREA)$/.test(active.tagName)) return true;
    if (Array.from(dirty).some((form) => part.contains(form))) return true;
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
      const answer = await fetch("/parts?shows=" + front().id, { credentials: "same-origin" });
      reach = true;
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
    makeSteppers(document);
    makeFilePickers(document);
    showFront();
    window.addEventListener("hashchange", () => { showFront(); refresh(true); });
    database = await openDatabase();
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
