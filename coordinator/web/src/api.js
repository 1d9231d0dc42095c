// The HTTP interface (schemas/openapi.yaml) from a page: questions, and decisions that are safe to send again.
import { released } from "./hands.js";

const BASE = "/api/v1";
const TRIES = 3;

/** What the server refused, as it said (RFC 9457), or that it was not reached. */
export class Problem extends Error {
  /** @param {{title?: string, detail?: string, remedy?: string, status?: number, type?: string}} said */
  constructor(said) {
    super(said.detail || said.title || "?");
    this.status = said.status || 0; // 0: not reached
    this.isBusy = said.status === 503 || (said.status === 409 && String(said.type || "").endsWith("/busy"));
    this.remedy = said.remedy || "";
  }
}

let csrf = "";

/** @param {string | undefined} token of the session */
export function useCsrf(token) {
  csrf = token || "";
}

/** @param {Response} answer */
async function read(answer) {
  const text = await answer.text();
  let body = {};
  try {
    body = text ? JSON.parse(text) : {};
  } catch {
    throw new Problem({ title: text.slice(0, 200), status: answer.status });
  }
  if (!answer.ok) throw new Problem({ status: answer.status, ...body });
  return body;
}

/** @param {string} path @param {Record<string, any>} [query] */
export function url(path, query = {}) {
  const words = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== "") words.set(name, String(value));
  }
  const tail = words.toString();
  return BASE + path + (tail ? "?" + tail : "");
}

/** @param {string} path @param {Record<string, any>} [query] @returns {Promise<any>} */
export async function get(path, query) {
  let answer;
  try {
    answer = await fetch(url(path, query), {
      credentials: "same-origin",
      cache: "no-store",
      headers: { Accept: "application/json" },
    });
  } catch {
    throw new Problem({ title: "unreachable" });
  }
  const said = await read(answer);
  await released(); // what is drawn from it is not drawn under a pointer that is down
  return said;
}

function newKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

// A decision keeps its key until its answer is known: who clicks again after a lost answer decides the same once more.
/** @type {Map<string, string>} */
const keys = new Map();
let past = false;

/** In a look back nothing is decided. @param {boolean} looking */
export function useLookBack(looking) {
  past = looking;
}

/**
 * Decides. An answer that is lost on the way is asked for again under the same key, so that nothing is decided twice.
 * @param {"POST" | "PUT" | "PATCH" | "DELETE"} method @param {string} path @param {any} [body] @returns {Promise<any>}
 */
export async function decide(method, path, body) {
  if (past && path !== "/session") throw new Problem({ title: "past", status: 409 });
  const text = body === undefined ? undefined : JSON.stringify(body),
    name = `${method} ${path} ${text}`;
  const key = keys.get(name) || newKey();
  keys.set(name, key);
  /** @type {Record<string, string>} */
  const headers = { Accept: "application/json", "Idempotency-Key": key, "X-Haven-CSRF": csrf };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  for (let tries = 1; ; tries++) {
    try {
      const said = await read(await fetch(BASE + path, { method, headers, credentials: "same-origin", body: text }));
      keys.delete(name);
      return said;
    } catch (error) {
      const known = error instanceof Problem && error.status !== 0;
      if (known && !error.isBusy) keys.delete(name);
      if (known && !error.isBusy) throw error;
      if (tries === TRIES) throw known ? error : new Problem({ title: "unreachable" });
      await new Promise((resolve) => setTimeout(resolve, 300 * tries));
    }
  }
}
