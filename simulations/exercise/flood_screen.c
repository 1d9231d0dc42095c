#include "simulations/exercise/flood.h"
#include "simulations/exercise/said.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

void flood_clock_text(const struct flood *flood, uint64_t now_ms, char *buffer, size_t bytes) {
    time_t seconds = (time_t)((flood->start_wall_ms + (int64_t)now_ms) / 1000);
    struct tm date;
    char text[16];
    strftime(text, sizeof text, "%H:%M", gmtime_r(&seconds, &date));
    int64_t day = seconds / 86400 - flood->start_wall_ms / 86400000 + 1;
    snprintf(buffer, bytes, "day %" PRId64 " %s", day, text);
}

/* ---- looking ---- */

static void note_curve(struct flood *flood, uint64_t now_ms) {
    int64_t sheltered = world_sheltered(flood->world);
    flood->peak = sheltered > flood->peak ? sheltered : flood->peak;
    if (flood->curve_count > 0 && now_ms - flood->curve_ms < 20 * FLOOD_MINUTE_MS)
        return;
    while (flood->curve_count < FLOOD_CURVE_MAX &&
           flood->curve_ms + 20 * FLOOD_MINUTE_MS <= now_ms) {
        flood->curve[flood->curve_count++] = sheltered;
        flood->curve_ms += 20 * FLOOD_MINUTE_MS;
    }
}

static void note_stale(struct flood *flood) {
    const json_t *shelter;
    size_t index;
    json_array_foreach(
        json_object_get(flood->picture, "shelters"), index,
        shelter) if (flood->relay_frozen && json_is_true(json_object_get(shelter, "stale")) &&
                     strcmp(said_text(shelter, "id"), "S10") == 0) flood->went_stale = true;
}

int flood_look(struct flood *flood, uint64_t now_ms) {
    json_t *picture = NULL, *status = NULL;
    int error = stage_ask(&flood->stage, json_pack("{s:s}", "verb", "shelters"), &picture);
    if (error == 0)
        error = stage_ask(&flood->stage, json_pack("{s:s}", "verb", "status"), &status);
    if (error != 0) {
        json_decref(picture);
        return error;
    }
    json_decref(flood->picture);
    json_decref(flood->status);
    flood->picture = picture;
    flood->status = status;
    note_curve(flood, now_ms);
    note_stale(flood);
    return 0;
}

/* ---- the live table ---- */

static const char *colour(const char *status, bool stale) {
    if (stale)
        return "\x1b[33m";
    if (strcmp(status, "damaged") == 0)
        return "\x1b[31m";
    if (strcmp(status, "open") == 0 || strcmp(status, "full") == 0 ||
        strcmp(status, "nearly-full") == 0)
        return "\x1b[32m";
    return "\x1b[2m";
}

/* One shelter in `columns` columns. */
static void shelter_cell(const json_t *shelter, size_t columns, char *buffer, size_t bytes) {
    char name[160], bar[64], people[32], capacity[32], left[64];
    const char *status = said_text(shelter, "status");
    bool stale = json_is_true(json_object_get(shelter, "stale"));
    int64_t there = said_integer(json_object_get(shelter, "people"), "total");
    int64_t places = said_integer(json_object_get(shelter, "capacity"), "people");
    size_t width = columns > 46 ? columns - 38 : 8;
    terminal_fit(name, sizeof name, said_text(shelter, "name"), width, false);
    terminal_bar(bar, sizeof bar, (double)there, (double)places, 8);
    terminal_number(people, sizeof people, there);
    terminal_number(capacity, sizeof capacity, places);
    snprintf(left, sizeof left, "%s/%s", people, capacity);
    char figures[64], word[64];
    terminal_fit(figures, sizeof figures, left, 12, true);
    terminal_fit(word, sizeof word, stale ? "stale" : status, 8, false);
    snprintf(buffer, bytes, "%s%-4.4s%s\x1b[0m %s %s %s%s\x1b[0m ", colour(status, stale),
             said_text(shelter, "id"), name, bar, figures, colour(status, stale), word);
}

static void draw_shelters(struct flood *flood) {
    const json_t *list = json_object_get(flood->picture, "shelters");
    size_t count = json_array_size(list), across = flood->terminal->columns >= 100 ? 2 : 1;
    size_t lines = (count + across - 1) / across, columns = flood->terminal->columns / across - 1;
    for (size_t line = 0; line < lines; line++) {
        char cells[2][512] = {"", ""};
        for (size_t i = 0; i < across; i++)
            if (line + i * lines < count)
                shelter_cell(json_array_get(list, line + i * lines), columns, cells[i],
                             sizeof cells[i]);
        terminal_line(flood->terminal, "%s%s", cells[0], cells[1]);
    }
}

static double rate_of_reports(const struct flood *flood) {
    double seconds = (double)(stage_now_us() - flood->started_us) / 1e6;
    return seconds > 0 ? (double)flood->stage.entries / seconds : 0;
}

