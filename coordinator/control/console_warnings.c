/* What staff should look at in the ledger: what does not add up, what expires, what falls short of
 * its minimum, what went without cold. */
#include "coordinator/control/console_json.h"

#include <string.h>

enum { MS_A_MINUTE = 60000, SOON_DAYS = 92, LATER_DAYS = 274 }; /* three months, nine months */

static json_t *warn(const struct console_scene *scene, json_t *list, const char *warning,
                    const char *kind, const char *whose, const struct state_lot *lot,
                    int64_t quantity) {
    json_t *object = json_pack("{s:s, s:s, s:I}", "warning", warning, kind, whose, "quantity",
                               (json_int_t)quantity);
    if (lot != NULL)
        console_set_lot(scene, object, lot);
    json_array_append_new(list, object);
    return object;
}

/* Accounts that say that something was not as it should be. */
static const char *discrepancy_of(enum state_account account) {
    switch (account) {
    case STATE_UNEXPLAINED:
        return "left-beyond-what-was-there";
    case STATE_BROUGHT_IN:
        return "received-without-waybill";
    case STATE_SENT:
        return "shipped-without-waybill";
    case STATE_FOUND:
        return "counted-more-than-booked";
    case STATE_MISSING:
        return "counted-less-than-booked";
    case STATE_CORRECTED_UP:
    case STATE_CORRECTED_DOWN:
        return "picture-corrected-books";
    case STATE_OVER:
        return "received-more-than-shipped";
    case STATE_MISSING_ON_WAY:
        return "missing-on-the-way";
    case STATE_NOTE_OUT_OF_TURN:
        return "not-first-expired-first-out";
    case STATE_NOTE_UNBOOKED:
        return "picked-what-was-not-there";
    case STATE_NOTE_NO_REASON:
        return "without-a-reason";
    default:
        return NULL;
    }
}

static void warn_of_book(const struct console_scene *scene, json_t *list, const char *kind,
                         const char *whose, const struct state_book *book) {
    for (uint32_t i = 0; i < book->count; i++) {
        const struct state_balance *balance = &book->balances[i];
        const char *warning = discrepancy_of(balance->account);
        if (warning != NULL && balance->amount != 0)
            json_object_set_new(
                warn(scene, list, warning, kind, whose, &balance->lot, balance->amount), "position",
                json_integer((json_int_t)balance->position));
    }
}

/* What the kits that were opened at a place hold of an item, as the region says now; -1 where it
 * does not say it of one of them. */
static int64_t held_by_opened(const struct console_scene *scene, const struct state_place *place,
                              uint32_t item) {
    const struct region *region = scene->region;
    int64_t sum = 0;
    for (uint32_t i = 0; i < place->book.count; i++) {
        const struct state_balance *balance = &place->book.balances[i];
        if (balance->account != STATE_OPENED || balance->amount <= 0)
            continue;
        const uint32_t kit =
            region_find_item(region, state_name(console_picture(scene), balance->lot.item));
        if (kit == REGION_NONE || *region->items[kit].contents == '\0')
            return -1;
        sum += supply_held_in(region, kit, balance->amount, item);
    }
    return sum;
}

static int64_t taken_out(const struct console_scene *scene, const struct state_place *place,
                         const char *item) {
    int64_t sum = 0;
    for (uint32_t i = 0; i < place->book.count; i++) {
        const struct state_balance *balance = &place->book.balances[i];
        if (balance->account == STATE_UNPACKED &&
            strcmp(state_name(console_picture(scene), balance->lot.item), item) == 0)
            sum += balance->amount;
    }
    return sum;
}

static bool has_opened_kits(const struct state_place *place) {
    for (uint32_t i = 0; i < place->book.count; i++)
        if (place->book.balances[i].account == STATE_OPENED && place->book.balances[i].amount > 0)
            return true;
    return false;
}

