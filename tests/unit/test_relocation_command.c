/* `haven solve relocation`: a made-up case by hand, faults by name, and the real case of ../shared.
 */
#include "coordinator/cli/relief_case.h"
#include "coordinator/cli/solve_preposition.h"
#include "coordinator/cli/solve_relocation.h"
#include "tests/support/command.h"
#include "tests/support/scratch.h"

#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#define RUN(...) COMMAND_RUN(cli_solve_relocation, __VA_ARGS__)

/* Six tents at A, two at C, which are counted at B. From A 12 hours to p and 3 to q, from B 3 and
 * 12, two hours of loading included. Two floods at p ask for 10 tents each, a storm at q for 10. */
static const struct {
    const char *name, *text;
} tables[] = {
    {"items.csv", "ItemName,WeightMetricTon,CubicMeters\nTents,0.05,0.2\nRopes,0.001,0.001\n"},
    {"personsPerItem.csv", "Item,Disaster Type,Month,gglCountry,PersonsPerItem\n"
                           "Tents,DEFAULT,DEFAULT,DEFAULT,5\nTents,Storm,DEFAULT,DEFAULT,2\n"
                           "Ropes,DEFAULT,DEFAULT,DEFAULT,1\n"},
    {"depotSelection.csv",
     "gglAddressAscii,include\n\"A, Land\",1\n\"B, Land\",1\n\"C, Land\",1\n"},
    {"depotMapping.csv", "gglAddressAsciiMapFrom,gglAddressAsciiMapTo\n\"C, Land\",\"B, Land\"\n"},
    {"distanceMatrix.csv",
     "depotGglAddressAscii,x,x,disasterGglAddressAscii,drivingTime_hrs,distance_km\n"
     "\"A, Land\",,,p,10,100\n\"A, Land\",,,q,1,10\n\"B, Land\",,,p,1,10\n\"B, Land\",,,q,10,100\n"
     "\"D, Land\",,,q,10,100\n"},
    {"disasters.csv", "DisasterID,Type,Month,gglCountry,gglAddress,TotAffected\n"
                      "F1,Flood,1,Land,p,50\nF2,Flood,2,Land,p,20\nF2,Flood,2,Land,p,30\n"
                      "S1,Storm,3,Land,q,20\nD1,Drought,3,Land,q,2000\n"},
    {"disasterTypeSelection.csv", "disasterType,include\nFlood,1\nStorm,1\nDrought,\n"},
    {"actual.csv", "ItemName,gglAddress,Total\nTents,\"A, Land\",6\nTents,\"C, Land\",2\n"},
    {"transportParameters.csv",
     "Attribute,Mode,gglAddress,Number\nFixedAddlTime_Hrs,Truck,DEFAULT,2\n"
     "FixedAddlTime_Hrs,Air,DEFAULT,1e8\n"},
};

/* `changed` is another text for the table of that name, NULL to leave it out. */
static char *make_case(const char *name, const char *changed) {
    char *dir = scratch_make();
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        const char *text = tables[i].text;
        if (name != NULL && strcmp(tables[i].name, name) == 0)
            text = changed;
        if (text != NULL)
            command_write(scratch_path(dir, tables[i].name), text);
    }
    return dir;
}

static json_t *said(const char *path) {
    fflush(stdout);
    json_t *root = json_load_file(path, 0, NULL);
    cr_assert_not_null(root);
    return root;
}

Test(relocation_command, says_what_moving_the_stock_gains) {
    char *dir = make_case(NULL, NULL);
    const char *path = scratch_path(dir, "said.json");
    cr_assert_not_null(freopen(path, "we", stdout));
    cr_assert_eq(RUN(dir, "--json"), EX_OK);
    json_t *root = said(path);
    double flood[4], storm[4], all[4], to_move;
    const char *format = "{s:F,s:F,s:F,s:F}";
    const json_t *types = json_object_get(root, "types");
    cr_assert_eq(json_array_size(types), 2);
#define TAKE(object, into)                                                                         \
    cr_assert_eq(json_unpack((json_t *)(object), format, "met_now", &(into)[0], "way_now",         \
                             &(into)[1], "way_moved", &(into)[2], "way_alone", &(into)[3]),        \
                 0)
    TAKE(json_array_get(types, 0), flood);
    TAKE(json_array_get(types, 1), storm);
    TAKE(json_object_get(root, "all"), all);
    const double flood_right[] = {0.8, 9.75, 3, 3}, storm_right[] = {0.8, 5.25, 12, 3},
                 all_right[] = {0.8, 9, 4.5, 3};
    for (size_t i = 0; i < 4; i++) {
        cr_assert_float_eq(flood[i], flood_right[i], 1e-6, "flood %zu: %g", i, flood[i]);
        cr_assert_float_eq(storm[i], storm_right[i], 1e-6, "storm %zu: %g", i, storm[i]);
        cr_assert_float_eq(all[i], all_right[i], 1e-6, "all %zu: %g", i, all[i]);
    }
    to_move = json_number_value(
        json_object_get(json_array_get(json_object_get(root, "items"), 0), "to_move"));
    cr_assert_float_eq(to_move, 6, 1e-6);
    json_decref(root);
    scratch_remove(dir);
}

Test(relocation_command, writes_the_problem_of_an_item) {
    char *dir = make_case(NULL, NULL);
    const char *instance = scratch_path(dir, "tents.json"), *path = scratch_path(dir, "said.json");
    cr_assert_not_null(freopen(path, "we", stdout));
    cr_assert_eq(RUN(dir, "--item", "Tents", "-o", instance, "--measure", "km"), EX_OK);
    cr_assert_not_null(freopen(path, "we", stdout));
    cr_assert_eq(COMMAND_RUN(cli_solve_preposition, instance, "--json", "--gap", "0"), EX_OK);
    json_t *root = said(path);
    /* B: 8 carried 10, 10 and 100 km; 2 wanting at 110 each time */
    cr_assert_float_eq(json_number_value(json_object_get(root, "objective")),
                       (80 + 80 + 800 + 660) / 3.0, 1e-6);
    json_decref(root);
    scratch_remove(dir);
}

