/* The page of the desk, in parts, each of them markup of its own: what is at the top, and a section
 * for each thing that staff do. A part is written from what the node says now. */
#ifndef NODES_DESK_PAGE_H
#define NODES_DESK_PAGE_H

#include "nodes/desk/desk.h"
#include "nodes/desk/html.h"

/* What a page is written from. Everything is borrowed; status, orders, stock and requests are
 * replies of the console, NULL where it did not answer. */
struct page {
    struct html html;
    const struct texts *texts;
    enum texts_language language;
    const struct desk_settings *settings;
    const json_t *status, *orders, *stock, *requests;
    const char *token;   /* of the session */
    long long number;    /* of what a plain form enters */
    long long undo_of;   /* number of the movement that a plain form takes back; 0: none */
    const char *message; /* told at the top; NULL: none */
    const char *remedy;  /* what to do about it; NULL: it is good news */
    bool leads_back;     /* the message leads to the form that was refused */
};

/* ---- small things ---- */

const char *page_text(const struct page *page, const char *key);

/* Text of a key made of two parts, such as "status." and "open". */
const char *page_word(const struct page *page, const char *prefix, const char *word);

/* Adds an age with the words for it, which the page's script counts on; null is “not reported”. */
void page_age(struct page *page, const json_t *age, bool at_least);

/* A figure as the language groups it. */
void page_number(struct page *page, long long number);

/* A day such as one of expiry, written as YYYY-MM-DD, as the language writes it; what is no day
 * stays. Gives `ret_text`. */
enum { PAGE_DAY_BYTES = 48 };
const char *page_day(const struct page *page, const char *date, char ret_text[PAGE_DAY_BYTES]);

/* Opens a form that is sent to /enter/NAME, with what every form holds. */
void page_form(struct page *page, const char *name, const char *attributes);

/* <option>s of a list of the card, by id and name; nothing where there is no card. */
void page_options(struct page *page, const char *list);
bool page_has_card(const struct page *page, const char *list);

/* The row of a list of the card; NULL where it is not listed. */
const json_t *page_card_row(const struct page *page, const char *list, const char *id);

/* The name of a row of the card in the page's language; the id itself where it is not listed. */
const char *page_name(const struct page *page, const char *list, const char *id);

bool page_is_shelter(const struct page *page);
bool page_is_exercise(const struct page *page);

/* ---- parts; the script fetches them anew ---- */
void page_head(struct page *page);    /* link, ages, waiting */
void page_tabs(struct page *page);    /* with the count of open orders */
void page_figures(struct page *page); /* who is here */

/* ---- sections ---- */
void page_people(struct page *page);
void page_place(struct page *page); /* status, capacity, lifelines */
void page_needs(struct page *page);
void page_orders(struct page *page);
void page_goods(struct page *page);
void page_paper(struct page *page);

/* ---- whole documents ---- */
void page_desk(struct page *page);
void page_silent(struct page *page); /* while the node does not answer: nothing to enter into */
void page_login(struct page *page, long long wait_s);
void page_sheet(struct page *page, const char *name, const char *address); /* a form on paper */
bool page_sheet_is(const char *name);

#endif
