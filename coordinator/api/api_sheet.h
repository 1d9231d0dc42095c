/* CSV of what the console lists: the columns of a table (api_table.h) over rows of JSON.
 *
 * A column's `path` names members from the row inwards, between dots (“owner.name”). What is not
 * there, or null, is an empty cell; the words of a list stand in one cell between semicolons. Where
 * an item holds lines of its own, `lines` makes them rows, each with what the item says of all of
 * them. */
#ifndef COORDINATOR_API_API_SHEET_H
#define COORDINATOR_API_API_SHEET_H

#include "coordinator/api/api_inside.h"

struct api_sheet {
    const struct api_column *columns;
    size_t column_count;
    json_t *(*lines)(const json_t *item); /* the caller's; NULL: without memory. May be NULL: an
                                             item is one row */
};

/* api_sheets.c */
extern const struct api_sheet api_transfer_sheet, api_incident_sheet, api_progress_sheet,
    api_directive_sheet, api_alert_sheet, api_note_sheet, api_hazard_sheet, api_exercise_sheet,
    api_handover_sheet, api_plan_sheet, api_attention_sheet, api_waybill_sheet, api_ledger_sheet,
    api_warning_sheet, api_supply_sheet, api_account_sheet;

/* api_sheets_parts.c: rows of one request, of one order, and of what changes between two plans. */
extern const struct api_sheet api_request_lines, api_order_lines, api_difference_sheet;

/* The sheet of a part of a plan, and its rows, which are the plan's; NULL: no part is called so. */
const struct api_sheet *api_plan_part(const json_t *plan, const char *name,
                                      const json_t **ret_items);

/* The rows of one item. */
void api_sheet_rows(const struct api_sheet *sheet, const struct api_scene *scene,
                    const json_t *item, struct api_text *text);

/* Headings, tags and the rows of `limit` items from `offset` on. Without memory the text says so.
 */
void api_sheet_write(const struct api_sheet *sheet, const struct api_scene *scene,
                     const json_t *items, uint64_t offset, uint64_t limit, struct api_text *text);

/* The items, in the order asked for, in one of the two formats: as JSON a page of them, as CSV all,
 * or those that limit and offset name. Taken over. NULL: there was no memory for them, which is
 * answered. */
void api_reply_sheet(struct api_call *call, enum api_format format, const struct api_sheet *sheet,
                     json_t *items);

#endif
