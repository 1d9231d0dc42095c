#include "simulations/exercise/flood.h"

#include <stdio.h>
#include <string.h>

#define CUT_OFF "S10" /* its link goes over a relay */
#define KILLED "S06"  /* its node dies and is started again */
#define LOST "S13"    /* the library: its roof gives way */
#define REFUGE "S08"  /* where its people go */
#define NIGHT_RATE 9600u
#define DUSK_RATE 60u
#define DUSK_MS 300000u /* of real time: reports of a busy machine take theirs */
#define RETURN_RATE 2400u
#define FORESEEN_MS (6 * FLOOD_HOUR_MS)

static void tell(struct flood *flood, const char *what) {
    char clock[48];
    flood_clock_text(flood, flood_now_ms(flood), clock, sizeof clock);
    terminal_event(flood->terminal, "%s  %s", clock, what);
}

static int phase(struct flood *flood, enum hv_incident_phase next, const char *what) {
    flood->phase = hv_phase_word(next);
    tell(flood, what);
    return stage_ask(&flood->stage,
                     json_pack("{s:s, s:s}", "verb", "incident-phase", "phase", flood->phase),
                     NULL);
}

/* ---- the hazard ---- */

static bool has(const json_t *ids, const char *id) {
    for (size_t i = 0; i < json_array_size(ids); i++)
        if (strcmp(json_string_value(json_array_get(ids, i)), id) == 0)
            return true;
    return false;
}

/* Everything that a hazard in force hits now: zones that are warned, shelters and depots flooded.
 */
static json_t *hit(const struct flood *flood, enum hazard_target target, uint64_t now_ms) {
    json_t *ids = json_array();
    const struct region *region = flood->region;
    for (uint32_t i = 0; i < flood->hazard.count; i++) {
        const struct hazard_entry *entry = &flood->hazard.entries[i];
        if (entry->target != target || entry->from_s * 1000 > (double)now_ms || flood->going_home)
            continue;
        const char *id = target == HAZARD_ZONE      ? region->zones[entry->index].id
                         : target == HAZARD_SHELTER ? region->shelters[entry->index].id
                                                    : region->depots[entry->index].id;
        if (!has(ids, id))
            json_array_append_new(ids, json_string(id));
    }
    return ids;
}

/* Appends a link to the step of that time, which begins one where there is none. */
static void add_to_step(json_t *steps, json_int_t from_ms, json_int_t until_ms, const char *link) {
    json_t *last = json_array_get(steps, json_array_size(steps) - 1);
    if (json_integer_value(json_object_get(last, "from_wall_ms")) != from_ms ||
        json_integer_value(json_object_get(last, "until_wall_ms")) != until_ms) {
        last = json_pack("{s:I, s:I, s:[]}", "from_wall_ms", from_ms, "until_wall_ms", until_ms,
                         "links");
        json_array_append_new(steps, last);
    }
    json_array_append_new(json_object_get(last, "links"), json_string(link));
}

/* What the river service foresees: the roads that will be under water, from when to when. */
static json_t *foreseen(const struct flood *flood, uint64_t now_ms) {
    json_t *steps = json_array();
    for (uint32_t i = 0; i < flood->hazard.count; i++) {
        const struct hazard_entry *entry = &flood->hazard.entries[i];
        const double from_ms = entry->from_s * 1000;
        if (entry->target == HAZARD_LINK && !flood->going_home && from_ms > (double)now_ms &&
            from_ms <= (double)(now_ms + FORESEEN_MS))
            add_to_step(steps, flood->start_wall_ms + (json_int_t)from_ms,
                        flood->start_wall_ms + (json_int_t)(entry->to_s * 1000),
                        flood->region->links[entry->index].id);
    }
    return steps;
}

static int report_hazard(struct flood *flood, uint64_t now_ms) {
    return stage_ask(&flood->stage,
                     json_pack("{s:s, s:s, s:s, s:b, s:o, s:o, s:o, s:o}", "verb", "hazard", "id",
                               "flood-1", "kind", "flood", "over", flood->going_home, "zones",
                               hit(flood, HAZARD_ZONE, now_ms), "shelters",
                               hit(flood, HAZARD_SHELTER, now_ms), "depots",
                               hit(flood, HAZARD_DEPOT, now_ms), "steps", foreseen(flood, now_ms)),
                     NULL);
}

static int set_road(struct flood *flood, uint32_t link, bool closed, const char *reason) {
    return stage_ask(&flood->stage,
                     json_pack("{s:s, s:s, s:b, s:s}", "verb", "road", "link",
                               flood->region->links[link].id, "closed", closed, "reason", reason),
                     NULL);
}

static int begin_entry(struct flood *flood, const struct hazard_entry *entry, uint64_t now_ms) {
    switch (entry->target) {
    case HAZARD_LINK:
        flood->closed_links++;
        return set_road(flood, entry->index, true, entry->note);
    case HAZARD_ZONE:
        if (entry->effect == HAZARD_WARNED)
            world_warn(flood->world, entry->index, now_ms);
        else
            world_flood(flood->world, entry->index, now_ms);
        return 0;
    case HAZARD_SHELTER:
        return flood_lose_shelter(flood, entry->index, region_find_shelter(flood->region, REFUGE),
                                  now_ms, entry->note);
    default:
        return 0;
    }
}

