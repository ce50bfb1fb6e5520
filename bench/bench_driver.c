/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What the driver costs an open, in the fake filter layer: the same call with
 * the driver filtering and without it.
 *
 * The budget is 2 microseconds for an open that nobody watches.
 */

#include <stdio.h>
#include <time.h>

#include "fake.h"

#define ROUNDS 2000000

static double seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Nanoseconds per open. */
static double opens(ACCESS_MASK access, ULONG disposition, ULONG result)
{
    static UINT8 batch[1 << 20];
    fake_file file = {.name = L"\\Device\\HarddiskVolume3\\Windows\\System32\\ntdll.dll"};
    const UINT32 read[8] = {SONDA_DRIVER_VERSION, SONDA_DRIVER_COMMAND_READ};
    double begin = seconds();
    ULONG len;

    for (int i = 0; i < ROUNDS; i++) {
        (void)fake_create(&file, access, disposition << 24, result);
        if (result != FILE_OPENED && i % 1024 == 0) {
            (void)fake_command(read, sizeof read, batch, sizeof batch, &len);
        }
    }
    begin = seconds() - begin;
    fake_forget(&file);
    return begin * 1e9 / ROUNDS;
}

int main(void)
{
    double without;

    if (fake_load() != STATUS_SUCCESS || fake_connect(FAKE_EVENTS, FAKE_SENSOR) != 0) {
        return 1;
    }
    fake_be(FAKE_APP);
    fake_filtering(FALSE);
    without = opens(FILE_READ_DATA, FILE_OPEN, FILE_OPENED);
    fake_filtering(TRUE);
    printf("an unwatched open: %+.0f ns (the fake layer itself: %.0f ns)\n",
           opens(FILE_READ_DATA, FILE_OPEN, FILE_OPENED) - without, without);
    printf("a created file, recorded and read: %+.0f ns\n",
           opens(FILE_WRITE_DATA, FILE_CREATE, FILE_CREATED) - without);
    fake_unload();
    return 0;
}
