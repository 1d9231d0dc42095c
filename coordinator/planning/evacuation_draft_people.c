/* Who leaves in a draft: people of a zone by class, when they are ready, until when they may leave,
 * and who had better stay. */
#include "coordinator/planning/evacuation_draft_inside.h"
#include "schemas/limits.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Hazards against which walls and closed windows help; of water and fire they do not, and nobody is
 * sent into those: a zone is left before they come, a road before it closes. */
#define STAY_HAZARDS                                                                               \
    (REGION_NUCLEAR | REGION_CHEMICAL | REGION_VOLCANO | REGION_TYPHOON | REGION_SNOW)

enum { CAR_SEATS = 5 };

struct zone_people {
    int64_t by_class[DRAFT_CLASSES];
    int64_t bus[3];   /* of DRAFT_BUS: seated, in a wheelchair, with medical needs */
    int64_t left_out; /* go elsewhere and no exit is given */
};

static int64_t clamp(int64_t value, int64_t most) {
    return value < 0 ? 0 : value < most ? value : most;
}

/* The nearest whole number of people, never more than there are. */
static int64_t share_of(int64_t people, double share) {
    return clamp((int64_t)floor((double)people * share + 0.5), people);
}

static int64_t share_up(int64_t people, double share) {
    return clamp((int64_t)ceil((double)people * share - 1e-9), people);
}

/* ---- classes ---- */

static bool walks(const struct drafting *drafting, const struct region_zone *zone) {
    const double limit_ms = drafting->options->walk_limit_s * 1000;
    return drafting->foot_ms != NULL && (double)drafting->foot_ms[zone->node] <= limit_ms;
}

static void split_by_class(const struct drafting *drafting, const struct region_zone *zone,
                           int64_t all, struct zone_people *people) {
    const struct evacuation_draft_options *options = drafting->options;
    const double without = zone->no_vehicle_share > 0 ? zone->no_vehicle_share : 0;
    const int64_t medical = clamp(zone->medical, all);
    const int64_t wheelchair = clamp(zone->wheelchair, all - medical);
    const int64_t general = all - medical - wheelchair;
    const int64_t carless = share_up(general, without);
    const int64_t elsewhere = share_of(general - carless, options->elsewhere);
    const int64_t pets = share_of(general - carless - elsewhere, options->pets);
    people->bus[1] = share_up(wheelchair, without);
    people->bus[2] = share_up(medical, without);
    people->by_class[DRAFT_MEDICAL] = medical - people->bus[2];
    people->by_class[DRAFT_WHEELCHAIR] = wheelchair - people->bus[1];
    people->by_class[DRAFT_PETS] = pets;
    people->by_class[DRAFT_CAR] = general - carless - elsewhere - pets;
    if (walks(drafting, zone))
        people->by_class[DRAFT_FOOT] = carless;
    else
        people->bus[0] = carless;
    people->by_class[DRAFT_BUS] = people->bus[0] + people->bus[1] + people->bus[2];
    if (options->exit_count > 0)
        people->by_class[DRAFT_ELSEWHERE] = elsewhere;
    else
        people->left_out = elsewhere;
}

static void count_alike(const struct drafting *drafting, int64_t all, struct zone_people *people) {
    int64_t elsewhere = share_of(all, drafting->options->elsewhere);
    if (drafting->options->exit_count == 0) {
        people->left_out = elsewhere;
        people->by_class[DRAFT_CAR] = all - elsewhere;
    } else {
        people->by_class[DRAFT_CAR] = all - elsewhere;
        people->by_class[DRAFT_ELSEWHERE] = elsewhere;
    }
}

/* ---- until when ---- */

static double overlap(double from, double to, double begin, double end) {
    return fmax(0, fmin(to, end) - fmax(from, begin));
}

/* Whether leaving at a time exposes to more than staying: the road counts whole, indoors by its
 * share, each for as long as the hazard is there. */
