/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The info.yml of SigmaHQ's regression tests as cases.
 *
 * Module compile.
 */

#ifndef SONDA_COMPILE_CASE_REGRESSION_H
#define SONDA_COMPILE_CASE_REGRESSION_H

#include "compile/case_list.h"
#include "compile/yaml_document.h"

/* Whether a document is such an info.yml. */
bool sonda__case_is_regression(const sonda__yaml_node *root);

/* Appends its cases. On failure `error` names line and reason. */
sonda_status
sonda__case_regression(sonda_cases *cases, const sonda__yaml_node *root, sonda_error *error);

#endif