/* Kits of which other goods were entered than are in them. */
static void warn_of_kits(const struct console_scene *scene, json_t *list,
                         const struct state_place *place) {
    if (scene->region == NULL || !has_opened_kits(place))
        return;
    for (uint32_t i = 0; i < scene->region->item_count; i++) {
        const char *id = scene->region->items[i].id;
        const int64_t held = held_by_opened(scene, place, i), out = taken_out(scene, place, id);
        if (held < 0)
            return;
        if (out != held)
            json_object_set_new(warn(scene, list,
                                     out < held ? "kits-held-less-than-they-should"
                                                : "kits-held-more-than-they-should",
                                     "place", place->entity.id, NULL,
                                     out < held ? held - out : out - held),
                                "item", json_string(id));
    }
}

static void warn_of_expiry(const struct console_scene *scene, json_t *list,
                           const struct state_place *place) {
    int64_t today = supply_day(scene->wall_ms);
    const struct state_book *book = &place->book;
    for (uint32_t i = 0; i < book->count; i = state_book_after(book, &book->balances[i].lot)) {
        const struct state_lot *lot = &book->balances[i].lot;
        int64_t there = state_book_there(book, lot), left = (int64_t)lot->expiry_day - today;
        if (lot->expiry_day == 0 || there == 0 || left > LATER_DAYS)
            continue;
        json_t *warning = warn(scene, list,
                               left < 0            ? "expired"
                               : left <= SOON_DAYS ? "expires-within-3-months"
                                                   : "expires-within-9-months",
                               "place", place->entity.id, lot, there);
        json_object_set_new(warning, "days_left", json_integer((json_int_t)left));
    }
}

static bool is_cold(const struct console_scene *scene, uint32_t item) {
    uint32_t known =
        scene->region == NULL
            ? REGION_NONE
            : region_find_item(scene->region, state_name(console_picture(scene), item));
    return known != REGION_NONE && scene->region->items[known].cold_chain == REGION_ANSWER_YES;
}

/* Goods that must stay cold where the power is off, or was for so long that they are in quarantine
 * until somebody has looked at them. */
static void warn_of_power(const struct console_scene *scene, json_t *list,
                          const struct state_place *place) {
    const struct state_book *book = &place->book;
    int64_t lasted_ms = state_cold_break_ms(place, scene->mono_ms);
    bool suspect = state_cold_is_suspect(place, scene->mono_ms);
    if (!place->cold.is_broken && !suspect)
        return;
    for (uint32_t i = 0; i < book->count; i = state_book_after(book, &book->balances[i].lot)) {
        const struct state_lot *lot = &book->balances[i].lot;
        if (state_book_there(book, lot) > 0 && is_cold(scene, lot->item))
            json_object_set_new(
                warn(scene, list,
                     suspect ? "cold-chain-broken-in-quarantine" : "cold-chain-without-power",
                     "place", place->entity.id, lot, state_book_there(book, lot)),
                "minutes", json_integer((json_int_t)(lasted_ms / MS_A_MINUTE)));
    }
}

/* Goods that must stay cold on a vehicle that is not known to keep them so. */
static void warn_of_vehicle(const struct console_scene *scene, json_t *list,
                            const struct state_waybill *waybill) {
    uint32_t known = scene->region == NULL || waybill->vehicle == NULL
                         ? REGION_NONE
                         : region_find_vehicle(scene->region, waybill->vehicle);
    if (known != REGION_NONE && scene->region->vehicles[known].cold_chain == REGION_ANSWER_YES)
        return;
    for (uint32_t i = 0; i < waybill->book.count; i++) {
        const struct state_balance *balance = &waybill->book.balances[i];
        if (balance->account == STATE_IN_TRANSIT && balance->amount > 0 &&
            is_cold(scene, balance->lot.item))
            warn(scene, list, "cold-chain-on-a-vehicle-not-known-to-be-cold", "waybill",
                 waybill->entity.id, &balance->lot, balance->amount);
    }
}

