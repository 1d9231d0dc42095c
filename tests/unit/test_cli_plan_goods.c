/* What haven plan show says of goods. */
#include "coordinator/cli/cli_plan_inside.h"

#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <string.h>

TestSuite(cli_plan_goods, .init = cr_redirect_stdout);

static const char *said(double least_fill, json_t *fairness_cost) {
    static char text[4096];
    json_t *plan =
        json_pack("{s:f, s:{s:f, s:f, s:f, s:s, s:o, s:f, s:f, s:i, s:f, s:[]}}", "goods_gap", 0.0,
                  "goods", "cost", 10.0, "cost_bound", 10.0, "least_fill", least_fill, "fairness",
                  "none", "fairness_cost", fairness_cost, "cheapest_fill", 0.25, "fairest_fill",
                  0.5, "orders_kept", 0, "stability_cost", 0.0, "order_changes");
    cr_assert_not_null(plan);
    cli_plan_goods(plan);
    fflush(stdout);
    const size_t size = fread(text, 1, sizeof text - 1, cr_get_redirected_stdout());
    text[size] = '\0';
    json_decref(plan);
    return text;
}

Test(cli_plan_goods, says_why_sharing_fairly_has_no_price) {
    cr_assert_not_null(strstr(said(0.25, json_null()),
                              "25.0 %; sharing fairly was not priced: it is where shelters × "
                              "items are at most 4,000\n"));
}

Test(cli_plan_goods, says_nothing_of_sharing_where_nothing_is_lacking) {
    cr_assert_not_null(strstr(said(1, json_null()), "100.0 %\n"));
}

Test(cli_plan_goods, says_what_sharing_fairly_would_bring_and_cost) {
    cr_assert_not_null(strstr(said(0.25, json_real(2000)),
                              "sharing fairly would bring 50.0 % for 2.0 person-days\n"));
}
