#include "coordinator/cli/preposition_report.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

enum { FOLDS_OTHERWISE = 5, SCENARIOS_SHOWN = 5, LINES_SHOWN = 3 };

void preposition_report_deinit(struct preposition_report *report) {
    preposition_folds_deinit(&report->folds);
    free(report->blames);
    free(report->order);
    free(report->points);
    *report = (struct preposition_report){0};
}

/* ---- finding --------------------------------------------------------------------------------- */

static void sort_by_share(struct preposition_report *report) {
    uint32_t count = report->document->instance.scenario_count;
    for (uint32_t s = 0; s < count; s++) {
        uint32_t at = s;
        for (; at > 0 && report->blames[report->order[at - 1]].share < report->blames[s].share;
             at--)
            report->order[at] = report->order[at - 1];
        report->order[at] = s;
    }
}

static int find_blame(struct preposition_report *report) {
    const struct preposition_instance *instance = &report->document->instance;
    report->blames = calloc((size_t)instance->scenario_count + 1, sizeof *report->blames);
    report->order = calloc((size_t)instance->scenario_count + 1, sizeof *report->order);
    if (report->blames == NULL || report->order == NULL)
        return HV_ERR_MEMORY;
    int error = preposition_blame_find(instance, report->decision, report->plan, report->blames);
    if (error == HV_OK)
        sort_by_share(report);
    return error;
}

static int find_folds(struct preposition_report *report,
                      const struct preposition_options *options) {
    const struct preposition_instance *instance = &report->document->instance;
    uint32_t folds = report->wish.folds;
    if (folds == 0) {
        uint32_t dealt = preposition_folds_dealt(instance);
        folds = dealt < FOLDS_OTHERWISE ? dealt : FOLDS_OTHERWISE;
        if (folds < 2)
            return HV_OK;
    }
    return preposition_folds_run(instance, options, folds, report->wish.seed, &report->folds);
}

static int find_all(struct preposition_report *report, const struct preposition_options *options) {
    const struct preposition_instance *instance = &report->document->instance;
    int error = HV_OK;
    if (report->wish.report) {
        error = find_folds(report, options);
        if (error == HV_OK)
            error = preposition_value_find(instance, options, report->decision, &report->value);
        if (error == HV_OK)
            error = find_blame(report);
    }
    if (error == HV_OK && report->wish.frontier > 0) {
        report->points = calloc(report->wish.frontier, sizeof *report->points);
        error = report->points == NULL
                    ? HV_ERR_MEMORY
                    : preposition_frontier_find(instance, options, report->wish.alpha,
                                                report->wish.frontier, report->points);
    }
    return error;
}

int preposition_report_make(const struct preposition_document *document,
                            const struct preposition_decision *decision,
                            const struct preposition_plan *plan,
                            const struct preposition_report_wish *wish,
                            const struct preposition_options *options,
                            struct preposition_report *ret_report) {
    struct preposition_report report = {
        .wish = *wish, .document = document, .decision = decision, .plan = plan};
    int error = find_all(&report, options);
    if (error == HV_OK)
        *ret_report = report;
    else
        preposition_report_deinit(&report);
    return error;
}

/* ---- for people ------------------------------------------------------------------------------ */

static void print_share(FILE *file, double part, double of) {
    if (of > 0)
        fprintf(file, " (%.2f %%)", 100 * part / of);
}

static void print_value(FILE *file, const struct preposition_report *report) {
    const struct preposition_value *value = &report->value;
    double objective = report->plan->objective;
    fputs("\nwhat the scenarios are worth\n", file);
    if (!value->mean_known)
        fputs("  the mean scenario alone has no decision within time, budget and service level\n",
              file);
    else if (!value->mean_serves)
        fprintf(file,
                "  planned for the mean scenario only: %.2f, and everything met with probability "
                "%.4f only, less than is asked for\n",
                value->mean_objective, value->mean_met_probability);
    else {
        fprintf(file,
                "  planned for the mean scenario only: %.2f; value of the stochastic solution %.2f",
                value->mean_objective, value->mean_objective - objective);
        print_share(file, value->mean_objective - objective, value->mean_objective);
        fputs(value->mean_open ? "; the mean was stopped before it was solved\n" : "\n", file);
    }
    fprintf(file,
            "  were the scenario known beforehand: %.2f to %.2f; value of perfect information %.2f "
            "to %.2f",
            value->known_bound, value->known_objective, value->perfect_least, value->perfect_most);
    print_share(file, value->perfect_most, objective);
    if (value->known_open > 0)
        fprintf(file, "\n    (%" PRIu32 " scenarios alone were stopped before they were solved)",
                value->known_open);
    fputc('\n', file);
}