static bool staying_is_better(const struct draft_span *hit, double leave_s, double travel_s,
                              double indoors) {
    double road = overlap(leave_s, leave_s + travel_s, hit->from_s, hit->to_s);
    double home = overlap(leave_s, INFINITY, hit->from_s, hit->to_s);
    return road > indoors * home;
}

static int32_t last_step_worth_leaving(const struct drafting *drafting,
                                       const struct draft_span *hit, double travel_s) {
    const double step_s = drafting->options->step_s;
    for (int32_t t = 0; t <= drafting->options->horizon_steps; t++)
        if (staying_is_better(hit, t * step_s, travel_s, drafting->options->stay_exposure))
            return t - 1;
    return EVACUATION_NEVER;
}

/* Whether moving is weighed against staying for a zone. */
static bool is_weighed(const struct drafting *drafting, uint32_t index) {
    const struct draft_span *hit = &drafting->zone_hit[index];
    return drafting->options->stay_exposure >= 0 && !isinf(hit->from_s) &&
           (hit->kind & STAY_HAZARDS) != 0;
}

/* Tells whoever asked for staying to be weighed that there is nothing to weigh. */
static int note_stay(struct drafting *drafting) {
    int64_t zones = 0;
    for (uint32_t z = 0; z < drafting->region->zone_count; z++) {
        if (drafting->leaves[z] && is_weighed(drafting, z))
            return HV_OK;
        zones += drafting->leaves[z];
    }
    return drafting->options->stay_exposure < 0
               ? HV_OK
               : drafting_note(drafting, NOTE_STAY_WEIGHS_NOTHING, REGION_NONE, zones);
}

/* Last step at which people may leave; -1: none. `*ret_stays`: because staying is better. */
static int32_t deadline_of(const struct drafting *drafting, uint32_t index, bool *ret_stays) {
    const struct draft_span *hit = &drafting->zone_hit[index];
    const uint32_t node = drafting->region->zones[index].node;
    *ret_stays = false;
    if (isinf(hit->from_s))
        return EVACUATION_NEVER;
    if (is_weighed(drafting, index)) {
        int64_t travel_ms = drafting->road_ms[node];
        double travel_s = travel_ms == INT64_MAX ? INFINITY : (double)travel_ms / 1000;
        *ret_stays = true;
        return last_step_worth_leaving(drafting, hit, travel_s);
    }
    double step = floor(hit->from_s / drafting->options->step_s);
    return step < 0 ? -1 : step < EVACUATION_NEVER ? (int32_t)step : EVACUATION_NEVER;
}

/* ---- parties ---- */

/* People of a household of average size. */
static int64_t party_of(const struct region *region) {
    int64_t people = 0, households = 0;
    for (uint32_t z = 0; z < region->zone_count; z++) {
        int64_t night = region_zone_people(&region->zones[z], REGION_NIGHT);
        if (night <= 0 || region->zones[z].households <= 0)
            continue;
        people += night;
        households += region->zones[z].households;
    }
    if (households == 0)
        return 1;
    int64_t party = (people + households / 2) / households;
    return party < 1 ? 1 : party > TRAVELLER_PARTY_MAX ? TRAVELLER_PARTY_MAX : party;
}

/* ---- zone entries ---- */

/* Of the people of one class at one place, whom several parts have if there is a curve. */
static const char *place_id(struct drafting *drafting, const char *zone,
                            enum evacuation_draft_class class, const char *at) {
    const struct evacuation_draft_options *options = drafting->options;
    char text[2 * HV_ID_BYTES_MAX];
    const bool named = options->by_class || class == DRAFT_ELSEWHERE;
    int length = snprintf(text, sizeof text, "%s%s%s%s", zone, named ? "." : "",
                          named ? evacuation_draft_class_name(class) : "", at);
    return length > (int)HV_ID_BYTES_MAX ? NULL : hv_arena_text(&drafting->draft->arena, text);
}

