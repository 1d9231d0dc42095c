// The command centre in a real browser, on a real coordinator with real nodes: decide, and see it arrive at the desk.
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  accessible,
  bin,
  check,
  daemon,
  ended,
  finish,
  freePort,
  open,
  picture,
  run,
  says,
  scratch,
  stands,
  test,
  until,
  WEBGL,
} from "./browser.mjs";
import { onlyTile, PNG_TILES } from "./pmtiles.mjs";

const folder = scratch();
const centre = join(folder, "centre"),
  node = join(folder, "S01");
const region = new URL("../../simulations/regions/siouxfalls", import.meta.url).pathname;
const nodePort = await freePort(),
  httpPort = await freePort(),
  deskPort = await freePort();
const address = `http://127.0.0.1:${httpPort}`;
const PASSWORD = "correct horse 42",
  PIN = "421133";

const haven = (...args) => run(bin("haven"), ["--dir", centre, ...args]);
const json = async (...args) => JSON.parse(await haven(...args, "--json"));
const startCoordinator = async () => (await daemon(bin("haven-coordinator"), [centre], /event=ready/)).child;

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
let coordinator = await startCoordinator();
await haven("region", "load", region);
for (const [name, roles] of [
  ["officer", "planner,approver,exercise-controller"],
  ["guest", "viewer"],
]) {
  await run(bin("haven"), ["--dir", centre, "account", "add", name, "--roles", roles], PASSWORD + "\n");
}
await haven("incident", "open", "June flood", "--hazard", "flood");
await haven("hazard", "river", "flood", "--zones", "Z01,Z10,Z11");
for (const place of ["S02", "S03", "S04"]) {
  await haven("report", place, "status", "open");
  await haven("report", place, "count", "--adults", "120");
}
await haven("report", "S06", "status", "damaged");
const key = (
  await run(bin("haven-node"), [
    "init",
    node,
    "--id",
    "S01",
    "--role",
    "shelter",
    "--deployment",
    join(centre, "deployment.json"),
  ])
).trim();
await haven("enroll", "S01", "--role", "shelter", "--key", key);
await run(bin("haven-node"), ["desk", node, "--listen", `127.0.0.1:${deskPort}`, "--pin", "-"], PIN + "\n");
await daemon(bin("haven-node"), ["run", node], /event=desk address/);
await run(bin("haven-node"), ["report", "status", "open", "--dir", node]);

const browser = await open();
const wide = { viewport: { width: 1366, height: 850 }, locale: "en-GB", reducedMotion: "reduce" };
const context = await browser.newContext(wide);
const page = await context.newPage();
const faults = [];
page.on("pageerror", (error) => faults.push(String(error)));
const ready = () => page.waitForSelector("html[data-ready]");
const turnTo = async (on, name) => {
  await on.click(`header nav a[href="#/${name}"]`);
  await stands(on, name);
};
const go = (name) => turnTo(page, name);

/** Another window of the officer's: a page behind another in the same one may not be drawn. */
async function loggedIn(on) {
  const other = await on.newContext(wide);
  await other.addCookies(await context.cookies());
  return other;
}

async function logIn(on, name, password) {
  await on.goto(address);
  await on.waitForSelector("html[data-login]");
  await on.fill("[name=name]", name);
  await on.fill("[name=password]", password);
  await on.click("button.go");
}

await test("nobody sees anything without an account, and a wrong password is said", async () => {
  await logIn(page, "officer", "wrong");
  await page.waitForSelector(".message.bad");
  await accessible(page, "login");
  await picture(page, "centre-login");
  for (const path of ["/api/v1/shelters", "/api/v1/plans", "/api/v1/log"])
    check((await context.request.get(address + path)).status() === 401, path);
});

await test("on a slow network the page says that it is loading, until it is there", async () => {
  const other = await browser.newContext(wide),
    slow = await other.newPage();
  let go;
  const held = new Promise((resolve) => {
    go = resolve;
  });
  await slow.route("**/src/api.js", async (route) => {
    await held;
    await route.continue();
  });
  await slow.goto(address, { waitUntil: "commit" });
  await says(slow, "body", "is loading", "加载中");
  go();
  await slow.waitForSelector("html[data-login]");
  check((await slow.locator(".boot").count()) === 0, "it still says so");
  await other.close();
});

await test("the first screen says what is wrong and what waits", async () => {
  await logIn(page, "officer", PASSWORD);
  await ready();
  await page.waitForSelector(".column.alarm a");
  await says(page, ".column.alarm", "Whittier Middle School");
  await page.waitForSelector(".exercise");
  await picture(page, "centre-now");
});

let approved = ""; // number of the plan

await test("a plan is made, looked through, approved; its order is accepted at the desk and seen here", async () => {
  await go("plans");
  await page.click("main .actions button.go");
  await page.waitForSelector(".proof");
  approved = page.url().split("/").pop();
  await picture(page, "centre-plan");
  await stands(page, `plans/${approved}`);
  await page.click(".actions button.go");
  await page.waitForSelector(".mark.good >> text=in force");
  const phone = await (await browser.newContext({ viewport: { width: 390, height: 844 }, locale: "zh-CN" })).newPage();
  await phone.goto(`http://127.0.0.1:${deskPort}/`);
  await phone.fill("#pin", PIN);
  await phone.click("button.go");
  await phone.waitForSelector("html[data-ready]");
  await phone.click('nav a[href="#orders"]');
  await phone.click('.order.open button[value="accepted"]');
  await phone.waitForSelector(".order.begun");
  await go("orders");
  await page.waitForFunction(() =>
    [...document.querySelectorAll("tbody tr")].some((row) => row.textContent.includes("accepted")),
  );
  await picture(page, "centre-orders");
  await phone.context().close();
});

