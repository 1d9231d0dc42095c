// The desk's scripts run on the phones that people have: JavaScript of 2017, and nothing that came to browsers later unguarded.
import { createRequire } from "node:module";
import { join } from "node:path";
import { readFileSync } from "node:fs";
import { check, finish, test } from "./browser.mjs";

const acorn = createRequire(join(process.env.MODULES, "x.js"))("acorn");
const source = (name) => readFileSync(new URL(`../../nodes/desk/web/${name}`, import.meta.url), "utf8");
const scripts = ["words.js", "kept.js", "forms.js", "desk.js", "worker.js"];
const LATER = [
  "flat",
  "flatMap",
  "fromEntries",
  "matchAll",
  "replaceAll",
  "allSettled",
  "any",
  "finally",
  "trimStart",
  "trimEnd",
  "at",
  "findLast",
  "toSorted",
  "structuredClone",
  "globalThis",
  "replaceChildren",
  "replaceWith",
  "requestSubmit",
  "randomUUID",
];

await test("every script is JavaScript of 2017", async () => {
  for (const name of scripts) acorn.parse(source(name), { ecmaVersion: 8, sourceType: "script" });
  let later = false;
  try {
    acorn.parse("const a = { ...b };", { ecmaVersion: 8, sourceType: "script" });
  } catch (error) {
    later = true;
  }
  check(later, "the check lets later syntax pass");
});

await test("no script names what browsers learned later", async () => {
  for (const name of scripts) {
    for (const token of acorn.tokenizer(source(name), { ecmaVersion: 8 })) {
      if (token.type.label === "name") check(!LATER.includes(token.value), `${name}: ${token.value}`);
    }
  }
});

await test("nothing is asked for outside, and only the node's own parts are written as markup", async () => {
  for (const name of scripts) {
    check(!/https?:\/\//.test(source(name)), name);
    const markup = source(name).match(/innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(/g) || [];
    check(markup.length <= (name === "desk.js" ? 1 : 0), `${name}: ${markup}`);
  }
});

await finish({ close: async () => undefined });
