/* Decisions: who may report, which incident, what is closed, what was said. Each becomes one
 * record. */
#include "coordinator/control/console_json.h"

#include "schemas/platform/entry.h"
#include "schemas/platform/json_members.h"

#include <string.h>

/* ---- who may report ---- */

void console_enroll(const struct console_scene *scene, const json_t *request,
                    struct hv_arena *arena, struct console_outcome *outcome) {
    (void)scene;
    const char *node = console_text(request, "node"), *key = console_text(request, "key");
    enum hv_role role = hv_role_of(console_text_or_empty(request, "role"));
    uint8_t public_key[HV_KEY_BYTES];
    if (node == NULL || hv_id_check(node) != HV_OK)
        console_refuse(outcome, HV_ERR_VALUE, "“node” is not an id",
                       "1 to 64 bytes of UTF-8 without control characters, such as S01");
    else if (role == HV_ROLE_UNKNOWN)
        console_refuse(outcome, HV_ERR_VALUE, "“role” is missing or unknown", "shelter or depot");
    else if (key == NULL || keys_decode(key, public_key) != HV_OK)
        console_refuse(outcome, HV_ERR_VALUE, "“key” is not a public key",
                       "the 40 characters that `haven-node init` printed");
    else {
        struct hv_record *record = console_decide(outcome, arena, HV_RECORD_ENROLMENT);
        if (record == NULL)
            return;
        record->enrolment = (struct hv_enrolment){
            .node = node, .role = role, .place = console_text_or_empty(request, "place")};
        memcpy(record->enrolment.public_key, public_key, sizeof public_key);
    }
}

void console_revoke(const struct console_scene *scene, const json_t *request,
                    struct hv_arena *arena, struct console_outcome *outcome) {
    const char *name = console_text_or_empty(request, "node");
    const struct state *state = console_picture(scene);
    const struct state_node *node = state_find_node(state, name);
    if (node == NULL) {
        console_refusef(outcome, HV_ERR_NOT_FOUND, "list them: haven nodes",
                        "no node “%.80s” is enrolled", name);
        return;
    }
    const struct state_entity *key = state_at(state, STATE_KEY, node->key);
    struct hv_record *record = console_decide(outcome, arena, HV_RECORD_REVOCATION);
    if (record == NULL)
        return;
    record->revocation =
        (struct hv_revocation){.node = name, .reason = console_text_or_empty(request, "reason")};
    if (key == NULL || keys_from_hex(key->id, record->revocation.public_key, HV_KEY_BYTES) != HV_OK)
        console_refuse(outcome, HV_ERR_STATE, "the node has no key", "enroll it again first");
}

/* ---- incidents ---- */

void console_incident_open(const struct console_scene *scene, const json_t *request,
                           struct hv_arena *arena, struct console_outcome *outcome) {
    const struct state *state = console_picture(scene);
    if (state_general(state)->incident != STATE_NONE) {
        console_refuse(outcome, HV_ERR_STATE, "an incident is open",
                       "close it first: haven incident phase closed");
        return;
    }
    struct hv_record *record = console_decide(outcome, arena, HV_RECORD_INCIDENT);
    if (record == NULL)
        return;
    record->incident =
        (struct hv_incident_change){.name = console_text_or_empty(request, "name"),
                                    .phase = HV_PHASE_WATCH,
                                    .hazard = console_text_or_empty(request, "hazard")};
    memcpy(record->incident.incident, scene->fresh_id, HV_ID128_BYTES);
}

void console_incident_phase(const struct console_scene *scene, const json_t *request,
                            struct hv_arena *arena, struct console_outcome *outcome) {
    const struct state *state = console_picture(scene);
    uint32_t open = state_general(state)->incident;
    enum hv_incident_phase phase = hv_phase_of(console_text_or_empty(request, "phase"));
    if (open == STATE_NONE) {
        console_refuse(outcome, HV_ERR_STATE, "no incident is open",
                       "open one: haven incident open NAME --hazard flood");
        return;
    }
    if (phase == HV_PHASE_UNKNOWN) {
        console_refuse(outcome, HV_ERR_VALUE, "“phase” is missing or unknown",
                       "watch, activation, evacuation, stand-down, demobilisation or closed");
        return;
    }
    const struct state_incident *incident = state_incident(state, open);
    struct hv_record *record = console_decide(outcome, arena, HV_RECORD_INCIDENT);
    if (record == NULL)
        return;
    record->incident = (struct hv_incident_change){
        .name = incident->name == NULL ? "" : hv_arena_text(arena, incident->name),
        .phase = phase,
        .hazard = incident->hazard == NULL ? "" : hv_arena_text(arena, incident->hazard)};
    memcpy(record->incident.incident, incident->incident, HV_ID128_BYTES);
    if (record->incident.name == NULL || record->incident.hazard == NULL)
        console_refuse(outcome, HV_ERR_MEMORY, NULL, NULL);
}

