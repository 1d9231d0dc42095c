// What every browser test needs: Debian's Chromium, real daemons that say when they are ready, pictures, and checks.
// Modules are looked up where the runner installed them (MODULES); nothing is fetched from outside.
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { keysMiss, remembering } from "./keyboard.mjs";

const require = createRequire(join(process.env.MODULES, "x.js"));
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

export const bin = (name) => join(process.env.BUILD, "bin", name);
const pictures = join(process.env.BUILD, "browser-pictures");
/** Whether the daemons of this run are sanitized: what they say is tried again then, and how pages look, which they have no part in, is not. */
export const sanitized = /(^|\/)[a-z]*san$/.test(process.env.BUILD);
const WAIT_MS = 180000; // after which a condition is said never to hold: far beyond what a loaded, sanitized machine takes

export function scratch() {
  const folder = mkdtempSync(join(tmpdir(), "haven-browser-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

// Runs a program to its end and gives its standard output; throws where it fails.
export function run(program, args, input = "") {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ["pipe", "pipe", "pipe"] });
    let out = "",
      wrong = "";
    child.stdout.on("data", (bytes) => {
      out += bytes;
    });
    child.stderr.on("data", (bytes) => {
      wrong += bytes;
    });
    child.on("close", (status) =>
      status === 0 ? resolve(out) : reject(new Error(`${program} ${args.join(" ")}: ${status} ${wrong}`)),
    );
    child.stdin.on("error", () => undefined); // it ended without reading
    child.stdin.end(input);
  });
}

// A port of loopback that was free a moment ago.
export function freePort() {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

const children = new Set();
process.on("exit", () => children.forEach((child) => child.kill("SIGKILL")));

// Starts a daemon; resolves with it and what it has logged when the log matches `ready`.
export function daemon(program, args, ready, env = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ["ignore", "ignore", "pipe"], env: { ...process.env, ...env } });
    let log = "";
    children.add(child);
    child.stderr.on("data", (bytes) => {
      log += bytes;
      const found = log.match(ready);
      if (found) resolve({ child, found });
    });
    child.on("close", (status) => {
      children.delete(child);
      reject(new Error(`${program} ended: ${status}\n${log}`));
    });
  });
}

export function ended(child, signal) {
  return new Promise((resolve) => {
    child.on("close", resolve);
    child.kill(signal);
  });
}

/** WebGL drawn by software: slow for all of a page, so only for pages that show a map. */
export const WEBGL = ["--enable-unsafe-swiftshader"];

export async function open(more = []) {
  const browser = await chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--disable-dev-shm-usage",
      ...(more.length ? more : ["--disable-gpu"]),
    ],
  });
  process.on("exit", () => browser.close());
  const newContext = browser.newContext.bind(browser);
  browser.newContext = async (options) => {
    const context = patient(await newContext(options));
    if (!options || options.javaScriptEnabled !== false) await remembering(context);
    return context;
  };
  return browser;
}

/** Lets a context wait for its conditions as long as any machine takes. */
export function patient(context) {
  context.setDefaultTimeout(WAIT_MS);
  return context;
}

/**
 * Makes the pages of a context ask ten times as often as they do by themselves, so that nobody waits for the next time.
 * How long they wait for an answer is theirs, unless `window.patience` says a part of it.
 */
export async function hurried(context) {
  await context.addInitScript(() => {
    const every = window.setInterval.bind(window),
      once = window.setTimeout.bind(window);
    window.patience = 1;
    window.setInterval = (work, ms, ...more) => every(work, ms > 1000 ? ms / 10 : ms, ...more);
    window.setTimeout = (work, ms = 0, ...more) => once(work, ms * window.patience, ...more);
  });
  return context;
}

/** Asks until the answer is one, and gives it; `what` is said where it never comes. */
export async function until(what, question) {
  for (const begun = Date.now(); ; ) {
    const answer = await question();
    if (answer) return answer;
    check(Date.now() - begun < WAIT_MS, `never: ${what}`);
  }
}

/** A view of the command centre says when all of it stands; before that what is seen may be of the one before. */
export const stands = (on, route) => on.waitForSelector(`main[data-route="#/${route}"]`);

/** Until an element is there and says all these words: while a page turns it may be missing. */
export const says = (on, selector, ...words) =>
  on.waitForFunction(
    ([where, all]) => {
      const found = document.querySelector(where);
      return found !== null && all.every((word) => found.textContent.includes(word));
    },
    [selector, words],
  );

const LOOK_MS = 60000,
  PICTURES_MOST = 3;

