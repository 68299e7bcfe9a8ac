/* SPDX-License-Identifier: Apache-2.0 */
/* lazy_pcre2.h - PCRE2, for regular expressions: loaded when it is needed (lazy.h) */
#ifndef UTIL_LAZY_PCRE2_H
#define UTIL_LAZY_PCRE2_H

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdbool.h>

#include "util/lazy.h"

#define LAZY_PCRE2(F) \
	F(pcre2_code_free_8) F(pcre2_compile_8) F(pcre2_compile_context_create_8) \
	F(pcre2_compile_context_free_8) F(pcre2_get_error_message_8) F(pcre2_jit_compile_8) \
	F(pcre2_match_8) F(pcre2_match_context_create_8) F(pcre2_match_context_free_8) \
	F(pcre2_match_data_create_8) F(pcre2_match_data_free_8) F(pcre2_set_match_limit_8) \
	F(pcre2_set_newline_8)

extern struct lazy_pcre2 { LAZY_PCRE2(LAZY_MEMBER) } lazy_pcre2;
/* False: it is not there. */
bool lazy_pcre2_load(void);

#define pcre2_code_free_8 lazy_pcre2.pcre2_code_free_8
#define pcre2_compile_8 lazy_pcre2.pcre2_compile_8
#define pcre2_compile_context_create_8 lazy_pcre2.pcre2_compile_context_create_8
#define pcre2_compile_context_free_8 lazy_pcre2.pcre2_compile_context_free_8
#define pcre2_get_error_message_8 lazy_pcre2.pcre2_get_error_message_8
#define pcre2_jit_compile_8 lazy_pcre2.pcre2_jit_compile_8
#define pcre2_match_8 lazy_pcre2.pcre2_match_8
#define pcre2_match_context_create_8 lazy_pcre2.pcre2_match_context_create_8
#define pcre2_match_context_free_8 lazy_pcre2.pcre2_match_context_free_8
#define pcre2_match_data_create_8 lazy_pcre2.pcre2_match_data_create_8
#define pcre2_match_data_free_8 lazy_pcre2.pcre2_match_data_free_8
#define pcre2_set_match_limit_8 lazy_pcre2.pcre2_set_match_limit_8
#define pcre2_set_newline_8 lazy_pcre2.pcre2_set_newline_8

#endif
