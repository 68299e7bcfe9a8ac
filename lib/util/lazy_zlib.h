/* SPDX-License-Identifier: Apache-2.0 */
/* lazy_zlib.h - zlib, for what is packed by gzip: loaded when it is needed (lazy.h) */
#ifndef UTIL_LAZY_ZLIB_H
#define UTIL_LAZY_ZLIB_H

#include <zlib.h>
#include <stdbool.h>

#include "util/lazy.h"

#define LAZY_ZLIB(F) \
	F(deflate) F(deflateEnd) F(deflateInit2_) \
	F(gzclose) F(gzgets) F(gzopen) \
	F(inflate) F(inflateEnd) F(inflateInit2_) \
	F(inflateReset)

extern struct lazy_zlib { LAZY_ZLIB(LAZY_MEMBER) } lazy_zlib;
/* False: it is not there. */
bool lazy_zlib_load(void);

#define deflate lazy_zlib.deflate
#define deflateEnd lazy_zlib.deflateEnd
#define deflateInit2_ lazy_zlib.deflateInit2_
#define gzclose lazy_zlib.gzclose
#define gzgets lazy_zlib.gzgets
#define gzopen lazy_zlib.gzopen
#define inflate lazy_zlib.inflate
#define inflateEnd lazy_zlib.inflateEnd
#define inflateInit2_ lazy_zlib.inflateInit2_
#define inflateReset lazy_zlib.inflateReset

#endif
