#include "schemas/platform/entry.h"

#include "schemas/platform/entry_words.h"
#include "schemas/platform/json_members.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One entry being read: the first thing found wrong stays. */
struct reading {
    const json_t *request;
    struct hv_arena *arena;
    char *wrong;
    size_t wrong_bytes;
    int error;
};

__attribute__((format(printf, 2, 3))) static void object(struct reading *reading,
                                                         const char *format, ...) {
    if (reading->error != HV_OK)
        return;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(reading->wrong, reading->wrong_bytes, format, arguments);
    va_end(arguments);
    reading->error = HV_ERR_VALUE;
}

static void no_memory(struct reading *reading) {
    reading->error = HV_ERR_MEMORY;
}

/* ---- members ---- */

static const char *text_in(struct reading *reading, const json_t *from, const char *name) {
    const json_t *member = json_object_get(from, name);
    if (member == NULL || json_is_null(member))
        return "";
    if (!json_is_string(member) ||
        strlen(json_string_value(member)) != json_string_length(member)) {
        object(reading, "“%s” must be text", name);
        return "";
    }
    const char *text = hv_arena_text(reading->arena, json_string_value(member));
    if (text == NULL)
        no_memory(reading);
    return text == NULL ? "" : text;
}

static const char *text(struct reading *reading, const char *name) {
    return text_in(reading, reading->request, name);
}

static const char *needed_text(struct reading *reading, const char *name) {
    const char *value = text(reading, name);
    if (value[0] == '\0')
        object(reading, "“%s” is missing", name);
    return value;
}

static bool flag(struct reading *reading, const char *name) {
    const json_t *member = json_object_get(reading->request, name);
    if (member != NULL && !json_is_boolean(member))
        object(reading, "“%s” must be true or false", name);
    return json_is_true(member);
}

/* Whole number of 0 .. most; false where it is absent. */
static bool number_in(struct reading *reading, const json_t *from, const char *name, uint64_t most,
                      uint64_t *ret_number) {
    const json_t *member = json_object_get(from, name);
    if (member == NULL || json_is_null(member))
        return false;
    json_int_t value = json_integer_value(member);
    if (!json_is_integer(member) || value < 0 || (uint64_t)value > most) {
        object(reading, "“%s” must be a whole number from 0 to %llu", name,
               (unsigned long long)most);
        return false;
    }
    *ret_number = (uint64_t)value;
    return true;
}

static uint64_t number(struct reading *reading, const char *name, uint64_t most) {
    uint64_t value = 0;
    (void)number_in(reading, reading->request, name, most, &value);
    return value;
}

/* A word of the contract, by its own `_of`. */
#define WORD_IN(READING, FROM, NAME, OF, EXAMPLES)                                                 \
    word_checked(READING, FROM, NAME, EXAMPLES, (int)OF(text_in(READING, FROM, NAME)))

static int word_checked(struct reading *reading, const json_t *from, const char *name,
                        const char *examples, int value) {
    const char *word = json_string_value(json_object_get(from, name));
    if (value == 0 && word != NULL && strcmp(word, "unknown") != 0 && word[0] != '\0')
        object(reading, "“%s” must be one of: %s", name, examples);
    return value;
}

static const json_t *list(struct reading *reading, const char *name, size_t most) {
    const json_t *member = json_object_get(reading->request, name);
    if (member != NULL && !json_is_array(member))
        object(reading, "“%s” must be a list", name);
    else if (json_array_size(member) > most)
        object(reading, "“%s” has more than %zu lines", name, most);
    return reading->error == HV_OK ? member : NULL;
}

static void *take(struct reading *reading, size_t count, size_t size) {
    void *taken = hv_arena_take(reading->arena, count + 1, size);
    if (taken == NULL)
        no_memory(reading);
    return taken;
}

/* What nobody reads was meant to say something. */
static void only(struct reading *reading, const json_t *from, const char *known) {
    const char *name = json_members_unknown(from, known);
    if (name != NULL)
        object(reading, "there is no member “%.60s” here, but %s", name, known);
}

/* ---- people ---- */