/* What the water does up to now, as headquarters hears of it. */
static int hazard(struct flood *flood, uint64_t now_ms) {
    uint32_t first = flood->next_hazard;
    int error = 0;
    while (error == 0 && flood->next_hazard < flood->hazard.count &&
           flood->hazard.entries[flood->next_hazard].from_s * 1000 <= (double)now_ms)
        error = begin_entry(flood, &flood->hazard.entries[flood->next_hazard++], now_ms);
    return error == 0 && flood->next_hazard > first ? report_hazard(flood, now_ms) : error;
}

static int open_roads(struct flood *flood) {
    int error = 0;
    for (uint32_t i = 0; error == 0 && i < flood->hazard.count; i++)
        if (flood->hazard.entries[i].target == HAZARD_LINK)
            error = set_road(flood, flood->hazard.entries[i].index, false, "the water has gone");
    flood->closed_links = 0;
    return error;
}

/* ---- steps ---- */

static int alert(struct flood *flood, uint64_t now_ms) {
    (void)now_ms;
    tell(flood, "alert of the river service: the Big Sioux will rise above its dikes");
    return stage_ask(&flood->stage,
                     json_pack("{s:s, s:s, s:s, s:s, s:s}", "verb", "alert", "id", "river-2026-1",
                               "sender", "river service", "headline",
                               "River above the dikes tonight", "severity", "Severe"),
                     NULL);
}

static int activate(struct flood *flood, uint64_t now_ms) {
    int error = phase(flood, HV_PHASE_ACTIVATION, "activation: zones are warned, shelters open");
    if (error == 0)
        error = hazard(flood, now_ms);
    return error == 0 ? flood_plan(flood, "warning") : error;
}

static int evacuate(struct flood *flood, uint64_t now_ms) {
    (void)now_ms;
    int error = phase(flood, HV_PHASE_EVACUATION, "evacuation: zones are ordered to leave");
    return error == 0 ? flood_plan(flood, "evacuation") : error;
}

static int cut_link(struct flood *flood, uint64_t now_ms) {
    (void)now_ms;
    tell(flood, "the network of " CUT_OFF " is gone; its staff go on, on their own");
    child_freeze(&flood->relay, true);
    flood->relay_frozen = flood->node_was_cut = true;
    return 0;
}

static int mend_link(struct flood *flood, uint64_t now_ms) {
    (void)now_ms;
    tell(flood, "the network of " CUT_OFF " is back; it catches up");
    child_freeze(&flood->relay, false);
    flood->relay_frozen = false;
    return 0;
}

static int kill_node(struct flood *flood, uint64_t now_ms) {
    (void)now_ms;
    tell(flood, "kill -9: the node of " KILLED "; its staff write on paper");
    desk_kill(stage_desk(&flood->stage, KILLED));
    flood->node_was_killed = true;
    return 0;
}

static int revive_node(struct flood *flood, uint64_t now_ms) {
    (void)now_ms;
    struct desk *desk = stage_desk(&flood->stage, KILLED);
    size_t paper = json_array_size(desk->paper);
    int error = desk_start(&flood->stage, desk);
    if (error == 0)
        terminal_event(flood->terminal,
                       "          the node of " KILLED " runs again; %zu entries from paper",
                       paper);
    return error;
}

static int kill_coordinator(struct flood *flood, uint64_t now_ms) {
    (void)now_ms;
    tell(flood, "kill -9: the coordinator; every node works alone");
    stage_kill_coordinator(&flood->stage);
    flood->coordinator_was_killed = true;
    return 0;
}

static int revive_coordinator(struct flood *flood, uint64_t now_ms) {
    int error = stage_start_coordinator(&flood->stage);
    if (error == 0)
        tell(flood, "the coordinator runs again, from its log");
    return error == 0 ? hazard(flood, now_ms) : error;
}

static int plan_roads(struct flood *flood, uint64_t now_ms) {
    (void)now_ms;
    return flood_plan(flood, "roads are under water");
}

static int lose_library(struct flood *flood, uint64_t now_ms) {
    int error = flood_lose_shelter(flood, region_find_shelter(flood->region, LOST),
                                   region_find_shelter(flood->region, REFUGE), now_ms,
                                   "the roof leaks over the reading room");
    return error == 0 ? flood_plan(flood, "a shelter is lost") : error;
}

static int plan_again(struct flood *flood, uint64_t now_ms) {
    (void)now_ms;
    return flood_plan(flood, "the water is still rising");
}

/* The clock all but stands until the world and every report have caught up with it. */
static int night(struct flood *flood, uint64_t now_ms) {
    (void)now_ms;
    flood->night = NIGHT_FALLS;
    return flood_set_rate(flood, DUSK_RATE);
}

