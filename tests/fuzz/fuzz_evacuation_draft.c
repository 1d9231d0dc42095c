/* Bytes as the recipe of a small region, a hazard and options: drafted into an instance that the
 * engine takes and solves within a limit of work, or refused. The last bytes are a hazard file. */
#include "coordinator/cli/evacuation_draft_json.h"
#include "coordinator/optimizer/evacuation_flow.h"
#include "coordinator/planning/evacuation_draft.h"
#include "coordinator/region/builder.h"

#include <stdlib.h>

#define NODE_STEPS_MAX 20000
#define WORK_MAX 100000

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void require(bool holds) {
    if (!holds)
        abort();
}

struct recipe {
    const uint8_t *bytes;
    size_t left;
};

static uint8_t take(struct recipe *recipe) {
    if (recipe->left == 0)
        return 0;
    recipe->left--;
    return *recipe->bytes++;
}

static const double figures[] = {
    REGION_UNKNOWN, 0, 1e-9, 0.5, 1, 3, 17.25, 60, 100, 999, 1e4, 1e6, 1e7, 1e9, 1e12, 1e15};

static double figure(struct recipe *recipe) {
    return figures[take(recipe) % (sizeof figures / sizeof figures[0])];
}

/* A figure that a region always knows. */
static double known(struct recipe *recipe) {
    const double value = figure(recipe);
    return value < 0 ? 1 : value;
}

static int64_t people(struct recipe *recipe) {
    const double value = figure(recipe);
    return value > 1e9 ? 1000000000 : (int64_t)value;
}

static const char *name(char *room, char kind, uint32_t number) {
    room[0] = kind;
    room[1] = (char)('a' + number);
    room[2] = '\0';
    return room;
}

static void add_roads(struct recipe *recipe, struct region *region, uint32_t nodes) {
    char id[3];
    for (uint32_t i = 0; i < nodes; i++) {
        struct region_node node = {.id = name(id, 'n', i), .name = "", .kind = ""};
        node.x = 15 + i * 0.01;
        node.y = 48;
        node.passable = take(recipe) % 8 != 0;
        require(builder_add_node(region, &node, 0) == HV_OK);
    }
    const uint32_t links = take(recipe) % 16u;
    for (uint32_t i = 0; i < links; i++) {
        struct region_link link = {.id = name(id, 'l', i), .name = "", .kind = "primary"};
        link.from = take(recipe) % nodes;
        link.to = take(recipe) % nodes;
        link.length_m = figure(recipe);
        link.free_speed_km_h = figure(recipe);
        link.travel_s = known(recipe);
        link.capacity_veh_per_h = known(recipe);
        link.lanes = take(recipe) % 5 == 0 ? REGION_UNKNOWN : 1;
        require(builder_add_link(region, &link, 0) == HV_OK);
    }
}

static void add_people(struct recipe *recipe, struct region *region, uint32_t nodes) {
    char id[3];
    const uint32_t zones = take(recipe) % 5u, shelters = take(recipe) % 5u;
    for (uint32_t i = 0; i < zones; i++) {
        struct region_zone zone = builder_blank_zone();
        zone.id = zone.name = name(id, 'z', i);
        zone.node = take(recipe) % 9 == 0 ? REGION_NONE : take(recipe) % nodes;
        zone.people[REGION_NIGHT][take(recipe) % REGION_AGES] = people(recipe);
        zone.households = people(recipe);
        zone.no_vehicle_share = take(recipe) % 5 / 4.0;
        require(builder_add_zone(region, &zone, 0) == HV_OK);
    }
    for (uint32_t i = 0; i < shelters; i++) {
        struct region_shelter shelter = builder_blank_shelter();
        shelter.id = shelter.name = name(id, 's', i);
        shelter.node = take(recipe) % 9 == 0 ? REGION_NONE : take(recipe) % nodes;
        shelter.stated_total[REGION_NIGHT] = people(recipe);
        shelter.activation_min = take(recipe) - 1;
        shelter.withstands = take(recipe);
        shelter.accessible = take(recipe) % 3;
        require(builder_add_shelter(region, &shelter, 0) == HV_OK);
    }
}