static struct hv_people people(struct reading *reading) {
    struct hv_people read = {0};
    const json_t *from = json_object_get(reading->request, "people");
    const char *name;
    json_t *member;
    if (!json_is_object(from)) {
        object(reading, "“people” must be an object such as {\"adult\": 3}");
        return read;
    }
    json_object_foreach((json_t *)from, name, member) {
        size_t i = 0;
        while (i < ENTRY_FIGURES && strcmp(entry_figures[i].name, name) != 0)
            i++;
        uint64_t figure = 0;
        if (i == ENTRY_FIGURES)
            object(reading, "“people” has no figure “%.60s”", name);
        else if (number_in(reading, from, name, HV_PEOPLE_MAX, &figure))
            *(int32_t *)(void *)((char *)&read + entry_figures[i].offset) = (int32_t)figure;
    }
    return read;
}

static void read_movement(struct reading *reading, struct hv_report *report,
                          enum hv_movement_kind kind) {
    report->kind = HV_REPORT_MOVEMENT;
    report->movement = (struct hv_movement){
        .kind = kind,
        .people = people(reading),
        .zone = text(reading, "zone"),
        .shelter = text(reading, "shelter"),
        .transfer = text(reading, "transfer"),
        .households = (uint32_t)number(reading, "households", HV_PEOPLE_MAX),
        .destination = (enum hv_destination)WORD_IN(
            reading, reading->request, "to", hv_destination_of, "home hospital shelter unknown")};
}

static void read_check_in(struct reading *reading, struct hv_report *report) {
    read_movement(reading, report, HV_MOVEMENT_CHECK_IN);
}

static void read_check_out(struct reading *reading, struct hv_report *report) {
    read_movement(reading, report, HV_MOVEMENT_CHECK_OUT);
}

static void read_transfer_out(struct reading *reading, struct hv_report *report) {
    read_movement(reading, report, HV_MOVEMENT_TRANSFER_OUT);
    (void)needed_text(reading, "transfer");
}

static void read_transfer_in(struct reading *reading, struct hv_report *report) {
    read_movement(reading, report, HV_MOVEMENT_TRANSFER_IN);
    (void)needed_text(reading, "transfer");
    (void)needed_text(reading, "shelter");
}

static void read_count(struct reading *reading, struct hv_report *report) {
    uint64_t households = 0;
    report->kind = HV_REPORT_COUNT;
    report->count.people = people(reading);
    report->count.has_households =
        number_in(reading, reading->request, "households", HV_PEOPLE_MAX, &households);
    report->count.households = (uint32_t)households;
}

/* ---- the place ---- */

static void read_status(struct reading *reading, struct hv_report *report) {
    report->kind = HV_REPORT_STATUS;
    report->status.status = (enum hv_shelter_status)WORD_IN(
        reading, reading->request, "status", hv_shelter_status_of,
        "planned standby opening open nearly-full full closing closed damaged");
    report->status.reason = text(reading, "reason");
    if (report->status.status == HV_SHELTER_UNKNOWN)
        object(reading, "“status” is missing");
}

static void read_capacity(struct reading *reading, struct hv_report *report) {
    const json_t *from = list(reading, "lines", HV_CAPACITY_LINES_MAX);
    size_t count = json_array_size(from);
    struct hv_capacity_line *lines = take(reading, count, sizeof *lines);
    for (size_t i = 0; i < count && lines != NULL; i++) {
        const json_t *line = json_array_get(from, i);
        uint64_t places = 0;
        only(reading, line, "people,basis,part,place");
        if (!number_in(reading, line, "people", HV_PEOPLE_MAX, &places))
            object(reading, "“people” of a capacity line is missing");
        lines[i] = (struct hv_capacity_line){
            .basis = (enum hv_capacity_basis)WORD_IN(reading, line, "basis", hv_capacity_basis_of,
                                                     "area beds"),
            .part = (enum hv_day_part)WORD_IN(reading, line, "part", hv_day_part_of, "day night"),
            .place = (enum hv_place)WORD_IN(reading, line, "place", hv_place_of, "indoor outdoor"),
            .people = (uint32_t)places};
    }
    report->kind = HV_REPORT_CAPACITY;
    report->capacity = (struct hv_capacity_report){.line_count = count, .lines = lines};
}

