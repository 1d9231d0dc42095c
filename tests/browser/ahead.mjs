// The command centre on what is to come and what has been: hazards over time, the background of vector tiles, plans that were overtaken,
// reversed roads, progress, plans that are in the log alone, history and charts of a look back; and all of it on a phone and by keyboard.
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  accessible,
  bin,
  check,
  daemon,
  finish,
  freePort,
  moving,
  open,
  picture,
  run,
  sanitized,
  says,
  scratch,
  stands,
  test,
  until,
  WEBGL,
} from "./browser.mjs";
import { onlyTile, VECTOR_TILES } from "./pmtiles.mjs";

const centre = join(scratch(), "centre");
const region = new URL("../../simulations/regions/siouxfalls", import.meta.url).pathname;
const nodePort = await freePort(),
  httpPort = await freePort();
const address = `http://127.0.0.1:${httpPort}`;
const PASSWORD = "correct horse 42",
  HOUR_MS = 3600000;
const RIVER = ["Z10", "Z11", "Z14", "Z15", "Z16", "Z17", "Z19", "Z22"];

const haven = (...args) => run(bin("haven"), ["--dir", centre, ...args]);
const json = async (...args) => JSON.parse(await haven(...args, "--json"));

await run(bin("haven"), [
  "init",
  centre,
  "--name",
  "河岸市 Riverside",
  "--exercise",
  "--http",
  `127.0.0.1:${httpPort}`,
  "--bind",
  `tcp://127.0.0.1:${nodePort}`,
  "--endpoint",
  `tcp://127.0.0.1:${nodePort}`,
]);
const settings = join(centre, "haven.yaml"),
  written = readFileSync(settings, "utf8");
check(/^contraflow_gain_min: 0$/m.test(written), "the settings say nothing of roads that are turned");
writeFileSync(settings, written.replace(/^contraflow_gain_min: 0$/m, "contraflow_gain_min: 1"));
await daemon(bin("haven-coordinator"), [centre], /event=ready/);
await haven("region", "load", region);
await run(
  bin("haven"),
  ["--dir", centre, "account", "add", "officer", "--roles", "planner,approver,exercise-controller"],
  PASSWORD + "\n",
);
await haven("incident", "open", "June flood", "--hazard", "flood");

const browser = await open();
const wide = { viewport: { width: 1366, height: 850 }, locale: "en-GB", reducedMotion: "reduce" };
const context = await browser.newContext(wide);
const page = await context.newPage();
const faults = [];
page.on("pageerror", (error) => faults.push(String(error)));
const goTo = async (on, route) => {
  await on.goto(`${address}/#/${route}`);
  await stands(on, route);
};
/** Another window of the officer's. */
async function loggedIn(on, more = {}) {
  const other = await on.newContext({ ...wide, ...more });
  await other.addCookies(await context.cookies());
  const there = await other.newPage();
  there.on("pageerror", (error) => faults.push(String(error)));
  return there;
}

// As people say it, by another way than the page's.
const minutes = (seconds) => {
  const all = Math.round(seconds / 60);
  return all < 60 ? `${all} min` : `${(all - (all % 60)) / 60} h ${all % 60} min`;
};

let csrf = "",
  keys = 0;
const api = (path) => address + "/api/v1" + path;
const ask = async (path) => (await context.request.get(api(path))).json();
const put = (path, data) =>
  context.request.put(api(path), {
    data,
    headers: { "X-Haven-CSRF": csrf, "Idempotency-Key": `ahead-test-${++keys}` },
  });
/** A plan that differs from those before: all of one zone go to another shelter each time; without one, wherever it is best. */
async function newPlan(shelter) {
  const bound = shelter
    ? await put("/directives/there", { kind: "pin", zone: "Z10", shelter })
    : await context.request.delete(api("/directives/there"), {
        headers: { "X-Haven-CSRF": csrf, "Idempotency-Key": `ahead-test-${++keys}` },
      });
  check(bound.ok(), await bound.text());
  return (await json("plan", "make")).plan;
}

