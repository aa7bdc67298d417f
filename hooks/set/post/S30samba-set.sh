#!/bin/sh
# The share of a started volume follows user.smb and user.cifs.
. "$(dirname "$0")/../../words.sh"
. "$(dirname "$0")/../../samba.sh"
[ -n "$(changed user.smb)$(changed user.cifs)" ] || exit 0
started=1
[ "$(option status)" = "$started" ] || exit 0
if share_wanted; then add_share; else remove_share; fi
