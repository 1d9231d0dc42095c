// The frame of the command centre: who I am, where I am, and whether what I see is fresh.
import { decide, Problem } from "./api.js";
import { fill, h, refill, unfoldForPrint } from "./dom.js";
import { released, watchHands } from "./hands.js";
import { showLogin } from "./login.js";
import { follow, loadPicture, loadSession, lookAt, picture, stop, watch, whenEnded } from "./store.js";
import { age, chooseLanguage, loadTexts, moment, number, otherLanguage, t, word } from "./texts.js";
import { say, troubleOf } from "./say.js";
import { view as now } from "./view_now.js";
import { view as map } from "./view_map.js";
import { view as places } from "./view_places.js";
import { view as plans } from "./view_plans.js";
import { view as orders } from "./view_orders.js";
import { view as supplies } from "./view_supplies.js";
import { view as report } from "./view_report.js";
import { view as handover } from "./view_handover.js";
import { view as journal } from "./view_journal.js";

const AGES_MS = 30000; // ages go on while nothing happens
const REFRESH_MS = 1000; // a view is drawn anew at most so often

/**
 * A view draws itself into an element, and again when kinds that it names have changed.
 * @typedef {{ kinds: string[], open: (into: HTMLElement, rest: string[]) => void | Promise<void>, refresh?: () => void | Promise<void>, close?: () => void }} View
 */

/** @type {Record<string, View>} */
const views = { now, map, places, plans, orders, supplies, report, journal, handover };

const main = h("main", { id: "main", tabindex: "-1" });
const bar = h("div", { class: "bar" });
const banner = h("div", { class: "banner" });
/** @type {View | null} */
let front = null;
let frontName = "";