await test("somebody logs in by keyboard alone, and comes to the content past the bar", async () => {
  await page.goto(address);
  await page.waitForSelector("html[data-login]");
  await page.keyboard.press("Tab");
  await page.keyboard.type("officer");
  await page.keyboard.press("Tab");
  await page.keyboard.type(PASSWORD);
  await page.keyboard.press("Enter");
  await page.waitForSelector("html[data-ready]");
  await stands(page, "now");
  await page.locator(".skip").focus();
  await page.keyboard.press("Enter");
  check((await page.evaluate(() => document.activeElement.id)) === "main", "the keyboard is not at the content");
  ({ csrf } = await ask("/session"));
});

// ---- hazards over time ----

const now = (await json("status")).wall_ms;
const at = (hours) => now + hours * HOUR_MS;
const CLOSE_FIRST = ["L16-17", "L17-16"],
  CLOSE_THEN = ["L10-17", "L17-10"],
  NARROW = ["L6-8", "L8-6"];

await test("what a hazard is told to hit is seen ahead: by slider, by buttons, from a list; on the map, on the first screen, in tables and details", async () => {
  const told = await put("/hazards/river", {
    kind: "flood",
    zones: ["Z10"],
    steps: [
      { from_wall_ms: at(1), until_wall_ms: at(9), links: CLOSE_FIRST },
      { from_wall_ms: at(2), until_wall_ms: at(9), links: CLOSE_THEN, zones: ["Z17"], shelters: ["S20"] },
      { from_wall_ms: at(3), until_wall_ms: at(4), links: NARROW, capacity_permille: 500 },
    ],
  });
  check(told.ok(), await told.text());
  await goTo(page, "now");
  await says(page, ".next", "1 road closes");
  const drawn = await loggedIn(browser);
  await drawn.addInitScript(() => {
    HTMLCanvasElement.prototype.getContext = ((original) =>
      function (kind, ...rest) {
        return kind.startsWith("webgl") ? null : original.call(this, kind, ...rest);
      })(HTMLCanvasElement.prototype.getContext);
  });
  await goTo(drawn, "map");
  await drawn.waitForSelector("canvas.mapbox[data-drawn]");
  /** What is drawn: closed roads, those that close later or carry less, and what is in danger. */
  const seen = () =>
    drawn.evaluate(async () => {
      const { roadFeatures, dangerFeatures } = await import("/src/features.js"),
        { ahead } = await import("/src/hazard_time.js");
      const ids = (features, holds) =>
        features
          .filter(({ properties }) => holds(properties))
          .map(({ properties }) => properties.id)
          .sort()
          .join();
      const roads = roadFeatures(ahead.hits(), ahead.closing()).features;
      return {
        closed: ids(roads, (road) => road.closed === 1),
        closing: ids(roads, (road) => road.closing === 1),
        danger: ids(dangerFeatures(ahead.hits()).features, () => true),
      };
    });
  const same = (found, closed, closing, danger) =>
    check(
      found.closed === [...closed].sort().join() &&
        found.closing === [...closing].sort().join() &&
        found.danger === [...danger].sort().join(),
      JSON.stringify(found),
    );
  await says(drawn, ".saying", "Now", "1 zone in danger, 0 roads closed", "Next");
  same(await seen(), [], [...CLOSE_FIRST, ...CLOSE_THEN], ["Z10"]);
  await accessible(drawn, "a map with what comes");
  await drawn.focus(".ahead input");
  await drawn.keyboard.press("ArrowRight");
  await says(drawn, ".saying", "1 road closes", "1 road closed");
  same(await seen(), CLOSE_FIRST, CLOSE_THEN, ["Z10"]);
  await drawn.click(".steps button[aria-label=Later]");
  await says(
    drawn,
    ".saying",
    "1 road closes",
    "1 zone is in danger",
    "1 place is hit",
    "2 zones in danger, 2 roads closed",
  );
  same(await seen(), [...CLOSE_FIRST, ...CLOSE_THEN], [], ["S20", "Z10", "Z17"]);
  await picture(drawn, "centre-map-ahead");
  await drawn.click(".turns li:nth-child(3) button");
  await says(drawn, ".saying", "1 road carries less");
  check(
    (await drawn.getAttribute(".turns li:nth-child(3) button", "aria-pressed")) === "true",
    "the list does not say which is shown",
  );
  same(await seen(), [...CLOSE_FIRST, ...CLOSE_THEN], NARROW, ["S20", "Z10", "Z17"]);
  await drawn.click(".turns li:last-child button");
  await says(drawn, ".saying", "2 roads open again");
  await drawn.focus(".ahead input");
  await drawn.keyboard.press("Home");
  await says(drawn, ".saying", "Now");
  await goTo(drawn, "map/road/L10-17");
  await says(drawn, ".side", "Closes");
  await goTo(drawn, "map/zone/Z17");
  await says(drawn, ".side", "In danger from");
  await drawn.click(".closer button");
  await drawn.waitForSelector(".turns");
  await goTo(drawn, "places/roads");
  await drawn.fill(".tools input", "L10-17");
  await drawn.waitForFunction(() => {
    const rows = document.querySelectorAll("tbody tr");
    return rows.length === 1 && /\d\d:\d\d/.test(rows[0].textContent);
  });
  await drawn.context().close();
});