static struct evacuation_curve curve(struct recipe *recipe, bool to_the_full) {
    struct evacuation_curve made = {.count = take(recipe) % 4u};
    for (size_t i = 0; i < made.count; i++) {
        made.at_s[i] = (double)i * take(recipe) * 10 + (double)i;
        made.share[i] = i == 0 ? 0 : (double)i / (double)made.count;
    }
    if (to_the_full && made.count > 0)
        made.share[made.count - 1] = 1;
    return made;
}

static void solve(const struct evacuation_draft *draft) {
    const struct evacuation_instance *instance = &draft->instance;
    require(evacuation_instance_check(instance) == HV_OK);
    if (instance->node_count * (size_t)(instance->horizon_steps + 1) > NODE_STEPS_MAX)
        return;
    const struct evacuation_options options = {.work_max = WORK_MAX};
    struct evacuation_plan plan;
    require(evacuation_flow_solve(instance, &options, &plan) == HV_OK);
    require(evacuation_value_compare(plan.bound, plan.value) <= 0);
    evacuation_plan_deinit(&plan);
}

static void write_nowhere(const struct evacuation_draft *draft, bool by_class) {
    FILE *nowhere = fopen("/dev/null", "we");
    require(nowhere != NULL);
    require(evacuation_draft_write_instance(nowhere, draft) == HV_OK);
    if (by_class)
        require(evacuation_draft_write_travellers(nowhere, draft) == HV_OK);
    require(fclose(nowhere) == 0);
}

static void draft_of(struct recipe *recipe, const struct region *region,
                     const struct hazard *hazard) {
    const uint8_t flags = take(recipe);
    const uint32_t exits[] = {0};
    const struct evacuation_draft_options options = {
        .step_s = take(recipe) + 1,
        .horizon_steps = take(recipe),
        .time = REGION_NIGHT,
        .stage = PROFILE_TEMPORARY,
        .hazards = take(recipe),
        .trust_unknown = (flags & 1) != 0,
        .timeline = hazard,
        .start_s = take(recipe) * 60.0,
        .background = curve(recipe, false),
        .mobilisation = curve(recipe, true),
        .elsewhere = take(recipe) % 5 / 4.0,
        .exits = exits,
        .exit_count = (flags & 2) != 0,
        .by_class = (flags & 4) != 0,
        .pets = take(recipe) % 5 / 4.0,
        .walk_limit_s = known(recipe),
        .households = (flags & 8) != 0,
        .stay_exposure = (flags & 16) != 0 ? take(recipe) % 5 / 4.0 : -1,
        .steady = (flags & 32) != 0,
    };
    struct evacuation_draft *draft;
    int error = evacuation_draft_new(region, &options, &draft);
    require(error == HV_OK || error == HV_ERR_VALUE || error == HV_ERR_LIMIT ||
            error == HV_ERR_OVERFLOW);
    if (error != HV_OK)
        return;
    solve(draft);
    write_nowhere(draft, options.by_class);
    evacuation_draft_free(draft);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    struct recipe recipe = {bytes, size};
    struct region *region;
    require(builder_new(&region) == HV_OK);
    const uint32_t nodes = take(&recipe) % 12u + 1;
    add_roads(&recipe, region, nodes);
    add_people(&recipe, region, nodes);
    const size_t head = size - recipe.left + 40 < size ? size - recipe.left + 40 : size;
    struct hv_fault_list faults;
    struct hazard hazard;
    hv_fault_list_init(&faults);
    int error = hazard_read(bytes + head, size - head, "hazard.csv", region, &faults, &hazard);
    require((error == HV_OK) == (faults.errors == 0));
    draft_of(&recipe, region, error == HV_OK ? &hazard : NULL);
    if (error == HV_OK)
        hazard_free(&hazard);
    hv_fault_list_deinit(&faults);
    region_free(region);
    return 0;
}