void flood_draw(struct flood *flood, uint64_t now_ms) {
    char clock[48], sheltered[32], road[32], waiting[32], elsewhere[32];
    struct terminal *terminal = flood->terminal;
    const json_t *orders = json_object_get(flood->status, "orders");
    const json_t *nodes = json_object_get(flood->status, "nodes");
    flood_clock_text(flood, now_ms, clock, sizeof clock);
    terminal_number(sheltered, sizeof sheltered, world_sheltered(flood->world));
    terminal_number(road, sizeof road, world_on_the_road(flood->world));
    terminal_number(waiting, sizeof waiting, world_at_home(flood->world));
    terminal_number(elsewhere, sizeof elsewhere, world_elsewhere(flood->world));
    terminal_begin(terminal);
    terminal_line(terminal, "\x1b[1m%s  %s\x1b[0m  x%u%s", clock, flood->phase, flood->rate,
                  flood->stage.headquarters == NULL ? "  \x1b[31mthe coordinator is down\x1b[0m"
                                                    : "");
    terminal_line(terminal, "sheltered %s, on the road %s, still at home %s, elsewhere %s",
                  sheltered, road, waiting, elsewhere);
    terminal_line(terminal,
                  "orders %" PRId64 " open, %" PRIu64 " accepted, %" PRIu64 " declined, %" PRIu64
                  " done; roads closed %u; goods on the road %zu",
                  said_integer(orders, "open"), flood->orders_accepted, flood->orders_declined,
                  flood->orders_done, flood->closed_links, flood->road.count);
    terminal_line(terminal,
                  "nodes %" PRId64 " present, %" PRId64 " stale; reports %" PRIu64
                  " (%.0f/s); acknowledged within %.1f ms (median)",
                  said_integer(nodes, "present"), said_integer(nodes, "stale"),
                  flood->stage.entries, rate_of_reports(flood),
                  (double)stage_percentile(&flood->stage, 0.5) / 1000);
    draw_shelters(flood);
    terminal_show(terminal);
    terminal_progress(terminal, stage_now_us() / 1000, 5000,
                      "%s  %-14s sheltered %s, on the road %s, at home %s; orders open %" PRId64
                      "; reports %" PRIu64 " (%.0f/s)",
                      clock, flood->phase, sheltered, road, waiting, said_integer(orders, "open"),
                      flood->stage.entries, rate_of_reports(flood));
}

/* ---- the summary ---- */

static void add_needs(const struct flood *flood, uint32_t item, uint64_t *ret_needed,
                      uint64_t *ret_met) {
    *ret_needed = *ret_met = 0;
    for (uint32_t i = 0; i < flood->region->shelter_count; i++) {
        *ret_needed += flood->shelters[i].needs[item].needed;
        *ret_met += flood->shelters[i].needs[item].met;
    }
}

static void print_needs(const struct flood *flood, FILE *out) {
    char needed_text[32], name[128];
    fprintf(out, "needs met:\n");
    for (uint32_t i = 0; i < flood->region->item_count; i++) {
        uint64_t needed, met;
        add_needs(flood, i, &needed, &met);
        if (needed == 0)
            continue;
        terminal_fit(name, sizeof name, flood->region->items[i].name, 34, false);
        terminal_number(needed_text, sizeof needed_text, (int64_t)needed);
        fprintf(out, "  %s %5.1f %% of %s %s\n", name, 100.0 * (double)met / (double)needed,
                needed_text, flood->region->items[i].base_unit);
    }
}

static void print_plans(const struct flood *flood, FILE *out) {
    fprintf(out, "plans:\n");
    for (size_t i = 0; i < flood->plan_count; i++) {
        const struct flood_plan *plan = &flood->plans[i];
        fprintf(out,
                "  plan %-4" PRIu64 " %8" PRId64 " people, %6" PRId64 " without a place, %" PRId64
                " cut off, %" PRId64 " late, %" PRId64
                " without a bus; gap: places %.2f %%, time %.2f %%, goods %.2f %%%s\n",
                plan->id, plan->moved, plan->without_place, plan->cut_off, plan->late,
                plan->without_bus, plan->unserved_gap * 100, plan->time_gap * 100,
                plan->goods_gap * 100, plan->approved ? "" : " (not approved)");
    }
}

static void print_people(struct flood *flood, FILE *out) {
    const struct audit_totals *totals = audit_totals(flood->stage.audit);
    char peak[32], in[32], out_text[32], from[48], to[48];
    flood_clock_text(flood, 0, from, sizeof from);
    flood_clock_text(flood, flood->curve_ms, to, sizeof to);
    terminal_number(peak, sizeof peak, flood->peak);
    terminal_number(in, sizeof in, totals->checked_in);
    terminal_number(out_text, sizeof out_text, totals->checked_out);
    fprintf(out, "people sheltered over time (most: %s):\n", peak);
    terminal_chart(out, flood->curve, flood->curve_count, 60, 6, from, to);
    fprintf(out,
            "  checked in %s, checked out %s, moved between shelters %" PRId64
            "; counts corrected the books by %+" PRId64 "; left in shelters %" PRId64 "\n",
            in, out_text, totals->transferred_in, totals->count_differences, totals->sheltered);
}

