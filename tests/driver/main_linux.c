/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Runs every case, or those whose name is given.
 */

#include <stdio.h>
#include <string.h>

#include "cases.h"

int main(int argc, char **argv)
{
    int failed = 0;

    for (unsigned i = 0; i < driver_case_count; i++) {
        const char *wrong;

        if (argc > 1 && strcmp(argv[1], driver_cases[i].name) != 0) {
            continue;
        }
        wrong = run_case(&driver_cases[i]);
        printf("%s: %s%s\n", driver_cases[i].name,
               wrong == NULL ? "ok" : "does not hold: ", wrong == NULL ? "" : wrong);
        failed += wrong != NULL;
    }
    return failed == 0 ? 0 : 1;
}