static void read_lifeline(struct reading *reading, struct hv_report *report) {
    const json_t *from = list(reading, "lifelines", HV_LIFELINES_MAX);
    size_t count = json_array_size(from);
    struct hv_lifeline *lines = take(reading, count, sizeof *lines);
    for (size_t i = 0; i < count && lines != NULL; i++) {
        const json_t *line = json_array_get(from, i);
        uint64_t hours = 0;
        only(reading, line, "kind,state,hours");
        bool has_hours = number_in(reading, line, "hours", 1000000, &hours);
        lines[i] = (struct hv_lifeline){
            .kind = (enum hv_lifeline_kind)WORD_IN(
                reading, line, "kind", hv_lifeline_of,
                "power generator water sewage communication heating road"),
            .state = (enum hv_lifeline_state)WORD_IN(reading, line, "state", hv_lifeline_state_of,
                                                     "up limited down"),
            .has_hours = has_hours,
            .hours_left = (uint32_t)hours};
        if (lines[i].kind == HV_LIFELINE_UNKNOWN || lines[i].state == HV_LIFELINE_STATE_UNKNOWN)
            object(reading, "a lifeline needs “kind” and “state”");
    }
    if (count == 0)
        object(reading, "“lifelines” is missing");
    report->kind = HV_REPORT_LIFELINES;
    report->lifelines = (struct hv_lifeline_report){.lifeline_count = count, .lifelines = lines};
}

/* ---- goods ---- */

static uint32_t expiry(struct reading *reading, const json_t *line) {
    const char *date = text_in(reading, line, "expiry");
    uint32_t day = 0;
    if (date[0] != '\0' && !entry_day_of(date, &day))
        object(reading, "“expiry” must be a date such as 2027-03-01");
    return day;
}

static struct hv_stock_line *stock_lines(struct reading *reading, const char *name, size_t most,
                                         size_t *ret_count) {
    const json_t *from = list(reading, name, most);
    size_t count = json_array_size(from);
    struct hv_stock_line *lines = take(reading, count, sizeof *lines);
    for (size_t i = 0; i < count && lines != NULL; i++) {
        const json_t *line = json_array_get(from, i);
        uint64_t pack = 0;
        only(reading, line, "item,lot,expiry,quantity,damaged,pack");
        lines[i].item = text_in(reading, line, "item");
        lines[i].lot = text_in(reading, line, "lot");
        lines[i].expiry_day = expiry(reading, line);
        if (lines[i].item[0] == '\0')
            object(reading, "line %zu has no “item”", i + 1);
        if (!number_in(reading, line, "quantity", HV_QUANTITY_MAX, &lines[i].quantity))
            object(reading, "line %zu has no “quantity”", i + 1);
        (void)number_in(reading, line, "damaged", HV_QUANTITY_MAX, &lines[i].damaged);
        (void)number_in(reading, line, "pack", 1000000, &pack);
        lines[i].pack = (uint32_t)pack;
    }
    *ret_count = lines == NULL ? 0 : count;
    return lines;
}

static void read_stock_count(struct reading *reading, struct hv_report *report) {
    report->kind = HV_REPORT_STOCK_COUNT;
    report->stock_count = (struct hv_stock_count){.complete = flag(reading, "complete"),
                                                  .reason = text(reading, "reason")};
    report->stock_count.lines =
        stock_lines(reading, "lines", HV_STOCK_LINES_MAX, &report->stock_count.line_count);
}

static void read_stock_movement(struct reading *reading, struct hv_report *report,
                                enum hv_stock_movement_kind kind) {
    report->kind = HV_REPORT_STOCK_MOVEMENT;
    struct hv_stock_movement *movement = &report->stock_movement;
    *movement = (struct hv_stock_movement){.kind = kind,
                                           .waybill = text(reading, "waybill"),
                                           .counterpart = text(reading, "counterpart"),
                                           .reason = text(reading, "reason"),
                                           .final = flag(reading, "final"),
                                           .vehicle = text(reading, "vehicle"),
                                           .request = number(reading, "request", INT64_MAX),
                                           .request_node = ""};
    movement->lines = stock_lines(reading, "lines", HV_STOCK_LINES_MAX, &movement->line_count);
    movement->into = stock_lines(reading, "into", HV_STOCK_LINES_MAX, &movement->into_count);
}

