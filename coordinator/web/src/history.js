// What happened to one place, zone or road: its records of the log, the newest first.
import { get } from "./api.js";
import { fold, h } from "./dom.js";
import { saying } from "./records.js";
import { picture } from "./store.js";
import { moment, t, word } from "./texts.js";

const MOST = 30;
const AT_ONCE = 8; // what is more is folded away

/** @param {any} record */
function line(record) {
  const onBehalf = record.record === "report" && record.actor === "operator";
  return h(
    "li",
    null,
    h("small", null, moment(record.wall_ms)),
    " ",
    record.record === "report" ? "" : [h("b", null, word("record", record.record)), " "],
    saying(record),
    onBehalf && h("small", null, " · ", word("source", "operator")),
    record.actor === "operator" && record.name && h("small", null, " · ", record.name),
  );
}

const FRESH_MS = 25000; // what is said of a thing without changing it is asked for so often at most

/** The last answer, of one thing as it stood. @type {{ id: string, at: number | null, stand: any, when: number, records: any[] } | null} */
let last = null;

/** @param {string} id */
async function recordsOf(id) {
  const row = picture.shelters.get(id) || picture.depots.get(id) || picture.zones.get(id),
    stand = row ? row.change : picture.roads,
    at = picture.at;
  if (last && last.id === id && last.at === at && last.stand === stand && Date.now() - last.when < FRESH_MS)
    return last.records;
  const records = (await get("/log", { about: id, limit: MOST, to: at })).items.reverse();
  last = { id, at, stand, when: Date.now(), records };
  return records;
}

/** @param {string} id */
export async function history(id) {
  const records = await recordsOf(id);
  return h(
    "section",
    { class: "history" },
    h("h3", null, t("history")),
    records.length === 0
      ? h("p", { class: "note" }, t("history.none"))
      : [
          h("ol", { class: "plain journal" }, records.slice(0, AT_ONCE).map(line)),
          records.length > AT_ONCE &&
            fold(
              "history " + id,
              t("history.more"),
              h("ol", { class: "plain journal" }, records.slice(AT_ONCE).map(line)),
            ),
        ],
  );
}
