// The command centre's modules: their types hold, and every text that they say is there in both languages.
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { check, finish, test } from "./browser.mjs";

const web = new URL("../../coordinator/web/", import.meta.url).pathname;
const sources = readdirSync(web + "src").map((name) => ({ name, text: readFileSync(web + "src/" + name, "utf8") }));
const catalogue = (name) => JSON.parse(readFileSync(`${web}texts/${name}.json`, "utf8"));
const keysOf = (name) =>
  [...readFileSync(`${web}texts/${name}.json`, "utf8").matchAll(/^ "([^"]+)":/gm)].map(([, key]) => key);
const english = catalogue("en"),
  chinese = catalogue("zh-CN");

await test("types hold", async () => {
  const found = spawnSync(
    process.execPath,
    [`${process.env.BUILD}/web-modules/node_modules/typescript/bin/tsc`, "-p", web + "jsconfig.json"],
    { encoding: "utf8" },
  );
  check(found.status === 0, found.stdout + found.stderr);
});

await test("both languages have the same texts with the same places for figures", async () => {
  const places = (text) => (text.match(/\{\w+\}/g) || []).sort().join();
  for (const key of new Set([...Object.keys(english), ...Object.keys(chinese)])) {
    check(key in english && key in chinese, `${key} is missing in ${key in english ? "Chinese" : "English"}`);
    check(places(english[key]) === places(chinese[key]), `${key}: ${english[key]} / ${chinese[key]}`);
  }
});

await test("no text is there twice", async () => {
  for (const name of ["en", "zh-CN"]) {
    const keys = keysOf(name),
      twice = keys.filter((key, i) => keys.indexOf(key) !== i);
    check(keys.length > 0 && twice.length === 0, `${name}: ${twice}`);
  }
});

await test("what is reported has one name, on the form as in the log", async () => {
  for (const key of Object.keys(english).filter((one) => one.startsWith("report."))) {
    const name = key.replace("report.", "verb.");
    check(english[key] !== english[name] || chinese[key] !== chinese[name], `${key} says what ${name} says`);
  }
});

await test("every text that a module names is in the catalogue", async () => {
  for (const { name, text } of sources) {
    for (const [, key] of text.matchAll(/\bt\(\s*"([^"]+)"\s*[,)]/g)) check(key in english, `${name}: ${key}`);
    for (const [, key] of text.matchAll(/\bt\([^"()]*\?\s*"([^"]+)"/g)) check(key in english, `${name}: ${key}`);
  }
});

await test("every way in which the server refuses is in the catalogue", async () => {
  const refusals = readFileSync(web + "src/say.js", "utf8")
    .match(/REFUSALS = \[([\d, ]+)\]/)[1]
    .split(", ");
  for (const status of [...refusals, "other"]) check(`problem.${status}` in english, `problem.${status}`);
});

await test("every word of the contract that has a group is in the catalogue", async () => {
  const contract = readFileSync(new URL("../../schemas/openapi.yaml", import.meta.url), "utf8");
  const words = (start) =>
    contract
      .slice(contract.indexOf(start))
      .match(/enum: \[([^\]]+)\]/)[1]
      .split(",")
      .map((word) => word.trim());
  for (const [group, start] of [
    ["status", "    ShelterStatus:"],
    ["phase", "    Phase:"],
    ["source", "    Source:"],
    ["standing", "standing: {enum"],
    ["attention", "kind: {enum: [storing"],
    ["attention.many", "kind: {enum: [storing"],
    ["order-state", "state: {enum: [issued"],
    ["post", "post: {enum"],
    ["directive", "kind: {enum: [pin"],
    ["escalation", "reason: {enum: [unanswered"],
    ["stage", "stage: {enum: [requested"],
    ["part", "{name: part, in: query, schema: {enum"],
    ["warning", "    Warning:"],
  ]) {
    for (const word of words(start)) check(`${group}.${word}` in english, `${group}.${word}`);
  }
  const told = readFileSync(web + "src/view_report.js", "utf8"),
    more = told.match(/TOLD_MORE = \[([^\]]*)\]/)[1].match(/[\w-]+/g);
  const kinds = [
    ...told.match(/const KINDS = \{([\s\S]*?)\n\};/)[1].matchAll(/^ {2}"?([\w-]+)"?: /gm),
    ...readFileSync(web + "src/report_goods.js", "utf8")
      .match(/const GOODS = \{([\s\S]*?)\n\};/)[1]
      .matchAll(/"([\w-]+)": /g),
  ].map(([, kind]) => kind);
  check(kinds.length > more.length, `${kinds}`);
  for (const kind of kinds)
    check(`${more.includes(kind) ? "report" : "verb"}.${kind}` in english, `what is reported: ${kind}`);
  const stages = readFileSync(new URL("../../coordinator/state/state_waybill.c", import.meta.url), "utf8").match(
    /words\[STATE_WAYBILL_STAGES\] = \{([^}]*)\}/,
  )[1];
  for (const [, word] of stages.matchAll(/"([^"]+)"/g)) check(`waybill.${word}` in english, `waybill.${word}`);
  const reasons = readFileSync(new URL("../../schemas/model.c", import.meta.url), "utf8").match(
    /WORDS\(plan_reason,[^"]*([^)]*)\)/,
  )[1];
  for (const [, word] of reasons.matchAll(/"([^"]+)"/g)) check(`left.${word}` in english, `left.${word}`);
});

await test("nothing is written as markup, and nothing is asked for outside", async () => {
  for (const { name, text } of sources) {
    check(!/innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(/.test(text), name);
    check(!/https?:\/\//.test(text), name);
  }
});

await test("no name on the drawn map is over another, the most important stand, and the same whenever the same is drawn", async () => {
  const { layNames, moreImportant } = await import(web + "src/map_names.js");
  const paper = { width: 800, height: 400 },
    widthOf = (name) => 7 * name.length;
  let seed = 7;
  const chance = (n) => (seed = (seed * 48271) % 2147483647) % n;
  const shelters = Array.from({ length: 120 }, (_, i) => ({
    id: `S${i}`,
    name: `Shelter ${"x".repeat(chance(15))}${i}`,
    rank: chance(5),
    stale: chance(2),
    size: 7 + chance(60),
    x: chance(800),
    y: chance(400),
  }));
  const lay = (list) =>
    layNames(
      [...list].sort(moreImportant).map(({ name, x, y, size }) => ({ name, x, y, radius: 4 + size / 6 })),
      widthOf,
      14,
      paper,
    );
  const laid = lay(shelters);
  check(laid.length > 20 && laid.length < 120, `${laid.length} of 120 have a name`);
  laid.forEach(({ name, box }, i) => {
    check(
      box.left >= 0 && box.top >= 0 && box.right <= paper.width && box.bottom <= paper.height,
      `${name} is cut off`,
    );
    for (const other of laid.slice(i + 1))
      check(
        box.right <= other.box.left ||
          other.box.right <= box.left ||
          box.bottom <= other.box.top ||
          other.box.bottom <= box.top,
        `${name} and ${other.name}`,
      );
  });
  const first = [...shelters].sort(moreImportant)[0];
  check(first.rank === 0 && laid[0].name === first.name, "the most important has no name");
  check(
    JSON.stringify(lay([...shelters].reverse())) === JSON.stringify(laid),
    "it depends on the order in which they come",
  );
  const [one, two] = lay([
    { ...first, id: "A", name: "A", x: 100, y: 100 },
    { ...first, id: "B", name: "B", x: 104, y: 100 },
  ]);
  check(one && two && one.box.top !== two.box.top, "two that are close do not both have a name");
});

await finish({ close: async () => undefined });