static void read_request(struct reading *reading, struct hv_report *report) {
    struct hv_request *request = &report->request;
    uint64_t amount = 0;
    report->kind = HV_REPORT_REQUEST;
    request->id = number(reading, "id", INT64_MAX);
    request->kind = (enum hv_request_kind)WORD_IN(reading, reading->request, "kind", hv_request_of,
                                                  "goods transport medical staff repair");
    request->urgency = (enum hv_urgency)WORD_IN(reading, reading->request, "urgency", hv_urgency_of,
                                                "routine urgent life-saving");
    if (request->urgency == HV_URGENCY_UNKNOWN)
        request->urgency = HV_URGENCY_ROUTINE;
    request->lines = stock_lines(reading, "lines", HV_REQUEST_LINES_MAX, &request->line_count);
    request->has_amount = number_in(reading, reading->request, "amount", HV_PEOPLE_MAX, &amount);
    request->amount = (uint32_t)amount;
    request->text = text(reading, "text");
    request->withdrawn = flag(reading, "withdrawn");
    bool known = request->withdrawn && request->id != 0; /* its kind, too */
    if (request->kind == HV_REQUEST_UNKNOWN && !known)
        object(reading, "“kind” is missing");
}

/* ---- orders and notes ---- */

static void read_answer(struct reading *reading, struct hv_report *report) {
    struct hv_order_answer *answer = &report->answer;
    report->kind = HV_REPORT_ANSWER;
    answer->order = number(reading, "order", INT64_MAX);
    answer->revision = (uint32_t)number(reading, "revision", UINT32_MAX);
    answer->state =
        (enum hv_order_state)WORD_IN(reading, reading->request, "state", hv_order_state_of,
                                     "seen accepted declined under-way partly-done done failed");
    answer->reason = text(reading, "reason");
    answer->has_done = number_in(reading, reading->request, "done", HV_QUANTITY_MAX, &answer->done);
    if (answer->order == 0)
        object(reading, "“order” is missing");
    if (answer->state == HV_ORDER_DECLINED && answer->reason[0] == '\0')
        object(reading, "“reason” is missing: say why the order is declined");
}

static void read_note(struct reading *reading, struct hv_report *report) {
    report->kind = HV_REPORT_NOTE;
    report->note.text = needed_text(reading, "text");
}

/* ---- once ---- */

bool entry_device_read(const char *text, uint64_t *ret_device) {
    char *end;
    if (text == NULL || strlen(text) != ENTRY_DEVICE_DIGITS ||
        strspn(text, "0123456789abcdef") != ENTRY_DEVICE_DIGITS)
        return false;
    *ret_device = strtoull(text, &end, 16);
    return *ret_device != 0;
}

bool entry_once_read(const json_t *once, uint64_t *ret_device, uint64_t *ret_number) {
    json_int_t number = json_integer_value(json_object_get(once, "number"));
    *ret_number = (uint64_t)number;
    return number > 0 && number <= (json_int_t)ENTRY_NUMBER_MAX &&
           entry_device_read(json_string_value(json_object_get(once, "device")), ret_device);
}

static void read_once(struct reading *reading, struct entry *entry) {
    const json_t *once = json_object_get(reading->request, "once");
    only(reading, once, "device,number");
    if (once != NULL && !entry_once_read(once, &entry->device, &entry->number))
        object(reading, "“once” needs a “device” of 16 hex digits and a “number” from 1");
}

/* ---- verbs ---- */

#define EVERY "verb,ref,once,ago_s"
#define MOVEMENT EVERY ",people,zone,shelter,transfer,households,to,force"
#define STOCK_MOVEMENT EVERY ",lines,into,waybill,counterpart,reason,final,vehicle,request,force"

