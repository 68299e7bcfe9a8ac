// SPDX-License-Identifier: Apache-2.0
/* International names by libidn2, registrable domains by libpsl; see dns/idn.h. */
#include "dns/idn.h"

#include <errno.h>
#include <limits.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>

#include "dns/table.h"
#include "util/lazy_idn.h"
#include "util/lazy_psl.h"

int dns_idn_to_ascii(const char *name, size_t len, char ret_name[DNS_NAME_SIZE])
{
	char text[DNS_UNICODE_SIZE], *ascii = NULL;
	int rc;

	if (len && name[len - 1] == '.')
		len--;
	if (!len || len >= sizeof(text) || memchr(name, '\0', len))
		return -EINVAL;
	if (!lazy_idn_load())
		return -ELIBACC;
	memcpy(text, name, len);
	text[len] = '\0';
	if (idn2_to_ascii_8z(text, &ascii, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL) != IDN2_OK)
		return -EINVAL;
	rc = dns_name_normalize(ascii, strlen(ascii), ret_name, NULL);
	idn2_free(ascii);
	return rc;
}

bool dns_idn_to_unicode(const char *kept, char ret_name[DNS_UNICODE_SIZE])
{
	char *unicode = NULL;
	bool fits;

	if (strncmp(kept, "xn--", 4) != 0 && !strstr(kept, ".xn--"))
		return false;
	if (!lazy_idn_load() || idn2_to_unicode_8z8z(kept, &unicode, 0) != IDN2_OK)
		return false;
	fits = strlen(unicode) < DNS_UNICODE_SIZE && strcmp(unicode, kept) != 0;
	if (fits)
		memcpy(ret_name, unicode, strlen(unicode) + 1);
	idn2_free(unicode);
	return fits;
}

void dns_idn_fold(char *text, size_t len)
{
	static locale_t utf8;
	locale_t old;

	if (!utf8)
		utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	if (!utf8)
		return;
	old = uselocale(utf8);
	for (size_t at = 0; at < len;) {
		mbstate_t in = { 0 }, out = { 0 };
		char lower[MB_LEN_MAX];
		size_t n;
		wchar_t c;

		n = mbrtowc(&c, text + at, len - at, &in);
		if (n == 0 || n > len - at) {
			at++;	/* a NUL, or no UTF-8 */
			continue;
		}
		if (n > 1 && wcrtomb(lower, (wchar_t)towlower((wint_t)c), &out) == n)
			memcpy(text + at, lower, n);
		at += n;
	}
	uselocale(old);
}

const char *dns_registrable(const char *kept)
{
	static psl_ctx_t *list;
	const char *domain;

	if (!list && lazy_psl_load())
		list = psl_latest(NULL);
	domain = list ? psl_registrable_domain(list, kept) : NULL;
	return domain ? domain : kept;
}

static int differs(const struct dns_link_info *info, void *arg)
{
	const char **first = arg, *domain;

	if (info->is_alias || !strchr(info->name, '.'))
		return 0;
	domain = dns_registrable(info->name);
	if (!*first)
		*first = domain;
	return strcmp(*first, domain) != 0;
}

bool dns_is_ambiguous(const struct dns_table *t, const struct ip_addr *addr, uint64_t now_ns)
{
	const char *first = NULL;

	return dns_table_names(t, addr, now_ns, differs, &first) != 0;
}
