# SPDX-License-Identifier: Apache-2.0
# Reads apt source files, one-line (*.list) and deb822 (*.sources), and prints
# one line per URI and suite:   URI <tab> SUITE <tab> COMPONENTS <tab> KEYRING
# KEYRING is "-" where none is named (or the key is given inline): apt then
# uses the keys the machine trusts anyway.

function emit(uri, suite, comps, key) {
	sub(/\/+$/, "", uri)
	print uri "\t" suite "\t" comps "\t" (key ~ /^\// ? key : "-")
}

function stanza(   i, j, nu, ns, u, s) {
	if (field["types"] ~ /(^| )deb( |$)/ && field["enabled"] != "no") {
		nu = split(field["uris"], u, " ")
		ns = split(field["suites"], s, " ")
		for (i = 1; i <= nu; i++)
			for (j = 1; j <= ns; j++)
				emit(u[i], s[j], field["components"],
				     field["signed-by"])
	}
	delete field
	name = ""
}

function one_line(   key, i, comps) {
	key = ""
	if (match($0, /\[[^]]*\]/)) {
		key = substr($0, RSTART, RLENGTH)
		$0 = substr($0, 1, RSTART - 1) substr($0, RSTART + RLENGTH)
		if (match(key, /signed-by=[^] ]*/))
			key = substr(key, RSTART + 10, RLENGTH - 10)
		else
			key = ""
	}
	comps = ""
	for (i = 4; i <= NF; i++) {
		if ($i ~ /^#/)
			break
		comps = comps (comps == "" ? "" : " ") $i
	}
	emit($2, $3, comps, key)
}

FNR == 1 && name != "" { stanza() }
FILENAME ~ /\.list$/ { if ($1 == "deb") one_line(); next }
/^#/ { next }
/^[ \t]*$/ { stanza(); next }
/^[ \t]/ { sub(/^[ \t]+/, ""); field[name] = field[name] " " $0; next }
{
	name = tolower(substr($0, 1, index($0, ":") - 1))
	value = substr($0, index($0, ":") + 1)
	gsub(/^[ \t]+|[ \t]+$/, "", value)
	field[name] = value
}
END { stanza() }