// ---- a background of vector tiles ----

const varint = (value) => {
  const bytes = [];
  for (; value > 127; value = Math.floor(value / 128)) bytes.push((value % 128) + 128);
  return [...bytes, value];
};
const number = (field, value) => [...varint(field * 8), ...varint(value)];
const bytes = (field, inside) => [...varint(field * 8 + 2), ...varint(inside.length), ...inside];
const text = (field, said) => bytes(field, [...Buffer.from(said)]);
const zigzag = (value) => (value < 0 ? -2 * value - 1 : 2 * value);

/** A layer of a Mapbox vector tile (version 2) with one feature: 2 a line, 3 a polygon; steps are dx, dy from the one before. */
function layer(name, type, [first, ...steps]) {
  const closing = type === 3 ? [15] : [];
  const commands = [9, ...first.map(zigzag), steps.length * 8 + 2, ...steps.flat().map(zigzag), ...closing];
  return bytes(3, [
    ...number(15, 2),
    ...text(1, name),
    ...bytes(2, [...number(3, type), ...bytes(4, commands.flatMap(varint))]),
    ...number(5, 4096),
  ]);
}

/** A PMTiles file (version 3) of one vector tile: the world is water, with a road across. */
function vectorFile() {
  const tile = Buffer.from([
    ...layer("water", 3, [
      [0, 0],
      [4096, 0],
      [0, 4096],
      [-4096, 0],
    ]),
    ...layer("roads", 2, [
      [0, 2048],
      [4096, 0],
    ]),
  ]);
  const layers = ["water", "roads"].map((id) => ({ id, fields: {} }));
  return onlyTile(tile, varint(tile.length), VECTOR_TILES, { vector_layers: layers });
}

if (!sanitized)
  await test("a background of vector tiles is drawn: what is water looks so", async () => {
    const withWebgl = await open(WEBGL);
    writeFileSync(join(centre, "background.pmtiles"), vectorFile());
    const map = await loggedIn(withWebgl, { colorScheme: "light" });
    // What was drawn stays readable, which a canvas of WebGL otherwise does not promise.
    await map.addInitScript(() => {
      HTMLCanvasElement.prototype.getContext = ((original) =>
        function (kind, more) {
          return original.call(this, kind, kind.startsWith("webgl") ? { ...more, preserveDrawingBuffer: true } : more);
        })(HTMLCanvasElement.prototype.getContext);
    });
    await map.goto(`${address}/#/map`);
    await map.waitForSelector("div.mapbox[data-drawn]");
    check((await map.getAttribute("div.mapbox", "data-background")) === "true", "it is not laid");
    const corner = () =>
      map.evaluate(() => {
        const drawn = document.querySelector("canvas.maplibregl-canvas"),
          copy = document.createElement("canvas");
        copy.width = copy.height = 1;
        const pen = copy.getContext("2d");
        pen.drawImage(drawn, 6, 6, 1, 1, 0, 0, 1, 1);
        return [...pen.getImageData(0, 0, 1, 1).data].slice(0, 3);
      });
    const WATER = [0xc3, 0xdc, 0xec]; // as map_gl.js says; the paper is #f4f6f8
    let last = [];
    await until("water in the corner of the map", async () => {
      last = await corner();
      return last.every((value, i) => Math.abs(value - WATER[i]) <= 6);
    }).catch((error) => {
      throw new Error(`${error.message}: ${last}`);
    });
    await picture(map, "centre-map-vector");
    rmSync(join(centre, "background.pmtiles"));
    await withWebgl.close();
  });

