/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Loads the driver through the service control manager and runs every case.
 *
 *   driver_client.exe C:\path\to\sonda.sys
 */

#include <stdio.h>
#include <windows.h>

static int start(const char *path)
{
    SC_HANDLE manager = OpenSCManagerA(NULL, NULL, SC_MANAGER_ALL_ACCESS);
    SC_HANDLE service = CreateServiceA(
        manager, "SondaTest", "SondaTest", SERVICE_ALL_ACCESS, SERVICE_KERNEL_DRIVER,
        SERVICE_DEMAND_START, SERVICE_ERROR_NORMAL, path, NULL, NULL, NULL, NULL, NULL);
    int started;

    if (service == NULL) {
        service = OpenServiceA(manager, "SondaTest", SERVICE_ALL_ACCESS);
    }
    started = StartServiceA(service, 0, NULL) != 0;
    if (!started) {
        printf("the service does not start: error %lu\n", GetLastError());
    }
    return started;
}

int main(int argc, char **argv)
{
    HANDLE device;
    DWORD number = 0;
    DWORD failed = 0;
    char result[512];
    DWORD len;

    if (argc != 2 || !start(argv[1])) {
        return 1;
    }
    device = CreateFileA("\\\\.\\SondaFake", GENERIC_READ | GENERIC_WRITE, 0, NULL,
                         OPEN_EXISTING, 0, NULL);
    if (device == INVALID_HANDLE_VALUE) {
        printf("no device of the fake filter manager: error %lu\n", GetLastError());
        return 1;
    }
    while (DeviceIoControl(device, 0x222000, &number, sizeof number, result, sizeof result - 1,
                           &len, NULL)) {
        result[len] = '\0';
        printf("%s\n", result);
        fflush(stdout);
        failed += len < 4 || result[len - 1] != 'k' || result[len - 2] != 'o';
        number++;
    }
    printf("%lu cases, %lu do not hold\n", number, failed);
    return failed == 0 && number > 0 ? 0 : 1;
}