/* Who is there is known now; what they need for the days to come goes to them. */
static int send_supplies(struct flood *flood, uint64_t now_ms) {
    int error = stage_settle(&flood->stage, DUSK_MS);
    tell(flood, "the town waits: the clock runs faster until the water falls");
    if (error == 0)
        error = flood_plan(flood, "supplies for the days to come");
    flood->night = flood->options.speed > 1 ? NIGHT_GOODS_GO : NIGHT_PASSES;
    flood->night_until_ms = now_ms + 52 * FLOOD_HOUR_MS;
    return error == 0 ? flood_set_rate(flood, NIGHT_RATE * flood->options.speed) : error;
}

/* Nobody goes without for days because the clock leapt over the trucks. */
static int leap(struct flood *flood) {
    bool arrived = false;
    int error = flood_goods_are_there(flood, &arrived);
    const uint64_t now_ms = flood_now_ms(flood);
    if (error != 0 || (!arrived && now_ms < flood->night_until_ms))
        return error;
    flood->night = NIGHT_PASSES;
    return now_ms < flood->night_until_ms ? flood_skip(flood, flood->night_until_ms - now_ms) : 0;
}

static int night_goes_on(struct flood *flood, uint64_t now_ms) {
    switch (flood->night) {
    case NIGHT_FALLS: /* the world took its step behind the story */
        flood->night = NIGHT_IS_HERE;
        return 0;
    case NIGHT_IS_HERE:
        return send_supplies(flood, now_ms);
    case NIGHT_GOODS_GO:
        return leap(flood);
    default:
        return 0;
    }
}

static int plan_supplies(struct flood *flood, uint64_t now_ms) {
    (void)now_ms;
    return flood_plan(flood, "supplies");
}

static int stand_down(struct flood *flood, uint64_t now_ms) {
    flood->going_home = true;
    int error = flood_set_rate(flood, RETURN_RATE * flood->options.speed);
    if (error == 0)
        error = phase(flood, HV_PHASE_STAND_DOWN, "stand-down: the water has gone, people go home");
    if (error == 0)
        error = flood_count(flood); /* so that the books are right at the doors */
    if (error == 0)
        error = open_roads(flood);
    if (error == 0)
        error = flood_free_roads(flood);
    if (error == 0)
        error = report_hazard(flood, now_ms);
    world_return(flood->world, now_ms, 4 * FLOOD_HOUR_MS);
    return error;
}

static int demobilise(struct flood *flood, uint64_t now_ms) {
    (void)now_ms;
    int error =
        phase(flood, HV_PHASE_DEMOBILISATION, "demobilisation: shelters close, goods go back");
    if (error == 0)
        error = flood_count(flood);
    if (error == 0)
        error = flood_withdraw(flood);
    return error == 0 ? flood_order_returns(flood) : error;
}

static int order_everywhere(struct flood *flood, enum hv_role role, enum hv_order_kind kind) {
    int error = 0;
    for (size_t i = 0; error == 0 && i < flood->stage.desk_count; i++)
        if (flood->stage.desks[i].role == role)
            error = stage_ask(&flood->stage,
                              json_pack("{s:s, s:s, s:s}", "verb", "order-issue", "kind",
                                        hv_order_word(kind), "addressee", flood->stage.desks[i].id),
                              NULL);
    return error;
}

static int close_all(struct flood *flood, uint64_t now_ms) {
    (void)now_ms;
    int error = order_everywhere(flood, HV_ROLE_SHELTER, HV_ORDER_CLOSE);
    return error == 0 ? order_everywhere(flood, HV_ROLE_DEPOT, HV_ORDER_STAND_DOWN) : error;
}

static int end(struct flood *flood, uint64_t now_ms) {
    (void)now_ms;
    flood->over = true;
    return phase(flood, HV_PHASE_CLOSED, "the incident is closed");
}

/* ---- the story ---- */

static const struct {
    double hour;
    int (*happen)(struct flood *flood, uint64_t now_ms);
} STEPS[] = {
    {0.3, alert},        {1.0, activate},         {2.2, evacuate},
    {2.6, cut_link},     {4.2, kill_node},        {5.4, revive_node},
    {6.6, plan_roads},   {8.4, kill_coordinator}, {9.0, revive_coordinator},
    {9.3, lose_library}, {10.2, plan_again},      {11.0, mend_link},
    {12.0, night},       {24.0, plan_supplies},   {48.0, plan_supplies},
    {72.2, stand_down},  {77.5, demobilise},      {78.5, close_all},
    {80.2, end},
};

int flood_story(struct flood *flood, uint64_t now_ms) {
    int error = 0;
    if (!flood->going_home && flood->stage.headquarters != NULL)
        error = now_ms >= FLOOD_HOUR_MS ? hazard(flood, now_ms) : 0;
    if (error == 0)
        error = night_goes_on(flood, now_ms);
    while (error == 0 && (flood->night == NIGHT_IS_FAR || flood->night == NIGHT_PASSES) &&
           flood->next_step < sizeof STEPS / sizeof *STEPS &&
           (double)now_ms >= STEPS[flood->next_step].hour * FLOOD_HOUR_MS)
        error = STEPS[flood->next_step++].happen(flood, now_ms);
    return error;
}
