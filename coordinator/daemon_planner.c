#include "coordinator/daemon_planner.h"

#include "coordinator/control/console.h"
#include "coordinator/daemon_control.h"
#include "coordinator/planning/orders.h"
#include "coordinator/planning/outcome.h"
#include "coordinator/planning/standards.h"
#include "coordinator/planner_thread.h"
#include "schemas/platform/clock.h"
#include "schemas/platform/line_log.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { ASKED_MAX = 16 };
#define MINUTE_MS 60000
#define HOUR_MS 3600000

/* A request that waits for a plan: one that knows all that was known when it was asked for. */
struct asked {
    uint64_t token;
    uint64_t position; /* of the log, then */
    /* who asked, and where; no door: not told */
    char name[HV_ID_BYTES_MAX + 1], door[16], address[HV_ID_BYTES_MAX + 1], role[32], key[132];
    uint64_t fingerprint;
};

struct daemon_planner {
    struct planner_thread *worker;
    struct profiles *profiles;
    struct asked asked[ASKED_MAX]; /* in the order of asking */
    size_t asked_count;
    uint8_t last[HV_HASH_BYTES]; /* of what the last plan says */
    uint64_t last_basis;         /* newest position of the log from which it came out */
    unsigned recording;          /* plans that are not durable yet */
    struct hv_arena arena;
    uint64_t took_ms; /* by the last plan */
};

static int64_t wall_now(const struct daemon *daemon) {
    return core_wall_ms(daemon->core, clock_real_ms(), clock_wall_ms());
}

static void answer_asked(struct daemon *daemon, int error, const char *text) {
    struct daemon_planner *planner = daemon->planner;
    for (size_t i = 0; i < planner->asked_count; i++)
        daemon_answer_error(daemon, planner->asked[i].token, error, text, NULL);
    planner->asked_count = 0;
}

/* ---- asking ---- */

static enum picture_stale stale_rule(enum stale_policy policy) {
    return policy == STALE_EXCLUDE   ? PICTURE_STALE_EXCLUDE
           : policy == STALE_CAUTION ? PICTURE_STALE_CAUTION
                                     : PICTURE_STALE_COUNT;
}

static enum picture_fairness fairness_rule(enum goods_fairness fairness) {
    return fairness == FAIRNESS_MAXMIN       ? PICTURE_FAIREST
           : fairness == FAIRNESS_AFFORDABLE ? PICTURE_FAIR_WHERE_AFFORDABLE
                                             : PICTURE_CHEAPEST;
}

static int make_task(const struct daemon *daemon, struct session_task **ret_task) {
    const struct settings *settings = &daemon->settings;
    struct picture_rules rules =
        picture_rules_at(wall_now(daemon), core_mono_ms(daemon->core, clock_real_ms()));
    rules.stale = stale_rule(settings->stale);
    rules.stale_percent = settings->stale_percent;
    rules.need_days = settings->need_days;
    rules.ahead_days = settings->ahead_days;
    rules.transfer_above_days = settings->transfer_above_days;
    rules.whole_packs = settings->packs == PACKS_WHOLE;
    rules.fairness = fairness_rule(settings->fairness);
    rules.goods_change_price = settings->goods_change_price;
    rules.contraflow_gain_ms = (int64_t)settings->contraflow_gain_min * MINUTE_MS;
    rules.arrival_margin_ms = (int64_t)settings->arrival_margin_min * MINUTE_MS;
    rules.delivery_horizon_ms = (int64_t)settings->delivery_hours * HOUR_MS;
    rules.bus_horizon_ms = (int64_t)settings->bus_hours * HOUR_MS;
    struct session_task *task = calloc(1, sizeof *task);
    if (task == NULL)
        return HV_ERR_MEMORY;
    task->region_position = daemon->region_position;
    task->change_price_ms = (int64_t)daemon->settings.change_price_s * 1000;
    task->work_limit = daemon->settings.plan_work;
    int error = picture_new(core_state(daemon->core), daemon->region,
                            standards_in_force(daemon->planner->profiles, core_state(daemon->core)),
                            &rules, &task->picture);
    if (error == 0)
        error = session_task_in_force(task, core_state(daemon->core), daemon->region);
    if (error == 0)
        error = session_task_directives(task, core_state(daemon->core), daemon->region);
    if (error != 0) {
        session_task_free(task);
        return error;
    }
    *ret_task = task;
    return 0;
}

static const char *or_empty(const char *text) {
    return text == NULL ? "" : text;
}