static const char *entry_id(struct drafting *drafting, const char *zone,
                            enum evacuation_draft_class class, size_t part) {
    char at[32] = "";
    if (drafting->options->mobilisation.count > 1)
        snprintf(at, sizeof at, "@%.0f", drafting->options->mobilisation.at_s[part] / 60);
    return place_id(drafting, zone, class, at);
}

static int add_entry(struct drafting *drafting, uint32_t index, enum evacuation_draft_class class,
                     size_t part, int64_t people, int32_t deadline) {
    struct evacuation_draft *draft = drafting->draft;
    const struct region_zone *zone = &drafting->region->zones[index];
    const struct evacuation_curve *curve = &drafting->options->mobilisation;
    double ready_s = curve->count == 0 ? 0 : curve->at_s[part];
    size_t i = draft->instance.zone_count++;
    draft->zone_ids[i] = entry_id(drafting, zone->id, class, part);
    draft->place_ids[i] = curve->count > 1 ? place_id(drafting, zone->id, class, "") : "";
    draft->entries[i] = (struct evacuation_draft_zone){index, class};
    drafting->zones[i] = (struct evacuation_zone){
        .node = (int32_t)zone->node,
        .earliest_step = (int32_t)fmin(ceil(ready_s / drafting->options->step_s), EVACUATION_NEVER),
        .deadline_step = deadline,
        .people = people};
    return draft->zone_ids[i] == NULL || draft->place_ids[i] == NULL ? HV_ERR_LIMIT : HV_OK;
}

static bool is_family(enum evacuation_draft_class class) {
    return class == DRAFT_CAR || class == DRAFT_PETS;
}

/* The people of one class, in parts by when they are ready, whole parties but in the last: the
 * parts add up to all of them. */
static int add_entries(struct drafting *drafting, uint32_t index, enum evacuation_draft_class class,
                       int64_t people, int32_t deadline) {
    const struct evacuation_curve *curve = &drafting->options->mobilisation;
    const int64_t party = is_family(class) ? drafting->party : 1;
    int64_t counted = 0;
    for (size_t part = 0; part < (curve->count == 0 ? 1 : curve->count); part++) {
        int64_t ready = curve->count == 0 || part + 1 == curve->count
                            ? people
                            : share_of(people, curve->share[part]);
        ready -= ready < people ? ready % party : 0;
        int64_t more = ready - counted;
        bool plain = curve->count == 0 && !drafting->options->by_class && class == DRAFT_CAR;
        if (more <= 0 && !plain)
            continue;
        counted = ready;
        int error = add_entry(drafting, index, class, part, more, deadline);
        if (error != HV_OK)
            return error;
    }
    return HV_OK;
}

static int note_people(struct drafting *drafting, uint32_t index, bool stays, int32_t deadline,
                       int64_t all) {
    if (deadline < 0)
        return drafting_note(drafting, stays ? NOTE_ZONE_STAYS : NOTE_ZONE_CANNOT_LEAVE, index,
                             all);
    if (stays && deadline < drafting->options->horizon_steps)
        return drafting_note(drafting, NOTE_ZONE_LEAVES_EARLY, index, deadline);
    return HV_OK;
}