// As people say it, by another way than the page's.
const minutes = (seconds) => {
  const all = Math.round(seconds / 60);
  return all < 60 ? `${all} min` : `${(all - (all % 60)) / 60} h ${all % 60} min`;
};
const clock = (seconds) => {
  const all = Math.round(seconds / 60);
  return `${(all - (all % 60)) / 60}:${all % 60 < 10 ? "0" : ""}${all % 60}`;
};
const roads = new Map(
  readFileSync(join(region, "link.csv"), "utf8")
    .trim()
    .split("\n")
    .slice(1)
    .map((line) => line.split(",")),
);
/** By the places where the roads meet: each is named by its two ends. */
const wayOf = (links) => [roads.get(links[0]).split(" – ")[0], ...links.map((link) => roads.get(link).split(" – ")[1])];
const rowsOf = (on, table) =>
  on.$$eval(`${table} tbody tr`, (rows) => rows.map((row) => [...row.children].map((cell) => cell.textContent)));
const MOVES_ON_PAPER = ".sheet table:not(.runs)";
const openPlan = async (on, id) => {
  await on.goto(`${address}/#/plans/${id}`);
  await stands(on, `plans/${id}`);
};

await test("a plan says who leaves when, at what rate, by which roads, and when all are there; its sheets for zones and shelters too", async () => {
  const plan = (await json("plan", "show", approved)).plan;
  check(
    plan.ete100_s > 0 && plan.moves.length > 0 && plan.moves.every((move) => move.departed_s > 0),
    "the plan has no times to show",
  );
  await openPlan(page, approved);
  const reached = await page.textContent(".times dl");
  for (const said of [
    `90 % are there (ETE 90 %)${minutes(plan.ete90_s)}`,
    `All are there (ETE 100 %)${minutes(plan.ete100_s)}`,
    `The last has left (clearance time)${minutes(plan.clearance_s)}`,
  ])
    check(reached.includes(said), `${said}: ${reached}`);
  const rows = await rowsOf(page, ".table");
  const move = plan.moves.find((one) => one.links.length > 1);
  const wanted = [
    `${minutes(move.departs_s)} – ${minutes(move.departed_s)}`,
    move.people_per_hour.toLocaleString("en-GB"),
    `${minutes(move.arrives_s)} – ${minutes(move.arrived_s)}`,
    minutes(move.travel_s),
    wayOf(move.links).join(" – "),
  ];
  const short = [
    `${clock(move.departs_s)} – ${clock(move.departed_s)}`,
    wanted[1],
    `${clock(move.arrives_s)} – ${clock(move.arrived_s)}`,
    wanted[3],
  ];
  check(
    rows.some(
      (row) => short.every((cell, i) => row[5 + i] === cell) && row.at(-1) === wayOf(move.links).slice(1).join(" – "),
    ),
    `${short}: ${rows.join("\n")}`,
  ); // the zone stands in a column of its own
  const size = page.viewportSize();
  await page.setViewportSize({ width: 1366, height: 768 });
  await page.waitForFunction(() => {
    const box = document.querySelector(".table.dense .tablebox");
    return box.scrollWidth <= box.clientWidth;
  }); // its route is in sight
  await page.setViewportSize(size);
  await accessible(page, "a plan with times");
  await picture(page, "centre-plan-times");
  await page.emulateMedia({ media: "print" });
  const count = (key) => new Set(plan.moves.map((one) => one[key])).size;
  const runs = plan.buses.runs,
    yards = new Set(runs.map((run) => run.vehicle));
  check(runs.length > 0, "nobody goes by bus");
  check(
    (await page.locator(".sheet:visible").count()) === count("zone") + count("shelter") + yards.size,
    "a zone, a shelter or a yard has no sheet",
  );
  const printed = await rowsOf(page, MOVES_ON_PAPER);
  check(printed.length === 2 * plan.moves.length, `${printed.length} rows on paper`);
  check(
    printed.some((row) => row[4] === wanted[0] && row[5] === wanted[1] && row[7] === wanted[4]),
    `zone: ${printed.join("\n")}`,
  );
  check(
    printed.some((row) => row[4] === wanted[2] && row[5] === wanted[4]),
    `shelter: ${printed.join("\n")}`,
  );
  const long = plan.moves.find((one) => new Set(one.links).size > 4);
  const whole = wayOf(long.links).join(" – ");
  check(
    printed.some((row) => row.includes(whole)),
    `${whole} is not whole on paper`,
  );
  const rides = await rowsOf(page, ".sheet .runs"),
    stops = runs.flatMap((run) => run.stops);
  check(
    rides.length === 2 * stops.length,
    `${rides.length} rows of ${stops.length} stops: each on the sheet of its yard and of its zone`,
  );
  const run = runs[0],
    stop = run.stops[0];
  check(
    rides.some(
      (row) =>
        row[0].includes(run.vehicle) &&
        row[3].startsWith(stop.people.toLocaleString("en-GB")) &&
        row[4].includes(minutes(stop.arrives_s)),
    ),
    `bus: ${rides.join("\n")}`,
  );
  await page.evaluate(
    (kinds) => {
      // of each kind the one with the most on it: all of a kind are made alike
      const sheets = Array.from(document.querySelectorAll(".sheet")),
        sizeOf = (sheet) => sheet.querySelectorAll("*").length;
      const fullest = kinds.map(
        (kind) =>
          sheets
            .filter((sheet) => sheet.querySelector("h2").textContent.startsWith(kind))
            .sort((a, b) => sizeOf(b) - sizeOf(a))[0],
      );
      sheets.forEach((sheet) => {
        sheet.hidden = !fullest.includes(sheet);
      });
    },
    ["Zone ", "Shelter ", "Bus yard "],
  );
  check((await page.locator(".sheet:visible").count()) === 3, "there are not three kinds of sheets");
  await accessible(page, "sheets");
  await page.emulateMedia({ media: null });
});