static void note_asked(struct daemon *daemon, uint64_t token, const char *author,
                       const struct hv_origin *origin) {
    struct daemon_planner *planner = daemon->planner;
    struct asked *asked = &planner->asked[planner->asked_count++];
    *asked = (struct asked){.token = token, .position = state_position(core_state(daemon->core))};
    if (origin == NULL)
        return;
    snprintf(asked->name, sizeof asked->name, "%s", or_empty(author));
    snprintf(asked->door, sizeof asked->door, "%s", or_empty(origin->door));
    snprintf(asked->address, sizeof asked->address, "%s", or_empty(origin->address));
    snprintf(asked->role, sizeof asked->role, "%s", or_empty(origin->role));
    snprintf(asked->key, sizeof asked->key, "%s", or_empty(origin->key));
    asked->fingerprint = origin->fingerprint;
}

/* The first whom a plan made at that position answers; NULL: nobody. */
static const struct asked *first_asked(const struct daemon_planner *planner, uint64_t basis) {
    for (size_t i = 0; i < planner->asked_count; i++)
        if (planner->asked[i].position <= basis)
            return &planner->asked[i];
    return NULL;
}

/* The record says who asked; nobody: the picture had changed. */
static void sign(const struct daemon_planner *planner, uint64_t basis, struct hv_record *record) {
    const struct asked *asked = first_asked(planner, basis);
    if (asked == NULL || asked->door[0] == '\0')
        return;
    record->name = asked->name;
    record->origin = (struct hv_origin){.door = asked->door,
                                        .address = asked->address,
                                        .role = asked->role,
                                        .key = asked->key,
                                        .fingerprint = asked->fingerprint};
}

void daemon_planner_plan(struct daemon *daemon, uint64_t token, const char *author,
                         const struct hv_origin *origin) {
    struct daemon_planner *planner = daemon->planner;
    struct session_task *task;
    if (token != 0 && planner->asked_count == ASKED_MAX) {
        daemon_answer_error(daemon, token, HV_ERR_BUSY, "plans are being made", "try again");
        return;
    }
    if (token != 0)
        note_asked(daemon, token, author, origin);
    int error = daemon->region == NULL ? HV_ERR_STATE : make_task(daemon, &task);
    if (error != 0) {
        answer_asked(daemon, error, daemon->region == NULL ? "no region is loaded" : NULL);
        line_log(LINE_WARNING, "event=no-plan error=%s", hv_error_name(error));
        return;
    }
    planner_thread_submit(planner->worker, task);
}

/* ---- approving ---- */

static void approved(struct daemon *daemon, uint64_t token, int error,
                     const struct hv_verdict *verdict, uint64_t first, uint64_t last) {
    (void)daemon, (void)token, (void)last;
    if (error == 0)
        line_log(LINE_INFO, "event=approved position=%" PRIu64, first);
    else
        line_log(LINE_WARNING, "event=not-approved error=%s detail=\"%s\"", hv_error_name(error),
                 verdict == NULL ? "" : verdict->detail);
}

/* By policy: a plan that leaves nobody behind is approved at once. */
static void approve(struct daemon *daemon, const struct state_plan *plan) {
    struct orders_scene scene = {
        .state = core_state(daemon->core), .region = daemon->region, .wall_ms = wall_now(daemon)};
    struct hv_record *records;
    size_t count;
    hv_arena_reset(&daemon->planner->arena);
    int error =
        orders_approve(&scene, plan, "by policy", &daemon->planner->arena, &records, &count);
    if (error != 0) {
        approved(daemon, 0, error, NULL, 0, 0);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        records[i].actor = HV_ACTOR_SYSTEM;
        records[i].name = "policy";
    }
    daemon_decide(daemon, records, count, approved, 0);
}

/* Answers who asked by then; who asked later waits for a plan that knows what was decided since. */
static void answer_with_plan(struct daemon *daemon, uint64_t number, uint64_t basis) {
    struct daemon_planner *planner = daemon->planner;
    const struct state_plan *plan = state_find_plan(core_state(daemon->core), number);
    json_int_t position = plan == NULL ? 0 : (json_int_t)plan->position;
    size_t waiting = 0;
    for (size_t i = 0; i < planner->asked_count; i++) {
        const struct asked *asked = &planner->asked[i];
        if (asked->position > basis)
            planner->asked[waiting++] = *asked;
        else
            daemon_answer(daemon, asked->token,
                          json_pack("{s:I, s:I, s:I}", "plan", (json_int_t)number, "first",
                                    position, "last", position));
    }
    planner->asked_count = waiting;
}

