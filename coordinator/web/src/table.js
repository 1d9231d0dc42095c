// A table as dense as an expert likes it: sort by any column, filter, keyboard, copy as CSV. Only the rows in sight are made; on paper all.
import { fill, h } from "./dom.js";
import { filterInSlices, sortInSlices } from "./slices.js";
import { picture } from "./store.js";
import { number, t } from "./texts.js";
import { fileName, say } from "./say.js";

const ROW_PX = 34;
const SPARE_ROWS = 12;
const PAPER_ROWS = 2000; // of more paper says how many there are

/** @type {WeakMap<Element, Table>} */
const tables = new WeakMap();
let onPaper = false;

for (const [event, begins] of /** @type {[string, boolean][]} */ ([
  ["beforeprint", true],
  ["afterprint", false],
])) {
  addEventListener(event, () => {
    onPaper = begins;
    document.querySelectorAll(".table").forEach((element) => {
      const table = tables.get(element);
      if (table) table.drawRows();
    });
  });
}

/**
 * @typedef {{ key: string, title: string, value: (row: any) => any, show?: (row: any) => any, numeric?: boolean, rest?: boolean }} Column `rest`: it has what room the others leave, and is cut off with “…” where that is little
 */

export class Table {
  /** @param {string} label @param {Column[]} columns @param {(row: any) => void} [onOpen] */
  constructor(label, columns, onOpen) {
    this.columns = columns;
    this.onOpen = onOpen;
    this.label = label;
    /** @type {any[]} */ this.rows = [];
    /** @type {any[]} */ this.shown = [];
    this.sortKey = "";
    this.sortDown = false;
    this.turn = 0; // of arranging
    this.filterText = "";
    this.body = h("tbody", null);
    this.head = h("tr", null);
    this.count = h("span", { class: "count", role: "status" });
    this.box = h(
      "div",
      { class: "tablebox", tabindex: "0", role: "region", "aria-label": label, onscroll: () => this.drawRows() },
      h("table", null, h("thead", null, this.head), this.body),
    );
    this.element = h(
      "div",
      { class: "table" },
      h(
        "div",
        { class: "tools" },
        h(
          "label",
          { class: "inline" },
          t("table.filter"),
          h("input", {
            type: "search",
            oninput: (event) => {
              this.filterText = event.target.value;
              this.arrange();
            },
          }),
        ),
        this.count,
        h("button", { class: "plain", onclick: () => this.copy() }, t("table.copy")),
      ),
      this.box,
    );
    tables.set(this.element, this);
    this.drawHead();
  }

  /** @param {any[]} rows */
  set(rows) {
    this.rows = rows;
    this.arrange();
  }

  drawHead() {
    fill(
      this.head,
      this.columns.map((column) =>
        h(
          "th",
          {
            scope: "col",
            class: column.numeric ? "number" : null,
            "aria-sort": this.sortKey === column.key ? (this.sortDown ? "descending" : "ascending") : false,
          },
          h(
            "button",
            { class: "plain", onclick: () => this.sortBy(column.key) },
            column.title,
            this.sortKey === column.key ? (this.sortDown ? " ▾" : " ▴") : "",
          ),
        ),
      ),
    );
  }

  /** @param {string} key */
  sortBy(key) {
    this.sortDown = this.sortKey === key ? !this.sortDown : false;
    this.sortKey = key;
    this.drawHead();
    const place = this.columns.findIndex((column) => column.key === key); // the keyboard stays where it was
    this.head.querySelectorAll("button")[place].focus();
    this.arrange();
  }

  /** Unknown sorts last, whichever way. @param {Column} column */
  comparison(column) {
    const way = this.sortDown ? -1 : 1,
      letters = new Intl.Collator(undefined, { numeric: true });
    return (a, b) => {
      const x = a.key,
        y = b.key;
      if (x === y) return 0;
      if (x === null || x === undefined) return 1;
      if (y === null || y === undefined) return -1;
      return (typeof x === "number" && typeof y === "number" ? x - y : letters.compare(String(x), String(y))) * way;
    };
  }

