/* SPDX-License-Identifier: Apache-2.0 */
/* lazy_yaml.h - libyaml, for rules and configuration: loaded when it is needed (lazy.h) */
#ifndef UTIL_LAZY_YAML_H
#define UTIL_LAZY_YAML_H

#include <yaml.h>
#include <stdbool.h>

#include "util/lazy.h"

#define LAZY_YAML(F) \
	F(yaml_event_delete) F(yaml_parser_delete) F(yaml_parser_initialize) \
	F(yaml_parser_parse) F(yaml_parser_set_encoding) F(yaml_parser_set_input_string)

extern struct lazy_yaml { LAZY_YAML(LAZY_MEMBER) } lazy_yaml;
/* False: it is not there. */
bool lazy_yaml_load(void);

#define yaml_event_delete lazy_yaml.yaml_event_delete
#define yaml_parser_delete lazy_yaml.yaml_parser_delete
#define yaml_parser_initialize lazy_yaml.yaml_parser_initialize
#define yaml_parser_parse lazy_yaml.yaml_parser_parse
#define yaml_parser_set_encoding lazy_yaml.yaml_parser_set_encoding
#define yaml_parser_set_input_string lazy_yaml.yaml_parser_set_input_string

#endif
