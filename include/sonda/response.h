/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Words of the response policy: what a finding shall lead to, whether it may,
 * and what came of it.
 *
 * A policy stands beside the rules in a pack. It says nothing until the engine
 * is opened with a mode other than off, and a switch set while it runs takes a
 * response back within one event. docs/policy.md has the whole of it.
 *
 * Public. Compiles alone as C99 and C++11. Pinned values.
 */

#ifndef SONDA_RESPONSE_H
#define SONDA_RESPONSE_H

/** The finding is told, nothing else. What a rule gets without a policy. */
#define SONDA_ACTION_ALERT 1u
/** Besides, the ticket of the event is answered with deny. */
#define SONDA_ACTION_DENY 2u
/** As deny, and whoever acts on findings shall end the process. */
#define SONDA_ACTION_KILL 3u
/** The finding is not told, only counted. */
#define SONDA_ACTION_NONE 4u

/** Mode off: policies say nothing, every finding is an alert. The default. */
#define SONDA_RESPONSE_OFF 0u
/** Mode observe: findings say what would have been done; nothing is. */
#define SONDA_RESPONSE_OBSERVE 1u
/** Mode enforce: the policy is carried out. */
#define SONDA_RESPONSE_ENFORCE 2u

/** Outcome: an alert, or the mode is off. */
#define SONDA_OUTCOME_ALERTED 0u
/** Mode observe: it would have been done. */
#define SONDA_OUTCOME_WOULD 1u
/** The ticket of the event is answered with deny before the call returns. */
#define SONDA_OUTCOME_DENIED 2u
/** A switch took it back; the finding is an alert. */
#define SONDA_OUTCOME_WITHHELD 3u
/**
 * There was nothing to answer: a record without a ticket, an event that was
 * held back or a correlation, which come when the answer has been given, or a
 * worker without on_verdict. The finding is an alert.
 */
#define SONDA_OUTCOME_NO_TICKET 4u

/** Switch: everything. Has no name; can always be set. */
#define SONDA_SWITCH_ALL 1u
/** Switch: one rule, by its id. */
#define SONDA_SWITCH_RULE 2u
/** Switch: the entries of policies with this `feature`. */
#define SONDA_SWITCH_FEATURE 3u
/** Switch: engines that were opened for this tenant. */
#define SONDA_SWITCH_TENANT 4u

/** What a policy's entry is about: a rule by its id. */
#define SONDA_POLICY_RULE 1u
/** Rules with this tag. */
#define SONDA_POLICY_TAG 2u
/** Rules of this level. */
#define SONDA_POLICY_LEVEL 3u

#endif
