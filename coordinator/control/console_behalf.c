/* Reports on behalf of a place: what came by telephone or radio, or was imported. */
#include "coordinator/control/console_behalf.h"

#include "coordinator/control/console_json.h"
#include "schemas/platform/entry.h"

#include <string.h>

/* A node numbers its requests itself; what is asked for on behalf of a place gets the next number
 * here. */
static uint64_t next_request(const struct state *state, const char *place) {
    const struct state_place *known = state_find_place(state, place);
    char id[STATE_ID_BYTES];
    uint64_t number = 1;
    for (; known != NULL; number++) {
        state_request_id(STATE_NONE, known->entity.index, number, id);
        if (state_find(state, STATE_REQUEST, id) == NULL)
            break;
    }
    return number;
}

/* The open request for goods of the place that “request” of an entry names, by its number or, as
 * two may have the same, by its id (`requests`). */
static const struct state_request *named_request(const struct state *state, const char *place,
                                                 const json_t *name) {
    const struct state_place *of = state_find_place(state, place);
    const char *id = json_string_value(name);
    for (uint32_t next = of == NULL ? STATE_NONE : of->first_request; next != STATE_NONE;) {
        const struct state_request *request = state_request(state, next);
        if (id != NULL ? strcmp(request->entity.id, id) == 0
                       : request->number == (uint64_t)json_integer_value(name))
            return request;
        next = request->next_of_place;
    }
    return NULL;
}

/* Reads the entry with `request`, which it names (NULL: none), as the number that a node's own
 * staff would give, and says who gave it. */
static int read_entry(const struct state *state, const json_t *entered,
                      const struct state_request *request, struct hv_arena *arena, char *wrong,
                      size_t wrong_bytes, struct entry *ret_entry) {
    const struct state_node *by = request == NULL ? NULL : state_node(state, request->node);
    const char *node = by == NULL ? "" : hv_arena_text(arena, by->entity.id);
    json_t *plain = json_copy((json_t *)entered); /* shares the members, which `entered` keeps */
    if (plain == NULL || node == NULL ||
        (request != NULL &&
         json_object_set_new(plain, "request", json_integer((json_int_t)request->number)) != 0)) {
        json_decref(plain);
        return HV_ERR_MEMORY;
    }
    const int error = entry_read(plain, arena, wrong, wrong_bytes, ret_entry);
    json_decref(plain);
    if (error == HV_OK && ret_entry->report.kind == HV_REPORT_STOCK_MOVEMENT)
        ret_entry->report.stock_movement.request_node = node;
    return error;
}

/* What came by telephone or radio, or was imported: an entry as at a node, of the place “place”,
 * observed “ago_s” ago. */
void console_report(const struct console_scene *scene, const json_t *request,
                    struct hv_arena *arena, struct console_outcome *outcome) {
    static const char *const of_nodes[] = {"once", "force", "ref"};
    const json_t *entered = json_object_get(request, "entry");
    const char *place = console_text_or_empty(request, "place");
    struct entry entry;
    char wrong[256] = "";
    if (hv_id_check(place) != HV_OK || !json_is_object(entered)) {
        console_refuse(outcome, HV_ERR_VALUE, "“place” or “entry” is missing",
                       "name the shelter or depot, and an entry as in docs/NODE.md");
        return;
    }
    for (size_t i = 0; i < sizeof of_nodes / sizeof of_nodes[0]; i++)
        if (json_object_get(entered, of_nodes[i]) != NULL) {
            console_refusef(outcome, HV_ERR_VALUE,
                            "leave it out: a report on behalf is stored once",
                            "“%s” is for a node's own staff", of_nodes[i]);
            return;
        }
    const struct state *state = console_picture(scene);
    const json_t *name = json_object_get(entered, "request");
    const struct state_request *named = name == NULL ? NULL : named_request(state, place, name);
    if (name != NULL && named == NULL) {
        console_refusef(outcome, HV_ERR_NOT_FOUND, "list them: haven requests",
                        "%.64s has no such open request for goods", place);
        return;
    }
    int error = read_entry(state, entered, named, arena, wrong, sizeof wrong, &entry);
    if (error != HV_OK || entry.undo) { /* entry is set without error only */
        console_refuse(outcome, error == HV_OK ? HV_ERR_VALUE : error,
                       error == HV_ERR_NOT_FOUND ? "“entry” has no “verb” that is one of an entry"
                       : error != HV_OK          ? wrong
                                                 : "“undo” is for the node's own staff",
                       "see the entries in docs/NODE.md");
        return;
    }
    const int64_t seen_ms = scene->wall_ms - (int64_t)entry.ago_ms;
    if (behalf_lots(state, place, seen_ms, arena, &entry.report) != HV_OK) {
        console_refuse(outcome, HV_ERR_MEMORY, NULL, NULL);
        return;
    }
    struct hv_record *record = console_decide(outcome, arena, HV_RECORD_REPORT);
    if (record == NULL)
        return;
    bool imported = json_is_true(json_object_get(request, "imported"));
    record->report = (struct hv_node_report){
        .node = "", .sent_node_ms = entry.ago_ms + 1, .report = entry.report};
    memcpy(record->report.incident, state_incident_id(state), HV_ID128_BYTES);
    struct hv_report *report = &record->report.report;
    report->source = imported ? HV_SOURCE_IMPORT : HV_SOURCE_OPERATOR;
    report->subject = place;
    if (report->kind == HV_REPORT_REQUEST && report->request.id == 0)
        report->request.id = next_request(state, place);
    report->seen.node_ms = 1; /* only the difference counts, which may reach before the log */
    report->seen.wall_ms = seen_ms;
}
