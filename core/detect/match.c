/* SPDX-License-Identifier: Apache-2.0 */

/*
 * From an event to the rules that hold for it.
 *
 * Candidates first: the rules of which a literal was seen that they cannot do
 * without. Only their conditions are evaluated. Rules that hold are collected
 * as bits, so that they are reported once each and in order, whatever the order
 * of candidates.
 *
 * Layer 4 (detect). No allocation.
 */

#include "core/detect/match.h"

#include "core/detect/candidates.h"
#include "core/detect/evaluate.h"
#include "core/detect/filters.h"

static void set_bit(uint64_t *bits, uint32_t index)
{
    bits[index / 64] |= UINT64_C(1) << index % 64;
}

static bool get_bit(const uint64_t *bits, uint32_t index)
{
    return (bits[index / 64] >> index % 64 & 1) != 0;
}

/* Evaluates a candidate unless another log source has settled its rule. */
static void match_alternative(const sonda__question *question, uint32_t index)
{
    const sonda_content *content = question->content;
    const sonda__pack *pack = &content->pack;
    const uint8_t *at = sonda__pack_entry(pack, SONDA__SECTION_ALTERNATIVES, index);
    uint64_t *bits = question->matcher->rule_bits;
    uint32_t rule = at == NULL ? UINT32_MAX : sonda__pack_u32(at + SONDA__AT_ALTERNATIVE_OWNER);

    if (rule >= pack->count[SONDA__SECTION_RULES] ||
        get_bit(bits, content->first_rule + rule)) {
        return;
    }
    question->matcher->counts.evaluated++;
    if (sonda__evaluate_program(question, index)) {
        set_bit(bits, content->first_rule + rule);
        set_bit(question->matcher->rule_words, (content->first_rule + rule) / 64);
    }
}

/* False: the search for candidates was stopped. */
static bool match_pack(const sonda__question *question)
{
    uint32_t alternative;
    bool found;

    sonda__candidates_find(question);
    found = !sonda__matcher_is_stopped(question->matcher);
    while (sonda__candidates_next(question->matcher, &alternative)) {
        match_alternative(question, alternative);
    }
    return found;
}

/* Takes the rules of one word of bits, in ascending order. */
static void report_word(const sonda__question *question,
                        uint32_t word,
                        sonda__match_fn on_match,
                        void *user)
{
    uint64_t left = question->matcher->rule_bits[word];

    question->matcher->rule_bits[word] = 0;
    for (uint32_t rule = word * 64; left != 0; rule++, left >>= 1) {
        if ((left & 1) == 0) {
            continue;
        }
        if (sonda__filters_hold(question, rule)) {
            question->matcher->counts.filtered++;
        } else {
            on_match(rule, user);
        }
    }
}

/* Looks at words that have any, so that rules which do not hold cost nothing. */
static void report(const sonda__question *question, sonda__match_fn on_match, void *user)
{
    uint32_t count = sonda_content_rule_count(question->content);

    sonda__filters_begin(question);
    for (uint32_t group = 0; group * 4096 < count; group++) {
        uint64_t left = question->matcher->rule_words[group];

        question->matcher->rule_words[group] = 0;
        for (uint32_t word = group * 64; left != 0; word++, left >>= 1) {
            if ((left & 1) != 0) {
                report_word(question, word, on_match, user);
            }
        }
    }
}

void sonda__matcher_use(sonda__matcher *matcher, sonda__programs *programs)
{
    matcher->programs = programs;
    matcher->trap_count = 0;
}

size_t sonda__matcher_traps(const sonda__matcher *matcher, const sonda__trap **traps)
{
    *traps = matcher->traps;
    return matcher->trap_count;
}

const sonda__match_counts *sonda__matcher_counts(const sonda__matcher *matcher)
{
    return &matcher->counts;
}

sonda_status sonda__match(const sonda_content *content,
                          const sonda_event *event,
                          sonda__matcher *matcher,
                          sonda__match_fn on_match,
                          void *user)
{
    sonda__question question = {content, event, matcher};
    bool within_budget = true;

    matcher->trap_count = 0;
    sonda__matcher_index(matcher, content, event);
    matcher->counts.budget = matcher->steps_left;
    for (const sonda_content *pack = content; pack != NULL; pack = pack->base) {
        question.content = pack;
        within_budget = match_pack(&question) && within_budget;
    }
    matcher->counts.steps = matcher->counts.budget - matcher->steps_left;
    /* From here on each program has its own share, and callers may ask for evidence. */
    matcher->steps_left = UINT64_MAX;
    question.content = content;
    report(&question, on_match, user);
    return within_budget ? SONDA_OK : SONDA_ERR_LIMIT;
}