static void print_folds(FILE *file, const struct preposition_report *report) {
    const struct preposition_folds *folds = &report->folds;
    const struct preposition_instance *instance = &report->document->instance;
    double worst = 100 * (1 - (instance->measure == PREPOSITION_CVAR ? instance->alpha : 0.9));
    fputs("\nin scenarios held back\n", file);
    if (folds->folds == 0) {
        fputs("  too few scenarios to hold any back\n", file);
        return;
    }
    fprintf(file, "  %" PRIu32 " parts, each held back once (seed %" PRIu64 ")", folds->folds,
            report->wish.seed);
    if (folds->unsolved > 0)
        fprintf(file, "; %" PRIu32 " without a decision and left out", folds->unsolved);
    fputc('\n', file);
    if (folds->unsolved == folds->folds)
        return;
    fprintf(file, "  expected cost promised %.2f, held back %.2f: ", folds->promised,
            folds->expected);
    fprintf(file, "%+.2f", folds->expected - folds->promised);
    print_share(file, folds->expected - folds->promised, folds->promised);
    fprintf(file,
            "\n  demand met promised %.2f %%, held back %.2f %%; everything met with probability "
            "%.4f promised, %.4f held back\n  mean cost of the worst %.4g %% (CVaR) %.2f, worst "
            "%.2f\n",
            100 * folds->promised_fill_rate, 100 * folds->fill_rate,
            folds->promised_met_probability, folds->met_probability, worst, folds->cvar,
            folds->worst);
}

/* The largest lines of what is unmet, by share of the scenario's shortage cost. */
static void print_unmet(FILE *file, const struct preposition_report *report,
                        const struct preposition_outcome *outcome) {
    const struct preposition_document *document = report->document;
    const struct preposition_line *unmet = &report->plan->lines[outcome->unmet_first];
    double last = INFINITY;
    size_t last_at = 0, shown = 0;
    for (; shown < LINES_SHOWN && shown < outcome->unmet_count; shown++) {
        size_t best = SIZE_MAX;
        double most = -1;
        for (size_t i = 0; i < outcome->unmet_count; i++) {
            double cost = unmet[i].quantity * document->instance.items[unmet[i].item].shortage_cost;
            if (cost > most && (cost < last || (cost == last && i > last_at))) {
                most = cost;
                best = i;
            }
        }
        if (best == SIZE_MAX)
            break;
        last = most;
        last_at = best;
        fprintf(file, "%s %s at %s %.0f", shown == 0 ? "    unmet:" : ",",
                document->item_ids[unmet[best].item], document->site_ids[unmet[best].place],
                unmet[best].quantity);
    }
    if (shown > 0 && shown < outcome->unmet_count)
        fprintf(file, ", and %zu more", outcome->unmet_count - shown);
    if (shown > 0)
        fputc('\n', file);
}

static void print_destroyed(FILE *file, const struct preposition_report *report, uint32_t s) {
    const struct preposition_instance *instance = &report->document->instance;
    const struct preposition_scenario *scenario = &instance->scenarios[s];
    bool any = false;
    for (uint32_t i = 0; i < scenario->survival_count; i++) {
        const struct preposition_survival *survival =
            &instance->survivals[scenario->survival_first + i];
        double lost = 0;
        for (uint32_t k = 0; k < instance->item_count; k++)
            lost += (1 - survival->share) *
                    report->decision->stock[(size_t)survival->site * instance->item_count + k];
        if (lost <= 0)
            continue;
        fprintf(file, "%s %s %.0f",
                any ? "," : "    stock destroyed:", report->document->site_ids[survival->site],
                lost);
        any = true;
    }
    if (any)
        fputc('\n', file);
}

static void print_because(FILE *file, const struct preposition_report *report, uint32_t s) {
    const struct preposition_blame *blame = &report->blames[s];
    const struct preposition_scenario *scenario = &report->document->instance.scenarios[s];
    fprintf(file,
            "    had no stock been destroyed %.0f, had no road been broken %.0f, neither %.0f",
            blame->stock_whole.cost, blame->roads_whole.cost, blame->both_whole.cost);
    if (blame->as_is.unmet > 0)
        fprintf(file, "; unmet %.0f, %.0f, %.0f, %.0f of it for want of stock", blame->as_is.unmet,
                blame->stock_whole.unmet, blame->roads_whole.unmet, blame->both_whole.unmet);
    fputc('\n', file);
    if (scenario->blocked_count > 0 && blame->worst_road != UINT32_MAX)
        fprintf(file, "    %" PRIu32 " roads broken; %s would have carried most, %.0f m3\n",
                scenario->blocked_count, report->document->arc_ids[blame->worst_road],
                blame->worst_road_m3);
    else if (scenario->blocked_count > 0)
        fprintf(file, "    %" PRIu32 " roads broken, none that is missed\n",
                scenario->blocked_count);
}

