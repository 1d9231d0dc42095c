/* What staff enter: plain forms one at a time, and the queue of the page's script. */
#include "nodes/desk/desk_entries.h"
#include "nodes/desk/desk_inside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { REFUSAL_BYTES = 1024 };

static bool is_ok(const json_t *reply) {
    return json_is_true(json_object_get(reply, "ok"));
}

static const char *string_of(const json_t *from, const char *name) {
    const char *value = json_string_value(json_object_get(from, name));
    return value == NULL ? "" : value;
}

/* All entries of one form as one: taken once, whoever sends it again. */
static json_t *enter(const struct visit *visit, json_t *entries, const char *device,
                     json_int_t number) {
    return visit_ask(visit, json_pack("{s:s, s:{s:s, s:I}, s:o}", "verb", "batch", "once", "device",
                                      device, "number", number, "commands", entries));
}

/* The first entry that was refused; the reply itself where it is a refusal; NULL: all were taken.
 */
static const json_t *refused_of(const json_t *reply) {
    const json_t *result;
    size_t i;
    if (!is_ok(reply))
        return reply;
    json_array_foreach(json_object_get(reply, "results"), i,
                       result) if (!is_ok(result)) return result;
    return NULL;
}

static bool was_repeated(const json_t *reply) {
    const json_t *first = json_array_get(json_object_get(reply, "results"), 0);
    return json_is_true(json_object_get(first, "repeated"));
}

/* Of several entries that were sent before, some may have been refused then. */
static bool is_doubtful(const json_t *reply) {
    return was_repeated(reply) && json_array_size(json_object_get(reply, "results")) > 1;
}

/* What the node said, in the page's language: its own words in English, the reason elsewhere. */
static const char *reason_text(const struct visit *visit, const json_t *refused) {
    char key[64];
    snprintf(key, sizeof key, "refused.%s", string_of(refused, "reason"));
    const char *reason = visit_text(visit, key);
    const char *said = string_of(refused, "text");
    bool names_a_field = strncmp(said, "report.", strlen("report.")) == 0; /* of the protocol */
    if (visit->language == TEXTS_EN && !names_a_field)
        return said;
    return reason == key ? visit_text(visit, "refused.malformed") : reason;
}

static size_t count_taken(const json_t *reply) {
    const json_t *result;
    size_t i, taken = 0;
    json_array_foreach(json_object_get(reply, "results"), i, result) taken += is_ok(result);
    return taken;
}

/* Of several entries some may be stored: whoever enters all of them again would double those. */
static void refusal_text(const struct visit *visit, const json_t *reply, const json_t *refused,
                         char *ret_text, size_t bytes) {
    char count[24], partly[256] = "";
    size_t taken = count_taken(reply);
    snprintf(count, sizeof count, "%zu", taken);
    if (taken > 0)
        texts_fill(visit->desk->texts, visit->language, "said.partly", count, partly,
                   sizeof partly);
    snprintf(ret_text, bytes, "%s%s", partly, reason_text(visit, refused));
}

/* What to do about it: as the catalogue says it for a desk, where a form cannot be forced. What
 * names a program is not for whoever holds a phone. */
static const char *refusal_remedy(const struct visit *visit, const json_t *refused) {
    char key[128];
    const char *own = string_of(refused, "remedy");
    snprintf(key, sizeof key, "remedy.%s", own);
    const char *text = visit_text(visit, key);
    if (text != key)
        return text;
    if (strstr(own, "haven") != NULL)
        return visit_text(visit, "said.ask");
    return visit->language == TEXTS_EN ? own : visit_text(visit, "said.look");
}

/* ---- names of zones and places ---- */

static bool is_called(const json_t *row, const char *text) {
    return strcasecmp(string_of(row, "name"), text) == 0 ||
           strcasecmp(string_of(row, "name_zh"), text) == 0;
}

/* The id of what is called so; NULL where that is an id itself, or not one thing's name. */
static const char *id_of(const json_t *list, const char *text) {
    const char *found = NULL;
    const json_t *row;
    size_t i, count = 0;
    json_array_foreach(list, i, row) {
        if (strcmp(string_of(row, "id"), text) == 0)
            return NULL;
        if (is_called(row, text)) {
            found = string_of(row, "id");
            count++;
        }
    }
    return count == 1 ? found : NULL;
}

/* Staff know a zone or a place by its name, the centre by its id. What the card does not list stays
 * as it was entered. */
