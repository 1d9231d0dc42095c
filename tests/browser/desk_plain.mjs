// The staff desk in a browser that runs no script: every form of a shelter and of a depot, in both languages, by keyboard alone. Before
// each is sent it is refused in every way: with nothing in it, with enormous figures, with enormous texts, none of which may reach the
// node; and after it was taken it is sent once more. What the page says of each is in its own language.
import { readFileSync } from "node:fs";
import { accessible, check, finish, open, picture, test, until } from "./browser.mjs";
import { ask, found, haven, loadRegion, PIN, startCentre, startNode } from "./drill.mjs";

const source = (path) => new URL(`../../${path}`, import.meta.url).pathname;
await startCentre();
const card = await loadRegion();
async function start(id, role) {
  const dir = await found(id, role, "--name", `${id} 北校`, "--card", card);
  return { dir, ...(await startNode(dir)) };
}
const shelter = await start("S01", "shelter"),
  depot = await start("D1", "depot");

const browser = await open();
const FORMS = readFileSync(source("nodes/desk/desk_entries.c"), "utf8")
  .match(/\bforms\[\] = \{([^;]*)\};/)[1]
  .match(/"[a-z-]+"/g)
  .map((name) => name.slice(1, -1));
const walked = { en: new Set(), "zh-CN": new Set() };
const ENORMOUS = { number: "99999999999999", text: "x".repeat(5000) };
const words = (markup) =>
  (markup.match(/<p class="message[^>]*>(.*?)<\/p>/s) || ["", ""])[1]
    .replace(/<[^>]*>/g, "")
    .replaceAll("&#39;", "'")
    .replaceAll("&quot;", '"');

/** A desk as somebody sees it who runs no script, in one language. */
async function deskOf(place, language) {
  const context = await browser.newContext({
    viewport: { width: 390, height: 844 },
    locale: language,
    reducedMotion: "reduce",
    javaScriptEnabled: false,
  });
  const page = await context.newPage();
  const texts = JSON.parse(readFileSync(source(`nodes/desk/texts/${language}.json`), "utf8"));
  const say = (key, value) => texts[key].replace("{}", value);
  const made = async () => {
    const { lanes } = await ask(place.dir, "status");
    return lanes.history.made + (lanes.priority ? lanes.priority.made : 0);
  };

  // Without script Playwright waits in vain for a page to stand still before it clicks: keys need no such wait. Only once a page has
  // loaded does it keep the focus: it takes it away as it turns to the place in its address.
  async function press(button) {
    await button.focus();
    const [answer] = await Promise.all([page.waitForNavigation({ waitUntil: "load" }), page.keyboard.press("Enter")]);
    const told = page.locator("p.message");
    return {
      status: answer ? answer.status() : 0,
      says: (await told.count()) > 0 ? await told.first().textContent() : "",
      url: page.url(),
    };
  }

  async function unfold(within) {
    for (const fold of await within.locator("xpath=ancestor::details[not(@open)]").all()) {
      const handle = await fold.elementHandle(); // once it is open it is no longer of those that are not
      await (await handle.$(":scope > summary")).focus();
      await page.keyboard.press("Enter");
      await until("what was folded is open", () => handle.evaluate((one) => one.open));
    }
  }

  async function fill(form, fields) {
    await unfold(form.locator("button").first());
    for (const [name, value] of Object.entries(fields)) {
      const fields = form.locator(`[name="${name}"]`),
        kind = await fields.first().evaluate((one) => one.type);
      const field = kind === "radio" ? fields.and(form.locator(`[value="${value}"]`)) : fields;
      await unfold(field);
      if (kind === "radio" || kind === "checkbox") {
        await field.focus();
        await page.keyboard.press("Space");
      } else if (kind === "select-one") {
        await field.selectOption(value);
      } else {
        await field.fill(value);
      }
    }
  }

  const send = async (form, fields = {}, button = "button") => {
    await fill(form, fields);
    return press(form.locator(button).first());
  };
  const form = (name, more = "") => page.locator(`form[data-form="${name}"]${more}`).first();

  /** What a form would send, and of what kind each of its fields is. */
  const contents = (which, button) =>
    which.evaluate((one, selector) => {
      const pressed = one.querySelector(selector),
        data = Array.from(new FormData(one).entries()).filter(([, value]) => typeof value === "string");
      if (pressed.name) data.push([pressed.name, pressed.value]);
      return {
        data,
        kinds: Object.fromEntries(
          Array.from(one.elements)
            .filter((field) => field.name)
            .map((field) => [field.name, field.type]),
        ),
        action: one.getAttribute("action"),
      };
    }, button);
  async function post({ action }, data) {
    const answer = await context.request.post(place.address + action, {
      form: Object.fromEntries(data),
      maxRedirects: 0,
    });
    return { status: answer.status(), says: words(await answer.text()) };
  }

  /** One form, refused in every way, taken, and sent again. */
  async function walk(name, section, fields = {}, { button = "button", more = "" } = {}) {
    const attacks = walked[language].has(name) ? [] : ["nothing", "figures", "texts"];
    walked[language].add(name);
    if (page.url().includes("/enter/")) await page.goto(place.address); // a form that was refused stands there half filled in
    const which = form(name, more);
    await fill(which, fields);
    const whole = await contents(which, button),
      own = whole.data.filter(([field]) => field === "token" || field === "number");
    const enormous = (kind) =>
      whole.data.map(([field, value]) => [
        field,
        field === "token" || field === "number"
          ? value
          : whole.kinds[field] === kind || (kind === "text" && whole.kinds[field] === "textarea")
            ? ENORMOUS[kind]
            : value,
      ]);
    const before = await made();
    for (const how of attacks) {
      const data = how === "nothing" ? own : enormous(how === "figures" ? "number" : "text");
      if (how !== "nothing" && JSON.stringify(data) === JSON.stringify(whole.data)) continue; // it has no such field
      const told = await post(whole, data);
      check(told.status === 422 && told.says !== "", `${name} of enormous or no ${how}: ${told.status} ${told.says}`);
      check(
        language === "en"
          ? !/report\.|[a-z]+_[a-z]+/.test(told.says)
          : /[\u4e00-\u9fff]/.test(told.says) &&
              !/[a-z]{3,}/i.test(told.says.replaceAll(/x{9,}|CSV|PIN|way|receive|issue|count|loss|expire/g, "")),
        `${name} of enormous or no ${how}, in other words than the page's: ${told.says}`,
      );
      if (how === "figures") check(told.says.includes(say("wrong.number")), `${name}: ${told.says}`);
    }
    check((await made()) === before, `something refused of ${name} reached the node`);
    const told = await press(which.locator(button).first());
    check(
      told.status === 200 && told.says === say("said.stored") && told.url.endsWith(`/?said=stored#${section}`),
      `${name}: ${JSON.stringify(told)}`,
    );
    const after = await made();
    check(after > before, `${name} did not reach the node`);
    const again = await post(whole, whole.data);
    check(
      again.status === 409 && again.says === say("said.repeated") + say("said.look"),
      `${name} once more: ${JSON.stringify(again)}`,
    );
    check((await made()) === after, `${name} was taken twice`);
  }

  /** What the page says of a form that it refused, with the form as it was. */
  async function refused(name, fields, says, { more = "" } = {}) {
    const told = await send(form(name, more), fields);
    const there = page.locator(`#refused[data-form="${name}"]`);
    check(
      told.status === 422 && told.says === `${says} ${say("said.back")}`,
      `${name}: ${JSON.stringify(told)}, not ${says}`,
    );
    check((await there.count()) === 1 && (await there.isVisible()), `${name}: what had been entered is not in sight`);
    for (const [field, value] of Object.entries(fields)) {
      const kept = await there.evaluate((one, which) => new FormData(one).get(which), field);
      check(kept === value, `${name}: of ${field} stands ${kept}`);
    }
    await press(page.locator('p.message a[href="#refused"]'));
    check(page.url().endsWith("#refused"), page.url());
  }

  await page.goto(`${place.address}/?lang=${language}`);
  const wrong = await send(page.locator("form"), { pin: "000000" });
  check(wrong.status === 403 && wrong.says === say("login.wrong"), JSON.stringify(wrong));
  await send(page.locator("form"), { pin: PIN });
  check((await page.getAttribute("html", "lang")) === language, "another language");
  return { context, page, say, press, send, walk, refused, form, post, contents, made };
}

/** Axe is a script: it looks at the same page in a browser that runs scripts, without those of the page. */
async function looked(page, name) {
  const context = await browser.newContext({ viewport: page.viewportSize(), reducedMotion: "reduce" }),
    copy = await context.newPage();
  const body = (await page.content()).replace(/<script.*?<\/script>/gs, "");
  await copy.route("**/copy", (route) => route.fulfill({ contentType: "text/html; charset=utf-8", body }));
  await copy.goto(new URL("/copy", page.url()).href);
  await accessible(copy, name);
  await context.close();
}

for (const language of ["en", "zh-CN"]) {
  const here = await deskOf(shelter, language),
    { say } = here;
  const status = () => ask(shelter.dir, "status"),
    english = (text, other) => (language === "en" ? text : other);

  await test(`${language}: people come, leave, are sent on, counted, and taken back`, async () => {
    const { total } = (await status()).people;
    await here.walk("check-in", "people", { adult: "9", child: "2", wheelchair: "1", zone: "Z04" });
    await here.walk("undo", "people");
    await here.walk("check-in", "people", { adult: "9", child: "2", wheelchair: "1" });
    await here.walk("check-out", "people", { adult: "1", to: "hospital" });
    await here.walk("transfer-out", "people", { adult: "1", shelter: "S02", transfer: `T1-${language}` });
    await here.walk("transfer-in", "people", { adult: "2", shelter: "S02", transfer: `T2-${language}` });
    check((await status()).people.total === total + 11, JSON.stringify((await status()).people));
    await here.refused("check-in", { zone: "Z04", adult: "0" }, say("wrong.nobody") + say("said.correct"));
    await here.refused(
      "check-out",
      { adult: "900", child: "1", to: "home" },
      english(`901 people leave, but only ${total + 11} are here`, say("refused.range")) +
        english("Count first.", "请先清点。"),
    );
    await here.refused("count", { adult: "0" }, say("wrong.count-nobody") + say("said.correct"));
    await looked(here.page, `${language} a count that was refused`);
    await picture(here.page, `desk-plain-refused-${language}`);
    await here.walk("count", "people", { nobody: "1" });
    check((await status()).people.total === 0, JSON.stringify((await status()).people));
    await here.walk("count", "people", { adult: "30", households: "9" });
  });

  await test(`${language}: the state of the place`, async () => {
    await here.walk("status", "place", { status: "open", reason: "all is well 一切正常" });
    await here.walk("capacity", "place", { indoor: "480", outdoor: "20" });
    await here.walk("lifeline", "place", { generator: "limited", hours: "5" }, { more: ":has([name=generator])" });
    await here.walk("lifeline", "place", { water: "down" }, { more: ":has([name=water])" });
    await here.walk("note", "place", { text: "the bridge\nis watched 桥梁有人值守" });
    const { lifelines, capacity } = await status();
    check(
      lifelines.some((one) => one.kind === "generator" && one.hours === 5) && capacity.lines.length === 2,
      JSON.stringify(lifelines),
    );
    // As long as the field takes, in the letters of the language: it has room.
    const most = Number(await here.form("note").locator("textarea").getAttribute("maxlength"));
    const told = await here.send(here.form("note"), { text: english("x", "水").repeat(most) });
    check(told.says === say("said.stored"), JSON.stringify(told));
  });

  await test(`${language}: needs, and what is no longer needed`, async () => {
    await here.walk("need", "needs", { quantity: "30" }, { button: "button.urgent", more: ":has([value=water])" });
    await here.walk(
      "need",
      "needs",
      { text: "a doctor 医生" },
      { button: "button.life-saving", more: ":has([value=medical])" },
    );
    await here.walk("withdraw", "needs");
    await here.walk("withdraw", "needs");
    check((await ask(shelter.dir, "requests")).requests.length === 0, "a request is still open");
  });

  await test(`${language}: goods come, are handed out, spoil, are unpacked and counted`, async () => {
    const stock = async (item) =>
      (await ask(shelter.dir, "stock")).lines
        .filter((line) => line.item === item)
        .reduce((sum, line) => sum + line.quantity, 0);
    const blankets = await stock("blanket"),
      water = await stock("water");
    await here.walk("receive-loose", "goods", {
      item0: "blanket",
      quantity0: "40",
      lot0: `B-${language}`,
      expiry0: "2020-01-31",
    });
    await here.walk("expire", "goods", {}, { more: ":has([type=hidden][name=quantity0])" });
    await here.walk("receive-loose", "goods", { item0: "blanket", quantity0: "40" });
    await here.walk("issue", "goods", { item0: "blanket", quantity0: "5" });
    await here.walk("loss", "goods", { item0: "blanket", quantity0: "1", reason: "torn" });
    await here.walk("write-off", "goods", { item0: "blanket", quantity0: "2", reason: "wet" });
    await here.walk("expire", "goods", { item0: "blanket", quantity0: "2" }, { more: ":has(select)" });
    await here.walk("receive-loose", "goods", { item0: "family", quantity0: "3" });
    await here.walk("unpack", "goods", { quantity0: "2", came1: "7" });
    await here.walk("unpack", "goods", { quantity0: "1" });
    check(
      (await stock("blanket")) === blankets + 41 && (await stock("water")) === water + 18,
      `${await stock("blanket")} blankets, ${await stock("water")} of water`,
    );
    await here.refused(
      "issue",
      { item0: "blanket", quantity0: "500" },
      english(`500 of blanket leave, but only ${blankets + 41} are free here`, say("refused.range")) +
        english("Count first.", "请先清点。"),
    );
    await here.refused(
      "stock-count",
      { quantity0: "1", damaged0: "4" },
      say("refused.range") + say("remedy.correct the entry"),
    );
    const lines = (await ask(shelter.dir, "stock")).lines.length;
    await here.walk("stock-count", "goods", {
      ...Object.fromEntries(Array.from({ length: lines }, (_, i) => [`quantity${i}`, "0"])),
      reason: "gone",
    });
    check((await stock("blanket")) + (await stock("water")) === 0, "what was counted as gone is there");
  });
  await test(`${language}: what was written on paper, as rows and as a file`, async () => {
    const { total } = (await status()).people;
    await here.walk("rows", "paper", {
      way0: "in",
      adult0: "2",
      zone0: "Z04",
      ago_min0: "20",
      way1: "out",
      adult1: "1",
      ago_min: "5",
    });
    await here.walk("goods-rows", "paper", {
      way0: "receive",
      item0: "blanket",
      quantity0: "40",
      waybill0: `P-${language}`,
      way1: "issue",
      item1: "blanket",
      quantity1: "15",
    });
    await here.walk("csv", "paper", { csv: "way,adult,child,zone,ago_min\nin,2,1,Z04,30\nout,1,0,,5\n" });
    check((await status()).people.total === total + 3, JSON.stringify((await status()).people));
    await here.refused(
      "csv",
      { csv: '\nway,adult,zone\nin,2,"a <b>"\nup,1,&c' },
      say("wrong.in-row", "4") + say("wrong.way") + say("said.correct"),
    );
    await here.refused(
      "goods-rows",
      { way0: "issue", item0: "water", quantity0: "", way1: "count", item1: "blanket", reason1: "\"<b> & 'so'" },
      say("wrong.in-row", "1") + say("wrong.quantity") + say("said.correct"),
    );
    const before = await here.made();
    await here.page.goto(shelter.address);
    const part = await here.send(here.form("rows"), { way0: "in", adult0: "2", way1: "out", adult1: "900" });
    check(
      part.status === 422 &&
        part.says.startsWith(say("said.partly", "1")) &&
        (await here.page.locator("#refused").count()) === 0,
      `${JSON.stringify(part)}: what is stored in part would be sent again`,
    );
    check((await here.made()) === before + 1, "not one of two rows");
    const much = await here.send(here.form("csv"), { csv: `way,adult\nin,1${" ".repeat(1100000)}` });
    check(much.status === 413 && much.says === say("refused.oversize") + say("said.smaller"), JSON.stringify(much));
    check((await here.made()) === before + 1, "something of it was taken");
  });

  await test(`${language}: orders are answered, a delivery leaves the depot and is received`, async () => {
    const store = await deskOf(depot, language),
      waybill = `W-${language}`,
      other = `X-${language}`;
    const come = (desk, id) =>
      until("an order at the desk", async () => {
        await desk.page.goto(desk === here ? shelter.address : depot.address);
        return (await desk.page.locator(`.order:has-text("${id}")`).count()) > 0;
      });
    const card = (id, more = "") => `${more}:is(.order:has-text("${id}") form)`,
      accept = 'button[value="accepted"]';
    const issue = (kind, place, counterpart, on) =>
      haven("orders", "issue", kind, place, "--counterpart", counterpart, "--lines", "water=300", "--waybill", on);
    await store.walk("receive-loose", "goods", { item0: "water", quantity0: "900", lot0: `L-${language}` });
    for (const on of [waybill, other]) await issue("ship", "D1", "S01", on);
    for (const on of [waybill, other]) await come(store, on);
    for (const on of [waybill, other]) {
      await store.walk("answer", "orders", {}, { button: accept, more: card(on, ":has(button[value=accepted])") });
      await store.walk("pick", "orders", {}, { more: card(on) });
    }
    await store.walk("put-back", "goods", {}, { more: `:has([value="${other}"])` });
    await store.walk("load", "orders", {}, { more: card(waybill) });
    await store.walk("dispatch", "orders", {}, { more: card(waybill) });
    await store.walk(
      "answer",
      "orders",
      { reason: "no driver 没有司机" },
      { more: card(other, ":has([name=reason])") },
    );
    check((await ask(depot.dir, "orders")).orders.length === 0, "an order is left at the depot");
    await store.context.close();

    await issue("expect-delivery", "S01", "D1", waybill);
    await haven("orders", "issue", "stand-by", "S01", "--text", "be ready 请待命");
    await haven("orders", "issue", "open", "S01", "--text", "open the hall 开放大厅");
    for (const id of [waybill, "be ready", "open the hall"]) await come(here, id);
    await here.walk(
      "answer",
      "orders",
      { reason: "the hall is wet 大厅进水" },
      { more: card("open the hall", ":has([name=reason])") },
    );
    await here.walk("answer", "orders", {}, { button: accept, more: card("be ready", ":has(button[value=accepted])") });
    await here.walk(
      "answer",
      "orders",
      {},
      { button: 'button[value="under-way"]', more: card("be ready", ":has(button[value=under-way])") },
    );
    await here.walk(
      "answer",
      "orders",
      {},
      { button: 'button[value="done"]', more: card("be ready", ":has(button[value=done])") },
    );
    await here.walk("answer", "orders", {}, { button: accept, more: card(waybill, ":has(button[value=accepted])") });
    await here.refused("receive", { quantity0: "0", damaged0: "0" }, say("wrong.nothing-came") + say("said.correct"));
    await here.walk("receive", "orders", { quantity0: "290", damaged0: "20" });
    check((await ask(shelter.dir, "orders")).orders.length === 0, "an order is left at the shelter");
  });

  await test(`${language}: who is no longer signed in is told that what was sent was not stored`, async () => {
    const before = await here.made();
    await here.page.goto(shelter.address);
    await here.context.clearCookies({ name: "haven_desk" });
    const told = await here.send(here.form("check-in"), { adult: "1" });
    check(
      told.status === 401 && told.says === say("login.lost") && (await here.page.locator("#pin").count()) === 1,
      JSON.stringify(told),
    );
    check((await here.made()) === before, "a stranger entered something");
    await here.send(here.page.locator("form"), { pin: PIN });
    await here.press(here.page.locator("footer button"));
    check(here.page.url().endsWith("/login"), here.page.url());
    await here.context.close();
  });
}

await test("every form that the desk takes was walked, in both languages", async () => {
  for (const [language, names] of Object.entries(walked)) {
    const missing = FORMS.filter((name) => !names.has(name));
    check(FORMS.length > 20 && missing.length === 0, `${language}: ${missing}`);
  }
});

await finish(browser);
