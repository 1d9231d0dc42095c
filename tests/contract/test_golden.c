/* Golden messages of every release (tests/contract/golden): each still decodes. */
#include "tests/support/golden.h"

#include <criterion/criterion.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

TestSuite(golden, .init = golden_start, .fini = golden_stop);

/* Whatever lies in the folders, of releases that no test names, too. */
Test(golden, every_message_of_every_release_decodes) {
    char pattern[4096];
    const char *top = getenv("HAVEN_TOP");
    glob_t found;
    snprintf(pattern, sizeof pattern, "%s/tests/contract/golden/*/*.bin", top == NULL ? "." : top);
    cr_assert_eq(glob(pattern, 0, NULL, &found), 0, "no golden messages: %s", pattern);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        struct hv_verdict verdict = {.detail = ""};
        struct hv_envelope *envelope = NULL;
        struct hv_record *record = NULL;
        const char *name = strrchr(found.gl_pathv[i], '/') + 1;
        bool is_record = strncmp(name, "record_", 7) == 0;
        cr_assert(is_record || strncmp(name, "envelope_", 9) == 0, "what is %s?", name);
        FILE *file = fopen(found.gl_pathv[i], "rb");
        cr_assert_not_null(file);
        size_t size = fread(golden_bytes, 1, sizeof golden_bytes, file);
        fclose(file);
        int error =
            is_record ? hv_record_decode(golden_bytes, size, &golden_arena, &verdict, &record)
                      : hv_envelope_decode(golden_bytes, size, &golden_arena, &verdict, &envelope);
        cr_assert_eq(error, HV_OK, "%s: %s", found.gl_pathv[i], verdict.detail);
    }
    cr_assert_geq(found.gl_pathc, 50);
    globfree(&found);
}
