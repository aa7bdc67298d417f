#!/bin/sh
# Bricks carry the label that SELinux lets the brick process work under, now and after the file system is labelled anew.
. "$(dirname "$0")/../../words.sh"
has selinuxenabled && selinuxenabled && has semanage && has restorecon || exit 0
own_bricks | while IFS= read -r path; do
  pattern="$path(/.*)?"
  semanage fcontext -a -t glusterd_brick_t "$pattern" 2>/dev/null || semanage fcontext -m -t glusterd_brick_t "$pattern"
  restorecon -R "$path"
done
