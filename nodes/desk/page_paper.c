/* Forms to print, for when there is no power; and entering what was written on them. */
#include "nodes/desk/desk_page.h"

#include <qrencode.h>
#include <stdio.h>
#include <string.h>

enum { ENTRY_ROWS = 6, SHEET_ROWS = 22, SHEETS_OF_PEOPLE = 1 }; /* the first; no depot's */

/* Columns of each sheet: keys of the catalogue, of what is written by hand. */
static const struct sheet {
    const char *name;
    const char *columns[12];
} sheets[] = {
    {"registration",
     {"sheet.time", "sheet.way", "figure.infant", "figure.child", "figure.adult", "figure.elderly",
      "figure.wheelchair", "figure.medical", "figure.pregnant", "figure.other_language",
      "figure.pets", "sheet.zone"}},
    {"needs", {"sheet.time", "sheet.what", "goods.quantity", "sheet.urgency", "sheet.remark"}},
    {"received",
     {"sheet.time", "goods.waybill", "goods.item", "goods.lot", "goods.expiry", "goods.came",
      "goods.damaged", "sheet.remark"}},
    {"issued", {"sheet.time", "goods.item", "goods.lot", "goods.quantity", "sheet.remark"}},
    {"day-log", {"sheet.time", "sheet.event", "sheet.done"}},
};

#define COUNT(LIST) (sizeof(LIST) / sizeof((LIST)[0]))

static const struct sheet *sheet_of(const char *name) {
    for (size_t i = 0; i < COUNT(sheets); i++)
        if (strcmp(sheets[i].name, name) == 0)
            return &sheets[i];
    return NULL;
}

bool page_sheet_is(const char *name) {
    return sheet_of(name) != NULL;
}

/* ---- the sheet ---- */

/* The address of the desk, so that a phone that finds the sheet finds the desk. */
static void qr(struct page *page, const char *text) {
    QRcode *code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_M);
    if (code == NULL)
        return;
    html_add(&page->html,
             "<svg class=\"qr\" role=\"img\" aria-label=\"%s\" viewBox=\"-2 -2 %d %d\"><path d=\"",
             text, (long long)code->width + 4, (long long)code->width + 4);
    for (int y = 0; y < code->width; y++)
        for (int x = 0; x < code->width; x++)
            if ((code->data[y * code->width + x] & 1) != 0)
                html_add(&page->html, "M%d %dh1v1h-1z", (long long)x, (long long)y);
    html_raw(&page->html, "\"/></svg>");
    QRcode_free(code);
}

static void blank_rows(struct page *page, const struct sheet *sheet) {
    for (int row = 0; row < SHEET_ROWS; row++) {
        html_raw(&page->html, "<tr>");
        for (size_t i = 0; i < COUNT(sheet->columns) && sheet->columns[i] != NULL; i++)
            html_raw(&page->html, "<td>&nbsp;</td>");
        html_raw(&page->html, "</tr>");
    }
}

void page_sheet(struct page *page, const char *name, const char *address) {
    const struct sheet *sheet = sheet_of(name);
    const char *id = json_string_value(json_object_get(page->status, "id"));
    char link[256];
    if (sheet == NULL)
        return;
    snprintf(link, sizeof link, "%s/#paper", address);
    html_add(
        &page->html,
        "<!DOCTYPE html><html lang=\"%s\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
        "content=\"width=device-width,initial-scale=1\"><title>%s</title><link rel=\"stylesheet\" "
        "href=\"/desk.css\"><link rel=\"icon\" href=\"/icon.svg\"></head><body class=\"sheet\">",
        texts_tag(page->language), page_word(page, "sheet.", name));
    html_raw(&page->html, "<main>");
    if (page_is_exercise(page))
        html_add(&page->html, "<p class=\"exercise\">%s</p>", page_text(page, "exercise.banner"));
    html_add(&page->html,
             "<header><div><h1>%s</h1><p>%s: <b>%s</b> %s</p><p>%s: ________________ &nbsp; %s: "
             "____ / ____</p></div>",
             page_word(page, "sheet.", name), page_text(page, "sheet.place"), id == NULL ? "" : id,
             id == NULL ? "" : page_name(page, "places", id), page_text(page, "sheet.date"),
             page_text(page, "sheet.page"));
    qr(page, link);
    html_add(
        &page->html,
        "</header><p class=\"note\">%s</p><div class=\"wide\" tabindex=\"0\"><table><thead><tr>",
        page_text(page, "sheet.no-names"));
    for (size_t i = 0; i < COUNT(sheet->columns) && sheet->columns[i] != NULL; i++)
        html_add(&page->html, "<th scope=\"col\">%s</th>", page_text(page, sheet->columns[i]));
    html_raw(&page->html, "</tr></thead><tbody>");
    blank_rows(page, sheet);
    html_add(&page->html,
             "</tbody></table></div><p class=\"screen-only\"><a href=\"/#paper\">%s</a> · "
             "%s</p></main></body></html>",
             page_text(page, "sheet.back"), page_text(page, "sheet.print"));
}