void flood_summary(struct flood *flood, FILE *out) {
    const struct audit_totals *totals = audit_totals(flood->stage.audit);
    fprintf(out,
            "\nreports: %" PRIu64 " sent, %" PRIu64 " acknowledged, %" PRIu64 " lost, %" PRIu64
            " doubled; acknowledged within %.1f ms (p50), %.1f ms (p99, outages included) of being "
            "stored, %zu timed\n",
            totals->reports, totals->acknowledged, totals->lost, totals->doubled,
            (double)stage_percentile(&flood->stage, 0.50) / 1000,
            (double)stage_percentile(&flood->stage, 0.99) / 1000, flood->stage.sample_count);
    fprintf(out,
            "orders: %" PRIu64 " accepted, %" PRIu64 " declined, %" PRIu64
            " done; the coordinator and a node were killed and came back, %s was cut off%s and "
            "caught up\n",
            flood->orders_accepted, flood->orders_declined, flood->orders_done, "S10",
            flood->went_stale ? ", went stale" : "");
    print_people(flood, out);
    print_needs(flood, out);
    fprintf(out,
            "goods: %" PRIu64 " waybills, %" PRIu64 " base units shipped, %" PRIu64
            " received, of them %" PRIu64 " damaged; %" PRIu64 " handed out\n",
            totals->waybills, totals->shipped, totals->received, totals->damaged, totals->issued);
    if (flood->issues_refused > 0)
        fprintf(out, "hand-outs that a node refused, so that nobody got anything: %" PRIu64 "\n",
                flood->issues_refused);
    print_plans(flood, out);
    for (size_t i = 0; i < audit_finding_count(flood->stage.audit) && i < AUDIT_FINDINGS_MAX; i++)
        fprintf(out, "DOES NOT ADD UP: %s\n", audit_finding(flood->stage.audit, i));
    if (audit_finding_count(flood->stage.audit) > AUDIT_FINDINGS_MAX)
        fprintf(out, "… and %zu more\n",
                audit_finding_count(flood->stage.audit) - AUDIT_FINDINGS_MAX);
}

static json_t *needs_json(const struct flood *flood) {
    json_t *needs = json_object();
    for (uint32_t i = 0; i < flood->region->item_count; i++) {
        uint64_t needed, met;
        add_needs(flood, i, &needed, &met);
        if (needed > 0)
            json_object_set_new(needs, flood->region->items[i].id,
                                json_real((double)met / (double)needed));
    }
    return needs;
}

static json_t *plans_json(const struct flood *flood) {
    json_t *plans = json_array();
    for (size_t i = 0; i < flood->plan_count; i++) {
        const struct flood_plan *plan = &flood->plans[i];
        json_array_append_new(
            plans,
            json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:f, s:f, s:f, s:b}", "id",
                      (json_int_t)plan->id, "people", (json_int_t)plan->moved, "without_place",
                      (json_int_t)plan->without_place, "cut_off", (json_int_t)plan->cut_off, "late",
                      (json_int_t)plan->late, "without_bus", (json_int_t)plan->without_bus,
                      "unserved_gap", plan->unserved_gap, "time_gap", plan->time_gap, "goods_gap",
                      plan->goods_gap, "approved", plan->approved));
    }
    return plans;
}

json_t *flood_summary_json(struct flood *flood) {
    const struct audit_totals *totals = audit_totals(flood->stage.audit);
    json_t *curve = json_array(), *findings = json_array();
    for (size_t i = 0; i < flood->curve_count; i++)
        json_array_append_new(curve, json_integer((json_int_t)flood->curve[i]));
    for (size_t i = 0; i < audit_finding_count(flood->stage.audit) && i < AUDIT_FINDINGS_MAX; i++)
        json_array_append_new(findings, json_string(audit_finding(flood->stage.audit, i)));
    return json_pack(
        "{s:I, s:I, s:I, s:I, s:I, s:f, s:f, s:I, s:I, s:I, s:I, s:b, s:o, s:o, s:o, s:o}", "seed",
        (json_int_t)flood->options.seed, "sent", (json_int_t)totals->reports, "acknowledged",
        (json_int_t)totals->acknowledged, "lost", (json_int_t)totals->lost, "doubled",
        (json_int_t)totals->doubled, "p50_ms", (double)stage_percentile(&flood->stage, 0.50) / 1000,
        "p99_ms", (double)stage_percentile(&flood->stage, 0.99) / 1000, "checked_in",
        (json_int_t)totals->checked_in, "checked_out", (json_int_t)totals->checked_out, "peak",
        (json_int_t)flood->peak, "declined", (json_int_t)flood->orders_declined, "went_stale",
        flood->went_stale, "sheltered_every_20_min", curve, "needs_met", needs_json(flood), "plans",
        plans_json(flood), "findings", findings);
}