/* ---- the world ---- */

void console_road(const struct console_scene *scene, const json_t *request, struct hv_arena *arena,
                  struct console_outcome *outcome) {
    const char *link = console_text_or_empty(request, "link");
    const json_t *closed = json_object_get(request, "closed");
    if (scene->region != NULL && region_find_link(scene->region, link) == REGION_NONE) {
        console_refusef(outcome, HV_ERR_NOT_FOUND, "links are named in link.csv of the region",
                        "the region has no link “%.80s”", link);
        return;
    }
    if (!json_is_boolean(closed)) {
        console_refuse(outcome, HV_ERR_VALUE, "“closed” is missing", "true or false");
        return;
    }
    struct hv_record *record = console_decide(outcome, arena, HV_RECORD_ROAD);
    if (record == NULL)
        return;
    uint64_t permille = console_number(request, "capacity_permille", UINT32_MAX);
    record->road = (struct hv_road_state){.link = link,
                                          .closed = json_is_true(closed),
                                          .has_capacity = permille != UINT32_MAX,
                                          .capacity_permille = (uint32_t)permille,
                                          .reason = console_text_or_empty(request, "reason")};
    if (record->road.has_capacity && permille > 10000)
        console_refuse(outcome, HV_ERR_VALUE, "“capacity_permille” is out of range",
                       "0 to 10000 thousandths of the link's own capacity");
    if (!record->road.has_capacity)
        record->road.capacity_permille = 0;
}

/* What a warden, a sweep team or a telephone round found in a zone. */
void console_zone_sweep(const struct console_scene *scene, const json_t *request,
                        struct hv_arena *arena, struct console_outcome *outcome) {
    const char *zone = console_text_or_empty(request, "zone");
    uint64_t left = console_number(request, "left", UINT64_MAX);
    uint64_t ago_s = console_number(request, "ago_s", 0);
    if (scene->region != NULL && region_find_zone(scene->region, zone) == REGION_NONE) {
        console_refusef(outcome, HV_ERR_NOT_FOUND, "zones are named in zones.csv of the region",
                        "the region has no zone “%.80s”", zone);
        return;
    }
    if (left > HV_PEOPLE_MAX) {
        console_refuse(outcome, HV_ERR_VALUE, "“left” is missing or out of range",
                       "the people still there, 0 where the zone is empty");
        return;
    }
    if (ago_s > HV_MS_MAX / 1000) {
        console_refuse(outcome, HV_ERR_VALUE, "“ago_s” is out of range",
                       "how many seconds ago the zone was found so");
        return;
    }
    struct hv_record *record = console_decide(outcome, arena, HV_RECORD_SWEEP);
    if (record != NULL)
        record->sweep = (struct hv_zone_sweep){.zone = zone,
                                               .left = left,
                                               .age_ms = 1000 * ago_s,
                                               .reason = console_text_or_empty(request, "reason")};
}

/* A list of texts; false: it is none. */
static bool read_list(const json_t *request, const char *member, struct hv_arena *arena,
                      const char ***ret_list, size_t *ret_count) {
    const json_t *list = json_object_get(request, member);
    size_t count = json_array_size(list);
    *ret_list = NULL;
    *ret_count = count;
    if (list == NULL || (json_is_array(list) && count == 0))
        return true;
    const char **texts = json_is_array(list) ? hv_arena_take(arena, count, sizeof *texts) : NULL;
    if (texts == NULL)
        return false;
    for (size_t i = 0; i < count; i++)
        if ((texts[i] = json_string_value(json_array_get(list, i))) == NULL)
            return false;
    *ret_list = texts;
    return true;
}

