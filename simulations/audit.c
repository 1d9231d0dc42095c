#include "simulations/audit_inside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- keeping ---- */

struct audit *audit_new(void) {
    return calloc(1, sizeof(struct audit));
}

static void free_place(struct place *place) {
    struct shelf *shelf, *next_shelf;
    struct item *item, *next_item;
    HASH_ITER(hh, place->shelves, shelf, next_shelf) {
        HASH_DEL(place->shelves, shelf);
        free(shelf);
    }
    HASH_ITER(hh, place->items, item, next_item) {
        HASH_DEL(place->items, item);
        free(item);
    }
    for (size_t lane = 0; lane < HV_LANE_COUNT; lane++) {
        free(place->made[lane].list);
        free(place->logged[lane].list);
    }
    free(place->told.list);
    free(place);
}

void audit_free(struct audit *audit) {
    if (audit == NULL)
        return;
    struct place *place, *next_place;
    struct passage *passage, *next_passage;
    HASH_ITER(hh, audit->places, place, next_place) {
        HASH_DEL(audit->places, place);
        free_place(place);
    }
    HASH_ITER(hh, audit->passages, passage, next_passage) {
        HASH_DEL(audit->passages, passage);
        free(passage);
    }
    for (size_t i = 0; i < audit->finding_count && i < AUDIT_FINDINGS_MAX; i++)
        free(audit->findings[i]);
    free(audit);
}

static struct place *place_of(struct audit *audit, const char *id) {
    struct place *place = NULL;
    HASH_FIND_STR(audit->places, id, place);
    if (place != NULL || (place = calloc(1, sizeof *place)) == NULL)
        return place;
    snprintf(place->id, sizeof place->id, "%s", id);
    HASH_ADD_STR(audit->places, id, place);
    return place;
}

static struct item *item_of(struct place *place, const char *id) {
    struct item *item = NULL;
    HASH_FIND_STR(place->items, id, item);
    if (item != NULL || (item = calloc(1, sizeof *item)) == NULL)
        return item;
    snprintf(item->id, sizeof item->id, "%s", id);
    HASH_ADD_STR(place->items, id, item);
    return item;
}

static struct shelf *shelf_of(struct place *place, const struct hv_stock_line *line) {
    char key[sizeof place->shelves->key];
    struct shelf *shelf = NULL;
    snprintf(key, sizeof key, "%s\n%s\n%u", line->item, line->lot, line->expiry_day);
    HASH_FIND_STR(place->shelves, key, shelf);
    if (shelf != NULL || (shelf = calloc(1, sizeof *shelf)) == NULL)
        return shelf;
    memcpy(shelf->key, key, sizeof key);
    HASH_ADD_STR(place->shelves, key, shelf);
    return shelf;
}

static struct passage *passage_of(struct audit *audit, bool goods, const char *id,
                                  const char *item) {
    char key[sizeof audit->passages->key];
    struct passage *passage = NULL;
    snprintf(key, sizeof key, "%s\n%s", id, item);
    HASH_FIND_STR(audit->passages, key, passage);
    if (passage != NULL || (passage = calloc(1, sizeof *passage)) == NULL)
        return passage;
    memcpy(passage->key, key, sizeof key);
    passage->goods = goods;
    HASH_ADD_STR(audit->passages, key, passage);
    return passage;
}

static int number(struct numbers *numbers, uint64_t epoch, uint64_t sequence,
                  enum audit_state state) {
    if (numbers->count == numbers->room) {
        size_t room = numbers->room == 0 ? 64 : numbers->room * 2;
        struct numbered *list = realloc(numbers->list, room * sizeof *list);
        if (list == NULL)
            return HV_ERR_MEMORY;
        numbers->list = list;
        numbers->room = room;
    }
    numbers->list[numbers->count++] = (struct numbered){epoch, sequence, state};
    return 0;
}

/* ---- people ---- */

static int64_t heads(const struct hv_people *people) {
    int64_t sum = 0;
    for (size_t i = 0; i < HV_AGE_COUNT; i++)
        sum += people->by_age[i];
    return sum;
}

static void leave(struct place *place, int64_t people) {
    if (people > place->people) {
        place->shortfall += people - place->people;
        people = place->people;
    }
    place->people -= people;
}

static int take_transfer(struct audit *audit, struct place *place,
                         const struct hv_movement *movement, int64_t people) {
    bool out = movement->kind == HV_MOVEMENT_TRANSFER_OUT;
    struct passage *passage =
        passage_of(audit, false, movement->transfer, out ? place->id : movement->shelter);
    if (passage == NULL)
        return HV_ERR_MEMORY;
    if (out) {
        passage->out += people;
        place->out += people;
        leave(place, people);
    } else {
        passage->in += people;
        place->in += people;
        place->people += people;
    }
    return 0;
}