static void print_blame(FILE *file, const struct preposition_report *report) {
    uint32_t count = report->document->instance.scenario_count;
    fputs("\nwhich scenarios hurt, by their share of the expected cost after the event\n", file);
    for (uint32_t i = 0; i < count && i < SCENARIOS_SHOWN; i++) {
        uint32_t s = report->order[i];
        const struct preposition_outcome *outcome = &report->plan->outcomes[s];
        if (outcome->cost <= 0)
            break;
        fprintf(file,
                "  %s: %.1f %%; %.0f with probability %.4f (transport %.0f, holding %.0f, shortage "
                "%.0f)\n",
                report->document->scenario_ids[s], 100 * report->blames[s].share, outcome->cost,
                report->document->instance.scenarios[s].probability, outcome->transport,
                outcome->holding, outcome->shortage);
        print_unmet(file, report, outcome);
        print_destroyed(file, report, s);
        print_because(file, report, s);
    }
}

static void print_frontier(FILE *file, const struct preposition_report *report) {
    fprintf(file,
            "\nwhat less risk costs (CVaR: the mean of the worst %.4g %%)\n"
            "    lambda    expected cost             CVaR            worst  before event  depots  "
            "met %%   gap %%\n",
            100 * (1 - report->wish.alpha));
    for (uint32_t i = 0; i < report->wish.frontier; i++) {
        const struct preposition_frontier_point *point = &report->points[i];
        if (!point->solved) {
            fprintf(file, "%10.4g  no decision\n", point->lambda);
            continue;
        }
        double gap =
            point->objective > 0 ? fmax(0, point->objective - point->bound) / point->objective : 0;
        fprintf(file, "%10.4g %16.2f %16.2f %16.2f %13.0f  %6" PRIu32 "  %5.2f  %6.4f%s\n",
                point->lambda, point->expected, point->cvar, point->worst, point->first,
                point->open, 100 * point->fill_rate, 100 * gap,
                point->dominated ? "  no better than another" : "");
    }
}

void preposition_report_print(FILE *file, const struct preposition_report *report) {
    if (report->wish.report) {
        print_value(file, report);
        print_folds(file, report);
        print_blame(file, report);
    }
    if (report->points != NULL)
        print_frontier(file, report);
}

/* ---- for programs ---------------------------------------------------------------------------- */

static void put_number(FILE *file, const char *field, bool known, double figure) {
    if (known && isfinite(figure))
        fprintf(file, "\"%s\":%.17g", field, figure);
    else
        fprintf(file, "\"%s\":null", field);
}

static void put_value(FILE *file, const struct preposition_report *report) {
    const struct preposition_value *value = &report->value;
    double objective = report->plan->objective;
    bool compares = value->mean_known && value->mean_serves;
    fputs("\"value\":{", file);
    put_number(file, "mean_objective", value->mean_known, value->mean_objective);
    fputc(',', file);
    fprintf(file, "\"mean_solved\":%s,", value->mean_open ? "false" : "true");
    put_number(file, "mean_met_probability", value->mean_known, value->mean_met_probability);
    fputc(',', file);
    put_number(file, "vss", compares, value->mean_objective - objective);
    fputc(',', file);
    put_number(file, "known_objective", true, value->known_objective);
    fputc(',', file);
    put_number(file, "known_bound", true, value->known_bound);
    fprintf(file, ",\"known_unsolved\":%" PRIu32 ",", value->known_open);
    put_number(file, "evpi", value->known_open == 0, objective - value->known_objective);
    fputc(',', file);
    put_number(file, "evpi_least", true, value->perfect_least);
    fputc(',', file);
    put_number(file, "evpi_most", true, value->perfect_most);
    fputc('}', file);
}

static void put_folds(FILE *file, const struct preposition_report *report) {
    const struct preposition_folds *folds = &report->folds;
    const struct preposition_document *document = report->document;
    if (folds->folds == 0) {
        fputs("\"held_back\":null", file);
        return;
    }
    bool any = folds->unsolved < folds->folds;
    const struct {
        const char *field;
        double figure;
    } figures[] = {{"promised_cost", folds->promised},
                   {"cost", folds->expected},
                   {"cvar", folds->cvar},
                   {"worst", folds->worst},
                   {"promised_fill_rate", folds->promised_fill_rate},
                   {"fill_rate", folds->fill_rate},
                   {"promised_met_probability", folds->promised_met_probability},
                   {"met_probability", folds->met_probability}};
    fprintf(file,
            "\"held_back\":{\"folds\":%" PRIu32 ",\"unsolved\":%" PRIu32 ",\"seed\":%" PRIu64
            ",\"probability\":%.17g",
            folds->folds, folds->unsolved, report->wish.seed, folds->probability);
    for (size_t i = 0; i < sizeof figures / sizeof figures[0]; i++) {
        fputc(',', file);
        put_number(file, figures[i].field, any, figures[i].figure);
    }
    fputs(",\"scenarios\":[", file);
    for (uint32_t s = 0; s < document->instance.scenario_count; s++) {
        fputs(s > 0 ? ",{\"id\":" : "{\"id\":", file);
        preposition_json_put_text(file, document->scenario_ids[s]);
        if (folds->fold_of[s] == PREPOSITION_FOLD_NONE)
            fputs(",\"fold\":null,", file);
        else
            fprintf(file, ",\"fold\":%" PRIu32 ",", folds->fold_of[s]);
        put_number(file, "cost", true, folds->costs[s]);
        fputc('}', file);
    }
    fputs("]}", file);
}

