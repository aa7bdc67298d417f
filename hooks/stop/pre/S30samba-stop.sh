#!/bin/sh
# A volume that is stopped is shared by Samba no more.
. "$(dirname "$0")/../../words.sh"
. "$(dirname "$0")/../../samba.sh"
remove_share