const A4_PX = 710; // 210 mm without the margins of the page

await test("on paper no number of a bus, no time and no figure is broken, nothing is cut off, and the code stands beside no table", async () => {
  const paper = await (await loggedIn(browser)).newPage();
  await openPlan(paper, approved);
  for (const language of ["zh-CN", "en"]) {
    if ((await paper.getAttribute("html", "lang")) !== language) await paper.click(`header button[lang="${language}"]`);
    await stands(paper, `plans/${approved}`);
    const size = paper.viewportSize();
    await paper.setViewportSize({ width: A4_PX, height: 960 });
    await paper.emulateMedia({ media: "print" });
    const found = await paper.evaluate(() => {
      const all = (within, what) => Array.from(within.querySelectorAll(what)),
        boxOf = (one) => one.getBoundingClientRect();
      const sheets = all(document, ".sheet"),
        kept = all(document, ".sheet .keep");
      return {
        sheets: sheets.length,
        kept: kept.length,
        broken: kept
          .filter((one) => new Set(Array.from(one.getClientRects(), (line) => line.top)).size !== 1)
          .map((one) => one.textContent),
        loose: all(document, ".sheet tbody tr")
          .filter((row) => all(row, ".keep").length < 4)
          .map((row) => row.textContent), // three figures and a time, or one and three
        wide: sheets
          .filter((sheet) => all(sheet, "table").some((table) => boxOf(table).right > innerWidth))
          .map((sheet) => sheet.querySelector("h2").textContent),
        beside: sheets.filter((sheet) =>
          all(sheet, "table").some((table) => boxOf(table).top < boxOf(sheet.querySelector(".code")).bottom),
        ).length,
      };
    });
    check(found.sheets > 0 && found.kept > found.sheets, JSON.stringify(found));
    check(
      found.broken.length + found.loose.length + found.wide.length + found.beside === 0,
      `${language}: ${JSON.stringify(found)}`,
    );
    await picture(paper, `centre-sheets-${language}`);
    await paper.emulateMedia({ media: null });
    await paper.setViewportSize(size);
  }
  await paper.context().close();
});

await test("a plan without times says that they are unknown, never 0, also beside one that has them", async () => {
  const untimed = await (await loggedIn(browser)).newPage();
  const other = (await json("plan", "list")).plans.find((plan) => String(plan.id) !== approved).id;
  await untimed.route(`**/api/v1/plans/${other}`, async (route) => {
    const answer = await route.fetch(),
      plan = await answer.json();
    for (const name of ["step_s", "horizon_s", "ete90_s", "ete100_s", "clearance_s"]) delete plan[name];
    for (const move of plan.moves)
      for (const name of ["departs_s", "departed_s", "arrives_s", "arrived_s", "people_per_hour"]) delete move[name];
    await route.fulfill({ response: answer, json: plan });
  });
  await openPlan(untimed, other);
  check(
    (await untimed.$$eval(".times dd", (all) => all.map((one) => one.textContent))).every(
      (said) => said === "— unknown",
    ),
    await untimed.textContent(".times"),
  );
  const onTheSpot = (await json("plan", "show", String(other))).plan.moves.filter(
    (move) => move.travel_s === 0 && move.links.length === 0,
  );
  const rows = await rowsOf(untimed, ".table"),
    unrated = rows.filter((row) => row[6] === "—"); // no road, no rate: not an unknown one
  check(
    unrated.length === onTheSpot.length,
    `${unrated.length} rows without a rate, ${onTheSpot.length} moves on the spot`,
  );
  for (const row of rows)
    check([5, 7].every((i) => row[i] === "— unknown") && (row[6] === "— unknown" || row[6] === "—"), row.join(" | "));
  for (const row of await rowsOf(untimed, MOVES_ON_PAPER)) check(row[4] === "— unknown", row.join(" | "));
  const compared = (await rowsOf(untimed, ".compare")).filter((row) => /ETE|clearance/.test(row[0]));
  check(
    compared.length === 3 &&
      compared.every((row) => /\d/.test(row[1]) && row[2] === "— unknown" && row[3] === "— unknown"),
    compared.join("\n"),
  );
  await accessible(untimed, "a plan without times");
  await untimed.context().close();
});

