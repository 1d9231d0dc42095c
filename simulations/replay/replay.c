#include "simulations/replay/replay.h"

#include "simulations/exercise/records.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* ---- opening ---- */

int replay_open(struct replay *replay, const char *dir, const struct timeline *timeline,
                struct terminal *terminal) {
    *replay = (struct replay){.terminal = terminal,
                              .timeline = timeline,
                              .desks = calloc(timeline->shelter_count + 1, sizeof(struct desk *))};
    if (replay->desks == NULL)
        return HV_ERR_MEMORY;
    int error = stage_open(&replay->stage, dir, "七尾市 避難所 (replay)", terminal);
    if (error == 0) /* the clock stands still between snapshots and is set to each one's moment */
        error = stage_set_clock(&replay->stage, timeline->snapshots[0].wall_ms, 0, 0);
    if (error == 0)
        error = replay_load_region(replay);
    return error == 0 ? stage_ask(&replay->stage,
                                  json_pack("{s:s, s:s, s:s}", "verb", "incident-open", "name",
                                            "令和6年能登半島地震", "hazard", "earthquake"),
                                  NULL)
                      : error;
}

bool replay_close(struct replay *replay) {
    for (size_t i = 0; i < replay->difference_count && i < REPLAY_DIFFERENCES_MAX; i++)
        free(replay->differences[i]);
    free(replay->desks);
    replay->desks = NULL;
    return stage_close(&replay->stage);
}

/* ---- one shelter, one snapshot ---- */

static int enter(struct replay *replay, size_t shelter, json_t *entry) {
    return desk_enter(&replay->stage, replay->desks[shelter], entry, true, NULL);
}

static int report_status(struct replay *replay, size_t shelter, const char *status) {
    return enter(replay, shelter,
                 json_pack("{s:s, s:s}", "verb", "status-report", "status", status));
}

static int report_count(struct replay *replay, size_t shelter, int64_t people) {
    return enter(
        replay, shelter,
        json_pack("{s:s, s:{s:I}}", "verb", "count", "people", "age_unknown", (json_int_t)people));
}

static void add_capacity(json_t *lines, const char *place, int64_t people) {
    static const char *const parts[] = {"day", "night"};
    for (size_t i = 0; people >= 0 && i < 2; i++)
        json_array_append_new(lines, json_pack("{s:I, s:s, s:s, s:s}", "people", (json_int_t)people,
                                               "basis", "area", "part", parts[i], "place", place));
}

static int report_capacity(struct replay *replay, size_t shelter,
                           const struct nanao_capacity *capacity) {
    json_t *lines = json_array();
    add_capacity(lines, "indoor", capacity->people[REGION_INDOOR]);
    add_capacity(lines, "outdoor", capacity->people[REGION_OUTDOOR]);
    if (json_array_size(lines) == 0)
        add_capacity(lines, "unknown", capacity->total);
    if (json_array_size(lines) == 0) { /* nothing is stated */
        json_decref(lines);
        return 0;
    }
    return enter(replay, shelter, json_pack("{s:s, s:o}", "verb", "capacity", "lines", lines));
}

static int open_shelter(struct replay *replay, size_t shelter) {
    int error = 0;
    if (replay->desks[shelter] == NULL)
        error = stage_add_desk(&replay->stage, replay->timeline->shelters[shelter].id,
                               HV_ROLE_SHELTER, 0, &replay->desks[shelter]);
    if (error == 0)
        error = desk_start(&replay->stage, replay->desks[shelter]);
    if (error == 0)
        error = report_status(replay, shelter, "opening");
    return error == 0 ? report_status(replay, shelter, "open") : error;
}

/* Whoever was still there has left; where to is not published. */
static int close_shelter(struct replay *replay, size_t shelter, size_t number) {
    const struct timeline_shelter *known = &replay->timeline->shelters[shelter];
    int64_t there = 0;
    for (size_t i = number; i-- > 0 && known->cells[i].listed;)
        if (known->cells[i].people >= 0) {
            there = known->cells[i].people;
            break;
        }
    int error = report_status(replay, shelter, "closing");
    if (error == 0 && there > 0)
        error = enter(replay, shelter,
                      json_pack("{s:s, s:s, s:{s:I}}", "verb", "check-out", "to", "unknown",
                                "people", "age_unknown", (json_int_t)there));
    return error == 0 ? report_status(replay, shelter, "closed") : error;
}