static void refuse(const char *name, const char *changed, const char *right) {
    char *dir = make_case(name, changed);
    struct hv_fault_list faults;
    struct relief_case relief;
    hv_fault_list_init(&faults);
    cr_assert_neq(relief_case_read(dir, NULL, &faults, &relief), HV_OK, "%s", right);
    cr_assert_geq(faults.errors, 1, "%s", right);
    char line[512];
    hv_fault_print(&faults.faults[0], line, sizeof line);
    cr_assert_not_null(strstr(line, right), "“%s” instead of “%s”", line, right);
    hv_fault_list_deinit(&faults);
    cr_redirect_stderr();
    cr_assert_eq(RUN(dir), changed == NULL ? EX_NOINPUT : EX_DATAERR, "%s", right);
    scratch_remove(dir);
}

Test(relocation_command, names_what_is_wrong) {
    refuse("actual.csv", NULL, "actual.csv");
    refuse("actual.csv", "ItemName,gglAddress,Total\nBoats,\"A, Land\",6\n",
           "actual.csv:2: ItemName: “Boats”; the name of an item of items.csv");
    refuse("actual.csv", "ItemName,gglAddress,Total\nTents,\"E, Land\",6\n",
           "actual.csv:2: gglAddress: “E, Land”; a depot of depotSelection.csv");
    refuse("actual.csv", "ItemName,gglAddress,Total\nTents,\"A, Land\",-6\n",
           "actual.csv:2: Total: “-6”");
    refuse("disasters.csv", "DisasterID,Type,gglAddress,TotAffected\nF1,Flood,nowhere,50\n",
           "disasters.csv:2: gglAddress: “nowhere”; a place of distanceMatrix.csv");
    refuse("disasters.csv",
           "DisasterID,Type,gglAddress,TotAffected\nF1,Flood,p,50\nF1,Storm,p,50\n",
           "disasters.csv:3: Type: “Storm”; the type that the disaster has in its other rows");
    refuse("disasters.csv", "DisasterID,Type,gglAddress,TotAffected\n",
           "no disaster of a type that is included");
    refuse("personsPerItem.csv",
           "Item,Disaster Type,Month,gglCountry,PersonsPerItem\nTents,DEFAULT,,,5\n",
           "personsPerItem.csv: Item: nothing for “Ropes” in disaster F1");
    refuse("items.csv", "ItemName,WeightMetricTon,CubicMeters\nTents,1,1\nTents,1,1\n",
           "items.csv:3: ItemName: “Tents”; each item once");
    refuse("depotSelection.csv", "gglAddressAscii\nA\n", "depotSelection.csv");
    refuse("items.csv", "\xff\xfe", "items.csv");
}

Test(relocation_command, refuses_wrong_usage) {
    char *dir = make_case(NULL, NULL);
    cr_redirect_stderr();
    cr_redirect_stdout();
    cr_assert_eq(RUN("--help"), EX_OK);
    cr_assert_eq(RUN(dir), EX_OK);
    cr_assert_eq(RUN(dir, dir), EX_USAGE);
    cr_assert_eq(RUN(dir, "--measure", "miles"), EX_USAGE);
    cr_assert_eq(RUN(dir, "-o", "x"), EX_USAGE);
    cr_assert_eq(RUN(dir, "--stock", "../actual.csv"), EX_USAGE);
    cr_assert_eq(RUN(dir, "--item", "Boats"), EX_DATAERR);
    cr_assert_eq(RUN(dir, "--stock", "other.csv"), EX_NOINPUT);
    cr_assert_eq(RUN(scratch_path(dir, "nowhere")), EX_NOINPUT);
    cr_assert_eq(RUN(dir, "--item", "Tents", "-o", scratch_path(dir, "no/x.json")), EX_CANTCREAT);
    scratch_remove(dir);
}

Test(relocation_command, moves_the_stock_of_madagascar) {
    const char *real = command_shared("data/prepositioning/madagascar");
    if (access(real, R_OK) != 0)
        cr_skip_test("../shared/data/prepositioning/madagascar is not here");
    char *dir = scratch_make();
    const char *path = scratch_path(dir, "said.json");
    cr_assert_not_null(freopen(path, "we", stdout));
    cr_assert_eq(RUN(real, "--json"), EX_OK);
    json_t *root = said(path);
    const json_t *items = json_object_get(root, "items"), *types = json_object_get(root, "types");
    size_t i;
    json_t *part;
    cr_assert_eq(json_array_size(items), 15);
    cr_assert_eq(json_array_size(types), 3);
    json_array_foreach((json_t *)items, i, part) {
        double now, moved, gap;
        cr_assert_eq(json_unpack(part, "{s:F,s:F,s:F}", "objective_now", &now, "objective_moved",
                                 &moved, "gap", &gap),
                     0);
        cr_assert(moved <= now * (1 + 1e-9));
        cr_assert(gap <= 1e-4);
    }
    json_array_foreach((json_t *)types, i, part) {
        double moved, alone;
        cr_assert_eq(json_unpack(part, "{s:F,s:F}", "way_moved", &moved, "way_alone", &alone), 0);
        cr_assert(alone <= moved * (1 + 1e-4));
    }
    double gain = json_number_value(json_object_get(json_object_get(root, "all"), "gain"));
    cr_assert_float_eq(gain, 0.0663, 0.0005, "%g", gain);
    json_decref(root);
    scratch_remove(dir);
}
