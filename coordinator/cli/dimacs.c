#include "coordinator/cli/dimacs.h"

#include "schemas/limits.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define FIELDS_MAX 6

struct field {
    const char *text;
    int length;
};

struct reader {
    const char *at, *end; /* what is not read yet */
    const char *file;
    struct hv_fault_list *faults;
    uint32_t line;
    size_t errors_before;
    bool has_header;
    bool *has_supply; /* by node */
    uint32_t arcs_room;
    uint64_t arcs_seen;
    struct dimacs_problem problem;
    bool no_memory;
};

/* Fields ----------------------------------------------------------------------------------------
 */

static void fault(struct reader *reader, const char *column, const char *right,
                  const struct field *wrong) {
    hv_fault_addf(reader->faults, HV_FAULT_ERROR, reader->file, reader->line, column, right,
                  "“%.*s”", wrong->length > 60 ? 60 : wrong->length, wrong->text);
}

static bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\r';
}

/* Splits the next line at blanks; counts fields past FIELDS_MAX without keeping them. */
static int split_line(struct reader *reader, struct field *fields) {
    int count = 0;
    reader->line++;
    while (reader->at < reader->end && *reader->at != '\n') {
        if (is_blank(*reader->at)) {
            reader->at++;
            continue;
        }
        const char *start = reader->at;
        while (reader->at < reader->end && !is_blank(*reader->at) && *reader->at != '\n')
            reader->at++;
        size_t length = (size_t)(reader->at - start);
        if (count < FIELDS_MAX)
            fields[count] = (struct field){start, length > 1000 ? 1000 : (int)length};
        count++;
    }
    if (reader->at < reader->end)
        reader->at++;
    return count;
}

/* A whole number with a sign, all of the field. */
static bool read_number(const struct field *field, int64_t *ret_number) {
    int i = field->length > 0 && (field->text[0] == '-' || field->text[0] == '+');
    if (i == field->length)
        return false;
    int64_t number = 0;
    for (; i < field->length; i++) {
        int digit = field->text[i] - '0';
        if (digit < 0 || digit > 9 || __builtin_mul_overflow(number, 10, &number) ||
            __builtin_sub_overflow(number, digit, &number))
            return false;
    }
    if (field->text[0] != '-' && number == INT64_MIN)
        return false;
    *ret_number = field->text[0] == '-' ? number : -number;
    return true;
}

static bool figure(struct reader *reader, const struct field *field, const char *column,
                   int64_t *ret_figure) {
    if (read_number(field, ret_figure))
        return true;
    fault(reader, column, "a whole number of 64 bits", field);
    return false;
}

static bool node(struct reader *reader, const struct field *field, const char *column,
                 uint32_t *ret_node) {
    int64_t number;
    if (read_number(field, &number) && number >= 1 && number <= reader->problem.node_count) {
        *ret_node = (uint32_t)(number - 1);
        return true;
    }
    char right[64];
    snprintf(right, sizeof right, "a node from 1 to %" PRIu32, reader->problem.node_count);
    fault(reader, column, right, field);
    return false;
}

/* Lines -----------------------------------------------------------------------------------------
 */

static bool wrong_shape(struct reader *reader, int count, int wanted, const char *shape) {
    if (count == wanted)
        return false;
    hv_fault_addf(reader->faults, HV_FAULT_ERROR, reader->file, reader->line, "", shape,
                  "a line of %d fields", count);
    return true;
}

static bool same(const struct field *field, const char *word) {
    return (size_t)field->length == strlen(word) &&
           memcmp(field->text, word, (size_t)field->length) == 0;
}

static bool count_of(struct reader *reader, const struct field *field, const char *column,
                     int64_t max, int64_t *ret_count) {
    if (read_number(field, ret_count) && *ret_count >= 0 && *ret_count <= max)
        return true;
    char right[64];
    snprintf(right, sizeof right, "a count from 0 to %" PRId64, max);
    fault(reader, column, right, field);
    return false;
}

static void read_header(struct reader *reader, const struct field *fields, int count) {
    int64_t nodes, arcs;
    if (reader->has_header) {
        fault(reader, "", "one line that begins with p, before all others", &fields[0]);
        return;
    }
    if (wrong_shape(reader, count, 4, "p min NODES ARCS"))
        return;
    if (!same(&fields[1], "min")) {
        fault(reader, "problem", "min, for a minimum-cost flow", &fields[1]);
        return;
    }
    if (!count_of(reader, &fields[2], "nodes", HV_REGION_NODES_MAX, &nodes) ||
        !count_of(reader, &fields[3], "arcs", HV_FLOW_ARCS_MAX, &arcs))
        return;
    reader->has_header = true;
    reader->problem.node_count = (uint32_t)nodes;
    reader->problem.arc_count = (uint32_t)arcs;
    reader->problem.supplies = calloc((size_t)nodes + 1, sizeof *reader->problem.supplies);
    reader->has_supply = calloc((size_t)nodes + 1, sizeof *reader->has_supply);
    reader->no_memory = !reader->problem.supplies || !reader->has_supply;
}

