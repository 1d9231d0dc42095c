// Records of the log in words: what was decided, what was reported.
import { itemName, partyName, placeName, roadName, zoneName } from "./names.js";
import { ownerName } from "./owners.js";
import { number, t, word } from "./texts.js";

/** @param {any} people counts by figure */
const totalOf = (people) =>
  ["infant", "child", "adult", "elderly", "age_unknown"].reduce(
    (sum, figure) => sum + ((people && people[figure]) || 0),
    0,
  );

/** @param {any[]} lines */
const goodsOf = (lines) => (lines || []).map((line) => `${itemName(line.item)} ${number(line.quantity)}`).join(", ");

/** What one report says, without its place. @param {any} record */
function reported(record) {
  const said = (/** @type {string} */ text) => `${word("verb", record.verb)}${text ? ": " + text : ""}`;
  switch (record.verb) {
    case "count":
    case "check-in":
    case "check-out":
    case "transfer-in":
    case "transfer-out":
      return said(
        t("n-people", { n: number(totalOf(record.people)) }) +
          (record.zone ? " · " + zoneName(record.zone) : "") +
          (record.shelter ? " · " + placeName(record.shelter) : ""),
      );
    case "status-report":
      return said(word("status", record.status) + (record.reason ? " · " + record.reason : ""));
    case "capacity":
      return said((record.lines || []).map((/** @type {any} */ line) => number(line.people)).join(", "));
    case "lifeline":
      return said(
        (record.lifelines || [])
          .map((/** @type {any} */ one) => `${word("lifeline", one.kind)} ${word("state", one.state)}`)
          .join(", "),
      );
    case "request":
      return said(
        [word("request", record.kind), word("urgency", record.urgency), goodsOf(record.lines), record.text]
          .filter(Boolean)
          .join(" · "),
      );
    case "note":
      return said(record.text);
    default:
      return said(
        [goodsOf(record.lines), record.counterpart && placeName(record.counterpart), record.waybill]
          .filter(Boolean)
          .join(" · "),
      );
  }
}

/** Of one record what it says. @param {any} record */
export function saying(record) {
  switch (record.record) {
    case "road":
      return `${roadName(record.link)}: ${t(record.closed ? "road.closed" : "road.open")}${record.reason ? " · " + record.reason : ""}`;
    case "sweep":
      return `${zoneName(record.zone)}: ${t("zone.remaining")} ${number(record.left)}`;
    case "hazard":
      return `${word("hazard", record.hazard_kind)} (${record.hazard}): ${record.over ? t("handover.over") : t("record.hits", { zones: number(record.zones), roads: number(record.links), places: number(record.shelters + record.depots) })}`;
    case "incident":
      return `${record.incident_name} · ${word("phase", record.phase)}`;
    case "plan":
      return t("plan.title", { id: record.id ?? record.plan });
    case "approval":
      return `${t("plan.title", { id: record.plan })} · ${t(record.withdrawn ? "handover.withdrawn" : "handover.approved")}`;
    case "order":
      return `№ ${record.id} ${word("order", record.kind)} → ${partyName(record.addressee)}${record.issued === "issued" ? "" : " · " + word("order-state", record.issued)}`;
    case "answer":
      return `№ ${record.order} · ${word("order-state", record.state)}${record.reason ? " · " + record.reason : ""}`;
    case "directive":
      return `${word("directive", record.kind)}: ${[record.zone && zoneName(record.zone), record.depot && placeName(record.depot), record.shelter && placeName(record.shelter), record.link && roadName(record.link), record.item && itemName(record.item)].filter(Boolean).join(" → ")}${record.lifted ? " · " + t("handover.lifted") : ""}`;
    case "owner":
      return `${record.thing} → ${record.owner ? ownerName(record.owner) : t("owner.nobody")}`;
    case "report":
      return [record.subject && placeName(record.subject), reported(record)].filter(Boolean).join(" · ");
    case "presence":
      return t(record.stale ? "presence.stale" : "presence.present");
    case "enrolment":
    case "revocation":
      return record.node || "";
    case "region":
      return record.region || "";
    case "profile":
      return record.profile || "";
    case "clock":
      return record.scenario
        ? "× " + number(record.rate_permille / 1000, record.rate_permille % 1000 === 0 ? 0 : 2)
        : "";
    case "account":
      return record.account || "";
    case "decision":
      return `${placeName(record.place)} · ${word("verdict", record.verdict)}`;
    case "alert":
      return record.headline || record.alert || "";
    default:
      return record.text || record.reason || record.waybill || "";
  }
}