static bool read_step(const json_t *one, struct hv_arena *arena, struct hv_hazard_step *step) {
    const json_t *from = json_object_get(one, "from_wall_ms"),
                 *until = json_object_get(one, "until_wall_ms"),
                 *capacity = json_object_get(one, "capacity_permille");
    if (json_members_unknown(one, "from_wall_ms,until_wall_ms,zones,links,shelters,depots,"
                                  "capacity_permille") != NULL ||
        !json_is_integer(from) || json_integer_value(from) < 0 ||
        (until != NULL && !json_is_null(until) && !json_is_integer(until)) ||
        (capacity != NULL && !json_is_null(capacity) && !json_is_integer(capacity)))
        return false;
    *step = (struct hv_hazard_step){.from_wall_ms = json_integer_value(from),
                                    .has_until = json_is_integer(until),
                                    .until_wall_ms = json_integer_value(until),
                                    .has_capacity = json_is_integer(capacity)};
    if (step->has_until && step->until_wall_ms <= step->from_wall_ms)
        return false;
    const json_int_t permille = json_integer_value(capacity);
    if (step->has_capacity && (permille < 0 || permille > 1000))
        return false;
    step->capacity_permille = (uint32_t)permille;
    return read_list(one, "zones", arena, &step->zones, &step->zone_count) &&
           read_list(one, "links", arena, &step->links, &step->link_count) &&
           read_list(one, "shelters", arena, &step->shelters, &step->shelter_count) &&
           read_list(one, "depots", arena, &step->depots, &step->depot_count);
}

static bool read_steps(const json_t *request, struct hv_arena *arena,
                       struct hv_hazard_state *hazard) {
    const json_t *list = json_object_get(request, "steps");
    const size_t count = json_array_size(list);
    if (list == NULL || (json_is_array(list) && count == 0))
        return true;
    hazard->steps = json_is_array(list) && count <= HV_HAZARD_STEPS_MAX
                        ? hv_arena_take(arena, count, sizeof *hazard->steps)
                        : NULL;
    if (hazard->steps == NULL)
        return false;
    hazard->step_count = count;
    for (size_t i = 0; i < count; i++)
        if (!read_step(json_array_get(list, i), arena, &hazard->steps[i]))
            return false;
    return true;
}

void console_hazard(const struct console_scene *scene, const json_t *request,
                    struct hv_arena *arena, struct console_outcome *outcome) {
    (void)scene;
    const char *id = console_text_or_empty(request, "id"),
               *kind = console_text_or_empty(request, "kind");
    bool over = json_is_true(json_object_get(request, "over"));
    bool adds = json_is_true(json_object_get(request, "adds"));
    if (hv_id_check(id) != HV_OK) {
        console_refuse(outcome, HV_ERR_VALUE, "“id” is not an id",
                       "name the hazard, such as flood-1");
        return;
    }
    if (over && adds) {
        console_refuse(outcome, HV_ERR_VALUE, "“over” and “adds” do not go together",
                       "end the hazard, or add to it");
        return;
    }
    if (!over && region_hazard_from_name(kind) == 0) {
        console_refusef(outcome, HV_ERR_VALUE,
                        "a kind such as flood, typhoon, earthquake or landslide",
                        "“%.40s” is no kind of hazard", kind);
        return;
    }
    struct hv_record *record = console_decide(outcome, arena, HV_RECORD_HAZARD);
    if (record == NULL)
        return;
    record->hazard =
        (struct hv_hazard_state){.hazard = id, .kind = kind, .over = over, .adds = adds};
    struct hv_hazard_state *hazard = &record->hazard;
    if (!read_list(request, "zones", arena, &hazard->zones, &hazard->zone_count) ||
        !read_list(request, "links", arena, &hazard->links, &hazard->link_count) ||
        !read_list(request, "shelters", arena, &hazard->shelters, &hazard->shelter_count) ||
        !read_list(request, "depots", arena, &hazard->depots, &hazard->depot_count))
        console_refuse(outcome, HV_ERR_VALUE, "what a hazard hits is not a list of ids",
                       "\"zones\": [\"Z1\", …], and so for links, shelters and depots");
    else if (!read_steps(request, arena, hazard))
        console_refuse(outcome, HV_ERR_VALUE, "a step of the hazard is wrong",
                       "\"steps\": [{\"from_wall_ms\": 1789000000000, \"links\": [\"L1\"]}, …]; "
                       "until_wall_ms after from_wall_ms, capacity_permille 0 to 1000, zones, "
                       "shelters and depots, and nothing else");
}

