// The staff desk as an installed app over TLS: opened with the node down, what is entered is queued and synced once.
import { createRequire } from "node:module";
import { join } from "node:path";
import {
  accessible,
  bin,
  check,
  daemon,
  ended,
  finish,
  freePort,
  hurried,
  patient,
  picture,
  run,
  scratch,
  test,
  until,
} from "./browser.mjs";
import { remembering } from "./keyboard.mjs";

const { chromium } = createRequire(join(process.env.MODULES, "x.js"))("playwright-core");
const folder = scratch();
const centre = join(folder, "centre"),
  node = join(folder, "S01");
const certificate = join(folder, "desk.pem"),
  key = join(folder, "desk.key");
const PIN = "421133";

// As docs/NODE.md has it.
await run("openssl", [
  "req",
  "-x509",
  "-newkey",
  "ec",
  "-pkeyopt",
  "ec_paramgen_curve:prime256v1",
  "-nodes",
  "-days",
  "825",
  "-subj",
  "/CN=Haven desk S01",
  "-addext",
  "subjectAltName=IP:127.0.0.1",
  "-keyout",
  key,
  "-out",
  certificate,
]);
// The hash of its key: this certificate is trusted, as on a phone that has installed it, and no other.
const pin = (
  await run("sh", [
    "-c",
    `openssl x509 -in ${certificate} -pubkey -noout | openssl pkey -pubin -outform der | openssl dgst -sha256 -binary | base64`,
  ])
).trim();

await run(bin("haven"), [
  "init",
  centre,
  "--name",
  "drill",
  "--http",
  "off",
  "--endpoint",
  `tcp://127.0.0.1:${await freePort()}`,
]);
await run(bin("haven-node"), [
  "init",
  node,
  "--id",
  "S01",
  "--role",
  "shelter",
  "--deployment",
  join(centre, "deployment.json"),
]);
await run(
  bin("haven-node"),
  [
    "desk",
    node,
    "--listen",
    `127.0.0.1:${await freePort()}`,
    "--pin",
    "-",
    "--name",
    "North school 北校",
    "--certificate",
    certificate,
    "--tls-key",
    key,
  ],
  PIN + "\n",
);

const ask = async (verb) => JSON.parse(await run(bin("haven-node"), [verb, "--dir", node, "--json"]));
const start = async () => {
  const { child, found } = await daemon(bin("haven-node"), ["run", node], /event=desk address=(\S+)/);
  return { child, address: found[1] };
};

// The same browser each time: what it has kept is on its disk.
const openBrowser = async () => {
  const context = await hurried(
    patient(
      await chromium.launchPersistentContext(join(folder, "profile"), {
        executablePath: "/usr/bin/chromium",
        viewport: { width: 360, height: 640 },
        locale: "en-GB",
        reducedMotion: "reduce",
        args: [
          "--no-sandbox",
          "--disable-quic",
          "--no-first-run",
          "--disable-background-networking",
          "--disable-component-update",
          "--disable-sync",
          "--disable-dev-shm-usage",
          "--disable-gpu",
          `--ignore-certificate-errors-spki-list=${pin}`,
        ],
      }),
    ),
  );
  await remembering(context);
  return context;
};

let shelter = await start();
let browser = await openBrowser();
let page = await browser.newPage();
const faults = [];
const watch = () => page.on("pageerror", (error) => faults.push(String(error)));
watch();

const ready = () => page.waitForSelector("html[data-ready]");
const keptPage = () =>
  page.evaluate(async () => {
    await new Promise(requestAnimationFrame);
    const kept = await caches.match("/");
    return kept ? kept.text() : "";
  });
const isKept = (text) => until(`a kept page with ${text}`, async () => (await keptPage()).includes(text));
const total = (wanted) =>
  page.waitForFunction((n) => {
    const found = document.querySelector("[data-total]");
    return found !== null && found.dataset.total === String(n);
  }, wanted);

async function checkIn(adults) {
  for (let i = 0; i < adults; i++)
    await page.click('form[data-form="check-in"] .counter:has([name="adult"]) .step:last-child');
  await page.click('form[data-form="check-in"] button.go');
}

await test("over TLS the desk can be installed", async () => {
  await page.goto(shelter.address);
  check(page.url().startsWith("https://"), page.url());
  await page.fill("#pin", PIN);
  await page.click("button.go");
  await ready();
  const session = (await browser.cookies()).find((cookie) => cookie.name === "haven_desk");
  check(session.secure && session.httpOnly && session.sameSite === "Strict", JSON.stringify(session));
  const tools = await browser.newCDPSession(page);
  let wrong; // told as long as the browser has not read it all
  await until("no error of installing", async () => {
    wrong = (await tools.send("Page.getInstallabilityErrors")).installabilityErrors;
    return wrong.length === 0;
  }).catch((error) => {
    throw new Error(`${error.message}: ${JSON.stringify(wrong)}`);
  });
  const manifest = JSON.parse((await tools.send("Page.getAppManifest")).data);
  check(manifest.start_url === "/" && manifest.display === "standalone", JSON.stringify(manifest));
});

await test("the page is kept as soon as it was opened once", async () => {
  await isKept("data-total");
  await checkIn(2);
  await total(2);
  await isKept('data-total="2"');
});

await test("with the node down the app opens, says so, and shows figures with their age", async () => {
  await ended(shelter.child, "SIGKILL");
  await page.close();
  page = await browser.newPage();
  watch();
  await page.goto(shelter.address);
  await page.waitForSelector("#reach .down");
  await ready();
  check((await page.getAttribute("html", "data-kept")) > 0, "the page does not say from when it is");
  check((await page.locator(".link:visible").count()) === 0, "it claims to know whether the centre is connected");
  await total(2);
  const age = page.locator(".total [data-age]"),
    then = await age.textContent();
  await page.waitForFunction((text) => {
    const found = document.querySelector(".total [data-age]");
    return found !== null && found.textContent !== text;
  }, then);
  await accessible(page, "app without its node");
  await picture(page, "desk-app-offline");
});

await test("what is entered outlives the browser, and is synced once when the node is back", async () => {
  await checkIn(3);
  await page.waitForSelector('[data-waiting="1"]');
  await browser.close();
  browser = await openBrowser();
  page = await browser.newPage();
  watch();
  await page.goto(shelter.address);
  await page.waitForSelector('[data-waiting="1"]');
  await ready();
  await checkIn(1);
  await page.waitForSelector('[data-waiting="2"]');
  shelter = await start();
  await page.waitForFunction(() => !document.querySelector("[data-waiting]"));
  await total(6);
  const { people, lanes } = await ask("status");
  check(lanes.history.made === 3, `${lanes.history.made} reports of three entries`);
  check(people.total === 6, `${people.total} people`);
});

await test("a node that hangs does not keep the app from opening", async () => {
  await page.reload();
  await ready();
  await isKept('data-total="6"');
  await browser.addInitScript(() => {
    window.patience = 0.1;
  });
  shelter.child.kill("SIGSTOP");
  await page.reload();
  await page.waitForSelector("#reach .down");
  await page.evaluate(() => {
    window.patience = 1;
  });
  shelter.child.kill("SIGCONT");
  await page.waitForFunction(() => !document.querySelector("#reach .down"));
});

await test("who signs out leaves no page behind", async () => {
  await page.click("footer button");
  await page.waitForSelector("#pin");
  await until("no kept page", async () => (await keptPage()) === "");
});

await test("the page's script never failed", async () => check(faults.length === 0, faults.join("\n")));

await finish(browser);