await test("a plan is edited: a pair pinned, a road kept out, a reserve held; solved again and compared", async () => {
  await haven("report", "D1", '{"verb": "stock-count", "lines": [{"item": "water", "quantity": 9000}]}');
  await go("plans");
  await page.click(".plans a");
  await page.waitForFunction(() => /\/\d+$/.test(location.hash));
  const first = page.url().split("/").pop();
  await stands(page, `plans/${first}`);
  await page.waitForSelector(".compare");
  const before = (await json("plan", "show", first)).plan;
  const link = before.moves.find((move) => move.zone === "Z10").links[0];
  await page.click("tbody tr:has-text('Old Town') button.link");
  await page.waitForSelector("dialog[open]");
  await accessible(page, "binding a row", "dialog");
  await page.selectOption("dialog select", link);
  await page.click("dialog form button");
  await page.waitForSelector("dialog", { state: "detached" });
  await page.click(".binding summary");
  await page.fill(".bind [name=zone]", "Z10");
  await page.fill(".bind:has([name=zone]) [name=shelter]", "S03");
  await page.click(".bind:has([name=zone]) button");
  await says(page, ".binding ul", "always");
  await page.selectOption(".bind:has([name=item]) [name=depot]", "D1");
  await page.selectOption(".bind [name=item]", "water");
  await page.fill(".bind:has([name=item]) [name=quantity]", "9000");
  await page.click(".bind:has([name=item]) button");
  await page.waitForFunction(() => document.querySelectorAll(".binding > ul li").length === 3);
  await accessible(page, "what binds plans", ".binding");
  await page.click(".binding .again");
  await page.waitForFunction((old) => new RegExp(`/\\d+/${old}$`).test(location.hash), first);
  const second = page.url().split("/").at(-2);
  await stands(page, `plans/${second}/${first}`);
  await page.waitForSelector(".changes table");
  const after = (await json("plan", "show", second)).plan;
  check(
    after.moves.every((move) => !move.links.includes(link)),
    `the plan uses ${link}`,
  );
  check(
    after.moves.filter((move) => move.zone === "Z10").every((move) => move.shelter === "S03"),
    "the pin is not heeded",
  );
  check(
    after.shipments.every((one) => one.depot !== "D1" || one.item !== "water"),
    "the reserve is not held",
  );
  const compared = await page.textContent(".compare thead");
  check(compared.includes(`Plan ${first}`) && compared.includes(`Plan ${second}`), compared);
  check((await page.textContent(".changes")).includes("go elsewhere"), await page.textContent(".changes"));
  for (const [figure, name] of [
    ["ETE 90 %", "ete90_s"],
    ["ETE 100 %", "ete100_s"],
    ["clearance time", "clearance_s"],
  ]) {
    const row = (await rowsOf(page, ".compare")).find((one) => one[0].includes(figure));
    check(row && row[1] === minutes(before[name]) && row[2] === minutes(after[name]), `${figure}: ${row}`);
    check(
      before[name] === after[name] ? row[3] === "=" : row[3].includes(after[name] > before[name] ? "worse" : "better"),
      `${figure}: ${row}`,
    );
  }
  await picture(page, "centre-plan-compared");
  await page.click(".actions button.go");
  await page.waitForSelector("h1 .mark.good:has-text('in force')");
  for (let left = 3; left > 0; left--) {
    await page.click(".binding > ul button");
    await page.waitForFunction(
      (wanted) => document.querySelectorAll(".binding > ul button").length === wanted,
      left - 1,
    );
  }
});

await test("what wants attention is taken, given to somebody, given up", async () => {
  await go("now");
  const row = page.locator(".column.alarm li", { hasText: "Whittier" });
  await row.waitFor();
  await row.filter({ hasText: "nobody sees to it" }).waitFor();
  await row.locator("button", { hasText: "Take it" }).click();
  await row.locator(".owner", { hasText: "you" }).waitFor();
  await row.locator("button", { hasText: "Give it to" }).click();
  await page.waitForSelector("dialog[open]");
  await accessible(page, "giving to somebody", "dialog");
  await page.fill("dialog [name=owner]", "night shift");
  await page.click("dialog button.go");
  await row.locator(".owner", { hasText: "night shift" }).waitFor();
  const log = (await haven("log", "--json")).trim();
  check(log.includes('"owner"') && log.includes("night shift"), "the log does not say who sees to it");
});

await test("what somebody has in hand stays while the page goes on: a button pressed, the place of the keyboard", async () => {
  await go("now");
  const button = page.locator(".column.alarm li", { hasText: "Whittier" }).locator("button", { hasText: "Give it to" });
  const happen = async (people) => {
    // and until the page knows
    await haven("report", "S03", "count", "--adults", String(people));
    const known = (await json("status")).position;
    await page.waitForFunction(
      (wanted) =>
        Number(
          document
            .querySelector(".incident")
            .textContent.match(/([\d,]+)$/)[1]
            .replaceAll(",", ""),
        ) >= wanted,
      known,
    );
  };
  await button.focus();
  const name = await button.getAttribute("aria-label");
  await page.evaluate(() => {
    document.activeElement.dataset.old = "";
  });
  await happen(121);
  await page.waitForFunction(
    (wanted) =>
      document.activeElement.getAttribute("aria-label") === wanted && document.activeElement.dataset.old === undefined,
    name,
  );
  await page.focus('header nav a[href="#/places"]');
  await page.evaluate(() => {
    document.activeElement.dataset.old = "";
  });
  await happen(122);
  check(await page.evaluate(() => document.activeElement.dataset.old === ""), "the bar was made anew for nothing");
  await button.hover();
  await page.mouse.down();
  await happen(123);
  await page.mouse.up();
  await page.waitForSelector("dialog[open]");
  await page.keyboard.press("Escape");
  await page.waitForSelector("dialog", { state: "detached" });
});

