/* SPDX-License-Identifier: Apache-2.0 */
/* lazy_sqlite.h - SQLite, of alerts and of Podman's containers: loaded when it is needed (lazy.h) */
#ifndef UTIL_LAZY_SQLITE_H
#define UTIL_LAZY_SQLITE_H

#include <sqlite3.h>
#include <stdbool.h>

#include "util/lazy.h"

#define LAZY_SQLITE(F) \
	F(sqlite3_bind_int) F(sqlite3_bind_int64) F(sqlite3_bind_parameter_index) \
	F(sqlite3_bind_text) F(sqlite3_busy_timeout) F(sqlite3_changes) \
	F(sqlite3_clear_bindings) F(sqlite3_close) F(sqlite3_column_count) \
	F(sqlite3_column_int) F(sqlite3_column_int64) F(sqlite3_column_text) \
	F(sqlite3_create_function) F(sqlite3_errmsg) F(sqlite3_exec) F(sqlite3_finalize) \
	F(sqlite3_free) F(sqlite3_get_autocommit) F(sqlite3_last_insert_rowid) \
	F(sqlite3_malloc) F(sqlite3_open_v2) F(sqlite3_prepare_v2) F(sqlite3_prepare_v3) \
	F(sqlite3_reset) F(sqlite3_result_int) F(sqlite3_step) F(sqlite3_value_text) \
	/* of databases that are not ours */ \
	F(sqlite3_column_bytes) F(sqlite3_db_config) F(sqlite3_deserialize) F(sqlite3_limit) \
	F(sqlite3_progress_handler)

extern struct lazy_sqlite { LAZY_SQLITE(LAZY_MEMBER) } lazy_sqlite;
/* False: it is not there. */
bool lazy_sqlite_load(void);

#define sqlite3_bind_int lazy_sqlite.sqlite3_bind_int
#define sqlite3_bind_int64 lazy_sqlite.sqlite3_bind_int64
#define sqlite3_bind_parameter_index lazy_sqlite.sqlite3_bind_parameter_index
#define sqlite3_bind_text lazy_sqlite.sqlite3_bind_text
#define sqlite3_busy_timeout lazy_sqlite.sqlite3_busy_timeout
#define sqlite3_changes lazy_sqlite.sqlite3_changes
#define sqlite3_clear_bindings lazy_sqlite.sqlite3_clear_bindings
#define sqlite3_close lazy_sqlite.sqlite3_close
#define sqlite3_column_count lazy_sqlite.sqlite3_column_count
#define sqlite3_column_int lazy_sqlite.sqlite3_column_int
#define sqlite3_column_int64 lazy_sqlite.sqlite3_column_int64
#define sqlite3_column_text lazy_sqlite.sqlite3_column_text
#define sqlite3_create_function lazy_sqlite.sqlite3_create_function
#define sqlite3_errmsg lazy_sqlite.sqlite3_errmsg
#define sqlite3_exec lazy_sqlite.sqlite3_exec
#define sqlite3_finalize lazy_sqlite.sqlite3_finalize
#define sqlite3_free lazy_sqlite.sqlite3_free
#define sqlite3_get_autocommit lazy_sqlite.sqlite3_get_autocommit
#define sqlite3_last_insert_rowid lazy_sqlite.sqlite3_last_insert_rowid
#define sqlite3_malloc lazy_sqlite.sqlite3_malloc
#define sqlite3_open_v2 lazy_sqlite.sqlite3_open_v2
#define sqlite3_prepare_v2 lazy_sqlite.sqlite3_prepare_v2
#define sqlite3_prepare_v3 lazy_sqlite.sqlite3_prepare_v3
#define sqlite3_reset lazy_sqlite.sqlite3_reset
#define sqlite3_result_int lazy_sqlite.sqlite3_result_int
#define sqlite3_step lazy_sqlite.sqlite3_step
#define sqlite3_value_text lazy_sqlite.sqlite3_value_text
#define sqlite3_column_bytes lazy_sqlite.sqlite3_column_bytes
#define sqlite3_db_config lazy_sqlite.sqlite3_db_config
#define sqlite3_deserialize lazy_sqlite.sqlite3_deserialize
#define sqlite3_limit lazy_sqlite.sqlite3_limit
#define sqlite3_progress_handler lazy_sqlite.sqlite3_progress_handler

#endif