/* `*left_out` and `*by_bus` grow. */
static int add_zone(struct drafting *drafting, uint32_t index, int64_t *left_out, int64_t *by_bus) {
    struct evacuation_draft *draft = drafting->draft;
    const struct region_zone *zone = &drafting->region->zones[index];
    const int64_t all = region_zone_people(zone, drafting->options->time);
    struct zone_people people = {0};
    bool stays;
    int error = HV_OK;
    draft->zone_deadline[index] = -1;
    if (!drafting->leaves[index])
        return HV_OK;
    if (all < 0)
        return drafting_note(drafting, NOTE_ZONE_PEOPLE_UNKNOWN, index, 0);
    if (zone->node == REGION_NONE)
        return drafting_note(drafting, NOTE_ZONE_WITHOUT_NODE, index, all);
    const int32_t deadline = deadline_of(drafting, index, &stays);
    draft->zone_deadline[index] = deadline;
    error = note_people(drafting, index, stays, deadline, all);
    if (error != HV_OK || (deadline < 0 && stays))
        return error;
    if (drafting->options->by_class)
        split_by_class(drafting, zone, all, &people);
    else
        count_alike(drafting, all, &people);
    if (drafting->options->by_class && !(zone->no_vehicle_share >= 0))
        error = drafting_note(drafting, NOTE_ZONE_VEHICLES_UNKNOWN, index, all);
    for (int c = 0; error == HV_OK && c < DRAFT_BUS; c++)
        error = add_entries(drafting, index, (enum evacuation_draft_class)c, people.by_class[c],
                            deadline);
    for (int kind = 0; kind < 3; kind++)
        draft->bus[kind][index] = people.bus[kind];
    *left_out += people.left_out;
    *by_bus += people.by_class[DRAFT_BUS];
    return error;
}

/* A deadline before the first step: nobody leaves. Documents know no negative steps. */
static void mark_those_who_cannot_leave(struct drafting *drafting) {
    struct evacuation_draft *draft = drafting->draft;
    for (size_t i = 0; i < draft->instance.zone_count; i++)
        if (drafting->zones[i].deadline_step < 0) {
            drafting->zones[i].deadline_step = 0;
            drafting->zones[i].earliest_step =
                drafting->zones[i].earliest_step > 1 ? drafting->zones[i].earliest_step : 1;
        }
}

/* ---- classes of the instance ---- */

static bool takes(const struct region_shelter *shelter, enum evacuation_draft_class class) {
    switch (class) {
    case DRAFT_PETS:
        return shelter->pets == REGION_ANSWER_YES;
    case DRAFT_WHEELCHAIR:
        return shelter->accessible == REGION_ANSWER_YES;
    case DRAFT_MEDICAL:
        return shelter->frail == REGION_ANSWER_YES;
    default:
        return class != DRAFT_ELSEWHERE;
    }
}

static void fill_class(const struct drafting *drafting, enum evacuation_draft_class class,
                       int64_t party, struct traveller_class *ret_class) {
    const double persons = drafting->region->persons_per_vehicle;
    bool family = party > 1 && is_family(class);
    /* A household drives in its own car or cars; others fill cars as everywhere. */
    double cars = family ? (double)((party + CAR_SEATS - 1) / CAR_SEATS) : 0;
    const double limit = ceil(drafting->options->walk_limit_s / drafting->options->step_s);
    double use = family ? fmax(1, round(1000 * persons * cars)) : 1000;
    *ret_class = (struct traveller_class){
        .party_people = family ? party : 1,
        .road_use_permille = llround(use),
        .travel_limit_steps =
            class == DRAFT_FOOT ? (int32_t)fmin(limit, EVACUATION_STEPS_MAX) : EVACUATION_NEVER,
        .on_foot = class == DRAFT_FOOT};
}

