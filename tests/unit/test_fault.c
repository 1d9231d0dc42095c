#include "schemas/fault.h"
#include "schemas/limits.h"

#include <criterion/criterion.h>
#include <string.h>

Test(fault, names_file_line_column_and_remedy) {
    struct hv_fault_list list;
    hv_fault_list_init(&list);
    hv_fault_addf(&list, HV_FAULT_ERROR, "zones.csv", 7, "people", "a whole number", "“%s”", "ten");
    char line[128];
    hv_fault_print(&list.faults[0], line, sizeof line);
    cr_assert_str_eq(line, "zones.csv:7: people: “ten”; a whole number");
    hv_fault_list_deinit(&list);
}

Test(fault, counts_what_it_no_longer_keeps) {
    struct hv_fault_list list;
    hv_fault_list_init(&list);
    for (unsigned i = 0; i < HV_FAULTS_MAX + 5; i++)
        hv_fault_add(&list, HV_FAULT_WARNING, "f", i, "", "w", "r");
    cr_assert_eq(list.count, HV_FAULTS_MAX);
    cr_assert_eq(list.warnings, HV_FAULTS_MAX + 5);
    cr_assert_eq(list.errors, 0);
    hv_fault_list_deinit(&list);
}

Test(fault, control_characters_do_not_reach_the_terminal) {
    struct hv_fault_list list;
    char text[64];
    hv_fault_list_init(&list);
    hv_fault_add(&list, HV_FAULT_ERROR, "a\x1b[31m", 0, "b\n",
                 "\xc2\x9b"
                 "c\x7f",
                 "\xc2\xa0é预\t");
    hv_fault_print(&list.faults[0], text, sizeof text);
    cr_assert_str_eq(text, "a?[31m: b?: ??c?; \xc2\xa0é预?");
    cr_assert_eq(hv_fault_print(&list.faults[0], text, 0), (int)strlen("a?[31m: b?: ??c?; ..é预?"));
    hv_fault_list_deinit(&list);
}
