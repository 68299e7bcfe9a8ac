// SPDX-License-Identifier: Apache-2.0
#include "attack.h"
const struct attack attacks_race[] = { { NULL, NULL } };
