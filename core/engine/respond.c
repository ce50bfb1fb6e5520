/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Deciding a response.
 *
 * Begins at an alert and gets to more by one step at a time: the mode is on, the
 * policy asks, no switch takes it back, somebody waits for an answer.
 *
 * Layer 5 (engine). No allocation.
 */

#include "core/engine/respond.h"

#include "core/rules/content_policy.h"

static const sonda__switch *
ask(const sonda_engine *engine, const sonda_content *content, uint32_t rule, uint64_t features)
{
    sonda_rule_view view = SONDA_RULE_VIEW_INIT;
    sonda__switch_subject subject = {.content = content, .features = features};

    (void)sonda_content_rule(content, rule, &view);
    subject.rule = sonda__span_of(view.id.len == 0 ? "" : view.id.data, view.id.len);
    subject.tenant = sonda__engine_tenant(engine);
    return sonda__switches_ask(sonda__engine_switches(engine), &subject);
}

/* What the policy asks for and nothing takes back. */
static void carry_out(sonda__decision *decision, uint32_t mode, sonda__answerable answerable)
{
    bool answers = decision->action != SONDA_ACTION_NONE;

    if (answers && answerable == SONDA__ANSWER_LATE) {
        decision->outcome = SONDA_OUTCOME_NO_TICKET;
    } else if (mode != SONDA_RESPONSE_ENFORCE) {
        decision->outcome = SONDA_OUTCOME_WOULD;
    } else if (!answers) {
        decision->is_silent = true;
    } else {
        decision->outcome = answerable == SONDA__ANSWER_AWAITED ? SONDA_OUTCOME_DENIED
                                                                : SONDA_OUTCOME_NO_TICKET;
    }
}

static void count(const sonda__decision *decision, sonda_stats *stats)
{
    stats->suppressed_policy += decision->is_silent;
    stats->responses_would += decision->outcome == SONDA_OUTCOME_WOULD;
    stats->responses_withheld += decision->outcome == SONDA_OUTCOME_WITHHELD;
    stats->responses_no_ticket += decision->outcome == SONDA_OUTCOME_NO_TICKET;
}

sonda__decision sonda__respond(const sonda_engine *engine,
                               const sonda__publication *publication,
                               uint32_t rule_index,
                               sonda__answerable answerable,
                               sonda_stats *stats)
{
    sonda__decision decision = {.action = SONDA_ACTION_ALERT, .outcome = SONDA_OUTCOME_ALERTED};
    sonda__response response;

    if (publication->response_mode == SONDA_RESPONSE_OFF) {
        return decision;
    }
    response = sonda__content_response(publication->content, rule_index);
    decision.action = response.action;
    decision.features = response.features;
    if (decision.action == SONDA_ACTION_ALERT) {
        return decision;
    }
    decision.by = ask(engine, publication->content, rule_index, response.features);
    if (decision.by != NULL) {
        decision.outcome = SONDA_OUTCOME_WITHHELD;
    } else {
        carry_out(&decision, publication->response_mode, answerable);
    }
    count(&decision, stats);
    return decision;
}