static void read_supply(struct reader *reader, const struct field *fields, int count) {
    uint32_t number;
    int64_t supply;
    if (wrong_shape(reader, count, 3, "n NODE SUPPLY") ||
        !node(reader, &fields[1], "node", &number) ||
        !figure(reader, &fields[2], "supply", &supply))
        return;
    if (reader->has_supply[number]) {
        fault(reader, "node", "one line for each node", &fields[1]);
        return;
    }
    reader->has_supply[number] = true;
    reader->problem.supplies[number] = supply;
}

/* Arcs are kept as they come, so that a header that announces too many takes no memory for them. */
static bool room_for_arc(struct reader *reader) {
    if (reader->arcs_seen < reader->arcs_room)
        return true;
    uint64_t room = (uint64_t)reader->arcs_room * 2 + 1024;
    if (room > reader->problem.arc_count)
        room = reader->problem.arc_count;
    void *memory = realloc(reader->problem.arcs, room * sizeof *reader->problem.arcs);
    if (!memory) {
        reader->no_memory = true;
        return false;
    }
    reader->problem.arcs = memory;
    reader->arcs_room = (uint32_t)room;
    return true;
}

static void read_arc(struct reader *reader, const struct field *fields, int count) {
    struct dimacs_arc arc;
    if (wrong_shape(reader, count, 6, "a FROM TO LOWER UPPER COST"))
        return;
    bool good = node(reader, &fields[1], "from", &arc.from);
    good &= node(reader, &fields[2], "to", &arc.to);
    good &= figure(reader, &fields[3], "lower", &arc.lower);
    good &= figure(reader, &fields[4], "upper", &arc.upper);
    good &= figure(reader, &fields[5], "cost", &arc.cost);
    if (good && arc.lower > arc.upper) {
        fault(reader, "upper", "an upper bound that is not below the lower one", &fields[4]);
        good = false;
    }
    if (reader->arcs_seen >= reader->problem.arc_count) {
        reader->arcs_seen++;
        return;
    }
    if (!room_for_arc(reader))
        return;
    if (good)
        reader->problem.arcs[reader->arcs_seen] = arc;
    reader->arcs_seen++;
}

static void read_line(struct reader *reader) {
    struct field fields[FIELDS_MAX];
    int count = split_line(reader, fields);
    if (count == 0 || fields[0].text[0] == 'c')
        return;
    bool header = same(&fields[0], "p");
    if (!header && !same(&fields[0], "n") && !same(&fields[0], "a"))
        fault(reader, "", "a line that begins with c, p, n or a", &fields[0]);
    else if (header)
        read_header(reader, fields, count);
    else if (!reader->has_header)
        fault(reader, "", "the line p min NODES ARCS first", &fields[0]);
    else if (same(&fields[0], "n"))
        read_supply(reader, fields, count);
    else
        read_arc(reader, fields, count);
}

/* The whole -------------------------------------------------------------------------------------
 */

static void check_counts(struct reader *reader) {
    if (!reader->has_header && reader->faults->errors == reader->errors_before)
        hv_fault_add(reader->faults, HV_FAULT_ERROR, reader->file, 0, "", "no problem line",
                     "p min NODES ARCS before all nodes and arcs");
    if (reader->has_header && reader->arcs_seen != reader->problem.arc_count)
        hv_fault_addf(reader->faults, HV_FAULT_ERROR, reader->file, 0, "arcs",
                      "as many lines that begin with a as the p line says",
                      "%" PRIu64 " arcs where %" PRIu32 " were announced", reader->arcs_seen,
                      reader->problem.arc_count);
}

int dimacs_read(const char *text, size_t bytes, const char *file, struct hv_fault_list *faults,
                struct dimacs_problem *ret_problem) {
    struct reader reader = {
        .at = text,
        .end = text + bytes,
        .file = file,
        .faults = faults,
        .errors_before = faults->errors,
    };
    while (reader.at < reader.end && !reader.no_memory)
        read_line(&reader);
    if (!reader.no_memory)
        check_counts(&reader);
    free(reader.has_supply);
    if (reader.no_memory || faults->errors > reader.errors_before) {
        dimacs_deinit(&reader.problem);
        return reader.no_memory ? HV_ERR_MEMORY : HV_ERR_FORMAT;
    }
    *ret_problem = reader.problem;
    return 0;
}

void dimacs_deinit(struct dimacs_problem *problem) {
    free(problem->supplies);
    free(problem->arcs);
    *problem = (struct dimacs_problem){0};
}

int dimacs_write(FILE *stream, const struct dimacs_problem *problem, int64_t cost,
                 const int64_t *flows) {
    bool good = fprintf(stream, "s %" PRId64 "\n", cost) > 0;
    for (uint32_t i = 0; i < problem->arc_count && good; i++)
        if (flows[i] != 0)
            good = fprintf(stream, "f %" PRIu32 " %" PRIu32 " %" PRId64 "\n",
                           problem->arcs[i].from + 1, problem->arcs[i].to + 1, flows[i]) > 0;
    return good && fflush(stream) == 0 ? 0 : HV_ERR_IO;
}