await test("an order that is late goes one step up, and every page says to whom", async () => {
  await haven(
    "orders",
    "issue",
    "stand-by",
    "Z10",
    "--post",
    "zone-warden",
    "--text",
    "say when you are ready",
    "--deadline",
    "2020-01-01T00:00:00Z",
  );
  const late = String(
    (await until("an order overdue", async () => (await json("orders", "list")).orders.find((order) => order.overdue)))
      .id,
  );
  await page.goto(`${address}/#/orders/${late}`);
  await page.waitForSelector("main .mark.bad:has-text('gone up to planner (step 1)')");
  await picture(page, "centre-order-late");
  await go("now");
  await page
    .locator(".column li", { hasText: `order ${late} is overdue` })
    .filter({ hasText: "gone up to planner (step 1)" })
    .waitFor();
  await go("orders");
  await page.waitForSelector("tbody tr:first-child:has-text('overdue')");
});

await test("the shift is handed over: what is open, whose, what was decided and noted", async () => {
  await haven("note", "the bridge is watched 桥上有人");
  await go("handover");
  await page.waitForSelector("main form textarea");
  await says(page, "main", "night shift", "the bridge is watched", "Plan decided", "gone up to planner (step 1)");
  await picture(page, "centre-handover-open");
  await page.fill("main [name=to]", "night shift");
  await page.fill("main [name=text]", "S06 is closed, the bridge is watched");
  await page.click("main form button.go");
  await says(page, "main .message", "night shift");
  check(
    !(await page.textContent("main")).includes("Plan decided"),
    "what was decided in the last shift is told of this one",
  );
});

await test("the answer of a post without a node is entered by voice", async () => {
  await go("orders");
  await page.fill(".tools input", "voice");
  await page.waitForFunction(() => {
    // the filter works in slices
    const rows = [...document.querySelectorAll("main tbody tr")];
    return rows.length > 0 && rows.every((row) => row.textContent.includes("voice"));
  });
  await page.click("tbody button.link");
  await page.waitForSelector("form.inline-form");
  await page.selectOption("form.inline-form select", "accepted");
  await page.click("form.inline-form button");
  await says(page, "main ol", "accepted");
});

await test("goods of a plan go by vehicles: what leaves when, and on the way once it is approved, in both languages", async () => {
  await haven("report", "D1", '{"verb": "stock-count", "lines": [{"item": "water", "quantity": 9000}]}');
  await haven(
    "report",
    "S02",
    '{"verb": "request", "kind": "goods", "urgency": "urgent", "lines": [{"item": "water", "quantity": 400}]}',
  );
  const made = String((await json("plan", "make")).plan);
  const plan = (await json("plan", "show", made)).plan,
    [trip] = plan.fleet.trips;
  check(plan.shipments.length > 0 && trip.load[0].item === "water", "the plan ships no water");
  await openPlan(page, made);
  await page.click(".deliveries details summary");
  const name = (await json("shelters")).shelters.find((one) => one.id === trip.shelter).name;
  await says(
    page,
    ".deliveries",
    trip.vehicle,
    name,
    `Drinking water ${trip.load[0].quantity.toLocaleString("en-GB")}`,
    `there after ${minutes(trip.delivered_s)}`,
  );
  await accessible(page, "a plan with deliveries", ".deliveries");
  await picture(page, "centre-plan-deliveries");
  await page.click(".actions button.go");
  await page.waitForSelector("h1 .mark.good:has-text('in force')");
  const waybill = (await json("ledger", "waybills")).waybills.find((one) => one.to === trip.shelter);
  await go("supplies");
  const row = page
    .locator("section", { hasText: "Deliveries on the way" })
    .locator("tbody tr", { hasText: waybill.id });
  await row.filter({ hasText: name }).filter({ hasText: "ordered" }).filter({ hasText: "Drinking water" }).waitFor();
  await page
    .locator("section", { hasText: "Requests" })
    .locator("tbody tr", { hasText: "Drinking water" })
    .filter({ hasText: "400" })
    .first()
    .waitFor();
  await page.waitForFunction(() =>
    Array.from(document.querySelectorAll("td.rest .whole")).some(
      (one) => getComputedStyle(one).display === "inline-block" && /^Drinking water [\d,]+$/.test(one.textContent),
    ),
  ); // what has no room is cut off before an item: half a figure is a wrong one
  for (const [table, at] of [
    ["How long it lasts", 2],
    ["Runs out within a week", 2],
  ])
    check(
      (
        await page.locator("section", { hasText: table }).locator(`thead th:nth-child(${at})`).first().textContent()
      ).includes("Days left"),
      `${table}: how long is not beside what`,
    );
  await accessible(page, "supplies");
  await picture(page, "centre-supplies");
  await page.click("button[lang=zh-CN]");
  await page
    .locator("section", { hasText: "在途物资" })
    .locator("tbody tr", { hasText: waybill.id })
    .filter({ hasText: "已下达" })
    .waitFor();
  await page.click("button[lang=en]");
  await stands(page, "supplies");
});