static void put_if(FILE *file, const char *field, const struct preposition_if *what) {
    fprintf(file, ",\"%s\":{\"cost\":%.17g,\"unmet\":%.17g}", field, what->cost, what->unmet);
}

static void put_blame(FILE *file, const struct preposition_report *report) {
    const struct preposition_document *document = report->document;
    fputs("\"scenarios\":[", file);
    for (uint32_t i = 0; i < document->instance.scenario_count; i++) {
        uint32_t s = report->order[i];
        const struct preposition_blame *blame = &report->blames[s];
        const struct preposition_outcome *outcome = &report->plan->outcomes[s];
        fputs(i > 0 ? ",\n{\"id\":" : "{\"id\":", file);
        preposition_json_put_text(file, document->scenario_ids[s]);
        fprintf(file,
                ",\"probability\":%.17g,\"share\":%.17g,\"cost\":%.17g,\"transport\":%.17g,"
                "\"holding\":%.17g,\"shortage\":%.17g,\"demand\":%.17g,\"unmet\":%.17g,"
                "\"destroyed\":%.17g,\"roads_broken\":%" PRIu32 ",\"road_missed_most\":",
                document->instance.scenarios[s].probability, blame->share, outcome->cost,
                outcome->transport, outcome->holding, outcome->shortage, outcome->demand,
                outcome->unmet, blame->lost, document->instance.scenarios[s].blocked_count);
        if (blame->worst_road != UINT32_MAX)
            preposition_json_put_text(file, document->arc_ids[blame->worst_road]);
        else
            fputs("null", file);
        put_if(file, "stock_whole", &blame->stock_whole);
        put_if(file, "roads_whole", &blame->roads_whole);
        put_if(file, "both_whole", &blame->both_whole);
        fputs(",\"unmet_lines\":[", file);
        const struct preposition_line *unmet = &report->plan->lines[outcome->unmet_first];
        for (size_t line = 0; line < outcome->unmet_count; line++) {
            fputs(line > 0 ? ",{\"site\":" : "{\"site\":", file);
            preposition_json_put_text(file, document->site_ids[unmet[line].place]);
            fputs(",\"item\":", file);
            preposition_json_put_text(file, document->item_ids[unmet[line].item]);
            fprintf(file, ",\"quantity\":%.17g}", unmet[line].quantity);
        }
        fputs("]}", file);
    }
    fputc(']', file);
}

static void put_frontier(FILE *file, const struct preposition_report *report) {
    fprintf(file, ",\"frontier\":{\"alpha\":%.17g,\"points\":[", report->wish.alpha);
    for (uint32_t i = 0; i < report->wish.frontier; i++) {
        const struct preposition_frontier_point *point = &report->points[i];
        const struct {
            const char *field;
            double figure;
        } figures[] = {{"expected", point->expected},   {"cvar", point->cvar},
                       {"worst", point->worst},         {"first_stage", point->first},
                       {"fill_rate", point->fill_rate}, {"met_probability", point->met_probability},
                       {"objective", point->objective}, {"lower_bound", point->bound}};
        fprintf(file, "%s{\"lambda\":%.17g", i > 0 ? ",\n" : "", point->lambda);
        for (size_t f = 0; f < sizeof figures / sizeof figures[0]; f++) {
            fputc(',', file);
            put_number(file, figures[f].field, point->solved, figures[f].figure);
        }
        fprintf(file, ",\"open\":%" PRIu32 ",\"dominated\":%s}", point->open,
                point->dominated ? "true" : "false");
    }
    fputs("]}", file);
}

void preposition_report_print_json(FILE *file, const struct preposition_report *report) {
    if (report->wish.report) {
        fputs(",\n\"report\":{", file);
        put_value(file, report);
        fputs(",\n", file);
        put_folds(file, report);
        fputs(",\n", file);
        put_blame(file, report);
        fputc('}', file);
    }
    if (report->points != NULL)
        put_frontier(file, report);
}