void console_alert(const struct console_scene *scene, const json_t *request, struct hv_arena *arena,
                   struct console_outcome *outcome) {
    (void)scene;
    struct hv_record *record = console_decide(outcome, arena, HV_RECORD_ALERT);
    if (record != NULL)
        record->alert =
            (struct hv_alert){.id = console_text_or_empty(request, "id"),
                              .sender = console_text_or_empty(request, "sender"),
                              .headline = console_text_or_empty(request, "headline"),
                              .severity = console_text_or_empty(request, "severity"),
                              .cancelled = json_is_true(json_object_get(request, "cancelled"))};
}

void console_note(const struct console_scene *scene, const json_t *request, struct hv_arena *arena,
                  struct console_outcome *outcome) {
    (void)scene;
    const char *text = console_text_or_empty(request, "text");
    if (text[0] == '\0') {
        console_refuse(outcome, HV_ERR_VALUE, "the note is empty",
                       "say something: haven note TEXT");
        return;
    }
    struct hv_record *record = console_decide(outcome, arena, HV_RECORD_NOTE);
    if (record != NULL)
        record->note = (struct hv_note_entry){.text = text,
                                              .subject = console_text_or_empty(request, "subject")};
}

/* Who sees to a thing that wants attention. Any id may be named, also of what wants it no more, or
 * not yet; an owner is an account, a role or somebody's name. */
void console_owner(const struct console_scene *scene, const json_t *request, struct hv_arena *arena,
                   struct console_outcome *outcome) {
    const char *thing = console_text_or_empty(request, "thing"),
               *owner = console_text_or_empty(request, "owner");
    const struct state_owner *known =
        thing[0] == '\0' ? NULL : state_find_owner(console_picture(scene), thing);
    if (thing[0] == '\0') {
        console_refuse(outcome, HV_ERR_VALUE, "“thing” is missing",
                       "the id of what wants attention, such as order:18");
        return;
    }
    if (owner[0] != '\0' && hv_id_check(owner) != HV_OK) {
        console_refuse(outcome, HV_ERR_VALUE, "“owner” is no name",
                       "1 to 64 bytes of UTF-8 without control characters");
        return;
    }
    if (owner[0] == '\0' && (known == NULL || known->owner == NULL)) {
        console_refusef(outcome, HV_ERR_NOT_FOUND, "nothing is to be given up",
                        "nobody sees to “%.80s”", thing);
        return;
    }
    struct hv_record *record = console_decide(outcome, arena, HV_RECORD_OWNER);
    if (record != NULL)
        record->owner = (struct hv_owner_change){
            .thing = thing, .owner = owner, .note = console_text_or_empty(request, "note")};
}

void console_handover(const struct console_scene *scene, const json_t *request,
                      struct hv_arena *arena, struct console_outcome *outcome) {
    (void)scene;
    const char *to = console_text_or_empty(request, "to");
    if (hv_id_check(to) != HV_OK) {
        console_refuse(outcome, HV_ERR_VALUE, "“to” is missing",
                       "say who takes over: haven handover TEXT --to NAME");
        return;
    }
    struct hv_record *record = console_decide(outcome, arena, HV_RECORD_HANDOVER);
    if (record != NULL)
        record->handover =
            (struct hv_shift_handover){.to = to, .text = console_text_or_empty(request, "text")};
}

void console_clock(const struct console_scene *scene, const json_t *request, struct hv_arena *arena,
                   struct console_outcome *outcome) {
    if (state_general(console_picture(scene))->mode != HV_MODE_EXERCISE) {
        console_refuse(outcome, HV_ERR_STATE, "a scenario clock runs in exercises only",
                       "make an exercise: haven init --exercise");
        return;
    }
    uint64_t rate = console_number(request, "rate_permille", UINT64_MAX);
    const json_t *start = json_object_get(request, "start_wall_ms");
    if (rate > 100000000 || (start != NULL && !json_is_integer(start))) {
        console_refuse(outcome, HV_ERR_VALUE,
                       "“rate_permille” or “start_wall_ms” is missing or not a number",
                       "1000 is real time, 60000 a minute a second, 0 stands still");
        return;
    }
    struct hv_record *record = console_decide(outcome, arena, HV_RECORD_CLOCK);
    if (record != NULL)
        record->clock = (struct hv_clock){
            .start_wall_ms = start == NULL ? scene->wall_ms : json_integer_value(start),
            .elapsed_ms = console_number(request, "elapsed_ms", 0),
            .rate_permille = (uint32_t)rate,
            .scenario = true};
}