// ---- plans: overtaken, reversed roads, progress ----

let older = 0,
  approved = 0;

await test("a proposal says that there is a newer one, and can no longer be approved once that was: neither here nor by any other way", async () => {
  await haven("hazard", "river", "flood", "--zones", RIVER.join());
  await haven("incident", "phase", "evacuation");
  older = await newPlan("S03");
  await goTo(page, `plans/${older}`);
  await page.waitForSelector(".actions button.go");
  const gone = (await (await page.request.get(`${address}/api/v1/plans/${older}`)).json()).moves.find(
    (move) => move.links.length > 0,
  );
  await haven("road", "close", gone.links[0], "--reason", "a tree");
  await says(page, "main", "Since this plan was made, 1 road that it uses was closed"); // who decides reads what has become of it
  await haven("road", "open", gone.links[0]);
  await page.waitForFunction(() => !document.querySelector("main").textContent.includes("Since this plan was made"));
  approved = await newPlan();
  check(approved > older, `${approved} after ${older}`);
  await says(page, "main", "is newer", `Approve plan ${older} all the same`);
  await haven("plan", "approve", String(approved));
  await says(page, "main .message", "has been overtaken", `plan ${approved}`);
  await page.waitForFunction(() => document.querySelector("main .actions button.go") === null);
  await accessible(page, "a proposal that was overtaken");
  await picture(page, "centre-plan-overtaken");
  const refused = await put(`/plans/${older}/approval`, {});
  check(
    refused.status() === 409 &&
      (await refused.json()).detail.includes(`plan ${approved}, which is newer, has been approved`),
    `${refused.status()} ${await refused.text()}`,
  );
  await goTo(page, "plans");
  await page
    .locator(".plans li", { hasText: `Plan ${older} ` })
    .filter({ hasText: "overtaken" })
    .waitFor();
  await page
    .locator(".plans li", { hasText: `Plan ${approved} ` })
    .filter({ hasText: "in force" })
    .waitFor();
});

await test("roads that the plan turns are named, with what that gains, and their posts have orders", async () => {
  const plan = (await json("plan", "show", String(approved))).plan;
  check(
    plan.reversals.length > 0 && plan.contraflow_person_seconds > 0,
    `no road is turned: ${JSON.stringify(plan.reversals)}`,
  );
  await goTo(page, `plans/${approved}`);
  const network = (await ask("/network?limit=1000")).items,
    [one] = plan.reversals;
  const name = (id) => network.find((link) => link.id === id).name,
    people = plan.moves.reduce((sum, move) => sum + move.people, 0);
  await says(
    page,
    ".reversals",
    `${name(one.link)}: closed this way, its lanes run ${name(one.gives_to)}`,
    `${minutes(plan.contraflow_person_seconds / people)} earlier on average`,
  );
  await picture(page, "centre-plan-reversals");
  await goTo(page, "orders");
  await page.fill(".tools input", "Reverse a road");
  await page.waitForFunction(() => {
    const rows = [...document.querySelectorAll("main tbody tr")];
    return rows.length > 0 && rows.every((row) => row.textContent.includes("road post, by voice"));
  });
});

