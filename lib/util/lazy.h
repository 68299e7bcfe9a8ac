/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lazy.h - libraries that are loaded when they are first needed
 *
 * Those that most runs never call take more memory than all the rest of a small run, and a good part
 * of its start. So they are not linked: each has a header lazy_NAME.h that is included in place
 * of the library's own, where the names of its functions stand for members of struct lazy_NAME.
 * lazy_NAME_load() fills that in. It comes before any other call, wherever use of the library begins;
 * it may be called any number of times, from any thread. Libraries stay loaded.
 *
 * A function that is new here needs its name in the list and a #define after it. libcurl, which is
 * called from many places, has its functions written out instead (curl.c).
 */
#ifndef UTIL_LAZY_H
#define UTIL_LAZY_H

#define LAZY_MEMBER(f) __typeof__(&f) f;

#endif
