/* SPDX-License-Identifier: Apache-2.0 */

/* program_rate RATE SECONDS: the load alone, for bench/sensor.py. */

#include "start_programs.h"

#include <stdlib.h>

int main(int argc, char **argv)
{
    unsigned rate = argc == 3 ? (unsigned)strtoul(argv[1], NULL, 10) : 0;
    unsigned seconds = argc == 3 ? (unsigned)strtoul(argv[2], NULL, 10) : 0;

    if (rate == 0 || seconds == 0) {
        return 2;
    }
    start_programs(rate, seconds);
    return 0;
}