await test("how far the evacuation is stands beside the windows of the plan, and goes on by itself", async () => {
  const begun = (await ask("/progress?limit=100")).items;
  check(begun.length > 0, "nothing to follow");
  await goTo(page, `plans/${approved}`);
  const row = (zone) => page.locator(".progress tbody tr", { has: page.locator("th", { hasText: zone.name }) });
  const zone = begun[0];
  await row(zone)
    .filter({ hasText: zone.people.toLocaleString("en-GB") })
    .waitFor();
  check((await page.locator(".progress tbody tr").count()) === begun.length, "a zone is missing");
  await haven("report", "S02", "check-in", "--adults", "57", "--from", zone.zone);
  const later = await until("who has come is counted", async () =>
    (await ask("/progress?limit=100")).items.find((one) => one.zone === zone.zone && one.gone >= 57),
  );
  await row(zone)
    .locator("td:nth-child(4)", { hasText: later.gone.toLocaleString("en-GB") })
    .waitFor();
  await accessible(page, "progress");
  await picture(page, "centre-plan-progress");
});

await test("plans that are in the log alone are compared as those in memory are", async () => {
  const compare = async () => {
    await goTo(page, `plans/${approved}/${older}`);
    await page.waitForSelector(".compare tbody");
    return page.evaluate(() => [".compare", ".changes"].map((one) => document.querySelector(one).textContent));
  };
  const before = await compare();
  check(before[1].includes("go elsewhere") && before[0].includes(`Plan ${older}`), before.join("\n"));
  const made = [];
  for (const shelter of ["S01", "S02", "S04", "S05", "S06", "S07", "S08", "S09", "S10"])
    made.push(await newPlan(shelter)); // of the last eight, and of the one in force, the bodies are in memory
  check(new Set(made).size === made.length, `${made}`);
  check(JSON.stringify(await compare()) === JSON.stringify(before), (await compare()).join("\n"));
  const oldest = await (await context.request.get(api(`/plans/${older}/diff?against=${approved}`))).json();
  check(oldest.against === approved && oldest.moves.length > 0, JSON.stringify(oldest));
});

// ---- taken away ----

await test("what is copied from a table says that it is an exercise; a sheet of a plan has a code of the plan's page", async () => {
  const copying = await loggedIn(browser, { permissions: ["clipboard-read", "clipboard-write"] });
  await goTo(copying, "places/depots");
  await copying.locator("tbody tr", { hasText: "D1" }).waitFor();
  await copying.click(".tools button");
  await says(copying, "#said .good", "rows copied");
  const rows = (await copying.evaluate(() => navigator.clipboard.readText())).trim().split("\r\n");
  check(rows.length > 2 && rows.every((row) => row.endsWith(",演练 EXERCISE")), rows.join("\n"));
  await goTo(copying, `plans/${approved}`);
  const codes = await copying.$$eval(".sheet svg.qr", (all) =>
    all.map((code) => [code.getAttribute("aria-label"), code.querySelector("path").getAttribute("d").length > 1000]),
  );
  check(
    codes.length > 0 && codes.every(([says, drawn]) => drawn && says.endsWith(`${address}/#/plans/${approved}`)),
    JSON.stringify(codes),
  );
  check(
    (await copying.getAttribute("main .actions a[download]", "download")) === `EXERCISE-plan-${approved}.csv`,
    "a file that is taken away does not say so",
  );
  await copying.context().close();
});

// ---- what has been ----

await test("every place tells its history, the newest first", async () => {
  await haven("report", "S03", "status", "open", "--reason", "told by radio");
  await haven("report", "S03", "count", "--adults", "120");
  await goTo(page, "map/shelter/S03");
  await says(page, ".history li:first-child", "Head count: 120 people", "entered on behalf");
  await says(page, ".history", "Status: open · told by radio");
  const first = page.locator(".history li").first();
  await haven("report", "S03", "count", "--adults", "1");
  await first.filter({ hasText: "Head count: 1 person" }).waitFor();
  await accessible(page, "history of a place");
});

