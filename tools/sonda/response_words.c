/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Numbers to words.
 *
 * Module tools.
 */

#include "response_words.h"
#include "sonda/response.h"

#include <stddef.h>

static const char *word_of(const char *const *words, size_t count, uint32_t number)
{
    return number < count && words[number] != NULL ? words[number] : "unknown";
}

const char *action_word(uint32_t action)
{
    static const char *const words[] = {NULL, "alert", "deny", "kill", "none"};

    return word_of(words, sizeof words / sizeof words[0], action);
}

const char *outcome_word(uint32_t outcome)
{
    static const char *const words[] = {"alerted", "would", "denied", "withheld", "no-ticket"};

    return word_of(words, sizeof words / sizeof words[0], outcome);
}

const char *switch_word(uint32_t kind)
{
    static const char *const words[] = {NULL, "all", "rule", "feature", "tenant"};

    return word_of(words, sizeof words / sizeof words[0], kind);
}