await test("a request is approved in part and declined from its page, a delivery is looked at and ended, goods are ordered back", async () => {
  const asks = (await json("requests")).requests.find((one) => one.place === "S02" && one.kind === "goods");
  await go("supplies");
  await page
    .locator("section", { hasText: "Requests" })
    .locator("tbody button.link", { hasText: (await json("shelters", "S02")).shelters[0].name })
    .first()
    .click();
  await stands(page, `supplies/request/${encodeURIComponent(asks.id)}`);
  await accessible(page, "a request");
  await picture(page, "centre-request");
  await page.fill("form.form input[type=number]", "250");
  await page.click("button[value=approved]");
  await page.waitForFunction(() => (document.querySelector("main table td:nth-child(3)") || {}).textContent === "250");
  check((await json("requests", asks.id)).requests[0].tracks[0].approved === 250, "the approval did not arrive");
  await page.click("button[value=declined]");
  await says(page, "#said", "Say why");
  await page.fill("form.form [name=reason]", "the next shelter has some");
  await page.click("button[value=declined]");
  await says(page, "main", "declined", "the next shelter has some");
  const waybill = (await json("ledger", "waybills")).waybills[0];
  await go("supplies");
  await page
    .locator("section", { hasText: "Deliveries on the way" })
    .locator("tbody button.link", { hasText: waybill.id })
    .click();
  await stands(page, `supplies/waybill/${waybill.id}`);
  await accessible(page, "a delivery");
  await picture(page, "centre-delivery");
  await page.fill("form.form [name=reason]", "the road is gone");
  await page.click("form.form button");
  await says(page, "main", "the road is gone");
  await haven("report", "S06", '{"verb": "stock-count", "lines": [{"item": "blanket", "quantity": 40}]}');
  await go("supplies");
  await page.click("details.return summary");
  await page.fill("details.return [name=place]", "S06");
  await page.click("details.return form button");
  await says(page, "#said", "Ordered.");
  check(
    (await json("orders", "--all")).orders.some(
      (order) => order.kind === "return-goods" && order.lines[0].quantity === 40,
    ),
    "no order to return goods",
  );
});

await test("goods that were told by telephone are entered: a count with a lot, a delivery, a request", async () => {
  // By way of another page: the form of an entry that is still on its way clears itself when it has arrived.
  const enter = async (what, place) => {
    await go("supplies");
    await go("report");
    await page.selectOption("[name=what]", what);
    await page.fill("[name=place]", place);
  };
  await enter("stock-count", "D3");
  await page.selectOption("[name=item0]", "water");
  await page.fill("[name=quantity0]", "90");
  await page.fill("[name=lot0]", "L7");
  await page.fill("[name=expiry0]", "2031-05-31");
  await accessible(page, "a report of goods");
  await page.click("form button.go");
  await until("the count", async () =>
    (await json("ledger", "item", "water")).rows.some(
      (row) => row.place === "D3" && row.lot === "L7" && row.expiry === "2031-05-31" && row.accounts["on-hand"] === 90,
    ),
  );
  await enter("stock-receive", "S07");
  await page.selectOption("[name=item0]", "blanket");
  await page.fill("[name=quantity0]", "25");
  await page.fill("[name=waybill]", "W-77");
  await page.fill("[name=counterpart]", "D3");
  await page.click("form button.go");
  await until("the receipt", async () =>
    (await json("ledger", "waybills", "--all")).waybills.some(
      (one) => one.id === "W-77" && one.lines[0].received === 25,
    ),
  );
  await enter("goods-request", "S07");
  await page.selectOption("[name=item0]", "meal");
  await page.fill("[name=quantity0]", "60");
  await page.selectOption("[name=urgency]", "urgent");
  await page.click("form button.go");
  const asked = async () =>
    (await json("requests")).requests.find(
      (one) => one.place === "S07" && one.tracks && one.tracks[0].requested === 60,
    );
  await until("the request", asked);
  await enter("stock-receive", "S07");
  await page.selectOption("[name=item0]", "meal");
  await page.fill("[name=quantity0]", "20");
  await page.fill("[name=request]", String((await asked()).number));
  await page.click("form button.go");
  await until("what came for it", async () => (await asked()).tracks[0].fulfilled === 20);
});

await test("an order is issued, revised and cancelled", async () => {
  await go("orders");
  await page.click('a[href="#/orders/new"]');
  await stands(page, "orders/new");
  await page.selectOption("[name=kind]", "stand-by");
  await page.fill("[name=addressee]", "S01");
  await page.fill("[name=text]", "be ready 请待命");
  await page.click("form button.go");
  await page.waitForSelector("main dl");
  const number = page.url().split("/").pop();
  await stands(page, `orders/${number}`);
  await page.click(`a[href="#/orders/revise/${number}"]`);
  await stands(page, `orders/revise/${number}`);
  await page.fill("[name=text]", "be ready by six");
  await page.click("form button.go");
  await stands(page, `orders/${number}`);
  await says(page, "main dl", "be ready by six");
  await page.click("button:has-text('Cancel the order')");
  await says(page, "main .mark", "cancelled");
  check(
    (await json("orders", "show", number)).order.state === "cancelled" ||
      (await haven("orders", "show", number)).includes("cancelled"),
    "not cancelled",
  );
});

await test("a report by telephone goes in on behalf, and the table shows it with its source", async () => {
  await page.goto(`${address}/#/report/S07`);
  await stands(page, "report/S07");
  await page.fill("[name=adult]", "77");
  await page.click("form button.go");
  await says(page, "#said .good", "Taken");
  await go("places");
  await page.waitForFunction(() =>
    [...document.querySelectorAll("tbody tr")].some(
      (row) => row.textContent.startsWith("S07") && row.textContent.includes("77"),
    ),
  );
  await picture(page, "centre-tables");
});

await test("tables sort and filter by keyboard", async () => {
  await page.focus("thead th:nth-child(4) button");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Enter");
  check((await page.getAttribute("thead th:nth-child(4)", "aria-sort")) === "descending", "not sorted");
  await page.fill(".tools input", "hangar");
  await page.waitForFunction(() => document.querySelectorAll("tbody tr").length === 1);
});