static const struct {
    const char *verb;
    void (*read)(struct reading *reading, struct hv_report *report);
    const char *members;
} verbs[] = {
    {"check-in", read_check_in, MOVEMENT},
    {"check-out", read_check_out, MOVEMENT},
    {"transfer-out", read_transfer_out, MOVEMENT},
    {"transfer-in", read_transfer_in, MOVEMENT},
    {"count", read_count, EVERY ",people,households"},
    {"status-report", read_status, EVERY ",status,reason"},
    {"capacity", read_capacity, EVERY ",lines"},
    {"lifeline", read_lifeline, EVERY ",lifelines"},
    {"stock-count", read_stock_count, EVERY ",lines,complete,reason"},
    {"request", read_request, EVERY ",id,kind,urgency,lines,amount,text,withdrawn"},
    {"answer", read_answer, EVERY ",order,revision,state,reason,done"},
    {"note", read_note, EVERY ",text"},
};

static const struct {
    const char *verb;
    enum hv_stock_movement_kind kind;
} stock_verbs[] = {
    {"stock-receive", HV_STOCK_RECEIVE},
    {"stock-issue", HV_STOCK_ISSUE},
    {"stock-ship", HV_STOCK_SHIP},
    {"stock-loss", HV_STOCK_LOSS},
    {"stock-expire", HV_STOCK_EXPIRE},
    {"stock-adjust-up", HV_STOCK_ADJUST_UP},
    {"stock-adjust-down", HV_STOCK_ADJUST_DOWN},
    {"stock-pick", HV_STOCK_PICK},
    {"stock-put-back", HV_STOCK_PUT_BACK},
    {"stock-load", HV_STOCK_LOAD},
    {"stock-write-off", HV_STOCK_WRITE_OFF},
    {"stock-unpack", HV_STOCK_UNPACK},
};

#define COUNT(LIST) (sizeof(LIST) / sizeof((LIST)[0]))

static size_t find_verb(const char *verb) {
    size_t at = 0;
    while (at < COUNT(verbs) && strcmp(verbs[at].verb, verb) != 0)
        at++;
    return at;
}

static enum hv_stock_movement_kind stock_kind(const char *verb) {
    for (size_t i = 0; i < COUNT(stock_verbs); i++)
        if (strcmp(stock_verbs[i].verb, verb) == 0)
            return stock_verbs[i].kind;
    return HV_STOCK_UNKNOWN;
}

bool entry_is_verb(const char *verb) {
    return strcmp(verb, "undo") == 0 || find_verb(verb) < COUNT(verbs) ||
           stock_kind(verb) != HV_STOCK_UNKNOWN;
}

int entry_read(const json_t *request, struct hv_arena *arena, char *ret_wrong, size_t wrong_bytes,
               struct entry *ret_entry) {
    struct reading reading = {
        .request = request, .arena = arena, .wrong = ret_wrong, .wrong_bytes = wrong_bytes};
    struct entry entry = {.report = {.source = HV_SOURCE_NODE, .subject = ""}};
    const char *verb = json_string_value(json_object_get(request, "verb"));
    if (verb == NULL || !entry_is_verb(verb))
        return HV_ERR_NOT_FOUND;
    const size_t at = find_verb(verb);
    entry.undo = strcmp(verb, "undo") == 0;
    only(&reading, request,
         at < COUNT(verbs) ? verbs[at].members
         : entry.undo      ? EVERY ",of"
                           : STOCK_MOVEMENT);
    entry.force = flag(&reading, "force");
    read_once(&reading, &entry);
    entry.undo_of = number(&reading, "of", ENTRY_NUMBER_MAX);
    entry.ago_ms = 1000 * number(&reading, "ago_s", 31u * 86400u);
    if (at < COUNT(verbs))
        verbs[at].read(&reading, &entry.report);
    else if (!entry.undo)
        read_stock_movement(&reading, &entry.report, stock_kind(verb));
    if (reading.error == HV_OK)
        *ret_entry = entry;
    return reading.error;
}
