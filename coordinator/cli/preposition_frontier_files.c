#include "coordinator/cli/preposition_frontier_files.h"

#include <inttypes.h>
#include <math.h>

/* ---- table ----------------------------------------------------------------------------------- */

int preposition_frontier_write_csv(FILE *file, const void *context) {
    const struct preposition_report *report = context;
    fputs("lambda,alpha,expected_cost,cvar,worst_cost,first_stage_cost,depots,fill_rate,"
          "met_probability,objective,lower_bound,dominated\r\n",
          file);
    for (uint32_t i = 0; i < report->wish.frontier; i++) {
        const struct preposition_frontier_point *point = &report->points[i];
        fprintf(file, "%.10g,%.10g,", point->lambda, report->wish.alpha);
        if (point->solved)
            fprintf(file, "%.17g,%.17g,%.17g,%.17g,%" PRIu32 ",%.17g,%.17g,%.17g,%.17g,%s\r\n",
                    point->expected, point->cvar, point->worst, point->first, point->open,
                    point->fill_rate, point->met_probability, point->objective, point->bound,
                    point->dominated ? "yes" : "no");
        else
            fputs(",,,,,,,,,\r\n", file);
    }
    return ferror(file) ? HV_ERR_IO : HV_OK;
}

/* ---- picture --------------------------------------------------------------------------------- */

enum { WIDTH = 760, HEIGHT = 570, LEFT = 110, RIGHT = 30, TOP = 60, BOTTOM = 160 };

/* One axis: from `least` to `most` in steps of 1, 2 or 5 times a power of ten. */
struct axis {
    double least, most, step;
};

static struct axis make_axis(double least, double most) {
    double span = most - least;
    if (!(span > 1e-9 * fmax(fabs(most), 1))) { /* one point, or points on a line */
        span = fmax(fabs(most) * 0.1, 1);
        least -= span / 2;
    }
    double power = pow(10, floor(log10(span / 5))), parts = span / 5 / power;
    double step = power * (parts <= 1 ? 1 : parts <= 2 ? 2 : parts <= 5 ? 5 : 10);
    double first = floor(least / step) * step;
    double count = ceil((least + span - first) / step - 1e-9);
    return (struct axis){first, first + fmax(count, 1) * step, step};
}

static double x_of(const struct axis *axis, double figure) {
    return LEFT + (figure - axis->least) / (axis->most - axis->least) * (WIDTH - LEFT - RIGHT);
}

static double y_of(const struct axis *axis, double figure) {
    return HEIGHT - BOTTOM -
           (figure - axis->least) / (axis->most - axis->least) * (HEIGHT - TOP - BOTTOM);
}

static void find_axes(const struct preposition_report *report, struct axis *x, struct axis *y) {
    double least[2] = {INFINITY, INFINITY}, most[2] = {-INFINITY, -INFINITY};
    for (uint32_t i = 0; i < report->wish.frontier; i++) {
        const double at[2] = {report->points[i].cvar, report->points[i].expected};
        for (int a = 0; report->points[i].solved && a < 2; a++) {
            least[a] = fmin(least[a], at[a]);
            most[a] = fmax(most[a], at[a]);
        }
    }
    bool any = least[0] <= most[0];
    *x = any ? make_axis(least[0], most[0]) : make_axis(0, 1);
    *y = any ? make_axis(least[1], most[1]) : make_axis(0, 1);
}

/* 61.7 M rather than 61700000. */
static void put_amount(FILE *file, double figure, double step) {
    static const struct {
        double one;
        const char *letter;
    } units[] = {{1e9, " G"}, {1e6, " M"}, {1e3, " k"}, {1, ""}};
    size_t u = 0;
    while (u < 3 && fabs(figure) < units[u].one)
        u++;
    double digits = ceil(-log10(step / units[u].one) - 1e-9);
    fprintf(file, "%.*f%s", (int)fmin(fmax(digits, 0), 6), figure / units[u].one, units[u].letter);
}

static void put_axes(FILE *file, const struct preposition_report *report, const struct axis *x,
                     const struct axis *y) {
    fprintf(
        file,
        "<text x=\"%d\" y=\"28\" font-size=\"18\">What less risk costs · 降低风险的代价</text>\n"
        "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">CVaR: mean cost of the worst %.4g %% · "
        "最坏 %.4g %% 情形的平均成本</text>\n"
        "<text transform=\"translate(22 %d) rotate(-90)\" text-anchor=\"middle\">expected cost · "
        "期望成本</text>\n",
        LEFT, (LEFT + WIDTH - RIGHT) / 2, HEIGHT - BOTTOM + 46, 100 * (1 - report->wish.alpha),
        100 * (1 - report->wish.alpha), (TOP + HEIGHT - BOTTOM) / 2);
    int columns = (int)lround((x->most - x->least) / x->step);
    for (int i = 0; i <= columns; i++) {
        double figure = x->least + i * x->step, at = x_of(x, figure);
        fprintf(file,
                "<path d=\"M%.1f %dV%d\" class=\"g\"/><text x=\"%.1f\" y=\"%d\" "
                "text-anchor=\"middle\">",
                at, TOP, HEIGHT - BOTTOM, at, HEIGHT - BOTTOM + 18);
        put_amount(file, figure, x->step);
        fputs("</text>\n", file);
    }
    int rows = (int)lround((y->most - y->least) / y->step);
    for (int i = 0; i <= rows; i++) {
        double figure = y->least + i * y->step, at = y_of(y, figure);
        fprintf(file,
                "<path d=\"M%d %.1fH%d\" class=\"g\"/><text x=\"%d\" y=\"%.1f\" "
                "text-anchor=\"end\">",
                LEFT, at, WIDTH - RIGHT, LEFT - 8, at + 4);
        put_amount(file, figure, y->step);
        fputs("</text>\n", file);
    }
}

