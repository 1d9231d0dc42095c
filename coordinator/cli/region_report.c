#include "coordinator/cli/region_report.h"

#include "coordinator/region/need.h"
#include "coordinator/region/words.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define UNVERIFIED "* follows from a value that nobody has compared with the text of the standard"

bool region_report_print(json_t *json) {
    if (json == NULL)
        return false;
    bool printed = json_dumpf(json, stdout, JSON_INDENT(2)) == 0 && putchar('\n') != EOF;
    json_decref(json);
    return printed;
}

/* ---- faults -----------------------------------------------------------------------------------
 */

static const char *grade_name(enum hv_fault_grade grade) {
    return grade == HV_FAULT_ERROR ? "error" : "warning";
}

void region_report_faults(const char *what, const struct hv_fault_list *faults) {
    char line[8192];
    for (size_t i = 0; i < faults->count; i++) {
        hv_fault_print(&faults->faults[i], line, sizeof line);
        printf("%s: %s\n", grade_name(faults->faults[i].grade), line);
    }
    if (faults->count < faults->errors + faults->warnings)
        printf("… and %zu more\n", faults->errors + faults->warnings - faults->count);
    if (faults->errors + faults->warnings == 0)
        printf("%s: no faults\n", what);
    else
        printf("%s: %zu errors, %zu warnings\n", what, faults->errors, faults->warnings);
}

json_t *region_report_faults_json(const struct hv_fault_list *faults) {
    json_t *list = json_array();
    for (size_t i = 0; i < faults->count; i++) {
        const struct hv_fault *fault = &faults->faults[i];
        json_array_append_new(list, json_pack("{s:s, s:s, s:i, s:s, s:s, s:s}", "grade",
                                              grade_name(fault->grade), "file", fault->file, "line",
                                              (int)fault->line, "column", fault->column, "wrong",
                                              fault->wrong, "right", fault->right));
    }
    return json_pack("{s:I, s:I, s:o}", "errors", (json_int_t)faults->errors, "warnings",
                     (json_int_t)faults->warnings, "faults", list);
}

/* ---- summary ----------------------------------------------------------------------------------
 */

static int64_t people_of(const struct region *region, enum region_time time) {
    int64_t sum = REGION_UNKNOWN;
    for (uint32_t i = 0; i < region->zone_count; i++) {
        int64_t people = region_zone_people(&region->zones[i], time);
        if (people >= 0)
            sum = (sum < 0 ? 0 : sum) + people;
    }
    return sum;
}

static json_t *figure_json(int64_t figure) {
    return figure < 0 ? json_null() : json_integer(figure);
}

static void print_figure(const char *name, int64_t figure) {
    if (figure < 0)
        printf("  %-16s unknown\n", name);
    else
        printf("  %-16s %" PRId64 "\n", name, figure);
}

void region_report_summary(const struct region *region, const char *hash) {
    printf("%s %s  %s%s%s\n", region->id, region->version, region->name,
           region->name_zh[0] == '\0' ? "" : "  ", region->name_zh);
    print_figure("nodes", region->node_count);
    print_figure("links", region->link_count);
    print_figure("zones", region->zone_count);
    print_figure("people by day", people_of(region, REGION_DAY));
    print_figure("people by night", people_of(region, REGION_NIGHT));
    print_figure("shelters", region->shelter_count);
    print_figure("depots", region->depot_count);
    print_figure("items", region->item_count);
    print_figure("stock lines", region->stock_count);
    print_figure("vehicle groups", region->vehicle_count);
    printf("  %-16s %g\n", "persons/vehicle", region->persons_per_vehicle);
    printf("  %-16s %s\n", "hash", hash);
    if (region->sources[0] != '\0')
        printf("  %-16s %s\n", "sources", region->sources);
}

json_t *region_report_summary_json(const struct region *region, const char *hash) {
    return json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:s, s:f, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:o, s:o}",
        "id", region->id, "version", region->version, "name", region->name, "name_zh",
        region->name_zh, "sources", region->sources, "hash", hash, "persons_per_vehicle",
        region->persons_per_vehicle, "nodes", (json_int_t)region->node_count, "links",
        (json_int_t)region->link_count, "zones", (json_int_t)region->zone_count, "shelters",
        (json_int_t)region->shelter_count, "depots", (json_int_t)region->depot_count, "items",
        (json_int_t)region->item_count, "stock_lines", (json_int_t)region->stock_count,
        "vehicle_groups", (json_int_t)region->vehicle_count, "people_day",
        figure_json(people_of(region, REGION_DAY)), "people_night",
        figure_json(people_of(region, REGION_NIGHT)));
}

