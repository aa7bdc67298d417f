#!/bin/sh
# A started volume is shared by Samba, where this server has one, unless user.smb or user.cifs is off.
. "$(dirname "$0")/../../words.sh"
. "$(dirname "$0")/../../samba.sh"
if share_wanted; then add_share; fi