static int take_movement(struct audit *audit, struct place *place,
                         const struct hv_movement *movement) {
    int64_t people = heads(&movement->people);
    switch (movement->kind) {
    case HV_MOVEMENT_CHECK_IN:
        place->checked_in += people;
        place->people += people;
        return 0;
    case HV_MOVEMENT_CHECK_OUT:
        place->checked_out += people;
        leave(place, people);
        return 0;
    case HV_MOVEMENT_CORRECTION:
        place->corrected += people;
        if (people < 0)
            leave(place, -people);
        else
            place->people += people;
        return 0;
    case HV_MOVEMENT_TRANSFER_OUT:
    case HV_MOVEMENT_TRANSFER_IN:
        return take_transfer(audit, place, movement, people);
    default:
        audit_find(audit, "%s: a movement of no known kind", place->id);
        return 0;
    }
}

static void take_count(struct place *place, const struct hv_count *count) {
    int64_t people = heads(&count->people);
    place->differences += people - place->people;
    place->people = people;
}

/* ---- goods ---- */

static int64_t usable(const struct hv_stock_line *line) {
    return (int64_t)line->quantity - (int64_t)line->damaged;
}

static bool is_listed(const struct hv_stock_count *count, const struct shelf *shelf) {
    char key[sizeof shelf->key];
    for (size_t i = 0; i < count->line_count; i++) {
        const struct hv_stock_line *line = &count->lines[i];
        snprintf(key, sizeof key, "%s\n%s\n%u", line->item, line->lot, line->expiry_day);
        if (strcmp(key, shelf->key) == 0)
            return true;
    }
    return false;
}

static struct item *item_of_shelf(struct place *place, const struct shelf *shelf) {
    char id[HV_ID_BYTES_MAX + 1];
    snprintf(id, sizeof id, "%.*s", (int)strcspn(shelf->key, "\n"), shelf->key);
    return item_of(place, id);
}

static int put(struct place *place, struct shelf *shelf, int64_t there) {
    struct item *item = item_of_shelf(place, shelf);
    if (item == NULL)
        return HV_ERR_MEMORY;
    item->differences += there - shelf->there;
    shelf->there = there;
    return 0;
}

static int take_stock_count(struct place *place, const struct hv_stock_count *count) {
    int error = 0;
    for (size_t i = 0; error == 0 && i < count->line_count; i++) {
        struct shelf *shelf = shelf_of(place, &count->lines[i]);
        error = shelf == NULL ? HV_ERR_MEMORY : put(place, shelf, usable(&count->lines[i]));
    }
    for (struct shelf *shelf = place->shelves; count->complete && error == 0 && shelf != NULL;
         shelf = shelf->hh.next)
        if (!is_listed(count, shelf))
            error = put(place, shelf, 0);
    return error;
}

static void take_away(struct shelf *shelf, struct item *item, int64_t *ret_sum, int64_t quantity) {
    *ret_sum += quantity;
    if (quantity > shelf->there) /* held at zero: the rest is a difference of the books */
        item->differences += quantity - shelf->there;
    shelf->there = quantity > shelf->there ? 0 : shelf->there - quantity;
}

static int take_passage(struct audit *audit, const struct hv_stock_movement *movement,
                        const struct hv_stock_line *line) {
    if (movement->waybill[0] == '\0')
        return 0;
    struct passage *passage = passage_of(audit, true, movement->waybill, line->item);
    if (passage == NULL)
        return HV_ERR_MEMORY;
    if (movement->kind == HV_STOCK_SHIP)
        passage->out += (int64_t)line->quantity;
    else if (movement->kind == HV_STOCK_RECEIVE)
        passage->in += (int64_t)line->quantity;
    return 0;
}

static int take_line(struct audit *audit, struct place *place,
                     const struct hv_stock_movement *movement, const struct hv_stock_line *line) {
    struct shelf *shelf = shelf_of(place, line);
    struct item *item = item_of(place, line->item);
    if (shelf == NULL || item == NULL)
        return HV_ERR_MEMORY;
    int64_t quantity = usable(line); /* what was damaged before takes nothing away again */
    switch (movement->kind) {
    case HV_STOCK_RECEIVE:
        item->received += usable(line);
        shelf->there += usable(line);
        audit->totals.received += line->quantity;
        audit->totals.damaged += line->damaged;
        break;
    case HV_STOCK_ADJUST_UP:
        item->adjusted += quantity;
        shelf->there += quantity;
        break;
    case HV_STOCK_ADJUST_DOWN: {
        int64_t down = 0;
        take_away(shelf, item, &down, quantity);
        item->adjusted -= down;
        break;
    }
    case HV_STOCK_ISSUE:
        take_away(shelf, item, &item->issued, quantity);
        audit->totals.issued += line->quantity;
        break;
    case HV_STOCK_SHIP:
        take_away(shelf, item, &item->shipped, quantity);
        audit->totals.shipped += line->quantity;
        break;
    case HV_STOCK_PICK:
    case HV_STOCK_PUT_BACK:
    case HV_STOCK_LOAD:
        return 0; /* set aside, and still there */
    case HV_STOCK_LOSS:
    case HV_STOCK_EXPIRE:
    case HV_STOCK_WRITE_OFF:
        take_away(shelf, item, &item->lost, quantity);
        audit->totals.lost_goods += line->quantity;
        break;
    case HV_STOCK_UNPACK: {
        int64_t down = 0;
        take_away(shelf, item, &down, quantity);
        item->adjusted -= down;
        break;
    }
    default:
        audit_find(audit, "%s: a stock movement of no known kind", place->id);
    }
    return take_passage(audit, movement, line);
}