/* What of an item lies free at a place, neither expired nor in quarantine. */
static int64_t usable_at(const struct console_scene *scene, const struct state_place *place,
                         uint32_t name) {
    const struct state_book *book = &place->book;
    const int64_t today = supply_day(scene->wall_ms);
    int64_t usable = 0;
    if (is_cold(scene, name) && state_cold_is_suspect(place, scene->mono_ms))
        return 0;
    for (uint32_t b = state_book_first(book, name);
         b < book->count && book->balances[b].lot.item == name; b++) {
        const struct state_balance *balance = &book->balances[b];
        bool expired = balance->lot.expiry_day != 0 && (int64_t)balance->lot.expiry_day < today;
        usable += balance->account == STATE_ON_HAND && !expired ? balance->amount : 0;
    }
    return usable;
}

/* Usable goods of an item in all depots, and what must not be undercut. */
static void warn_of_minimum(const struct console_scene *scene, json_t *list) {
    const struct state *state = console_picture(scene);
    for (uint32_t item = 0; scene->region != NULL && item < scene->region->item_count; item++) {
        int64_t minimum = scene->region->items[item].minimum_stock, there = 0;
        const char *id = scene->region->items[item].id;
        const struct state_entity *name = state_find(state, STATE_NAME, id);
        bool told = false; /* of depots that never said what they have nothing is known */
        for (uint32_t i = 0; minimum > 0 && i < state_count(state, STATE_PLACE); i++) {
            const struct state_place *place = state_place(state, i);
            if (place->role != HV_ROLE_DEPOT)
                continue;
            told = told || place->stock.changed.position != 0;
            there += name == NULL ? 0 : usable_at(scene, place, name->index);
        }
        if (!told || there >= minimum)
            continue;
        json_array_append_new(list, json_pack("{s:s, s:s, s:I, s:I}", "warning",
                                              "below-minimum-stock", "item", id, "quantity",
                                              (json_int_t)there, "minimum", (json_int_t)minimum));
    }
}

json_t *console_goods_at_risk(const struct console_scene *scene) {
    const struct state *state = console_picture(scene);
    json_t *list = json_array();
    for (uint32_t i = 0; i < state_count(state, STATE_PLACE); i++) {
        const struct state_place *place = state_place(state, i);
        if (place->role == HV_ROLE_DEPOT)
            warn_of_expiry(scene, list, place);
        warn_of_power(scene, list, place);
    }
    warn_of_minimum(scene, list);
    return list;
}

void console_ledger_warnings(const struct console_scene *scene, const json_t *request,
                             struct hv_arena *arena, struct console_outcome *outcome) {
    (void)arena;
    const struct state *state = console_picture(scene);
    json_t *list = json_array();
    for (uint32_t i = 0; i < state_count(state, STATE_PLACE); i++) {
        const struct state_place *place = state_place(state, i);
        warn_of_book(scene, list, "place", place->entity.id, &place->book);
        warn_of_kits(scene, list, place);
        warn_of_expiry(scene, list, place);
        warn_of_power(scene, list, place);
        if (state_books_lag(state, place))
            warn(scene, list, "books-wait-for-reports", "place", place->entity.id, NULL, 0);
    }
    for (uint32_t i = 0; i < state_count(state, STATE_WAYBILL); i++) {
        const struct state_waybill *waybill = state_waybill(state, i);
        warn_of_book(scene, list, "waybill", waybill->entity.id, &waybill->book);
        warn_of_vehicle(scene, list, waybill);
        if (waybill->received_by != STATE_NONE && waybill->to != STATE_NONE &&
            waybill->received_by != waybill->to)
            warn(scene, list, "received-elsewhere", "waybill", waybill->entity.id, NULL, 0);
    }
    warn_of_minimum(scene, list);
    console_answer_list(request, "warnings", list, outcome);
}
