/* Forms and queries of the staff desk: whatever the bytes, they are read or refused, and what is
 * read makes entries that the console can read or refuse. */
#include "nodes/desk/desk_entries.h"
#include "schemas/platform/entry.h"

#include <stdlib.h>
#include <string.h>

static const char *const forms[] = {
    "check-in", "count", "capacity", "lifeline", "receive",     "stock-count", "need",
    "rows",     "csv",   "answer",   "undo",     "transfer-in", "unpack",      "goods-rows"};

static void read_entries(const json_t *entries) {
    const json_t *entry;
    size_t i;
    json_array_foreach(entries, i, entry) {
        struct hv_arena arena;
        struct entry read;
        char wrong[256];
        hv_arena_init(&arena, 0);
        (void)!entry_read(entry, &arena, wrong, sizeof wrong, &read);
        hv_arena_deinit(&arena);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    struct fields fields;
    if (size < 1 || fields_read((const char *)bytes + 1, size - 1, &fields) != HV_OK)
        return 0;
    struct desk_wrong wrong;
    json_t *entries = NULL;
    if (desk_entries_read(forms[bytes[0] % (sizeof forms / sizeof forms[0])], &fields, 3, &wrong,
                          &entries) == HV_OK)
        read_entries(entries);
    json_decref(entries);
    fields_deinit(&fields);
    return 0;
}