static void recorded(struct daemon *daemon, uint64_t token, int error,
                     const struct hv_verdict *verdict, uint64_t first, uint64_t last) {
    (void)token, (void)last, (void)verdict;
    daemon->planner->recording--;
    if (error != 0) {
        memset(daemon->planner->last, 0, sizeof daemon->planner->last); /* it may be said again */
        answer_asked(daemon, error, NULL);
        return;
    }
    const struct state *state = core_state(daemon->core);
    const struct state_plan *plan = state_plan(state, state_count(state, STATE_PLAN) - 1);
    if (plan == NULL || plan->position != first)
        return;
    answer_with_plan(daemon, plan->number,
                     daemon->planner->recording == 0 ? daemon->planner->last_basis : plan->basis);
    line_log(LINE_INFO, "event=plan number=%" PRIu64 " moves=%" PRIu32 " unserved=%" PRId64,
             plan->number, plan->move_count, plan->unserved_people);
    if (daemon->settings.approval != APPROVAL_AUTOMATIC || plan->unserved_people > 0)
        return;
    hv_arena_reset(&daemon->planner->arena);
    if (state_plan_does_something(plan, &daemon->planner->arena))
        approve(daemon, plan);
}

/* ---- results ---- */

/* Runs of buses that orders have, and what they come to. */
static int without_standing_runs(struct hv_plan *plan, struct hv_arena *arena) {
    const struct hv_plan_bus_run *all = plan->bus_runs;
    const size_t count = plan->bus_run_count;
    plan->bus_runs = hv_arena_take(arena, count + 1, sizeof *plan->bus_runs);
    if (plan->bus_runs == NULL)
        return HV_ERR_MEMORY;
    plan->bus_run_count = 0;
    for (size_t i = 0; i < count; i++)
        if (all[i].order == 0)
            plan->bus_runs[plan->bus_run_count++] = all[i];
    plan->bus_last_s = 0;
    plan->bus_people = plan->bus_unserved_bound = plan->bus_stability_person_seconds = 0;
    plan->bus_person_seconds = plan->bus_person_seconds_bound = 0;
    return 0;
}

/* What says nothing new: orders that go as planned, the vehicles that carry them, and people who
 * come nearer. */
static int without_standing(struct hv_plan *plan, struct hv_arena *arena) {
    const struct hv_plan_delivery *all = plan->deliveries;
    const size_t count = plan->delivery_count;
    plan->deliveries = hv_arena_take(arena, count + 1, sizeof *plan->deliveries);
    if (plan->deliveries == NULL)
        return HV_ERR_MEMORY;
    plan->delivery_count = 0;
    for (size_t i = 0; i < count; i++) {
        struct hv_plan_delivery *one = &plan->deliveries[plan->delivery_count];
        *one = all[i];
        one->leave_by_s = 0; /* a road that closes comes nearer with every second */
        plan->delivery_count += one->order == 0;
    }
    plan->way_count = 0;
    plan->orders_kept = 0;
    plan->stability_cost = 0;
    plan->last_delivery_s = plan->last_delivery_bound_s = plan->delivery_late_s = 0;
    plan->vehicle_s = 0;
    return without_standing_runs(plan, arena);
}

/* A hash of what the plan says, not of when and how it was made. */
static int hash_plan(struct daemon *daemon, const struct hv_plan *plan,
                     uint8_t ret_hash[HV_HASH_BYTES]) {
    struct hv_record record = {.version = HV_RECORD_VERSION,
                               .actor = HV_ACTOR_SYSTEM,
                               .name = "",
                               .kind = HV_RECORD_PLAN,
                               .plan = *plan};
    struct hv_arena arena;
    size_t size = 0;
    record.plan.id = 1;
    record.plan.basis = record.plan.work = 0;
    uint8_t *bytes = malloc(HV_RECORD_BYTES_MAX);
    (void)daemon;
    if (bytes == NULL)
        return HV_ERR_MEMORY;
    hv_arena_init(&arena, 0);
    int error = without_standing(&record.plan, &arena);
    if (error == 0)
        error = hv_record_encode(&record, &arena, bytes, HV_RECORD_BYTES_MAX, &size);
    if (error == 0)
        crypto_generichash(ret_hash, HV_HASH_BYTES, bytes, size, NULL, 0);
    hv_arena_deinit(&arena);
    free(bytes);
    return error;
}

