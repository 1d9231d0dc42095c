/* One form on its way to entries, for nodes/desk/desk_entries.c and desk_rows.c only. */
#ifndef NODES_DESK_FORM_H
#define NODES_DESK_FORM_H

#include "nodes/desk/desk.h"
#include "nodes/desk/desk_entries.h"

enum { FORM_FIGURES = 10 };

/* The names of all figures of people, as forms and files have them. */
extern const char *const form_figures[FORM_FIGURES];

/* One form being read: the first thing found wrong stays. */
struct form {
    const struct fields *fields;
    double ago_s;
    int row; /* that is being read, from 0; -1: the form has none */
    struct desk_wrong wrong;
    json_t *entries;
};

void form_object(struct form *form, const char *key);
bool form_is_wrong(const struct form *form);

/* The field "NAME" or, in a row, "NAMEn"; "" where there is none. */
const char *form_text(const struct form *form, const char *name, int row);

/* Nothing is 0; what is no whole number of 0 to 10¹² is objected to. */
long long form_number(struct form *form, const char *text);

/* An entry of the console that was made `form->ago_s` ago. */
json_t *form_entry(const struct form *form, const char *verb);
void form_add(struct form *form, json_t *entry); /* takes it over */

/* {"adult": 2, …} of the figures that are not 0, and {"item", "lot", "expiry", "quantity",
 * "damaged"}; of a row or of the form itself (row -1). */
json_t *form_people(struct form *form, int row);
json_t *form_goods_line(struct form *form, int row);

/* ---- desk_rows.c: forms of several rows, from paper and from files ---- */
void form_read_rows(struct form *form, const char *name);
void form_read_goods_rows(struct form *form, const char *name);
void form_read_csv(struct form *form, const char *name);

#endif