function route() {
  const [name, ...rest] = location.hash.replace(/^#\/?/, "").split("/").map(decodeURIComponent);
  return { name: name in views ? name : "now", rest };
}

let turn = 0; // of views: one that opens late does not say that it stands

async function showView() {
  const { name, rest } = route(),
    where = location.hash || "#/now";
  if (front && front.close) front.close();
  const mine = ++turn;
  delete main.dataset.route;
  front = views[name];
  frontName = name;
  drawBar();
  const into = h("div", null); // of this view: one that is filled late does not draw under the next
  fill(main, into);
  document.title = `${picture.status && picture.status.mode === "exercise" ? t("exercise.short") + " · " : ""}${t("nav." + name)} · Haven`;
  try {
    await front.open(into, rest);
  } catch (error) {
    fill(into, h("p", { class: "message bad", role: "alert" }, troubleOf(error)));
  }
  if (mine === turn) main.dataset.route = where; // all of it stands
}

// ---- bar ----

function link(name) {
  return h("a", { href: "#/" + name, "aria-current": name === frontName ? "page" : false }, t("nav." + name));
}

const fresh = h("span", { role: "status" });

function drawFreshness() {
  const heard = picture.heardAt ? age((Date.now() - picture.heardAt) / 1000) : t("age.never");
  const said = picture.at !== null ? t("past.short") : picture.connected ? t("live") : t("not-live", { age: heard });
  fresh.className = picture.at !== null ? "fresh" : picture.connected ? "fresh good" : "fresh bad";
  if (fresh.textContent !== said) fresh.textContent = said;
}

async function logOut() {
  stop();
  await decide("DELETE", "/session").catch(say);
  location.reload();
}

async function changeLanguage() {
  chooseLanguage(otherLanguage());
  await showView();
  drawBanner();
}

function who() {
  const session = picture.session;
  return session && session.account
    ? [h("span", { class: "who" }, session.account), h("button", { class: "plain", onclick: logOut }, t("login.out"))]
    : h(
        "a",
        {
          href: "#/login",
          onclick: (event) => {
            event.preventDefault();
            showLogin(start);
          },
        },
        t("login.in"),
      );
}

let barSays = ""; // what the bar was made for

/** The bar is made anew only where it says something else: what somebody clicks or tabs through stays. */
function drawBar() {
  drawFreshness();
  const says = JSON.stringify([
    frontName,
    otherLanguage(),
    picture.status && picture.status.name,
    picture.session && picture.session.account,
  ]);
  if (says === barSays && bar.hasChildNodes()) return;
  barSays = says;
  fill(
    bar,
    h(
      "a",
      {
        class: "skip",
        href: "#main",
        onclick: (event) => {
          event.preventDefault();
          main.focus();
        },
      },
      t("skip"),
    ),
    h("strong", { class: "name" }, picture.status ? picture.status.name : "Haven"),
    h("nav", { "aria-label": t("nav.label") }, Object.keys(views).map(link)),
    fresh,
    h("button", { class: "plain", lang: otherLanguage(), onclick: changeLanguage }, t("language.other")),
    who(),
  );
  const current = bar.querySelector("nav [aria-current]"),
    row = bar.querySelector("nav");
  if (current && row)
    row.scrollLeft = current.offsetLeft - row.offsetLeft - (row.clientWidth - current.offsetWidth) / 2; // on a phone not all are in sight
}

// ---- what every page says: exercise, incident, a look back ----

function drawBanner() {
  const status = picture.status;
  refill(
    banner,
    status && status.mode === "exercise" && h("p", { class: "exercise", role: "note" }, t("exercise.banner")),
    status && !status.storing && h("p", { class: "message bad", role: "alert" }, t("not-storing")),
    status &&
      h(
        "p",
        { class: "incident" },
        status.incident
          ? [h("b", null, status.incident.name), " · ", word("phase", status.incident.phase)]
          : t("incident.none"),
        " · ",
        moment(status.wall_ms),
        h("span", { class: "wide" }, " · ", t("position", { n: number(status.position) })),
      ),
    picture.at &&
      h(
        "p",
        { class: "message past", role: "status" },
        t("past", { n: number(picture.at), when: moment(status && status.wall_ms) }),
        " ",
        h("button", { onclick: () => lookAt(null).then(showView) }, t("past.end")),
      ),
  );
}

/** What has changed since the view in front was drawn. @type {Set<string>} */
const pending = new Set();
let busy = false;
let drawnAt = 0;

/** Draws the view in front anew where something that it shows has changed: not while it still draws, and not too often. */
async function refreshFront() {
  const view = front;
  if (busy || !view || !view.refresh || !view.kinds.some((kind) => pending.has(kind))) return;
  busy = true;
  const wait = drawnAt + REFRESH_MS - Date.now();
  if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
  await released();
  try {
    if (view === front) {
      // else what is pending is of the one in front now
      drawnAt = Date.now();
      pending.clear();
      await view.refresh();
    }
  } catch (error) {
    say(error);
  } finally {
    busy = false;
  }
  refreshFront();
}

let frameAt = 0; // when bar and banner were drawn
let frameTimer = 0;

/** Draws bar and banner anew: at once, or once a while has passed since they were drawn; never not at all. */
function refreshFrame() {
  const wait = frameAt + REFRESH_MS - Date.now();
  clearTimeout(frameTimer);
  if (wait > 0) {
    frameTimer = window.setTimeout(refreshFrame, wait);
    return;
  }
  frameAt = Date.now();
  if (document.documentElement.dataset.login) return; // nobody is logged in
  drawBar();
  drawBanner();
}

function onChange(kinds) {
  if (kinds.has("connection")) frameAt = 0;
  if (kinds.has("connection") || kinds.has("status")) refreshFrame();
  kinds.forEach((kind) => pending.add(kind));
  refreshFront();
}

// ---- start ----

/** What was seen is taken away: who logs in next may be somebody else. */
async function logInAgain() {
  if (front && front.close) front.close();
  front = null;
  fill(main);
  delete document.documentElement.dataset.ready;
  delete main.dataset.route;
  turn++;
  await loadSession().catch(() => undefined); // the log-in names the deployment
  showLogin(start, t("login.ended"));
}

async function start() {
  await loadSession();
  try {
    await loadPicture();
  } catch (error) {
    if (error instanceof Problem && error.status === 401) return showLogin(start);
    throw error;
  }
  delete document.documentElement.dataset.login;
  fill(
    document.body,
    h("header", null, bar, banner),
    main,
    h("div", { id: "said", role: "status", "aria-live": "polite" }),
  );
  drawBanner();
  await showView();
  follow();
  document.documentElement.dataset.ready = "true";
}

async function begin() {
  await loadTexts();
  watch(onChange);
  watchHands();
  unfoldForPrint();
  whenEnded(logInAgain);
  window.addEventListener("hashchange", showView);
  setInterval(() => {
    if (document.documentElement.dataset.ready) drawBar();
  }, 10000);
  setInterval(
    () =>
      released()
        .then(() => (front && front.refresh && !document.hidden ? front.refresh() : undefined))
        .catch(() => undefined),
    AGES_MS,
  );
  await start();
}

begin().catch((error) =>
  fill(
    document.body,
    h(
      "main",
      null,
      h("p", { class: "message bad", role: "alert" }, troubleOf(error)),
      h("button", { onclick: () => location.reload() }, t("again")),
    ),
  ),
);
