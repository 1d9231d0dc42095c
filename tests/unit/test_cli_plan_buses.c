/* What haven plan show says of people without a vehicle. */
#include "coordinator/cli/cli_plan_inside.h"

#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <string.h>

TestSuite(cli_plan_buses, .init = cr_redirect_stdout);

/* Of a plan, which it takes. */
static const char *said(json_t *plan) {
    static char text[4096];
    cr_assert_not_null(plan);
    cli_plan_buses(plan);
    fflush(stdout);
    const size_t size = fread(text, 1, sizeof text - 1, cr_get_redirected_stdout());
    text[size] = '\0';
    json_decref(plan);
    return text;
}

static json_t *plan_of(bool planned, int unserved, int bound) {
    return json_pack("{s:[], s:{s:b, s:i, s:i, s:i, s:i, s:i, s:[]}}", "moves", "buses", "planned",
                     planned, "people", 1200, "unserved", unserved, "unserved_bound", bound,
                     "count", 9, "seats", 300, "runs");
}

Test(cli_plan_buses, says_who_is_on_no_run_and_what_is_proven) {
    const char *text = said(plan_of(true, 40, 30));
    cr_assert_not_null(strstr(text, "40 of them on no run; proven that these buses leave at least "
                                    "30\n"));
    cr_assert_null(strstr(text, "no run is planned"));
}

Test(cli_plan_buses, says_that_there_are_more_places_than_runs_are_planned_for) {
    const char *text = said(plan_of(false, 1200, 0));
    cr_assert_not_null(strstr(text, "1200 people wait for one; there are 9 buses"));
    cr_assert_not_null(strstr(text, "no run is planned: there are more zones and shelters than "
                                    "runs are planned for. All of them are left over"));
    cr_assert_null(strstr(text, "proven"), "nothing is");
}

Test(cli_plan_buses, says_how_many_have_no_vehicle_where_there_are_no_buses) {
    json_t *plan = json_pack("{s:[{s:i}, {s:i}], s:n}", "moves", "without_vehicle", 30,
                             "without_vehicle", 12, "buses");
    cr_assert_not_null(strstr(said(plan), "42 people have no vehicle, and the plan does not say "
                                          "how they get there\n"));
}

Test(cli_plan_buses, says_nothing_where_everybody_drives) {
    cr_assert_str_eq(said(json_pack("{s:[{s:i}], s:n}", "moves", "without_vehicle", 0, "buses")),
                     "");
}