  // In slices: what was asked for last is shown, and what was overtaken is not.
  async arrange() {
    const mine = ++this.turn;
    const wanted = this.filterText.toLowerCase();
    const column = this.columns.find((candidate) => candidate.key === this.sortKey);
    let rows =
      wanted === ""
        ? this.rows
        : await filterInSlices(this.rows, (row) =>
            this.columns.some((candidate) =>
              String(candidate.value(row) ?? "")
                .toLowerCase()
                .includes(wanted),
            ),
          );
    if (column)
      rows = (
        await sortInSlices(
          rows.map((row) => ({ row, key: column.value(row) })),
          this.comparison(column),
        )
      ).map(({ row }) => row);
    if (mine !== this.turn) return;
    this.shown = rows;
    this.count.textContent =
      rows.length === 0
        ? t(this.rows.length === 0 ? "table.empty" : "table.no-match")
        : t("table.rows", { n: number(this.shown.length) });
    this.box.hidden = this.rows.length === 0;
    this.element.classList.toggle("empty", this.rows.length === 0);
    this.drawRows();
  }

  /** @param {number} height */
  spacer(height) {
    return height > 0
      ? h(
          "tr",
          { "aria-hidden": "true" },
          h("td", { colspan: this.columns.length, style: `height:${height}px;padding:0;border:0` }),
        )
      : null;
  }

  drawRows() {
    if (onPaper) {
      const left = this.shown.length - PAPER_ROWS;
      fill(
        this.body,
        this.shown.slice(0, PAPER_ROWS).map((row) => this.makeRow(row)),
        left > 0 &&
          h("tr", null, h("td", { colspan: this.columns.length }, t("table.not-printed", { n: number(left) }))),
      );
      return;
    }
    const first = Math.max(0, Math.floor(this.box.scrollTop / ROW_PX) - SPARE_ROWS);
    const seen = Math.min(this.box.clientHeight || 600, innerHeight); // laid out as paper, the box is as high as its rows are many
    const most = Math.ceil(seen / ROW_PX) + 2 * SPARE_ROWS;
    const last = Math.min(this.shown.length, first + most);
    fill(
      this.body,
      this.spacer(first * ROW_PX),
      this.shown.slice(first, last).map((row) => this.makeRow(row)),
      this.spacer((this.shown.length - last) * ROW_PX),
    );
  }

  /** @param {any} row */
  makeRow(row) {
    const cells = this.columns.map((column, i) => {
      const shown = column.show ? column.show(row) : column.numeric ? number(column.value(row)) : column.value(row);
      const inside =
        i === 0 && this.onOpen
          ? h("button", { class: "link", onclick: () => this.onOpen && this.onOpen(row) }, shown)
          : shown;
      return h(
        i === 0 ? "th" : "td",
        {
          scope: i === 0 ? "row" : null,
          class: column.numeric ? "number" : column.rest ? "rest" : null,
          title: column.rest ? String(column.value(row) ?? "") : null,
        },
        inside,
      );
    });
    return h("tr", null, cells);
  }

  async copy() {
    const quote = (value) => (/[",\n]/.test(value) ? '"' + value.replaceAll('"', '""') + '"' : value);
    const drill = picture.status && picture.status.mode === "exercise" ? [t("exercise.mark")] : []; // what is taken away says that nothing in it is real
    const lines = [
      [...this.columns.map((column) => quote(column.title)), ...drill],
      ...this.shown.map((row) => [...this.columns.map((column) => quote(String(column.value(row) ?? ""))), ...drill]),
    ];
    const text = lines.map((line) => line.join(",")).join("\r\n") + "\r\n";
    try {
      await navigator.clipboard.writeText(text);
      say(t("table.copied", { n: number(this.shown.length) }));
    } catch {
      // a browser that does not let pages copy: a file will do
      const link = h("a", {
        href: URL.createObjectURL(new Blob([text], { type: "text/csv" })),
        download: fileName("haven.csv"),
      });
      link.click();
    }
  }
}