/* ---- capacity ---------------------------------------------------------------------------------
 */

static bool is_unverified(const struct profile_capacity *capacity) {
    return capacity->from != NULL && !capacity->from->verified;
}

static void print_capacity(const struct profile_capacity *capacity) {
    char text[32] = "unknown";
    if (capacity->people >= 0)
        snprintf(text, sizeof text, "%" PRId64, capacity->people);
    printf(" %9s %-8s%s", text, profile_basis_name(capacity->basis),
           is_unverified(capacity) ? "*" : " ");
}

void region_report_capacity(const struct region *region, const struct profile *profile,
                            enum profile_stage stage) {
    printf("capacity by %s, stage %s, at night; indoor, outdoor\n", profile->id,
           profile_stage_name(stage));
    bool marked = false;
    int64_t sum = 0;
    for (uint32_t i = 0; i < region->shelter_count; i++) {
        const struct region_shelter *shelter = &region->shelters[i];
        printf("  %-16s", shelter->id);
        for (int place = 0; place < REGION_PLACES; place++) {
            struct profile_capacity capacity =
                profile_capacity(profile, shelter, stage, REGION_NIGHT, (enum region_place)place);
            print_capacity(&capacity);
            marked |= is_unverified(&capacity);
            if (place == REGION_INDOOR && capacity.people > 0)
                sum += capacity.people;
        }
        printf(" %s\n", shelter->name);
    }
    printf("  %-16s %9" PRId64 " known indoors\n", "all", sum);
    if (marked)
        puts(UNVERIFIED);
}

static json_t *capacity_json(const struct profile_capacity *capacity) {
    return json_pack("{s:o, s:s, s:b, s:o, s:o, s:s}", "people", figure_json(capacity->people),
                     "basis", profile_basis_name(capacity->basis), "verified",
                     !is_unverified(capacity), "by_area", figure_json(capacity->by_area), "by_beds",
                     figure_json(capacity->by_beds), "clause",
                     capacity->from == NULL ? "" : capacity->from->clause);
}

json_t *region_report_capacity_json(const struct region *region, const struct profile *profile,
                                    enum profile_stage stage) {
    json_t *list = json_array();
    for (uint32_t i = 0; i < region->shelter_count; i++) {
        const struct region_shelter *shelter = &region->shelters[i];
        struct profile_capacity indoor =
            profile_capacity(profile, shelter, stage, REGION_NIGHT, REGION_INDOOR);
        struct profile_capacity outdoor =
            profile_capacity(profile, shelter, stage, REGION_NIGHT, REGION_OUTDOOR);
        json_array_append_new(list, json_pack("{s:s, s:s, s:o, s:o}", "id", shelter->id, "name",
                                              shelter->name, "indoor", capacity_json(&indoor),
                                              "outdoor", capacity_json(&outdoor)));
    }
    return json_pack("{s:s, s:s, s:o}", "profile", profile->id, "stage", profile_stage_name(stage),
                     "shelters", list);
}

/* ---- needs ------------------------------------------------------------------------------------
 */

/* "region": the item's own; "profile"; "none": neither says anything. */
static const char *basis_of(const struct region_item *item, const struct need *need) {
    const bool own = item->need_per_person_day >= 0 || item->need_per_person_once >= 0;
    return need->from != NULL ? "profile" : own ? "region" : "none";
}

/* "infant;medical", or "everybody". */
static const char *groups_text(uint32_t groups, char *text, size_t bytes) {
    size_t used = 0;
    snprintf(text, bytes, "everybody");
    for (unsigned bit = 0; bit < WORDS_GROUPS; bit++)
        if ((groups >> bit & 1) != 0)
            used += (size_t)snprintf(text + used, bytes - used, "%s%s", used == 0 ? "" : ";",
                                     words_group_name(bit));
    return text;
}