static int record_plan(struct daemon *daemon, const struct planner_thread_result *result) {
    struct daemon_planner *planner = daemon->planner;
    struct hv_record record = {.actor = HV_ACTOR_SYSTEM, .name = "planner", .kind = HV_RECORD_PLAN};
    uint8_t hash[HV_HASH_BYTES];
    hv_arena_reset(&planner->arena);
    int error = outcome_record(result->plan, result->task->picture, daemon->region,
                               core_state(daemon->core), &planner->arena, &record.plan);
    if (error == 0)
        error = hash_plan(daemon, &record.plan, hash);
    if (error != 0)
        return error;
    const uint64_t basis = result->task->picture->basis;
    bool same = memcmp(hash, planner->last, sizeof hash) == 0;
    planner->last_basis = basis;
    if (same && planner->recording > 0)
        return 0; /* who asked is answered when it is durable */
    if (same) {
        answer_with_plan(daemon, state_general(core_state(daemon->core))->last_plan, basis);
        return 0;
    }
    memcpy(planner->last, hash, sizeof hash);
    record.cause = basis;
    sign(planner, basis, &record);
    planner->recording++;
    daemon_decide(daemon, &record, 1, recorded, 0);
    return 0;
}

void daemon_planner_collect(struct daemon *daemon) {
    struct daemon_planner *planner = daemon->planner;
    struct planner_thread_result result;
    while (planner_thread_take(planner->worker, &result)) {
        int error = result.error;
        planner->took_ms = result.took_ms;
        const bool other_region = result.task->region_position != daemon->region_position ||
                                  daemon->region_new != NULL; /* recorded before this plan */
        if (error == 0 && other_region) {
            line_log(LINE_INFO, "event=plan-anew why=\"the region has changed meanwhile\"");
            daemon_planner_plan(daemon, 0, NULL, NULL);
        } else if (error == 0) {
            error = record_plan(daemon, &result);
        }
        if (error != 0) {
            answer_asked(daemon, error, NULL);
            line_log(LINE_WARNING, "event=no-plan error=%s", hv_error_name(error));
        }
        plan_free(result.plan);
        session_task_free(result.task);
    }
}

/* ---- opening and closing ---- */

int daemon_planner_open(struct daemon *daemon) {
    struct daemon_planner *planner = calloc(1, sizeof *planner);
    if (planner == NULL)
        return HV_ERR_MEMORY;
    daemon->planner = planner;
    hv_arena_init(&planner->arena, 0);
    const int error = profiles_new(daemon->settings.profile, &planner->profiles);
    return error == 0 ? planner_thread_new(&planner->worker) : error;
}

void daemon_planner_close(struct daemon *daemon) {
    struct daemon_planner *planner = daemon->planner;
    if (planner == NULL)
        return;
    planner_thread_free(planner->worker);
    profiles_free(planner->profiles);
    hv_arena_deinit(&planner->arena);
    free(planner);
    daemon->planner = NULL;
}

static void profile_recorded(struct daemon *daemon, uint64_t token, int error,
                             const struct hv_verdict *verdict, uint64_t first, uint64_t last) {
    (void)daemon, (void)token, (void)verdict, (void)first, (void)last;
    if (error != 0)
        line_log(LINE_WARNING, "event=profile-not-recorded error=%s", hv_error_name(error));
}

void daemon_planner_record_profile(struct daemon *daemon) {
    const struct profile *profile =
        profiles_find(daemon->planner->profiles, daemon->settings.profile);
    const struct state_general *general = state_general(core_state(daemon->core));
    if (general->profile_position != 0 && strcmp(general->profile_name, profile->id) == 0 &&
        strcmp(general->profile_version, profile->version) == 0)
        return;
    struct hv_record record = {.actor = HV_ACTOR_SYSTEM,
                               .name = "settings",
                               .kind = HV_RECORD_PROFILE,
                               .profile = {.name = profile->id, .version = profile->version}};
    daemon_decide(daemon, &record, 1, profile_recorded, 0);
}

void daemon_planner_fares(const struct daemon *daemon, uint64_t *ret_ms, bool *ret_busy) {
    *ret_ms = daemon->planner->took_ms;
    *ret_busy = planner_thread_busy(daemon->planner->worker);
}

int daemon_planner_fd(const struct daemon *daemon) {
    return planner_thread_fd(daemon->planner->worker);
}

const struct profiles *daemon_planner_profiles(const struct daemon *daemon) {
    return daemon->planner == NULL ? NULL : daemon->planner->profiles;
}