static int play_shelter(struct replay *replay, size_t shelter, size_t number) {
    const struct timeline_cell *cell = &replay->timeline->shelters[shelter].cells[number];
    int error = 0;
    if (cell->change == TIMELINE_OPENS)
        error = open_shelter(replay, shelter);
    else if (cell->change == TIMELINE_CLOSES)
        error = close_shelter(replay, shelter, number);
    if (error == 0 && cell->listed && cell->capacity_changed)
        error = report_capacity(replay, shelter, &cell->capacity);
    if (error == 0 && cell->listed && cell->people >= 0)
        error = report_count(replay, shelter, cell->people);
    return error;
}

/* Nodes of shelters that closed end, once everything of theirs is acknowledged. */
static int stop_closed(struct replay *replay, size_t number) {
    for (size_t i = 0; i < replay->timeline->shelter_count; i++)
        if (replay->timeline->shelters[i].cells[number].change == TIMELINE_CLOSES &&
            !desk_stop(replay->desks[i]))
            return stage_fail(&replay->stage, HV_ERR_STATE,
                              "node %s did not end in good order; see %s", replay->desks[i]->id,
                              replay->desks[i]->process.log);
    return 0;
}

/* ---- all of them ---- */

static void draw(struct replay *replay, size_t number) {
    const struct timeline_snapshot *snapshot = &replay->timeline->snapshots[number];
    struct terminal *terminal = replay->terminal;
    char bar[256], name[256];
    terminal_begin(terminal);
    terminal_bar(bar, sizeof bar, (double)number + 1, (double)replay->timeline->snapshot_count, 40);
    terminal_line(terminal, "%s %zu/%zu  %s", bar, number + 1, replay->timeline->snapshot_count,
                  snapshot->file);
    terminal_line(terminal,
                  "%" PRIu32 " shelters open with %" PRId64 " people, %" PRIu32 " closed; %" PRIu64
                  " reports; %zu differences",
                  replay->open, replay->people, replay->closed, replay->stage.entries,
                  replay->difference_count);
    for (size_t i = 0; i < replay->timeline->shelter_count; i++) {
        const struct timeline_shelter *shelter = &replay->timeline->shelters[i];
        if (!shelter->cells[number].listed)
            continue;
        terminal_fit(name, sizeof name, shelter->name, 46, false);
        terminal_line(terminal, "  %s %6" PRId64, name, shelter->cells[number].people);
    }
    terminal_show(terminal);
    terminal_progress(terminal, stage_now_us() / 1000, 3000,
                      "%3zu/%zu %s: %" PRIu32 " shelters open with %" PRId64 " people, %" PRIu32
                      " closed",
                      number + 1, replay->timeline->snapshot_count, snapshot->file, replay->open,
                      replay->people, replay->closed);
}

static int play_snapshot(struct replay *replay, size_t number) {
    const struct timeline_snapshot *snapshot = &replay->timeline->snapshots[number];
    int64_t since_ms = snapshot->wall_ms - replay->timeline->snapshots[0].wall_ms;
    int error = stage_set_clock(&replay->stage, replay->timeline->snapshots[0].wall_ms,
                                (uint64_t)since_ms, 0);
    for (size_t i = 0; error == 0 && i < replay->timeline->shelter_count; i++)
        error = play_shelter(replay, i, number);
    if (error == 0)
        error = replay_compare(replay, number);
    if (error == 0)
        error = stop_closed(replay, number);
    if (error == 0)
        draw(replay, number);
    return error;
}

int replay_run(struct replay *replay) {
    int error = 0;
    for (size_t i = 0; error == 0 && i < replay->timeline->snapshot_count; i++) {
        if (children_asked_to_stop())
            return stage_fail(&replay->stage, HV_ERR_STOPPED, "stopped by a signal");
        error = play_snapshot(replay, i);
    }
    return error;
}