await test("of a terminal in contact it is said for how long it has been, of no other when it was heard", async () => {
  await page.goto(`${address}/#/places/nodes`);
  await stands(page, "places/nodes");
  await page.locator("tbody tr", { hasText: "S01" }).filter({ hasText: "in contact for" }).waitFor();
});

await test("the map draws, with WebGL and without, and a click tells everything of a place", async () => {
  const openMap = async (on, before = () => undefined) => {
    const there = await loggedIn(on);
    await there.addInitScript(before);
    const map = await there.newPage();
    map.on("pageerror", (error) => faults.push(String(error)));
    await map.goto(`${address}/#/map/shelter/S02`);
    return map;
  };
  const withWebgl = await open(WEBGL),
    map = await openMap(withWebgl);
  await map.waitForSelector("div.mapbox[data-drawn]");
  await says(map, ".side dl", "120");
  await picture(map, "centre-map");
  await withWebgl.close();
  const drawn = await openMap(browser, () => {
    HTMLCanvasElement.prototype.getContext = ((original) =>
      function (kind, ...rest) {
        return kind.startsWith("webgl") ? null : original.call(this, kind, ...rest);
      })(HTMLCanvasElement.prototype.getContext);
  });
  await drawn.waitForSelector("canvas.mapbox[data-drawn]");
  await says(drawn, ".side dl", "120");
  await accessible(drawn, "drawn map");
  await picture(drawn, "centre-map-drawn");
  await drawn.context().close();
});

await test("what is not there is said in the language of the page, and without a region nothing is said to be well", async () => {
  const other = await loggedIn(browser),
    seen = await other.newPage();
  await seen.goto(`${address}/#/map/shelter/NOPE`);
  await says(seen, ".side", "There is nothing of this name", "there is no shelter “NOPE”", "Overview");
  await seen.click("button[lang=zh-CN]");
  await seen.goto(`${address}/#/plans/999`);
  await says(seen, "main", "没有这一项");
  await seen.goto(`${address}/#/orders/new`);
  await stands(seen, "orders/new");
  await seen.fill("[name=addressee]", "NOPE");
  await seen.click("form button.go");
  await seen.waitForSelector("#said .bad small[lang=en]"); // the server's own words, said to be English
  check(
    /^[\u4e00-\u9fff]/.test(await seen.textContent("#said .bad")),
    `in Chinese: ${await seen.textContent("#said .bad")}`,
  );
  await seen.click("button[lang=en]");
  await other.route("**/api/v1/region", (route) =>
    route.fulfill({
      status: 404,
      contentType: "application/problem+json",
      body: JSON.stringify({ status: 404, title: "There is no such thing", detail: "no region is loaded" }),
    }),
  );
  await other.route("**/api/v1/attention*", async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, json: { ...(await answer.json()), total: 0, items: [] } });
  });
  const fresh = await other.newPage();
  await fresh.goto(address);
  await says(fresh, ".answers", "No region is loaded yet");
  check((await fresh.locator(".answers .good").count()) === 0, "nothing is known, and all is said to be well");
  await accessible(fresh, "without a region", ".answers");
  await other.close();
});

/** A PMTiles file (version 3) of one tile, the whole world in one colour. */
function backgroundFile() {
  const tile = Buffer.from(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==",
    "base64",
  );
  return onlyTile(tile, [tile.length], PNG_TILES, {});
}

await test("a background that the user has is drawn under the map, read piece by piece from here alone; none is no fault", async () => {
  const withWebgl = await open(WEBGL),
    pieces = [];
  const openMap = async () => {
    const map = await (await loggedIn(withWebgl)).newPage();
    map.on("pageerror", (error) => faults.push(String(error)));
    map.on("response", (answer) => {
      if (answer.url().includes("/api/v1/background"))
        pieces.push(`${answer.status()} ${new URL(answer.url()).origin}`);
    });
    await map.goto(`${address}/#/map`);
    await map.waitForSelector("div.mapbox[data-drawn]");
    return map;
  };
  const without = await openMap();
  check(
    (await without.getAttribute("div.mapbox", "data-background")) === "false" &&
      pieces.length === 1 &&
      pieces[0] === `204 ${address}`,
    `without one: ${pieces}`,
  );
  await without.close();
  pieces.length = 0;
  writeFileSync(join(centre, "background.pmtiles"), backgroundFile());
  const map = await openMap();
  check((await map.getAttribute("div.mapbox", "data-background")) === "true", "it is not laid");
  check(pieces.length >= 3 && pieces.every((piece) => piece === `206 ${address}`), `mark, head and tile: ${pieces}`);
  await picture(map, "centre-map-background");
  rmSync(join(centre, "background.pmtiles"));
  await withWebgl.close();
});

await test("what happens is seen without a reload, also after the coordinator was killed and started again", async () => {
  await go("places");
  await page.fill(".tools input", "S02");
  const people = (n) =>
    page.waitForFunction(
      (wanted) =>
        [...document.querySelectorAll("tbody tr")].some(
          (row) => row.textContent.startsWith("S02") && row.textContent.includes(wanted),
        ),
      String(n),
    );
  await haven("report", "S02", "count", "--adults", "333");
  await people(333);
  await ended(coordinator, "SIGKILL");
  await page.waitForSelector(".fresh.bad");
  coordinator = await startCoordinator();
  await haven("report", "S02", "count", "--adults", "444");
  await people(444);
  await page.waitForSelector(".fresh.good");
});

