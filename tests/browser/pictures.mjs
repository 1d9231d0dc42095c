// The pictures of the README: the demo's flood on its worst evening, seen from the centre and from a shelter's phone.
//   make pictures
import { spawn } from "node:child_process";
import { join } from "node:path";
import { bin, open, run, scratch, until, WEBGL } from "./browser.mjs";

const MOMENT = /roads are under water\)/; // the plan that the demo approves when the river has come over its dikes
const into = new URL("../../docs/pictures", import.meta.url).pathname;
const folder = join(scratch(), "demo");

/** The demo, held at the moment: its people stand still, and the clock goes on no faster than ours. */
async function heldDemo() {
  const demo = spawn(bin("haven-exercise"), ["demo", "--seed", "1", "--keep", "--dir", folder], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  process.on("exit", () => {
    demo.kill("SIGCONT");
    demo.kill("SIGINT");
  });
  let told = "";
  await new Promise((resolve, reject) => {
    demo.stdout.on("data", (bytes) => {
      told += bytes;
      if (MOMENT.test(told)) resolve(undefined);
    });
    demo.on("close", (status) => reject(new Error(`the demo ended: ${status}\n${told}`)));
  });
  demo.kill("SIGSTOP");
  await run(bin("haven"), ["--dir", join(folder, "coordinator"), "clock", "1"]);
  const find = (what) => told.match(what)[1];
  return {
    demo,
    centre: find(/Command centre: (\S+)/),
    name: find(/log in as ([^,\s]+)/),
    password: find(/password (\S+)/),
    desk: find(/Staff desk of \S+: (\S+)/),
    pin: find(/PIN (\d+)/),
  };
}

const { demo, centre, name, password, desk, pin } = await heldDemo();
const browser = await open(WEBGL);
const still = { locale: "en-GB", reducedMotion: "reduce", colorScheme: "light" };
const shoot = async (page, file) => {
  // whole in one window, as somebody sees it
  await page.screenshot({ path: join(into, file), animations: "disabled" });
  console.log(join(into, file));
};

const page = await (await browser.newContext({ ...still, viewport: { width: 1366, height: 850 } })).newPage();
await page.goto(centre);
await page.fill("[name=name]", name);
await page.fill("[name=password]", password);
await page.click("button.go");
await page.waitForSelector('main[data-route="#/now"] .map.small [data-drawn]');
await shoot(page, "centre-now.png");
const crowded = (await (await page.request.get(`${centre}/api/v1/shelters?limit=100`)).json()).items.sort(
  (a, b) => b.people - a.people,
)[0];
await page.goto(`${centre}/#/map/shelter/${crowded.id}`);
await page.waitForSelector(".mapbox[data-drawn]");
await page.waitForSelector("aside dl");
await shoot(page, "centre-map.png");

const phone = await (
  await browser.newContext({ ...still, viewport: { width: 390, height: 844 }, deviceScaleFactor: 2 })
).newPage();
await phone.goto(desk);
await phone.fill("#pin", pin);
await phone.click("button.go");
await phone.waitForSelector("html[data-ready]");
await shoot(phone, "desk-people.png");

await browser.close();
const ended = new Promise((resolve) => demo.on("close", resolve));
demo.kill("SIGCONT");
demo.kill("SIGINT");
await until("an end of the demo", () =>
  Promise.race([ended.then(() => true), new Promise((resolve) => setTimeout(resolve, 100, false))]),
);
process.exit(0);
