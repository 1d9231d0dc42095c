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
  return h("li", null, h("small", null, moment(record.wall_ms)), " ", record.record === "report" ? "" : [h("b", null, word("record", record.record)), " "], saying(record),
    onBehalf && h("small", null, " · ", word("source", "operator")), record.actor === "operator" && record.name && h("small", null, " · ", record.name));
}

/** @param {string} id */
export async function history(id) {
  const records = (await get("/log", { about: id, limit: MOST, to: picture.at })).items.reverse();
  return h("section", { class: "history" }, h("h3", null, t("history")),
    records.length === 0 ? h("p", { class: "note" }, t("history.none"))
      : [h("ol", { class: "plain journal" }, records.slice(0, AT_ONCE).map(line)),
        records.length > AT_ONCE && fold("history " + id, t("history.more"), h("ol", { class: "plain journal" }, records.slice(AT_ONCE).map(line)))]);
}