static void use_ids(const struct visit *visit, json_t *entries) {
    static const char *const members[][2] = {
        {"zone", "zones"}, {"shelter", "places"}, {"counterpart", "places"}};
    const json_t *card = visit->desk->settings.card;
    json_t *entry;
    size_t i;
    json_array_foreach(entries, i, entry) {
        for (size_t k = 0; k < sizeof members / sizeof members[0]; k++) {
            const char *text = string_of(entry, members[k][0]);
            const char *id =
                text[0] == '\0' ? NULL : id_of(json_object_get(card, members[k][1]), text);
            if (id != NULL)
                json_object_set_new(entry, members[k][0], json_string(id));
        }
    }
}

/* What is wrong with a form, in words, with the row where it has rows. */
static void wrong_text(const struct visit *visit, const struct desk_wrong *wrong, char *ret_text,
                       size_t bytes) {
    char number[16], row[64] = "", text[256];
    snprintf(number, sizeof number, "%d", wrong->row);
    if (wrong->row > 0)
        texts_fill(visit->desk->texts, visit->language, "wrong.in-row", number, row, sizeof row);
    texts_fill(visit->desk->texts, visit->language, wrong->key, wrong->column, text, sizeof text);
    snprintf(ret_text, bytes, "%s%s", row, text);
}

/* ---- a plain form ---- */

static const char *section_of(const char *form) {
    static const struct {
        const char *form, *section;
    } sections[] = {{"status", "place"},        {"capacity", "place"},  {"lifeline", "place"},
                    {"note", "place"},          {"answer", "orders"},   {"pick", "orders"},
                    {"load", "orders"},         {"dispatch", "orders"}, {"receive", "orders"},
                    {"need", "needs"},          {"withdraw", "needs"},  {"issue", "goods"},
                    {"loss", "goods"},          {"expire", "goods"},    {"write-off", "goods"},
                    {"receive-loose", "goods"}, {"put-back", "goods"},  {"stock-count", "goods"},
                    {"rows", "paper"},          {"csv", "paper"},       {"goods-rows", "paper"},
                    {"unpack", "goods"}};
    for (size_t i = 0; i < sizeof sections / sizeof sections[0]; i++)
        if (strcmp(sections[i].form, form) == 0)
            return sections[i].section;
    return "people";
}

/* Of what was taken in part, all that had been entered is not shown again: it would be sent again.
 */
static void show_outcome(struct visit *visit, const struct refused_form *form,
                         const json_t *reply) {
    const json_t *refused = reply == NULL ? NULL : refused_of(reply);
    const char *look = visit_text(visit, "said.look");
    char where[96], text[REFUSAL_BYTES];
    if (reply == NULL) {
        desk_show_page(visit, 503, visit_text(visit, "said.unknown"), look, NULL);
    } else if (refused != NULL) {
        refusal_text(visit, reply, refused, text, sizeof text);
        desk_show_page(visit, 422, text, refusal_remedy(visit, refused),
                       count_taken(reply) == 0 ? form : NULL);
    } else if (was_repeated(reply)) {
        desk_show_page(visit, 409, visit_text(visit, "said.repeated"), look, NULL);
    } else {
        snprintf(where, sizeof where, "/?said=stored#%s", section_of(form->name));
        visit_redirect(visit, where);
    }
}

void desk_post_form(struct visit *visit, const char *form) {
    struct fields fields;
    struct desk_wrong wrong = {.key = "wrong.form"};
    char text[REFUSAL_BYTES];
    const char *correct = visit_text(visit, "said.correct");
    json_t *entries = NULL;
    if (visit->request->too_large) {
        desk_show_page(visit, 413, visit_text(visit, "refused.oversize"),
                       visit_text(visit, "said.smaller"), NULL);
        return;
    }
    if (fields_read(visit->request->body, visit->request->body_size, &fields) != HV_OK) {
        desk_show_page(visit, 400, visit_text(visit, wrong.key), correct, NULL);
        return;
    }
    struct refused_form refused = {.name = form, .fields = &fields};
    json_int_t number = strtoll(fields_get(&fields, "number"), NULL, 10);
    bool ours = visit_token_is(visit, fields_get(&fields, "token"));
    int error = ours ? desk_entries_read(form, &fields, 0, &wrong, &entries) : HV_ERR_PERMISSION;
    if (!ours) {
        desk_show_page(visit, 403, visit_text(visit, "wrong.token"), "", NULL);
    } else if (error != HV_OK) {
        wrong_text(visit, &wrong, text, sizeof text);
        desk_show_page(visit, error == HV_ERR_NOT_FOUND ? 404 : 422, text, correct, &refused);
    } else {
        use_ids(visit, entries);
        json_t *reply = enter(visit, entries, visit->session.device, number);
        show_outcome(visit, &refused, reply);
        json_decref(reply);
    }
    fields_deinit(&fields);
}

/* ---- the script's queue ---- */