await test("a look back shows what was known, and nothing can be decided there", async () => {
  await go("journal");
  await page.waitForSelector("input[type=range]");
  await page.$eval("input[type=range]", (slider) => {
    slider.value = "3";
    slider.dispatchEvent(new Event("change", { bubbles: true }));
  });
  await page.waitForSelector(".message.past");
  await page.waitForFunction(() => !document.querySelector(".phases") && !document.querySelector("main textarea"));
  await page.waitForFunction(() => {
    const notes = document.querySelector(".journal");
    return notes !== null && !notes.textContent.includes("the bridge is watched");
  });
  await go("now");
  check(!(await page.textContent("main")).includes("Whittier"), "what is wrong now is shown as wrong then");
  await go("places");
  await page.waitForSelector("main table tbody", { state: "attached" });
  check(!(await page.textContent("main tbody")).includes("444"), "what is known now is shown as known then");
  await go("plans");
  check((await page.locator("main .actions button.go").count()) === 0, "a plan could be made in the past");
  await page.click(".message.past button");
  await page.waitForFunction(() => !document.querySelector(".message.past"));
});

await test("a viewer sees and decides nothing", async () => {
  const other = await browser.newContext(wide);
  const guest = await other.newPage();
  await logIn(guest, "guest", PASSWORD);
  await guest.waitForSelector("html[data-ready]");
  await turnTo(guest, "plans");
  check((await guest.locator("main button.go").count()) === 0, "a viewer may make plans");
  const session = await (await other.request.get(address + "/api/v1/session")).json();
  const answer = await other.request.post(address + "/api/v1/plans", {
    headers: { "X-Haven-CSRF": session.csrf, "Idempotency-Key": "0123456789" },
  });
  check(answer.status() === 403, `${answer.status()}`);
  const forged = await context.request.post(address + "/api/v1/plans", {
    headers: { "Idempotency-Key": "0123456789a" },
  });
  check(forged.status() === 403, `without the token of the session: ${forged.status()}`);
  await other.close();
});

await test("who is logged out elsewhere gets the log-in, and the page asks for nothing until somebody logs in", async () => {
  const here = await browser.newContext(wide),
    elsewhere = await browser.newContext(wide);
  const seen = await here.newPage();
  await logIn(seen, "guest", PASSWORD);
  await seen.waitForSelector(".fresh.good");
  let asked = 0;
  seen.on("request", (request) => {
    if (/\/api\/v1\/(events|status)/.test(request.url())) asked++;
  });
  await elsewhere.addCookies(await here.cookies());
  const session = await (await elsewhere.request.get(address + "/api/v1/session")).json();
  const ended = await elsewhere.request.delete(address + "/api/v1/session", {
    headers: { "X-Haven-CSRF": session.csrf, "Idempotency-Key": "0123456789b" },
  });
  check(ended.ok(), `${ended.status()}`);
  await seen.waitForSelector("html[data-login] .message.bad:has-text('logged out')");
  check((await seen.locator("header, #main").count()) === 0, "what was seen stays in sight");
  const before = asked;
  await accessible(seen, "log-in again");
  await picture(seen, "centre-login-again");
  check(asked === before, `asked ${asked - before} times while nobody was logged in`);
  await seen.fill("[name=name]", "guest");
  await seen.fill("[name=password]", PASSWORD);
  await seen.click("button.go");
  await seen.waitForSelector("html:not([data-login])[data-ready] .fresh.good");
  await here.close();
  await elsewhere.close();
});

await test("a sweep of a zone is entered, and says who is left there", async () => {
  await page.evaluate(() => {
    location.hash = "#/map/zone/Z11";
  });
  await page.click("button >> text=Enter a sweep");
  await page.fill("dialog [name=left]", "7");
  await page.fill("dialog [name=reason]", "warden, by radio");
  await accessible(page, "a sweep", "dialog");
  await picture(page, "centre-sweep");
  await page.click("dialog form button >> nth=0");
  await page.waitForSelector("dialog", { state: "detached" });
  await page.waitForSelector('dl div:has(dt:text-is("Left")) dd:text-is("7")');
  const [zone] = (await json("zones", "Z11")).zones;
  check(zone.remaining === 7 && zone.swept_age_s !== null, JSON.stringify(zone));
});

await test("every page in both languages, light and dark, has nothing that axe finds", async () => {
  const last = (await json("plan", "list")).plans[0].id;
  const lookThrough = async (language, colorScheme) => {
    const own = await loggedIn(browser),
      seen = await own.newPage();
    seen.on("pageerror", (error) => faults.push(String(error)));
    await seen.emulateMedia({ colorScheme });
    await seen.goto(address);
    await stands(seen, "now");
    if ((await seen.getAttribute("html", "lang")) !== language) await seen.click(`header button[lang="${language}"]`);
    check((await seen.getAttribute("html", "lang")) === language, "the language did not change");
    for (const name of ["now", "places", "plans", "orders", "supplies", "report", "journal", "handover"]) {
      await turnTo(seen, name);
      await accessible(seen, `${language} ${name}`);
      await picture(seen, `centre-${name}-${language}`);
    }
    await openPlan(seen, last);
    check(
      (await seen.textContent(".times")).includes(language === "en" ? "clearance time" : "清空时间"),
      await seen.textContent(".times"),
    );
    await accessible(seen, `${language} a plan`);
    await picture(seen, `centre-a-plan-${language}`);
    await own.close();
  };
  await Promise.all([lookThrough("en", "light"), lookThrough("zh-CN", "dark")]); // each in a process of its own
});

await test("the page's script never failed", async () => check(faults.length === 0, faults.join("\n")));

await finish(browser);
