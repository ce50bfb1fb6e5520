/* SPDX-License-Identifier: Apache-2.0 */

/*
 * `sonda version`.
 *
 * Module tools.
 */

#include "commands.h"
#include "machine.h"

static int run(program *self, arguments *given)
{
    const sonda_source_ops *source = machine_source();
    sonda_source_description description = {.struct_size = sizeof description};

    (void)given;
    print(self, "sonda %s\n", sonda_version());
    if (source != NULL) {
        source->describe(&description);
        print(self, "adapter %s %s\n", description.name, description.version);
    } else {
        print(self, "no adapter for this system\n");
    }
    return EXIT_DONE;
}

const command command_version = {
    "version",
    COMMAND_VERSION,
    "",
    "show the version",
    "Shows the version of the program and of its adapter.",
    0,
    0,
    run,
};