/* ---- entering it ---- */

/* All that the sheet of the registration has. */
static const char *const row_figures[] = {"infant",   "child",          "adult",
                                          "elderly",  "wheelchair",     "medical",
                                          "pregnant", "other_language", "pets"};

static void row_head(struct page *page) {
    html_add(&page->html,
             "<thead><tr><th scope=\"col\" data-minutes>%s</th><th scope=\"col\">%s</th>",
             page_text(page, "paper.row-ago"), page_text(page, "sheet.way"));
    for (size_t i = 0; i < COUNT(row_figures); i++)
        html_add(&page->html, "<th scope=\"col\">%s</th>",
                 page_word(page, "figure.", row_figures[i]));
    html_add(&page->html, "<th scope=\"col\">%s</th></tr></thead>", page_text(page, "sheet.zone"));
}

/* Its own time; empty: the sheet's. */
static void row_time(struct page *page, long long row) {
    const char *label = page_text(page, "paper.row-ago");
    html_add(&page->html,
             "<tr><td class=\"wide\" data-label=\"%s\"><input name=\"ago_min%d\" type=\"number\" "
             "inputmode=\"numeric\" min=\"0\" max=\"44640\" data-minutes aria-label=\"%s\"></td>",
             label, row, label);
}

static void entry_row(struct page *page, long long row) {
    row_time(page, row);
    html_add(&page->html,
             "<td data-label=\"%s\"><select name=\"way%d\" aria-label=\"%s\"><option "
             "value=\"in\">%s</option><option value=\"out\">%s</option></select></td>",
             page_text(page, "sheet.way"), row, page_text(page, "sheet.way"),
             page_text(page, "way.in"), page_text(page, "way.out"));
    for (size_t i = 0; i < COUNT(row_figures); i++)
        html_add(&page->html,
                 "<td data-label=\"%s\"><input name=\"%s%d\" type=\"number\" "
                 "inputmode=\"numeric\" min=\"0\" aria-label=\"%s\"></td>",
                 page_word(page, "figure.", row_figures[i]), row_figures[i], row,
                 page_word(page, "figure.", row_figures[i]));
    html_add(&page->html,
             "<td data-label=\"%s\"><input name=\"zone%d\" list=\"card-zones\" "
             "maxlength=\"64\" aria-label=\"%s\"></td></tr>",
             page_text(page, "sheet.zone"), row, page_text(page, "sheet.zone"));
}

/* What may be done with goods on paper, as files have it too. */
static void goods_ways(struct page *page, long long row) {
    static const char *const ways[] = {"receive", "issue", "count", "loss", "expire"};
    html_add(&page->html, "<td data-label=\"%s\"><select name=\"way%d\" aria-label=\"%s\">",
             page_text(page, "paper.goods-way"), row, page_text(page, "paper.goods-way"));
    for (size_t i = 0; i < COUNT(ways); i++)
        html_add(&page->html, "<option value=\"%s\">%s</option>", ways[i],
                 page_word(page, "way.", ways[i]));
    html_raw(&page->html, "</select></td>");
}

static void goods_item(struct page *page, long long row) {
    const char *label = page_text(page, "goods.item");
    html_add(&page->html, "<td class=\"wide\" data-label=\"%s\">", label);
    if (page_has_card(page, "items")) {
        html_add(&page->html, "<select name=\"item%d\" aria-label=\"%s\"><option></option>", row,
                 label);
        page_options(page, "items");
        html_raw(&page->html, "</select></td>");
    } else {
        html_add(&page->html, "<input name=\"item%d\" maxlength=\"64\" aria-label=\"%s\"></td>",
                 row, label);
    }
}

/* Columns of the sheets of goods received and issued. */
static const struct goods_column {
    const char *name, *label, *input;
    bool wide;
} goods_columns[] = {
    {"quantity", "goods.quantity", "type=\"number\" inputmode=\"numeric\" min=\"0\"", false},
    {"damaged", "goods.damaged", "type=\"number\" inputmode=\"numeric\" min=\"0\"", false},
    {"lot", "goods.lot", "maxlength=\"64\"", false},
    {"expiry", "goods.expiry", "type=\"date\"", true},
    {"waybill", "goods.waybill", "maxlength=\"64\"", false},
    {"reason", "sheet.remark", "maxlength=\"200\"", false},
};

