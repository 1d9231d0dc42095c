/* Which binaries a search has fixed, and which others are settled with them. */
#include "coordinator/optimizer/preposition_search_state.h"
#include "coordinator/optimizer/preposition_served.h"

#include <string.h>

const struct preposition_step *preposition_search_step(const struct preposition_search *search,
                                                       uint32_t binary) {
    const struct preposition_problem *problem = &search->tree->problem;
    return binary >= problem->facility_count &&
                   binary - problem->facility_count < problem->step_count
               ? &problem->steps[binary - problem->facility_count]
               : NULL;
}

uint32_t preposition_search_scenario(const struct preposition_search *search, uint32_t binary) {
    uint32_t first = preposition_first_scenario(&search->tree->problem);
    return binary < first ? UINT32_MAX : binary - first;
}

/* Takes away the sizes of a store that are (or are not) in the step. */
static void close_sizes(const struct preposition_search *search,
                        const struct preposition_step *step, bool inside, uint8_t *upper) {
    const struct preposition_problem *problem = &search->tree->problem;
    for (uint32_t a = problem->facilities_first[step->store];
         a < problem->facilities_first[step->store + 1]; a++)
        if (problem->facilities[a].size != PREPOSITION_NO_SIZE &&
            preposition_step_holds(problem, step, a) == inside)
            upper[a] = 0;
}

void preposition_search_open(const struct preposition_search *search, uint32_t binary,
                             uint8_t *lower, uint8_t *upper) {
    const struct preposition_problem *problem = &search->tree->problem;
    const struct preposition_step *step = preposition_search_step(search, binary);
    lower[binary] = 1;
    if (step != NULL)
        close_sizes(search, step, false, upper);
    if (binary >= problem->facility_count)
        return;
    uint32_t store = problem->facilities[binary].store;
    for (uint32_t a = problem->facilities_first[store]; a < problem->facilities_first[store + 1];
         a++)
        if (a != binary && problem->facilities[a].size != PREPOSITION_NO_SIZE)
            upper[a] = 0;
}

void preposition_search_close(const struct preposition_search *search, uint32_t binary,
                              uint8_t *lower, uint8_t *upper) {
    const struct preposition_step *step = preposition_search_step(search, binary);
    upper[binary] = 0;
    if (step != NULL)
        close_sizes(search, step, true, upper);
    if (preposition_search_scenario(search, binary) != UINT32_MAX)
        preposition_served_imply(search->tree, lower, upper);
}

void preposition_search_fix(const struct preposition_search *search, uint32_t binary, bool up,
                            uint8_t *lower, uint8_t *upper) {
    if (up)
        preposition_search_open(search, binary, lower, upper);
    else
        preposition_search_close(search, binary, lower, upper);
}

void preposition_search_begin(const struct preposition_search *search, uint8_t *lower,
                              uint8_t *upper) {
    memcpy(lower, search->root_lower, search->tree->binaries);
    memcpy(upper, search->root_upper, search->tree->binaries);
}