/** Keeps a picture of a page for people to look at. Where the browser draws none, also when asked again, that says nothing about the page: it is told. */
export async function picture(page, name) {
  if (sanitized) return;
  mkdirSync(pictures, { recursive: true });
  for (let tries = 1; ; tries++) {
    try {
      await page.screenshot({
        path: join(pictures, `${name}.png`),
        fullPage: true,
        animations: "disabled",
        timeout: LOOK_MS,
      });
      return;
    } catch (error) {
      console.log(`    no picture ${name} (${tries} of ${PICTURES_MOST}): ${error.message.replaceAll("\n", " ")}`);
      if (tries === PICTURES_MOST) return;
    }
  }
}

const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const LOOKS_MOST = 20,
  KEY_LOOKS_MOST = 3;

// Pages are the same bytes whatever the daemon was built with: once is enough. Fails with every violation of WCAG 2.2 AA that axe finds. Live pages change under its eyes: what it finds in one that changed
// meanwhile may be of elements that are gone, so that it looks again. What it costs grows with what it looks at: `within` names what a page
// has that one which was looked at before had not.
export async function accessible(page, name, within = "html") {
  if (sanitized) return;
  await page.evaluate(axe);
  const look = () =>
    page.evaluate(
      async ([rules, where]) => {
        let changes = 0;
        const observer = new MutationObserver((records) => {
          changes += records.length;
        });
        observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
        const { violations } = await window.axe.run(where, {
          runOnly: rules,
          resultTypes: ["violations"],
          preload: false,
        }); // no rule of these reads style sheets
        observer.disconnect();
        return { violations, changes };
      },
      [RULES, within],
    );
  let found = await look();
  for (let looks = 1; found.violations.length > 0 && found.changes > 0 && looks < LOOKS_MOST; looks++)
    found = await look();
  const wrong = found.violations.map(
    (violation) =>
      `${violation.id}: ${violation.help}\n    ${violation.nodes.map((node) => node.html.slice(0, 160) + " " + (node.any[0] || node.all[0] || node.none[0] || { message: "" }).message).join("\n    ")}`,
  );
  check(wrong.length === 0, `${name}: axe finds\n  ${wrong.join("\n  ")}`);
  await byKeys(page, name);
}

// What needs a pointer by its nature, and what does the same by keys. The map: what a click on it opens, the
// table of places opens by its buttons, and so do the lists beside the map. A chart shows the figure under the pointer, and
// the table below has them all. A message of the desk goes by Escape, too.
const INSTEAD = [
  { of: "canvas.mapbox, .maplibregl-canvas-container, .maplibregl-canvas", by: 'a[href="#/places"]' },
  { of: ".u-wrap, .u-over", by: ".chartfigures summary" },
  { of: "#said", by: "#said" },
];

/** Fails with whatever of a page the keyboard alone cannot do. Once is enough: languages and colours change nothing of it. */
async function byKeys(page, name) {
  if ((await page.getAttribute("html", "lang")) !== "en") return;
  let missed = await keysMiss(page, INSTEAD);
  for (let looks = 1; missed.length > 0 && looks < KEY_LOOKS_MOST; looks++) missed = await keysMiss(page, INSTEAD); // live pages change under the fingers
  check(missed.length === 0, `${name}: by keys alone\n  ${missed.join("\n  ")}`);
}

/** What moves on a page by itself although somebody asked for less of that (the context's reducedMotion): elements, named by class or tag. */
export const moving = (page) =>
  page.evaluate(() =>
    Array.from(document.querySelectorAll("*"))
      .filter((one) => {
        const style = getComputedStyle(one),
          lasts = (times) => times.split(",").some((time) => parseFloat(time) > 0);
        return (
          style.scrollBehavior === "smooth" ||
          (style.animationName !== "none" && lasts(style.animationDuration)) ||
          lasts(style.transitionDuration)
        );
      })
      .map((one) => `${one.tagName} ${one.getAttribute("class") || ""}`),
  );

export function check(holds, what) {
  if (!holds) throw new Error(what);
}

let passed = 0,
  failed = 0;

export async function test(name, body) {
  const begun = Date.now();
  try {
    await body();
    passed++;
    console.log(`[PASS] ${name} (${((Date.now() - begun) / 1000).toFixed(1)} s)`);
  } catch (error) {
    failed++;
    console.log(`[FAIL] ${name}\n${error.stack}`);
  }
}

export async function finish(browser) {
  await browser.close();
  console.log(`[====] Synthesis: Tested: ${passed + failed} | Passing: ${passed} | Failing: ${failed} | Crashing: 0`);
  process.exit(failed === 0 ? 0 : 1);
}
