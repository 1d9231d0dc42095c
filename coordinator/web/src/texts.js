// The words, in the language that is chosen; numbers, times and ages as the language writes them.

const LANGUAGES = ["en", "zh-CN"];

/** @type {Record<string, Record<string, string>>} */
const catalogues = {};
let language = "en";

/** Loads both catalogues, so that the language changes at once. */
export async function loadTexts() {
  await Promise.all(
    LANGUAGES.map(async (name) => {
      catalogues[name] = await (await fetch(`/texts/${name}.json`)).json();
    }),
  );
  const kept = localStorage.getItem("haven-language");
  chooseLanguage(
    kept && LANGUAGES.includes(kept) ? kept : navigator.language.toLowerCase().startsWith("zh") ? "zh-CN" : "en",
  );
}

/** @param {string} name */
export function chooseLanguage(name) {
  language = name;
  localStorage.setItem("haven-language", name);
  document.documentElement.lang = name;
}

export function currentLanguage() {
  return language;
}

export function otherLanguage() {
  return language === "en" ? "zh-CN" : "en";
}

/**
 * The text of a key, with figures in the places that it names: t("plan.title", {id: 4}); {n?road:roads} is “road” where n is 1.
 * @param {string} key @param {Record<string, any>} [figures]
 */
export function t(key, figures) {
  const text = catalogues[language][key] ?? key;
  if (!figures) return text;
  return text
    .replace(/\{(\w+)\?([^:{}]*):([^{}]*)\}/g, (_, name, one, many) => (String(figures[name]) === "1" ? one : many))
    .replace(/\{(\w+)\}/g, (whole, name) => (name in figures ? String(figures[name]) : whole));
}

/** A word of the contract, such as a status; a word of a later release is shown as it is. @param {string} group @param {string | null | undefined} word */
export function word(group, word) {
  if (word === null || word === undefined) return t("unknown");
  const key = `${group}.${word}`;
  return catalogues[language][key] ?? word;
}

/** @param {number | null | undefined} value @param {number} [digits] */
export function number(value, digits = 0) {
  if (value === null || value === undefined) return "—";
  return new Intl.NumberFormat(language, { maximumFractionDigits: digits }).format(value);
}

/** @param {number | null | undefined} share 1 is all */
export function percent(share) {
  if (share === null || share === undefined) return "—";
  return new Intl.NumberFormat(language, {
    style: "percent",
    maximumFractionDigits: share > 0 && share < 0.01 ? 2 : 0,
  }).format(share);
}

/** How this reader's own country writes the language, where the browser tells. */
function locale() {
  return (
    (navigator.languages || []).find((name) => name.toLowerCase().startsWith(language.slice(0, 2).toLowerCase())) ||
    (language === "en" ? "en-GB" : language)
  );
}

/** A moment with its day; duty rooms count to 24. @param {number | null | undefined} wallMs @param {boolean} [seconds] whether to the second */
export function moment(wallMs, seconds = false) {
  if (!wallMs) return "—";
  return new Intl.DateTimeFormat(locale(), {
    month: "short",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    second: seconds ? "2-digit" : undefined,
    hourCycle: "h23",
  }).format(wallMs);
}

/** The time of a day alone. @param {number} wallMs */
export function clock(wallMs) {
  return new Intl.DateTimeFormat(locale(), { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(wallMs);
}

/** From one moment to another, the day once where it is the same. @param {number} from @param {number} to */
export const period = (from, to) =>
  `${moment(from)} – ${from && to && new Date(from).toDateString() === new Date(to).toDateString() ? clock(to) : moment(to)}`;

/** A day of the calendar: 2027-05-31 as the language writes it. @param {string | null | undefined} text */
export function day(text) {
  if (!text) return "—";
  const at = Date.parse(text + "T00:00:00Z");
  return Number.isNaN(at)
    ? text
    : new Intl.DateTimeFormat(locale(), { year: "numeric", month: "short", day: "numeric", timeZone: "UTC" }).format(
        at,
      );
}

/** How long ago: “3 min ago”. null is never. @param {number | null | undefined} seconds @param {boolean} [atLeast] */
export function age(seconds, atLeast) {
  if (seconds === null || seconds === undefined) return t("age.never");
  const text =
    seconds < 60
      ? t("age.seconds", { n: Math.floor(seconds) })
      : seconds < 3600
        ? t("age.minutes", { n: Math.floor(seconds / 60) })
        : seconds < 172800
          ? t("age.hours", { n: Math.floor(seconds / 3600) })
          : t("age.days", { n: Math.floor(seconds / 86400) });
  return atLeast ? t("age.at-least", { age: text }) : text;
}

/** A length of time: “2 h 10 min”. @param {number | null | undefined} seconds */
export function duration(seconds) {
  if (seconds === null || seconds === undefined) return "—";
  const all = Math.round(seconds / 60),
    hours = Math.floor(all / 60),
    minutes = all % 60;
  if (hours >= 48) return t("duration.days", { d: Math.floor(hours / 24), h: hours % 24 });
  return hours > 0 ? t("duration.hours", { h: hours, m: minutes }) : t("duration.minutes", { m: minutes });
}

/** The name of a thing in this language, else its id. @param {any} thing */
export function nameOf(thing) {
  if (!thing) return "";
  return (language === "zh-CN" && thing.name_zh) || thing.name || thing.id || thing.subject || "";
}

/** Seconds ago as a moment of the coordinator's clock. @param {number | null | undefined} seconds @param {number | null | undefined} nowMs the clock when the age was told */
export function momentAgo(seconds, nowMs) {
  return seconds === null || seconds === undefined || !nowMs ? "—" : moment(nowMs - seconds * 1000);
}