/* What kits held. */
static int take_unpacked(struct place *place, const struct hv_stock_line *line) {
    struct shelf *shelf = shelf_of(place, line);
    struct item *item = item_of(place, line->item);
    if (shelf == NULL || item == NULL)
        return HV_ERR_MEMORY;
    item->adjusted += usable(line);
    shelf->there += usable(line);
    return 0;
}

static int take_stock_movement(struct audit *audit, struct place *place,
                               const struct hv_stock_movement *movement) {
    int error = 0;
    for (size_t i = 0; error == 0 && i < movement->into_count; i++)
        error = take_unpacked(place, &movement->into[i]);
    for (size_t i = 0; error == 0 && i < movement->line_count; i++)
        error = take_line(audit, place, movement, &movement->lines[i]);
    return error;
}

/* ---- feeding ---- */

int audit_record(struct audit *audit, const struct audit_record *record) {
    struct place *place = place_of(audit, record->node);
    if (place == NULL)
        return HV_ERR_MEMORY;
    int error = number(&place->made[record->lane], record->epoch, record->sequence, record->state);
    if (error != 0 || record->lane != HV_LANE_HISTORY)
        return error;
    switch (record->report->kind) {
    case HV_REPORT_MOVEMENT:
        return take_movement(audit, place, &record->report->movement);
    case HV_REPORT_COUNT:
        take_count(place, &record->report->count);
        return 0;
    case HV_REPORT_STOCK_COUNT:
        return take_stock_count(place, &record->report->stock_count);
    case HV_REPORT_STOCK_MOVEMENT:
        return take_stock_movement(audit, place, &record->report->stock_movement);
    default:
        return 0;
    }
}

int audit_logged(struct audit *audit, const char *node, enum hv_lane lane, uint64_t epoch,
                 uint64_t sequence) {
    struct place *place = place_of(audit, node);
    return place == NULL ? HV_ERR_MEMORY
                         : number(&place->logged[lane], epoch, sequence, AUDIT_ACKNOWLEDGED);
}

int audit_told(struct audit *audit, const char *node, uint64_t epoch, uint64_t sequence) {
    struct place *place = place_of(audit, node);
    return place == NULL ? HV_ERR_MEMORY : number(&place->told, epoch, sequence, AUDIT_WAITING);
}

int audit_picture_people(struct audit *audit, const char *id, int64_t people) {
    struct place *place = place_of(audit, id);
    if (place == NULL)
        return HV_ERR_MEMORY;
    place->picture = people;
    place->pictured = true;
    return 0;
}

int audit_picture_stock(struct audit *audit, const char *id) {
    struct place *place = place_of(audit, id);
    if (place == NULL)
        return HV_ERR_MEMORY;
    place->stock_pictured = true;
    return 0;
}

int audit_real_people(struct audit *audit, const char *id, int64_t people) {
    struct place *place = place_of(audit, id);
    if (place == NULL)
        return HV_ERR_MEMORY;
    place->real = people;
    place->real_known = true;
    return 0;
}

int audit_picture_goods(struct audit *audit, const char *id, const char *item_id, int64_t there) {
    struct place *place = place_of(audit, id);
    struct item *item = place == NULL ? NULL : item_of(place, item_id);
    if (item == NULL)
        return HV_ERR_MEMORY;
    item->picture += there;
    item->pictured = true;
    return 0;
}

void audit_ledger(struct audit *audit, const struct audit_ledger *ledger) {
    audit->ledger = *ledger;
    audit->has_ledger = true;
}

size_t audit_finding_count(const struct audit *audit) {
    return audit->finding_count;
}

const char *audit_finding(const struct audit *audit, size_t index) {
    return index < AUDIT_FINDINGS_MAX && index < audit->finding_count ? audit->findings[index] : "";
}

const struct audit_totals *audit_totals(const struct audit *audit) {
    return &audit->totals;
}
