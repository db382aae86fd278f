# SPDX-License-Identifier: Apache-2.0
# <uid:...> and <rv:...> become UID1, UID2, ... and RV1, RV2, ... in the order in
# which they appear.
{
	done = ""
	while (match($0, /<(uid|rv):[^>]*>/)) {
		mark = substr($0, RSTART, RLENGTH)
		kind = mark ~ /^<uid/ ? "UID" : "RV"
		if (!(mark in name))
			name[mark] = kind (++count[kind])
		done = done substr($0, 1, RSTART - 1) name[mark]
		$0 = substr($0, RSTART + RLENGTH)
	}
	print done $0
}
