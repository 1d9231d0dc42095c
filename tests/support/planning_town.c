#include "tests/support/planning_town.h"

#include "coordinator/planning/outcome.h"
#include "coordinator/planning/standards.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

void town_load(struct town *town) {
    struct hv_fault_list faults;
    hv_fault_list_init(&faults);
    region_free(town->region);
    town->region = NULL;
    cr_assert_eq(region_load(town->files.dir, &faults, &town->region), 0);
    hv_fault_list_deinit(&faults);
}

void town_init(struct town *town, const char *const (*tables)[2]) {
    *town = (struct town){.rules = {.stale = PICTURE_STALE_CAUTION,
                                    .stale_percent = 50,
                                    .need_days = 2,
                                    .ahead_days = 2,
                                    .today_day = 20000}};
    region_files_init(&town->files);
    region_files_small(&town->files);
    for (size_t i = 0; tables != NULL && tables[i][0] != NULL; i++)
        region_files_write(&town->files, tables[i][0], tables[i][1]);
    town_load(town);
    cr_assert_eq(profiles_new("sphere-2018", &town->profiles), 0);
    hv_arena_init(&town->arena, 0);
    town->bench = core_bench_new();
    for (uint32_t i = 0; i < town->region->shelter_count; i++)
        cr_assert_eq(core_bench_enrol(town->bench, town->region->shelters[i].id, HV_ROLE_SHELTER),
                     0);
    for (uint32_t i = 0; i < town->region->depot_count; i++)
        cr_assert_eq(core_bench_enrol(town->bench, town->region->depots[i].id, HV_ROLE_DEPOT), 0);
}

void town_deinit(struct town *town) {
    core_bench_free(town->bench);
    hv_arena_deinit(&town->arena);
    profiles_free(town->profiles);
    region_free(town->region);
    region_files_deinit(&town->files);
}

const struct state *town_state(const struct town *town) {
    return core_state(town->bench->core);
}

/* ---- what happens ---- */

void town_decide(struct town *town, struct hv_record record) {
    const int error = core_bench_decide(town->bench, record);
    cr_assert_eq(error, 0, "%s", town->bench->reply_verdict.detail);
}

void town_tell(struct town *town, const char *place, struct hv_report report) {
    report.source = HV_SOURCE_OPERATOR;
    report.subject = place;
    report.seen = (struct hv_seen){town->bench->wall_ms, 1};
    town_decide(town,
                (struct hv_record){.kind = HV_RECORD_REPORT,
                                   .report = {.node = "", .sent_node_ms = 1, .report = report}});
}

void town_request(struct town *town, const char *place, uint64_t id, const char *item,
                  uint64_t quantity) {
    struct hv_stock_line line = {.item = item, .lot = "", .quantity = quantity};
    town_tell(town, place,
              (struct hv_report){.kind = HV_REPORT_REQUEST,
                                 .request = {.id = id,
                                             .kind = HV_REQUEST_GOODS,
                                             .urgency = HV_URGENCY_URGENT,
                                             .line_count = 1,
                                             .lines = &line,
                                             .text = ""}});
}

void town_road(struct town *town, const char *link, bool closed, const char *reason) {
    town_decide(town,
                (struct hv_record){.kind = HV_RECORD_ROAD,
                                   .road = {.link = link, .closed = closed, .reason = reason}});
}

void town_phase(struct town *town, enum hv_incident_phase phase) {
    town_decide(
        town,
        (struct hv_record){
            .kind = HV_RECORD_INCIDENT,
            .incident = {.incident = {1}, .name = "River", .phase = phase, .hazard = "flood"}});
}

void town_answer(struct town *town, uint64_t order, enum hv_order_state state) {
    const struct state_order *known = state_find_order(town_state(town), order);
    cr_assert_not_null(known);
    town_decide(
        town,
        (struct hv_record){
            .kind = HV_RECORD_ANSWER,
            .answer = {.order = order, .revision = known->revision, .state = state, .reason = ""}});
}

/* ---- plans ---- */

struct picture *town_picture(const struct town *town) {
    struct picture *picture = NULL;
    cr_assert_eq(picture_new(town_state(town), town->region,
                             standards_in_force(town->profiles, town_state(town)), &town->rules,
                             &picture),
                 0);
    return picture;
}

uint64_t town_propose(struct town *town) {
    struct session *session = session_new();
    struct session_task task = {.picture = town_picture(town),
                                .change_price_ms = town->change_price_ms};
    struct hv_record record = {.kind = HV_RECORD_PLAN};
    struct plan *plan = NULL;
    cr_assert_eq(session_task_in_force(&task, town_state(town), town->region), 0);
    cr_assert_eq(session_task_directives(&task, town_state(town), town->region), 0);
    cr_assert_eq(session_solve(session, &task, town->stop, town->stop_context, &plan), 0);
    cr_assert_eq(outcome_record(plan, task.picture, town->region, town_state(town), &town->arena,
                                &record.plan),
                 0);
    town_decide(town, record);
    plan_free(plan);
    free(task.in_force);
    free(task.directives);
    picture_free(task.picture);
    session_free(session);
    return state_general(town_state(town))->last_plan;
}

const struct hv_plan *town_plan(struct town *town, uint64_t number) {
    const struct hv_plan *plan = NULL;
    cr_assert_eq(state_plan_decode(state_find_plan(town_state(town), number), &town->arena, &plan),
                 0);
    return plan;
}

size_t town_approve(struct town *town, uint64_t number) {
    const struct orders_scene scene = {
        .state = town_state(town), .region = town->region, .wall_ms = town->bench->wall_ms};
    struct hv_record *records = NULL;
    size_t count = 0;
    cr_assert_eq(orders_approve(&scene, state_find_plan(town_state(town), number), "go",
                                &town->arena, &records, &count),
                 0);
    for (size_t i = 0; i < count; i++) {
        records[i].actor = HV_ACTOR_OPERATOR;
        records[i].name = "chief";
    }
    core_bench_step(
        town->bench,
        (struct core_event){.kind = CORE_COMMAND,
                            .command = {.token = 1, .records = records, .record_count = count}});
    core_bench_idle(town->bench);
    cr_assert_eq(town->bench->reply_error, 0, "%s", town->bench->reply_verdict.detail);
    return count - 1;
}

const struct hv_order *town_order(struct town *town, enum hv_order_kind kind,
                                  enum hv_order_state state, size_t *ret_count) {
    const struct hv_order *last = NULL;
    size_t count = 0;
    for (uint32_t i = 0; i < state_count(town_state(town), STATE_ORDER); i++) {
        const struct state_order *order = state_order(town_state(town), i);
        if (order->order_kind != kind || state_order_state(order) != state)
            continue;
        count++;
        cr_assert_eq(state_order_decode(order, &town->arena, &last), 0);
    }
    if (ret_count != NULL)
        *ret_count = count;
    return last;
}

/* ---- as operators see it ---- */

json_t *town_ask(struct town *town, const char *question, const char *member) {
    const struct console_scene scene = {.core = town->bench->core,
                                        .region = town->region,
                                        .profiles = town->profiles,
                                        .mono_ms =
                                            core_mono_ms(town->bench->core, town->bench->real_ms),
                                        .wall_ms = town->bench->wall_ms};
    struct console_outcome outcome = {0};
    json_t *request = json_loads(question, 0, NULL);
    console_handle(&scene, request, &town->arena, &outcome);
    json_t *found = json_incref(json_object_get(outcome.reply, member));
    cr_assert_not_null(found, "%s", question);
    json_decref(outcome.reply);
    json_decref(request);
    return found;
}