static int fill_travellers(struct drafting *drafting) {
    struct evacuation_draft *draft = drafting->draft;
    const size_t shelters = draft->instance.shelter_count, zones = draft->instance.zone_count;
    struct hv_arena *arena = &draft->arena;
    struct traveller_class *classes = hv_arena_take(arena, DRAFT_BUS, sizeof *classes);
    int32_t *zone_class = hv_arena_take(arena, zones + 1, sizeof *zone_class);
    uint32_t *set = hv_arena_take(arena, shelters + 1, sizeof *set);
    int64_t *places = hv_arena_take(arena, DRAFT_BUS * shelters + 1, sizeof *places);
    if (classes == NULL || zone_class == NULL || set == NULL || places == NULL)
        return HV_ERR_MEMORY;
    for (int c = 0; c < DRAFT_BUS; c++)
        fill_class(drafting, (enum evacuation_draft_class)c, drafting->party, &classes[c]);
    for (size_t z = 0; z < zones; z++)
        zone_class[z] = (int32_t)draft->entries[z].class;
    for (size_t s = 0; s < shelters; s++)
        for (int c = 0; c < DRAFT_BUS; c++) {
            const uint32_t of = draft->shelter_of[s];
            bool fit = of == REGION_NONE
                           ? c == DRAFT_ELSEWHERE
                           : takes(&drafting->region->shelters[of], (enum evacuation_draft_class)c);
            set[s] |= fit ? 1u << c : 0;
            places[(size_t)c * shelters + s] = INT64_MAX;
        }
    draft->travellers.class_count = DRAFT_BUS;
    draft->travellers.classes = classes;
    draft->travellers.zone_class = zone_class;
    draft->travellers.takes = set;
    draft->travellers.class_places = places;
    return HV_OK;
}

/* ---- the whole ---- */

static int take_room(struct drafting *drafting) {
    struct evacuation_draft *draft = drafting->draft;
    const size_t parts =
        drafting->options->mobilisation.count == 0 ? 1 : drafting->options->mobilisation.count;
    const size_t most = (size_t)drafting->region->zone_count * DRAFT_BUS * parts + 1;
    struct hv_arena *arena = &draft->arena;
    drafting->zones = hv_arena_take(arena, most, sizeof *drafting->zones);
    draft->zone_ids = hv_arena_take(arena, most, sizeof *draft->zone_ids);
    draft->place_ids = hv_arena_take(arena, most, sizeof *draft->place_ids);
    draft->entries = hv_arena_take(arena, most, sizeof *draft->entries);
    draft->zone_deadline = hv_arena_take(arena, drafting->region->zone_count + 1u, sizeof(int32_t));
    for (int kind = 0; kind < 3; kind++)
        draft->bus[kind] = hv_arena_take(arena, drafting->region->zone_count + 1u, sizeof(int64_t));
    bool whole = drafting->zones != NULL && draft->zone_ids != NULL && draft->place_ids != NULL &&
                 draft->entries != NULL && draft->zone_deadline != NULL && draft->bus[0] != NULL &&
                 draft->bus[1] != NULL && draft->bus[2] != NULL;
    return whole ? HV_OK : HV_ERR_MEMORY;
}

int drafting_people(struct drafting *drafting) {
    struct evacuation_draft *draft = drafting->draft;
    int64_t left_out = 0, by_bus = 0, elsewhere = 0;
    const bool together = drafting->options->by_class && drafting->options->households;
    drafting->party = together ? party_of(drafting->region) : 1;
    int error = take_room(drafting);
    if (error == HV_OK)
        error = note_stay(drafting);
    for (uint32_t z = 0; error == HV_OK && z < drafting->region->zone_count; z++)
        error = add_zone(drafting, z, &left_out, &by_bus);
    if (error != HV_OK)
        return error;
    for (size_t i = 0; i < draft->instance.zone_count; i++)
        if (draft->entries[i].class == DRAFT_ELSEWHERE)
            elsewhere += drafting->zones[i].people;
    for (size_t s = 0; s < draft->instance.shelter_count; s++)
        if (draft->shelter_of[s] == REGION_NONE)
            drafting->shelters[s].capacity = elsewhere;
    mark_those_who_cannot_leave(drafting);
    if (left_out > 0)
        error = drafting_note(drafting, NOTE_ELSEWHERE_LEFT_OUT, REGION_NONE, left_out);
    if (error == HV_OK && by_bus > 0)
        error = drafting_note(drafting, NOTE_BY_BUS, REGION_NONE, by_bus);
    return error == HV_OK && drafting->options->by_class ? fill_travellers(drafting) : error;
}