static void goods_row_head(struct page *page) {
    html_add(&page->html,
             "<thead><tr><th scope=\"col\" data-minutes>%s</th><th scope=\"col\">%s</th><th "
             "scope=\"col\">%s</th>",
             page_text(page, "paper.row-ago"), page_text(page, "paper.goods-way"),
             page_text(page, "goods.item"));
    for (size_t i = 0; i < COUNT(goods_columns); i++)
        html_add(&page->html, "<th scope=\"col\">%s</th>", page_text(page, goods_columns[i].label));
    html_raw(&page->html, "</tr></thead>");
}

static void goods_entry_row(struct page *page, long long row) {
    row_time(page, row);
    goods_ways(page, row);
    goods_item(page, row);
    for (size_t i = 0; i < COUNT(goods_columns); i++) {
        const char *label = page_text(page, goods_columns[i].label);
        html_add(&page->html,
                 "<td %r data-label=\"%s\"><input name=\"%s%d\" %r aria-label=\"%s\"></td>",
                 goods_columns[i].wide ? "class=\"wide\"" : "", label, goods_columns[i].name, row,
                 goods_columns[i].input, label);
    }
    html_raw(&page->html, "</tr>");
}

/* A form of as many rows as fit a hand's patience. */
static void rows(struct page *page, const char *form, const char *summary,
                 void (*head)(struct page *page), void (*row)(struct page *page, long long row)) {
    html_add(&page->html, "<details><summary>%s</summary>", page_text(page, summary));
    page_form(page, form, "");
    html_raw(&page->html, "<div class=\"scroll\"><table class=\"rows\">");
    head(page);
    html_raw(&page->html, "<tbody>");
    for (long long i = 0; i < ENTRY_ROWS; i++)
        row(page, i);
    html_add(&page->html,
             "</tbody></table></div><label for=\"%s-ago\">%s</label><input id=\"%s-ago\" "
             "name=\"ago_min\" "
             "type=\"number\" inputmode=\"numeric\" min=\"0\" max=\"44640\" value=\"0\"><button "
             "class=\"go\">%s</button></form></details>",
             form, page_text(page, "paper.ago"), form, page_text(page, "send"));
}

static void from_csv(struct page *page) {
    html_add(&page->html, "<details><summary>%s</summary><p class=\"note\">%s</p>",
             page_text(page, "paper.csv"), page_text(page, "paper.csv-note"));
    page_form(page, "csv", "");
    if (page_is_shelter(page))
        html_raw(&page->html, "<pre>way,infant,child,adult,elderly,wheelchair,zone,ago_min\n"
                              "in,0,1,2,0,0,Z04,30</pre>");
    html_add(&page->html, "<p class=\"note\">%s</p>", page_text(page, "paper.csv-goods"));
    html_add(
        &page->html,
        "<pre>way,item,quantity,lot,expiry,damaged,ago_min\n"
        "receive,water,600,L1,2027-03-01,0,45\nissue,blanket,20,,,0,10</pre><input type=\"file\" "
        "accept=\".csv,text/csv,text/plain\" data-into=\"csv-text\" aria-label=\"%s\" "
        "hidden><label for=\"csv-text\">CSV</label>"
        "<textarea id=\"csv-text\" name=\"csv\" rows=\"6\" required "
        "spellcheck=\"false\"></textarea>"
        "<button class=\"go\">%s</button></form></details>",
        page_text(page, "paper.file"), page_text(page, "send"));
}

void page_paper(struct page *page) {
    html_add(&page->html, "<h2 id=\"paper-title\">%s</h2><h3>%s</h3><ul class=\"links\">",
             page_text(page, "tab.paper"), page_text(page, "paper.print"));
    for (size_t i = page_is_shelter(page) ? 0 : SHEETS_OF_PEOPLE; i < COUNT(sheets); i++)
        html_add(&page->html, "<li><a href=\"/paper/%s\">%s</a></li>", sheets[i].name,
                 page_word(page, "sheet.", sheets[i].name));
    html_raw(&page->html, "</ul>");
    if (page_is_shelter(page))
        rows(page, "rows", "paper.enter", row_head, entry_row);
    rows(page, "goods-rows", "paper.enter-goods", goods_row_head, goods_entry_row);
    from_csv(page);
}
