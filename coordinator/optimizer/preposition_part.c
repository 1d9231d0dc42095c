#include "coordinator/optimizer/preposition_part.h"

static int tell(void *context, const struct preposition_progress *progress) {
    const struct preposition_part *part = context;
    struct preposition_progress told = *progress;
    told.stage = part->stage;
    told.part = part->number;
    told.parts = part->count;
    return part->whole->progress(part->whole->context, &told);
}

struct preposition_options preposition_part_options(struct preposition_part *part) {
    struct preposition_options options = *part->whole;
    if (options.progress != NULL) {
        options.progress = tell;
        options.context = part;
    }
    return options;
}