static void print_need(const struct region_item *item, const struct need *need) {
    const bool is_known = strcmp(basis_of(item, need), "none") != 0;
    char amount[64], groups[128];
    snprintf(amount, sizeof amount, "%s", is_known ? "nothing" : "unknown");
    if (need->per_day > 0)
        snprintf(amount, sizeof amount, "%g %s a day", need->per_day, item->base_unit);
    if (need->once > 0)
        snprintf(amount, sizeof amount, "%g %s once", need->once, item->base_unit);
    printf("  %-16s %-24s %-12s %-8s%s %s\n", item->id, amount,
           groups_text(need->groups, groups, sizeof groups), basis_of(item, need),
           need_is_verified(need) ? " " : "*", need->from == NULL ? "" : need->from->clause);
}

void region_report_needs(const struct region *region, const struct profile *profile,
                         enum profile_stage stage) {
    bool marked = false;
    if (region->item_count == 0)
        return;
    printf("needs a person by %s, stage %s, where the region does not say\n", profile->id,
           profile_stage_name(stage));
    for (uint32_t i = 0; i < region->item_count; i++) {
        const struct need need = need_of(&region->items[i], profile, stage);
        print_need(&region->items[i], &need);
        marked |= !need_is_verified(&need);
    }
    if (marked)
        puts(UNVERIFIED);
}

static json_t *need_json(const struct region_item *item, const struct need *need) {
    char groups[128];
    return json_pack(
        "{s:s, s:f, s:f, s:s, s:s, s:s, s:b, s:s}", "id", item->id, "per_day", need->per_day,
        "once", need->once, "for", groups_text(need->groups, groups, sizeof groups), "meets",
        region_need_name(item->meets), "basis", basis_of(item, need), "verified",
        need_is_verified(need), "clause", need->from == NULL ? "" : need->from->clause);
}

json_t *region_report_needs_json(const struct region *region, const struct profile *profile,
                                 enum profile_stage stage) {
    json_t *list = json_array();
    for (uint32_t i = 0; i < region->item_count; i++) {
        const struct need need = need_of(&region->items[i], profile, stage);
        json_array_append_new(list, need_json(&region->items[i], &need));
    }
    return json_pack("{s:s, s:s, s:o}", "profile", profile->id, "stage", profile_stage_name(stage),
                     "items", list);
}

/* ---- profiles ---------------------------------------------------------------------------------
 */

static const char *stage_word(const struct profile_value *value) {
    return value->stage == PROFILE_ANY ? "any stage"
                                       : profile_stage_name((enum profile_stage)value->stage);
}

static const char *place_word(const struct profile_value *value) {
    return value->place == PROFILE_ANY ? "" : value->place == REGION_INDOOR ? "indoor" : "outdoor";
}

static const char *time_word(const struct profile_value *value) {
    return value->time == PROFILE_ANY ? "" : value->time == REGION_DAY ? "day" : "night";
}

void region_report_profile(const struct profile *profile) {
    printf("%s  %s  %s\n  %s\n", profile->id, profile->name, profile->name_zh, profile->standard);
    for (unsigned i = 0; i < profile->value_count; i++) {
        const struct profile_value *value = &profile->values[i];
        char groups[128] = "";
        if (value->groups != 0)
            groups_text(value->groups, groups, sizeof groups);
        printf("  %-28s %-10s %-8s%-8s%-6s %8g  %s (%s)%s\n", profile_figure_name(value->figure),
               stage_word(value), groups, place_word(value), time_word(value), value->value,
               value->clause, value->edition, value->verified ? "" : "  NOT VERIFIED");
    }
}

json_t *region_report_profile_json(const struct profile *profile) {
    json_t *values = json_array();
    for (unsigned i = 0; i < profile->value_count; i++) {
        const struct profile_value *value = &profile->values[i];
        char groups[128] = "";
        if (value->groups != 0)
            groups_text(value->groups, groups, sizeof groups);
        json_array_append_new(
            values, json_pack("{s:s, s:s, s:s, s:s, s:s, s:f, s:s, s:s, s:b, s:s}", "groups",
                              groups, "figure", profile_figure_name(value->figure), "stage",
                              value->stage == PROFILE_ANY ? "any" : stage_word(value), "place",
                              place_word(value), "time", time_word(value), "value", value->value,
                              "clause", value->clause, "edition", value->edition, "verified",
                              value->verified, "note", value->note == NULL ? "" : value->note));
    }
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:o}", "id", profile->id, "name", profile->name,
                     "name_zh", profile->name_zh, "standard", profile->standard, "version",
                     profile->version, "values", values);
}