await test("charts of a look back end where it looks", async () => {
  const series = async (query = "") => ask("/series" + query);
  const sheltered = (told) => told.series.sheltered.at(-1);
  await haven("report", "S04", "count", "--adults", "400");
  const many = (await json("status")).people.sheltered;
  await until("a sample with those", async () => {
    const told = await series();
    return sheltered(told) === many && told.wall_ms.length > 2;
  });
  await haven("note", "many have come"); // a moment after that sample
  const then = (await json("status")).position;
  await haven("report", "S04", "count", "--adults", "7");
  const few = (await json("status")).people.sheltered;
  check(few < many, `${few} of ${many}`);
  await until("a sample with fewer", async () => sheltered(await series()) === few);
  await goTo(page, "journal");
  await says(page, ".charts figure:first-child figcaption", `People sheltered: ${few.toLocaleString("en-GB")}`);
  await page.$eval(
    "input[type=range]",
    (slider, to) => {
      slider.value = String(to);
      slider.dispatchEvent(new Event("change", { bubbles: true }));
    },
    then,
  );
  await page.waitForSelector(".message.past");
  await says(page, ".charts figure:first-child figcaption", `People sheltered: ${many.toLocaleString("en-GB")}`);
  check((await page.locator(".charts canvas").count()) > 0, "no chart is drawn");
  await page.focus(".chartfigures summary");
  await page.keyboard.press("Enter");
  await says(page, ".chartfigures tbody tr:first-child td", many.toLocaleString("en-GB")); // the newest first; what the lines show under a pointer
  await accessible(page, "charts of a look back");
  await picture(page, "centre-look-back");
  await page.click(".message.past button");
  await page.waitForFunction(() => !document.querySelector(".message.past"));
});

await test("paper says on every page that it is an exercise, in ink, also from a dark screen; what is folded is printed", async () => {
  await page.emulateMedia({ media: "print", colorScheme: "dark" });
  await goTo(page, "handover");
  const [head, ink, paper] = await page.evaluate(() => [
    getComputedStyle(document.querySelector("header")).display,
    getComputedStyle(document.querySelector("header .exercise")).color,
    getComputedStyle(document.body).backgroundColor,
  ]);
  check(
    head === "table-header-group" && ink === "rgb(0, 0, 0)" && paper === "rgb(255, 255, 255)",
    `${head} ${ink} ${paper}`,
  ); // which browsers repeat on every page
  check(
    (await page.isVisible("header .exercise")) &&
      (await page.isVisible("header .incident")) &&
      !(await page.isVisible("header nav")),
    "not what belongs on paper",
  );
  check((await page.locator("main details:not([open])").count()) > 0, "nothing is folded");
  await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
  check((await page.locator("main details:not([open])").count()) === 0, "something stays folded");
  await page.evaluate(() => dispatchEvent(new Event("afterprint")));
  await goTo(page, "supplies");
  const empty = page.locator("section", { hasText: "Deliveries on the way" }).locator(".table.empty .count");
  check(
    (await empty.isVisible()) && (await empty.textContent()).length > 0,
    "a table with nothing in it says nothing on paper",
  );
  check(await page.locator("details.return").isHidden(), "a form to fill in on the screen is printed");
  await goTo(page, "places/roads");
  const roads = (await ask("/network?limit=1")).total,
    drawn = () => page.locator("main tbody tr:not([aria-hidden])").count(),
    gaps = () => page.locator("main tbody tr[aria-hidden]").count();
  await says(page, ".table .count", `${roads} rows`);
  await page.evaluate(() => document.querySelector(".tablebox").dispatchEvent(new Event("scroll"))); // drawn anew, with the room that it has now
  check((await drawn()) < roads && (await gaps()) > 0, "all rows are made, also those out of sight");
  await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
  check(
    (await drawn()) === roads && (await gaps()) === 0,
    `${await drawn()} of ${roads} roads are printed, and ${await gaps()} gaps`,
  );
  await page.emulateMedia({ media: null, colorScheme: null });
  await page.evaluate(() => dispatchEvent(new Event("afterprint")));
  check((await drawn()) < roads, "rows of paper stay");
});

