// The picture as this page knows it: loaded once, then kept fresh by the stream of events, from any position on.
import { get, url, useCsrf, useLookBack } from "./api.js";

const PAGE = 1000;
const POLL_MS = 5000;
const AGAIN_MS = 2000;
const SILENCE_MS = 40000; // the server's beat comes every 15 s

/** @typedef {Record<string, any>} Row */

export const picture = {
  /** @type {Row | null} */ session: null,
  /** @type {Row | null} */ status: null,
  /** @type {Map<string, Row>} */ shelters: new Map(),
  /** @type {Map<string, Row>} */ depots: new Map(),
  /** @type {Map<string, Row>} */ zones: new Map(),
  /** @type {Map<string, Row>} */ items: new Map(), // of the region, for their names
  /** @type {Row | null} */ roads: null, // GeoJSON
  /** @type {Row | null} */ region: null,
  regionMissing: false, // none is loaded: nothing is known of places, which is not that all is well
  /** @type {number | null} */ at: null, // a look back; null: now
  connected: false,
  changes: 0,
  heardAt: 0,
};

/** @type {Set<(kinds: Set<string>) => void>} */
const listeners = new Set();
/** @type {Set<string>} */
let changed = new Set();

/** Calls back, at most once a frame, with the kinds of things that have changed. Returns what ends it. @param {(kinds: Set<string>) => void} listener */
export function watch(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** @param {...string} kinds */
function tell(...kinds) {
  if (changed.size === 0)
    requestAnimationFrame(() => {
      const told = changed;
      changed = new Set();
      listeners.forEach((listener) => listener(told));
    });
  kinds.forEach((kind) => changed.add(kind));
}

// ---- loading ----

/** Every row of a list, page by page. @param {string} path @param {Row} [query] @returns {Promise<Row[]>} */
export async function all(path, query = {}, at = picture.at) {
  const rows = [];
  for (;;) {
    const page = await get(path, { ...query, at, limit: PAGE, offset: rows.length });
    rows.push(...page.items);
    if (page.items.length === 0 || rows.length >= page.total) return rows;
  }
}

/** Rows remember when they were read, so that their ages go on; `changes` counts what was ever taken, so that who draws them knows what is new. @param {Map<string, Row>} into @param {Row[]} rows */
function take(into, rows) {
  const now = Date.now();
  rows.forEach((row) => {
    row.read = now;
    row.change = ++picture.changes;
    into.set(row.id, row);
  });
}

/** Seconds since something was seen, as of now. @param {Row} row @param {string} name */
export function ageNow(row, name) {
  const seconds = row[name];
  if (seconds === null || seconds === undefined || !row.read || picture.at !== null) return seconds;
  return (
    seconds +
    ((Date.now() - row.read) / 1000) *
      (((picture.status && picture.status.clock && picture.status.clock.rate_permille) || 1000) / 1000)
  );
}

export async function loadSession() {
  picture.session = await get("/session");
  useCsrf(picture.session && picture.session.csrf);
  return picture.session;
}

async function loadRegion() {
  picture.region = await get("/region").catch((error) => {
    picture.regionMissing = error.status === 404;
    return null;
  });
  if (picture.region) picture.regionMissing = false;
  picture.items = new Map(
    (await get("/items").catch(() => ({ items: [] }))).items.map((/** @type {Row} */ item) => [item.id, item]),
  );
  const answer = await fetch(url("/network", { format: "geojson" }), { credentials: "same-origin" });
  picture.roads = answer.ok ? await answer.json() : null;
}

let turn = 0; // of the picture: what was asked for before the last turn is not shown

/** Loads the picture, as it is or as it was at a position. False where somebody has turned elsewhere meanwhile. @param {number | null} at */
async function load(at) {
  const mine = ++turn;
  const [status, shelters, depots, zones] = await Promise.all([
    get("/status", { at }),
    all("/shelters", {}, at),
    all("/depots", {}, at),
    all("/zones", {}, at),
  ]);
  if (mine !== turn) return false;
  picture.at = at;
  useLookBack(at !== null);
  picture.status = status;
  [picture.shelters, picture.depots, picture.zones].forEach((map) => map.clear());
  take(picture.shelters, shelters);
  take(picture.depots, depots);
  take(picture.zones, zones);
  picture.heardAt = Date.now();
  if (!picture.roads) await loadRegion();
  tell(
    "status",
    "shelters",
    "depots",
    "zones",
    "network",
    "orders",
    "plans",
    "requests",
    "hazards",
    "notes",
    "incidents",
    "nodes",
    "stock",
    "directives",
  );
  return true;
}

export async function loadPicture() {
  return load(picture.at);
}

/** Looks at the picture as it was right after a position of the log; null: as it is. Where that fails, all stays as it was. @param {number | null} position */
export async function lookAt(position) {
  stop();
  try {
    await load(position);
  } finally {
    if (picture.at === null) follow();
    else setConnected(false);
  }
}

// ---- following ----

/** @type {EventSource | null} */
let stream = null;
let poll = 0;
let from = 0;

/** @param {Row} said a Changes object */
function apply(said) {
  if (picture.at !== null) return;
  picture.heardAt = Date.now();
  if (said.position) from = said.position;
  if (said.status) picture.status = said.status;
  take(picture.shelters, said.shelters || []);
  take(picture.depots, said.depots || []);
  take(picture.zones, said.zones || []);
  const kinds = ["status", ...(said.kinds || [])];
  if (said.shelters) kinds.push("shelters");
  if (said.depots) kinds.push("depots");
  if (said.zones) kinds.push("zones");
  if (kinds.includes("network") || kinds.includes("hazards") || kinds.includes("region") || kinds.includes("plans"))
    loadRegion().then(
      () => tell("network"),
      () => undefined,
    ); // not reached: asked for again with the next change
  tell(...kinds);
}

/** @param {boolean} connected */
function setConnected(connected) {
  if (picture.connected === connected) return;
  picture.connected = connected;
  tell("connection");
}

/** @type {() => void} */
let onEnded = () => undefined;

/** Calls back once the session that this page was opened with is no more, and following has stopped. @param {() => void} listener */
export function whenEnded(listener) {
  onEnded = listener;
}

/** Whether who was logged in here no longer is: logged out elsewhere, or too old. Where that cannot be asked, nothing has ended. */
async function hasEnded() {
  const mine = picture.session && picture.session.account;
  if (!mine) return false;
  try {
    return (await get("/session")).account !== mine;
  } catch {
    return false;
  }
}

function end() {
  stop();
  setConnected(false);
  onEnded();
}

// Where there is no stream, the whole is asked for again when the position has moved.
async function pollOnce() {
  try {
    const status = await get("/status");
    setConnected(true);
    picture.heardAt = Date.now();
    if (picture.at === null && (!picture.status || status.position !== picture.status.position)) await load(null);
  } catch {
    setConnected(false);
    if (poll && (await hasEnded()) && poll) end();
  }
}

let silence = 0;

/** Something was heard; a stream that then says nothing for longer than its beat is dead, whatever the browser thinks. */
function heard() {
  picture.heardAt = Date.now();
  setConnected(true);
  clearTimeout(silence);
  silence = window.setTimeout(() => {
    setConnected(false);
    follow();
  }, SILENCE_MS);
}

function again() {
  clearTimeout(silence);
  silence = window.setTimeout(follow, AGAIN_MS);
}

export function stop() {
  clearTimeout(silence);
  if (stream) stream.close();
  stream = null;
  clearInterval(poll);
  poll = 0;
}

export function follow() {
  stop();
  if (picture.at !== null) return;
  from = (picture.status && picture.status.position) || 0;
  let opened = false;
  const mine = (stream = new EventSource(url("/events", { from })));
  stream.onopen = () => {
    opened = true;
    heard();
  };
  stream.addEventListener("beat", heard);
  stream.addEventListener("changes", (event) => {
    heard();
    apply(JSON.parse(event.data));
  });
  stream.addEventListener("reload", () => location.reload());
  stream.addEventListener("hello", (event) => {
    const said = JSON.parse(event.data),
      known = picture.status;
    if (known && known.log && (said.log !== known.log || said.term !== known.term)) location.reload();
  });
  stream.onerror = async () => {
    const refused = mine.readyState === EventSource.CLOSED; // else the browser tries again by itself
    setConnected(false);
    const ended = await hasEnded();
    if (stream !== mine) return; // somebody turned elsewhere meanwhile
    if (ended) end();
    else if (refused && opened)
      again(); // it restarts
    else if (refused && !poll) poll = window.setInterval(pollOnce, POLL_MS);
  };
}

/** @param {...string} roles */
export function may(...roles) {
  const mine = (picture.session && picture.session.roles) || [];
  return picture.at === null && roles.some((role) => mine.includes(role));
}

/** Who works in the exercise or the incident, at what wants attention and in shifts: neither looks on nor runs the machine (WHO_WORKS of the interface). */
export const mayWork = () => may("planner", "approver", "shelter-staff", "depot-staff", "exercise-controller");
