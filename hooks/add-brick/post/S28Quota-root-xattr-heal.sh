#!/bin/sh
# The limits of the whole volume are xattrs of its root, which new bricks do not have yet: they are set again.
. "$(dirname "$0")/../../words.sh"
is_on "$(option features.quota)" && has getfattr && has setfattr || exit 0
again() {
  for key in trusted.glusterfs.quota.limit-set trusted.glusterfs.quota.limit-objects; do
    value=$(getfattr --only-values -n "$key" . 2>/dev/null | od -An -v -tx1 | tr -d ' \n')
    [ -z "$value" ] || setfattr -n "$key" -v "0x$value" .
  done
}
mounted again