// ---- small screens, large languages ----

if (!sanitized)
  await test("no page is wider than its window, in either language; on a phone where one is stays in sight, and each figure says of what it is", async () => {
    const routes = [
      "now",
      "map",
      "places",
      "plans",
      `plans/${approved}`,
      "orders",
      "supplies",
      "report",
      "journal",
      "handover",
    ];
    for (const [locale, size, name] of [
      ["en-GB", { width: 390, height: 844 }, "en-phone"],
      ["zh-CN", { width: 320, height: 640 }, "zh-phone"],
      ["en-GB", { width: 1366, height: 768 }, "en-wide"],
    ]) {
      const there = await loggedIn(browser, { locale, viewport: size });
      for (const route of routes) {
        await goTo(there, route);
        if (route.startsWith("plans/"))
          await there.evaluate(async () =>
            document.querySelector("main").append((await import("/src/plan_compare.js")).bottlenecks({ moves: [] })),
          ); // as it says that nothing is tight
        const [needs, has] = await there.evaluate(() => [
          document.documentElement.scrollWidth,
          document.documentElement.clientWidth,
        ]);
        check(needs <= has, `${name} ${route}: ${needs} of ${has} pixels`);
        check(
          await there.evaluate(() => {
            const one = document.querySelector("nav [aria-current]").getBoundingClientRect();
            return one.left >= 0 && one.right <= innerWidth;
          }),
          `${name} ${route}: where one is, is not in sight`,
        );
        const restless = await moving(there);
        check(restless.length === 0, `${name} ${route}: moves although less motion is asked for: ${restless}`);
        if (name.endsWith("phone")) {
          // a row of such a table is a card there: the name of a column stands in room that its cell leaves for it
          const bare = await there.evaluate(() =>
            Array.from(document.querySelectorAll("table.stacked td"))
              .filter((cell) => {
                const name = getComputedStyle(cell, "::before");
                return (
                  !name.content.includes(cell.dataset.title) ||
                  parseFloat(getComputedStyle(cell).paddingLeft) < parseFloat(name.width)
                );
              })
              .map((cell) => cell.textContent),
          );
          check(bare.length === 0, `${name} ${route}: nobody sees what these are: ${bare}`);
          const broken = await there.evaluate(() => {
            const linesOf = (/** @type {Element} */ cell) => {
              const range = document.createRange();
              range.selectNodeContents(cell);
              return new Set(Array.from(range.getClientRects(), (line) => line.top)).size;
            };
            return Array.from(document.querySelectorAll("table.small:not(.stacked) td.number"))
              .filter((cell) => /^[\d,]+$/.test(cell.textContent) && linesOf(cell) > 1)
              .map((cell) => cell.textContent);
          });
          check(broken.length === 0, `${name} ${route}: figures are broken: ${broken}`);
        }
        if (name === "en-phone") await picture(there, `centre-${route.replace(/\/.*/, "-one")}-phone`);
      }
      await there.context().close();
    }
  });

await test("a plan is approved by keyboard alone", async () => {
  const made = await newPlan("S11");
  await goTo(page, `plans/${made}`);
  await page.waitForSelector(".actions button.go");
  const isThere = () => page.evaluate(() => document.activeElement.matches(".actions button.go"));
  await until("an approval by keyboard", async () => {
    // a page that is drawn anew on the way may take the keyboard back: then from the beginning
    await page.locator(".skip").focus();
    await page.keyboard.press("Enter");
    for (let steps = 0; steps < 30 && !(await isThere()); steps++) await page.keyboard.press("Tab");
    if (await isThere()) await page.keyboard.press("Enter");
    return page.waitForSelector("h1 .mark.good:has-text('in force')", { timeout: 5000 }).then(
      () => true,
      () => false,
    );
  });
});

await test("the page's script never failed", async () => check(faults.length === 0, faults.join("\n")));

await finish(browser);
