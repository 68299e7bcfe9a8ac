# SPDX-License-Identifier: Apache-2.0
#
# includes.awk - who may include whom. Run with the paths of all sources, relative to the
# top of the tree; every fault is one line.
#
#	kmod/	itself and the kernel's headers
#	lib/	as "layer/file.h", of its own layer and those that ALLOWED gives it; the headers
#		of kmod/uapi only from those layers that read records
#	cli/	the one public header, its own headers, and the C library's

function allow(layer, others,    n, i, a) {
	n = split(others, a, " ")
	for (i = 1; i <= n; i++)
		ALLOWED[layer, a[i]] = 1
	ALLOWED[layer, layer] = 1
	LAYER[layer] = 1
}

BEGIN {
	allow("util", "")
	allow("event", "util")
	allow("scap", "util event")
	allow("capture", "util event scap")
	allow("doctor", "util event capture")
	allow("dns", "util")
	allow("net", "util")
	allow("state", "util event capture dns net")
	allow("filter", "util event capture dns net state")
	allow("rules", "util event capture dns net state filter")
	allow("output", "util event capture dns net state filter rules")
	allow("store", "util event capture dns net state filter rules output")
	allow("report", "util event capture dns net state filter rules output store")
	allow("policy", "util event capture dns net state filter rules output")
	allow("engine", "util event scap capture doctor dns net state filter rules output store report policy")
	READS_RECORDS["event"] = READS_RECORDS["capture"] = 1
	PUBLIC = "engine/engine.h"
	UAPI = "^falcoc(_events)?\\.h$"
	LIBC = "^(sys/[a-z]+|assert|ctype|dirent|errno|fcntl|getopt|inttypes|limits|locale|poll|" \
	       "signal|stdarg|stdbool|stddef|stdint|stdio|stdlib|string|strings|time|unistd)\\.h$"
	KERNEL = "^(linux|net|asm|uapi|trace|generated)/"
}

function exists(path,    line, r) {
	r = (getline line < path)
	close(path)
	return r >= 0
}

function check_kmod(name, quoted,    dir) {
	if (!quoted) {
		if (name !~ KERNEL)
			fault("kmod/ includes only kmod/ and the kernel, not <" name ">")
		return
	}
	dir = FILENAME
	sub("[^/]*$", "", dir)
	if (name ~ /\.\./ ||
	    !(exists(dir name) || exists("kmod/" name) || exists("kmod/uapi/" name)))
		fault("kmod/ includes only kmod/ and the kernel, not \"" name "\"")
}

function check_lib(name, quoted, layer,    other) {
	if (!quoted) {
		other = name
		sub("/.*", "", other)
		if (name ~ UAPI || other in LAYER && exists("lib/" name))
			fault("our own <" name "> belongs in quotes")
		return
	}
	if (name ~ UAPI) {
		if (!(layer in READS_RECORDS))
			fault("lib/" layer " does not read records: \"" name "\" is for lib/event and lib/capture")
		return
	}
	other = name
	if (!sub("/[^/]*$", "", other) || !(other in LAYER))
		fault("\"" name "\" is not of the form \"layer/file.h\"")
	else if (!((layer, other) in ALLOWED))
		fault("lib/" layer " stands below lib/" other " and may not include \"" name "\"")
}

function check_cli(name, quoted) {
	if (!quoted) {
		if (name !~ LIBC)
			fault("cli/ includes \"" PUBLIC "\" and the C library, not <" name ">")
	} else if (name != PUBLIC && (name ~ /\// || !exists("cli/" name))) {
		fault("cli/ includes only \"" PUBLIC "\" of lib/, not \"" name "\"")
	}
}

{
	# strings are emptied by code(), so the name is taken from the line itself
	if (code($0) !~ /^[ \t]*#[ \t]*include/ || !match($0, /["<][^">]*[">]/))
		next
	quoted = substr($0, RSTART, 1) == "\""
	name = substr($0, RSTART + 1, RLENGTH - 2)
	n = split(FILENAME, part, "/")
	if (part[1] == "kmod")
		check_kmod(name, quoted)
	else if (part[1] == "lib" && n > 2)
		check_lib(name, quoted, part[2])
	else if (part[1] == "cli")
		check_cli(name, quoted)
}
