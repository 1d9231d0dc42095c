#include "coordinator/region/osm_turn.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void osm_turns_deinit(struct osm_turns *turns) {
    free(turns->turns);
    *turns = (struct osm_turns){0};
}

/* ---- tags -------------------------------------------------------------------------------------
 */

static const char *value_of(const struct osm_tag *tags, size_t count, const char *key) {
    for (size_t i = 0; i < count; i++)
        if (strcmp(tags[i].key, key) == 0)
            return tags[i].value;
    return NULL;
}

/* One of the words of a list parted by semicolons. */
static bool lists(const char *list, const char *word) {
    size_t length = strlen(word);
    for (const char *at = list; at != NULL; at = strchr(at, ';')) {
        at += strspn(at, "; ");
        if (strncmp(at, word, length) == 0 && strchr("; ", at[length]) != NULL)
            return true;
    }
    return false;
}

/* What is restricted for motor cars, always or at some time; NULL: nothing. */
static const char *restriction_of(const struct osm_tag *tags, size_t count) {
    static const char *const KEYS[] = {"restriction", "restriction:motorcar",
                                       "restriction:motor_vehicle", "restriction:conditional"};
    const char *type = value_of(tags, count, "type"), *except = value_of(tags, count, "except");
    if (type == NULL ||
        (strcmp(type, "restriction") != 0 && strcmp(type, "restriction:motorcar") != 0 &&
         strcmp(type, "restriction:motor_vehicle") != 0))
        return NULL;
    if (except != NULL && (lists(except, "motorcar") || lists(except, "motor_vehicle")))
        return NULL;
    for (size_t i = 0; i < sizeof KEYS / sizeof *KEYS; i++) {
        const char *value = value_of(tags, count, KEYS[i]);
        if (value != NULL && (strncmp(value, "no_", 3) == 0 || strncmp(value, "only_", 5) == 0))
            return value;
    }
    return NULL;
}

/* ---- collecting -------------------------------------------------------------------------------
 */

static int add_turn(struct osm_turns *turns, const struct osm_turn *turn) {
    if (turns->count == OSM_TURNS_MAX)
        return HV_ERR_LIMIT;
    if (turns->count == turns->room) {
        size_t room = turns->room * 2 + 64;
        struct osm_turn *grown = realloc(turns->turns, room * sizeof *grown);
        if (grown == NULL)
            return HV_ERR_MEMORY;
        turns->turns = grown;
        turns->room = room;
    }
    turns->turns[turns->count++] = *turn;
    return HV_OK;
}

static const struct osm_turn_member *find_via(const struct osm_turn_member *members, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (strcmp(members[i].role, "via") == 0)
            return &members[i];
    return NULL;
}

static bool is_way(const struct osm_turn_member *member, const char *role) {
    return member->is_way && strcmp(member->role, role) == 0;
}

/* "no_left_turn" of "no_left_turn @ (Mo-Fr 07:00-09:00)". */
static void copy_kind(char kind[24], const char *value) {
    int length = (int)strcspn(value, " ;@");
    snprintf(kind, 24, "%.*s", length, value);
}

int osm_turns_add(struct osm_turns *turns, int64_t relation, const struct osm_tag *tags,
                  size_t tag_count, const struct osm_turn_member *members, size_t member_count) {
    const char *restriction = restriction_of(tags, tag_count);
    const struct osm_turn_member *via = find_via(members, member_count);
    if (restriction == NULL || via == NULL)
        return HV_OK;
    struct osm_turn turn = {.relation = relation, .via = via->id, .via_way = via->is_way};
    copy_kind(turn.kind, restriction);
    int error = HV_OK;
    for (size_t f = 0; f < member_count; f++) {
        turn.from = members[f].id;
        for (size_t t = 0; t < member_count && is_way(&members[f], "from"); t++) {
            turn.to = members[t].id;
            if (is_way(&members[t], "to") && error == HV_OK)
                error = add_turn(turns, &turn);
        }
    }
    return error;
}

/* ---- naming -----------------------------------------------------------------------------------
 */

struct way {
    int64_t id;
    const char *name;
};

static int by_id(const void *left, const void *right) {
    const struct way *a = left, *b = right;
    return (a->id > b->id) - (a->id < b->id);
}

static int list_ways(const struct region *region, struct way **ret_ways) {
    struct way *ways = malloc(((size_t)region->link_count + 1) * sizeof *ways);
    if (ways == NULL)
        return HV_ERR_MEMORY;
    for (uint32_t i = 0; i < region->link_count; i++)
        ways[i] = (struct way){strtoll(region->links[i].id, NULL, 10), region->links[i].name};
    qsort(ways, region->link_count, sizeof *ways, by_id);
    *ret_ways = ways;
    return HV_OK;
}

static const struct way *find_way(const struct way *ways, size_t count, int64_t id) {
    const struct way key = {.id = id};
    return count == 0 ? NULL : bsearch(&key, ways, count, sizeof key, by_id);
}

struct naming {
    const struct region *region;
    struct way *ways;
    const char *file;
    struct hv_fault_list *faults;
};

static bool concerns(const struct naming *naming, const struct osm_turn *turn) {
    char node[24];
    snprintf(node, sizeof node, "%" PRId64, turn->via);
    return find_way(naming->ways, naming->region->link_count, turn->from) != NULL &&
           find_way(naming->ways, naming->region->link_count, turn->to) != NULL &&
           (turn->via_way ? find_way(naming->ways, naming->region->link_count, turn->via) != NULL
                          : region_find_node(naming->region, node) != REGION_NONE);
}

static void name_one(const struct naming *naming, const struct osm_turn *turn) {
    const struct way *from = find_way(naming->ways, naming->region->link_count, turn->from);
    const struct way *to = find_way(naming->ways, naming->region->link_count, turn->to);
    hv_fault_addf(naming->faults, HV_FAULT_WARNING, naming->file, 0, "",
                  "traffic control there, or a look at routes that turn there",
                  "relation %" PRId64 ": %s from way %" PRId64 " (%s) at %s %" PRId64
                  " to way %" PRId64 " (%s) is not in the network",
                  turn->relation, turn->kind, turn->from, from->name,
                  turn->via_way ? "way" : "node", turn->via, turn->to, to->name);
}

int osm_turns_name(const struct osm_turns *turns, const struct region *region, const char *file,
                   struct hv_fault_list *faults) {
    struct naming naming = {.region = region, .file = file, .faults = faults};
    size_t count = 0;
    int error = list_ways(region, &naming.ways);
    if (error != HV_OK)
        return error;
    for (size_t i = 0; i < turns->count; i++)
        count += concerns(&naming, &turns->turns[i]);
    if (count > 0)
        hv_fault_addf(faults, HV_FAULT_WARNING, file, 0, "",
                      "links that stand for roads; routes may use these turns",
                      "%zu turn restrictions are not honoured", count);
    for (size_t i = 0; i < turns->count; i++)
        if (concerns(&naming, &turns->turns[i]))
            name_one(&naming, &turns->turns[i]);
    free(naming.ways);
    return HV_OK;
}