/* Whether it can be taken later as it is: the disk, or too much at once. */
static bool may_wait(const json_t *refused) {
    const char *error = string_of(refused, "error");
    return strcmp(error, "full") == 0 || strcmp(error, "busy") == 0 || strcmp(error, "io") == 0 ||
           strcmp(error, "memory") == 0;
}

static json_t *outcome(json_int_t number, const char *text, const char *remedy, bool later) {
    return json_pack("{s:I, s:b, s:s, s:s, s:b}", "number", number, "ok", 0, "text", text, "remedy",
                     remedy, "later", later);
}

static json_t *result_of(const struct visit *visit, json_int_t number, const json_t *reply) {
    char text[REFUSAL_BYTES];
    const json_t *refused = reply == NULL ? NULL : refused_of(reply);
    if (reply == NULL)
        return outcome(number, visit_text(visit, "said.unknown"), "", true);
    if (refused != NULL) {
        refusal_text(visit, reply, refused, text, sizeof text);
        bool later = may_wait(refused) && count_taken(reply) == 0; /* else it counts as taken */
        return outcome(number, text, refusal_remedy(visit, refused), later);
    }
    if (is_doubtful(reply))
        return outcome(number, visit_text(visit, "said.repeated"), visit_text(visit, "said.look"),
                       false);
    return json_pack("{s:I, s:b, s:b}", "number", number, "ok", 1, "repeated", was_repeated(reply));
}

/* {"form": "check-in", "number": 12, "ago_s": 8.5, "fields": "adult=2&zone=Z4"} */
static json_t *take_entry(const struct visit *visit, const char *device, const json_t *entry) {
    const char *form = string_of(entry, "form"), *text = string_of(entry, "fields");
    json_int_t number = json_integer_value(json_object_get(entry, "number"));
    double ago_s = json_number_value(json_object_get(entry, "ago_s"));
    struct desk_wrong wrong = {.key = "wrong.form"};
    char said[REFUSAL_BYTES];
    struct fields fields;
    json_t *entries = NULL;
    if (fields_read(text, strlen(text), &fields) != HV_OK)
        return outcome(number, visit_text(visit, wrong.key), "", false);
    bool long_ago = !(ago_s >= 0 && ago_s <= 31 * 86400.0);
    int error = desk_entries_read(form, &fields, long_ago ? 31 * 86400.0 : ago_s, &wrong, &entries);
    fields_deinit(&fields);
    if (error != HV_OK) {
        wrong_text(visit, &wrong, said, sizeof said);
        return outcome(number, said, "", false);
    }
    use_ids(visit, entries);
    json_t *reply = enter(visit, entries, device, number);
    json_t *result = result_of(visit, number, reply);
    json_decref(reply);
    return result;
}

/* A node that does not answer is not one that has forgotten. */
static bool device_is_known(const struct visit *visit, const char *device) {
    json_t *reply = visit_ask(visit, json_pack("{s:s, s:s}", "verb", "device", "device", device));
    bool forgotten = strcmp(string_of(reply, "error"), "not-found") == 0;
    json_decref(reply);
    return !forgotten;
}

void desk_post_entries(struct visit *visit) {
    const struct desk_request *request = visit->request;
    json_t *body = json_loadb(request->body, request->body_size, JSON_REJECT_DUPLICATES, NULL);
    const json_t *list = json_object_get(body, "entries"), *entry;
    const char *device = string_of(body, "device");
    size_t i;
    if (!visit_token_is(visit, request->token)) {
        visit_respond(visit, 403, "application/json", "{\"error\":\"token\"}");
    } else if (!device_is_known(visit, device)) {
        visit_respond(visit, 410, "application/json", "{\"error\":\"device\"}");
    } else if (!json_is_array(list) || json_array_size(list) > DESK_ENTRIES_MAX) {
        visit_respond(visit, 400, "application/json", "{\"error\":\"entries\"}");
    } else {
        json_t *results = json_array();
        json_array_foreach(list, i, entry)
            json_array_append_new(results, take_entry(visit, device, entry));
        visit_respond_json(visit, 200, json_pack("{s:o}", "results", results));
    }
    json_decref(body);
}

void desk_post_device(struct visit *visit) {
    if (!visit_token_is(visit, visit->request->token)) {
        visit_respond(visit, 403, "application/json", "{\"error\":\"token\"}");
        return;
    }
    json_t *reply = visit_ask_verb(visit, "device-new");
    if (!is_ok(reply)) { /* no answer, or the disk is full */
        json_decref(reply);
        visit_respond(visit, 503, "application/json", "{\"error\":\"silent\"}");
    } else {
        visit_respond_json(visit, 200, reply);
    }
}
