// Two phones at the desk of one node whose power is cut while they send: what either was told is stored is stored, and nothing
// counts twice. The node is killed where it hurts: as an entry has just been acknowledged, and as entries of both are on their way.
import { check, ended, finish, hurried, open, test, until } from "./browser.mjs";
import { ask, found, haven, PIN, startCentre, startNode } from "./drill.mjs";

await startCentre();
const node = await found("S01", "shelter", "--name", "S01");
const status = () => ask(node, "status");

let child, address;
async function power() {
  ({ child, address } = await startNode(node));
}
await power();

const browser = await open();

// What phones send waits here while the node starts, so that the next cut comes upon it on its way.
const gate = { opens: Promise.resolve(), open: () => {} };
const shut = () => {
  gate.opens = new Promise((resolve) => {
    gate.open = resolve;
  });
};
const faults = [];

// A phone: what it has entered, and what it was told is stored, by the number that it gave to each.
async function phone(figure) {
  const context = await hurried(
    await browser.newContext({ viewport: { width: 390, height: 844 }, locale: "en-GB", reducedMotion: "reduce" }),
  );
  const page = await context.newPage(),
    one = { page, figure, entered: 0, stored: new Set(), sent: new Set(), onSent: null, onStored: null };
  page.on("pageerror", (error) => faults.push(String(error)));
  await page.route("**/entries", async (route) => {
    await gate.opens;
    route
      .request()
      .postDataJSON()
      .entries.forEach((entry) => one.sent.add(entry.number));
    await route.continue().catch(() => {}); // the page has given up waiting
    if (one.onSent) one.onSent();
  });
  page.on("response", async (answer) => {
    if (!answer.url().endsWith("/entries") || answer.status() !== 200) return;
    const numbers = answer
      .request()
      .postDataJSON()
      .entries.map((entry) => entry.number);
    const told = await answer.json().catch(() => null); // cut off before it was whole: nothing was told
    if (told)
      told.results.forEach((result, i) => {
        if (result.ok) one.stored.add(numbers[i]);
      });
    if (told && one.onStored) one.onStored();
  });
  await page.goto(address);
  await page.fill("#pin", PIN);
  await page.click("button.go");
  await page.waitForSelector("html[data-ready]");
  return one;
}
const phones = [await phone("adult"), await phone("child")];

async function enter(one, times) {
  for (let i = 0; i < times; i++) {
    await one.page.click(`form[data-form="check-in"] .counter:has([name="${one.figure}"]) .step:last-child`);
    await one.page.click('form[data-form="check-in"] button.go');
    one.entered++;
  }
}
const both = (work) => Promise.all(phones.map(work));
const waits = (one, count) => one.page.waitForSelector(`[data-waiting="${count}"]`);
const nothingWaits = (one) => one.page.waitForFunction(() => !document.querySelector("[data-waiting]"));

// Cuts the power the moment that any phone does this, and gives it when the node is gone.
function cutWhen(which) {
  return new Promise((resolve) => {
    const cut = () => {
      phones.forEach((one) => {
        one[which] = null;
      });
      ended(child, "SIGKILL").then(resolve);
    };
    phones.forEach((one) => {
      one[which] = cut;
    });
  });
}

// Nothing is lost and nothing doubled: as many as were entered, and at the node one report for each. What a phone was told is
// stored it sends no more, so that a lost one would be missing.
async function addsUp(where) {
  await both(nothingWaits);
  const { people, lanes } = await status(),
    entered = phones.map((one) => one.entered);
  const all = entered[0] + entered[1];
  check(
    people.adult === entered[0] && people.child === entered[1],
    `${where}: ${JSON.stringify(people)} of ${entered}`,
  );
  check(lanes.history.made === all, `${where}: ${lanes.history.made} reports of ${all} entries`);
}

await test("power that goes as an entry is acknowledged takes it from neither phone", async () => {
  const gone = cutWhen("onStored");
  await both((one) => enter(one, 3));
  await gone;
  check(
    phones.some((one) => one.stored.size > 0),
    "no phone was told that anything is stored",
  );
  await power();
  await addsUp("after the first cut");
});

await test("what both entered in the dark is sent once, though the power goes again as it is on its way", async () => {
  await ended(child, "SIGKILL");
  await both((one) => enter(one, 4));
  await both((one) => waits(one, 4));
  for (const moment of ["onSent", "onStored", "onSent"]) {
    shut();
    await power();
    const gone = cutWhen(moment);
    gate.open();
    await gone;
  }
  await power();
  await addsUp("after four cuts");
});

await test("the centre counts the same", async () => {
  const all = phones[0].entered + phones[1].entered;
  await until(`${all} people at the centre`, async () => {
    const row = JSON.parse(await haven("shelters", "--json")).shelters.find((one) => one.id === "S01");
    check(!row?.people || row.people.total <= all, `the centre counts ${row?.people?.total} of ${all}`);
    return row?.people?.total === all;
  });
  check(
    phones.every((one) => one.stored.size <= one.entered && one.sent.size === one.entered),
    "entries were numbered anew",
  );
});

await test("the page's script never failed", async () => check(faults.length === 0, faults.join("\n")));
await finish(browser);
