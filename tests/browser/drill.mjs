// A drill to try the staff desk in: a coordinator, and nodes with a desk.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bin, daemon, freePort, run, scratch } from "./browser.mjs";

export const folder = scratch();
export const centre = join(folder, "centre");
export const PIN = "421133";
export const haven = (...args) => run(bin("haven"), ["--dir", centre, ...args]);
export const ask = async (dir, ...args) => JSON.parse(await run(bin("haven-node"), [...args, "--dir", dir, "--json"]));

/** Founds the deployment and starts its coordinator. */
export async function startCentre() {
  const at = `tcp://127.0.0.1:${await freePort()}`;
  const where = ["--http", "off", "--bind", at, "--endpoint", at];
  await run(bin("haven"), ["init", centre, "--name", "drill", "--exercise", ...where]);
  return daemon(bin("haven-coordinator"), [centre], /event=ready/);
}

/** An enrolled node with a desk on a port that stays the same when it starts again. */
export async function found(id, role, ...more) {
  const dir = join(folder, id);
  const who = ["--id", id, "--role", role, "--deployment", join(centre, "deployment.json")];
  const key = (await run(bin("haven-node"), ["init", dir, ...who])).trim();
  await haven("enroll", id, "--role", role, "--key", key);
  const listen = `127.0.0.1:${await freePort()}`;
  await run(bin("haven-node"), ["desk", dir, "--listen", listen, "--pin", "-", ...more], PIN + "\n");
  return dir;
}

/** Starts a node. */
export async function startNode(dir) {
  const { child, found } = await daemon(bin("haven-node"), ["run", dir], /event=desk address=(\S+)/);
  return { child, address: found[1] };
}

/** Loads the demo's region. Returns a card of it with a kit, which it lacks: as `haven region card` writes those of a region that has some. */
export async function loadRegion() {
  const region = new URL("../../simulations/regions/siouxfalls", import.meta.url).pathname;
  const file = join(folder, "card.json");
  await haven("region", "load", region);
  await run(bin("haven"), ["region", "card", region, "-o", file]);
  const card = JSON.parse(readFileSync(file, "utf8"));
  const contents = [
    { item: "water", quantity: 6 },
    { item: "blanket", quantity: 4 },
  ];
  card.items.push({ id: "family", name: "Family kit", name_zh: "家庭套装", unit: "kit", contents });
  writeFileSync(file, JSON.stringify(card));
  return file;
}