static void put_point(FILE *file, const struct preposition_frontier_point *point,
                      const struct axis *x, const struct axis *y) {
    fprintf(file,
            "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"4\"%s><title>λ %.4g: expected %.2f, CVaR %.2f, "
            "%" PRIu32 " depots</title></circle>\n",
            x_of(x, point->cvar), y_of(y, point->expected), point->dominated ? " class=\"d\"" : "",
            point->lambda, point->expected, point->cvar, point->open);
}

static void put_points(FILE *file, const struct preposition_report *report, const struct axis *x,
                       const struct axis *y) {
    bool drawn = false;
    fputs("<path class=\"l\" d=\"", file);
    for (uint32_t i = 0; i < report->wish.frontier; i++) {
        const struct preposition_frontier_point *point = &report->points[i];
        if (!point->solved || point->dominated)
            continue;
        fprintf(file, "%c%.1f %.1f", drawn ? 'L' : 'M', x_of(x, point->cvar),
                y_of(y, point->expected));
        drawn = true;
    }
    fputs(drawn ? "\"/>\n" : "M0 0\"/>\n", file);
    for (uint32_t i = 0; i < report->wish.frontier; i++)
        if (report->points[i].solved && report->points[i].dominated)
            put_point(file, &report->points[i], x, y);
    double last_x = -INFINITY, last_y = -INFINITY;
    for (uint32_t i = 0; i < report->wish.frontier; i++) {
        const struct preposition_frontier_point *point = &report->points[i];
        if (!point->solved || point->dominated)
            continue;
        put_point(file, point, x, y); /* over one of the same costs */
        double at_x = x_of(x, point->cvar), at_y = y_of(y, point->expected);
        if (hypot(at_x - last_x, at_y - last_y) < 24)
            continue; /* names that would lie on each other */
        fprintf(file, "<text x=\"%.1f\" y=\"%.1f\">λ %.4g</text>\n", at_x + 7, at_y - 7,
                point->lambda);
        last_x = at_x;
        last_y = at_y;
    }
}

/* What the marks mean, and what could not be drawn. */
static void put_legend(FILE *file, const struct preposition_report *report) {
    uint32_t unknown = 0;
    int y = HEIGHT - BOTTOM + 76;
    for (uint32_t i = 0; i < report->wish.frontier; i++)
        unknown += !report->points[i].solved;
    fprintf(file,
            "<path class=\"l\" d=\"M%d %dh32\"/><circle cx=\"%d\" cy=\"%d\" r=\"4\"/>"
            "<text x=\"%d\" y=\"%d\">a decision than which none known costs less in both · "
            "有效决策：没有已知决策两项成本都更低</text>\n",
            LEFT, y - 4, LEFT + 16, y - 4, LEFT + 44, y);
    y += 22;
    fprintf(
        file,
        "<circle cx=\"%d\" cy=\"%d\" r=\"4\" class=\"d\"/><text x=\"%d\" y=\"%d\">another is no "
        "worse in both · 劣决策：另有决策两项成本都不更高</text>\n",
        LEFT + 16, y - 4, LEFT + 44, y);
    y += 22;
    fprintf(file,
            "<text x=\"%d\" y=\"%d\">λ</text><text x=\"%d\" y=\"%d\">weight of the CVaR beside the "
            "expected cost · CVaR 相对期望成本的权重</text>\n",
            LEFT + 12, y, LEFT + 44, y);
    y += 22;
    if (unknown > 0)
        fprintf(file,
                "<text x=\"%d\" y=\"%d\">not solved in time, and not drawn: %" PRIu32 " of %" PRIu32
                " · 未及求解、未绘出：%" PRIu32 " / %" PRIu32 "</text>\n",
                LEFT + 44, y, unknown, report->wish.frontier, unknown, report->wish.frontier);
}

int preposition_frontier_write_svg(FILE *file, const void *context) {
    const struct preposition_report *report = context;
    struct axis x, y;
    find_axes(report, &x, &y);
    fprintf(file,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" "
            "height=\"%d\" role=\"img\" aria-label=\"Cost-risk frontier · 成本与风险的前沿\" "
            "font-family=\"sans-serif\" "
            "font-size=\"12\">\n"
            "<style>.g{stroke:#d0d4d8;fill:none}.l{stroke:#0b5394;stroke-width:2;fill:none}"
            "circle{fill:#0b5394}.d{fill:#fff;stroke:#888}</style>\n"
            "<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n",
            WIDTH, HEIGHT, WIDTH, HEIGHT);
    put_axes(file, report, &x, &y);
    put_points(file, report, &x, &y);
    put_legend(file, report);
    fputs("</svg>\n", file);
    return ferror(file) ? HV_ERR_IO : HV_OK;
}
