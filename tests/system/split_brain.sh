#!/bin/bash
# Two copies that were changed apart, bricks killed in turn: what `heal info` says of it, what each command that resolves
# it says and does, what a mount shows; held against what stock 10.3 says (tests/samples/split_brain).
#   tests/lab --stock all -- bash tests/system/split_brain.sh >tests/samples/split_brain/said.txt    records it anew
source "$(dirname "$(realpath "$0")")/../lab.sh"
in_lab

said=$SOURCE/tests/samples/split_brain/said.txt
is_stock=$([ -e /usr/sbin/glusterfsd ] && [ ! -L /usr/sbin/glusterfsd ] && echo yes || true)
b1=$HOST:$BRICKS/b1 b2=$HOST:$BRICKS/b2

# glusterd of ours starts a brick again at once, unless its directory is not there.
kill_brick() {
  mv "$BRICKS/$1" "$BRICKS/$1.away"
  kill -9 "$(cat /run/gluster/vols/v/"$HOST$(tr / - <<<"$BRICKS/$1").pid")"
}
both_run() { [ "$(gluster volume status v | grep -v Self-heal | grep -c ' Y  ')" = 2 ]; }
start_bricks() {
  local away
  for away in "$BRICKS"/*.away; do
    if [ -e "$away" ]; then mv "$away" "${away%.away}"; fi
  done
  gluster volume start v force >/dev/null
  waits_for both_run
}
again_mounted() { # with the bricks as they are now
  if grep -q " $PWD/mount " /proc/mounts; then umount mount; fi
  mount -t glusterfs -o attribute-timeout=0,entry-timeout=0 "$HOST:/v" mount
}
without() { # BRICK COMMANDS
  kill_brick "$1"
  again_mounted
  (cd mount && eval "$2")
  start_bricks
  again_mounted
}
gfid_of() { getfattr -n trusted.gfid -e hex --absolute-names "$BRICKS/b1/$1" | sed -n 's/^trusted.gfid=0x\(.\{8\}\)\(.\{4\}\)\(.\{4\}\)\(.\{4\}\)/\1-\2-\3-\4-/p'; }
uuid='[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}'
says() { # COMMAND...: with its status; lists of entries in an order of their own
  local status=0
  "$@" >out 2>err || status=$?
  echo "\$ ${*//$BRICKS/BRICKS}" | sed -E "s/$uuid/UUID/g"
  uniq err | cat out - | sed -E "s/$uuid/UUID/g; s:$BRICKS:BRICKS:g" | tr -d '\0'
  echo "= $status"
}
listed() { # stock finds no paths on a brick that was started a moment ago
  local line lines=
  says "$@" | sed -E 's:^(/|<gfid)[^ ]*:PATH:' | while IFS= read -r line; do
    case $line in
      PATH*) lines+=$line$'\n' ;;
      Status*) printf %s "$lines" | sort; lines=; echo "$line" ;;
      *) echo "$line" ;;
    esac
  done
}
holds() { # FILE CONTENT: on both; what stock leaves behind is not our matter
  local brick
  if [ -n "$is_stock" ]; then return; fi
  for brick in b1 b2; do
    [ "$(cat "$BRICKS/$brick/$1")" = "$2" ] || fails "$1 is not '$2' on $brick"
  done
}
resolve() { says gluster volume heal v split-brain "$@"; }

transcript() {
  listed gluster volume heal v info
  listed gluster volume heal v info split-brain
  says gluster volume heal v info summary

  resolve bigger-file /big
  holds big "much longer"
  resolve bigger-file /same
  resolve bigger-file "gfid:$(gfid_of by-gfid)"
  holds by-gfid longer
  resolve source-brick "$b1" "gfid:$(gfid_of from-first)"
  holds from-first one
  resolve bigger-file /attributes
  resolve latest-mtime /attributes
  resolve source-brick "$b1" /attributes
  says stat -c %a "$BRICKS"/b{1,2}/attributes

  resolve bigger-file /name
  resolve bigger-file /name-of-one-size
  resolve latest-mtime /name-of-one-size
  resolve source-brick "$b1" /name-from-first
  resolve bigger-file /directory-or-file
  resolve source-brick "$b1" /directory-or-file

  resolve bigger-file /names
  resolve source-brick "$b2" /names
  resolve bigger-file /well
  resolve source-brick "$b2" /well
  resolve bigger-file /nothing
  resolve bigger-file /nothing/below
  resolve bigger-file well
  resolve bigger-file gfid:12345678-1234-1234-1234-123456789012
  resolve source-brick "$HOST:/nowhere" /well
  resolve source-brick "$HOST:/nowhere"
  resolve other-way /well

  for file in looked-at looked-at-attributes well; do
    says getfattr --only-values -n replica.split-brain-status "mount/$file"
  done
  says cat mount/looked-at
  says setfattr -n replica.split-brain-choice -v v-client-0 mount/looked-at
  says cat mount/looked-at
  says setfattr -n replica.split-brain-choice -v v-client-1 mount/looked-at
  says cat mount/looked-at
  says setfattr -n replica.split-brain-choice -v none mount/looked-at
  says cat mount/looked-at
  says setfattr -n replica.split-brain-choice -v v-client-0 mount/looked-at-attributes
  says stat -c %a mount/looked-at-attributes

  kill_brick b2
  again_mounted
  resolve bigger-file /away
  resolve source-brick "$b1" /away
  resolve source-brick "$b2" /away
  resolve source-brick "$b2"
  says getfattr --only-values -n replica.split-brain-status mount/away
  start_bricks
  again_mounted
}

daemon
echo y | gluster volume create v replica 2 "$b1" "$b2" force >/dev/null
gluster volume set v cluster.self-heal-daemon off >/dev/null
gluster volume start v >/dev/null
waits_for both_run
mkdir mount
again_mounted
(cd mount && touch big same by-gfid from-first attributes well looked-at looked-at-attributes away rest && mkdir names)
without b2 'echo short >big; echo one >same; echo short >by-gfid; echo one >from-first; chmod 600 attributes
  echo a >name; echo one >name-of-one-size; echo one >name-from-first; echo file >directory-or-file; echo 1 >names/first
  echo one >looked-at; chmod 600 looked-at-attributes; echo one >away; echo one >rest'
sleep 1.1
without b1 'echo much longer >big; echo two >same; echo longer >by-gfid; echo two >from-first; chmod 640 attributes
  echo longer >name; echo two >name-of-one-size; echo two >name-from-first; mkdir directory-or-file; echo 2 >names/second
  echo two >looked-at; chmod 640 looked-at-attributes; echo two >away; echo two >rest'

if [ -n "$is_stock" ]; then
  transcript
  exit
fi
transcript >transcript
diff "$said" transcript || fails "stock says something else"

# Where stock fails: for times that differ, and when somebody has read the file before.
resolve latest-mtime /same | grep -qx 'Healed /same.' || fails "the later one was not taken"
holds same two
setfattr -n replica.split-brain-choice -v v-client-4 mount/looked-at 2>/dev/null && fails "there is no such copy"
setfattr -n replica.split-brain-heal-finalize -v v-client-4 mount/looked-at 2>/dev/null && fails "there is no such copy"
setfattr -n replica.split-brain-heal-finalize -v v-client-0 mount/looked-at
[ "$(cat mount/looked-at)" = one ]
holds looked-at one

# All that a brick lists.
resolve source-brick "$b1" >all
grep -q "^'source-brick' option used on a directory" all || fails "no directory was merged"
grep -q '^Status: Connected' all
grep -q '^Number of healed entries: 3$' all || fails "nothing was healed: $(cat all)"
holds away one
holds rest one

# What is left is merged or healed by the daemons, but for what only a user can decide: remove one of the two.
rm -r "$BRICKS/b2/directory-or-file"
gluster volume set v cluster.self-heal-daemon on >/dev/null
nothing_waits() { [ "$(gluster volume heal v info | sed -n 's/^Number of entries: //p' | paste -sd' ')" = "0 0" ]; }
waits_for nothing_waits
holds name longer
holds name-of-one-size two
holds name-from-first one
holds names/first 1
holds names/second 2

# A policy decides without a command.
gluster volume set v cluster.self-heal-daemon off >/dev/null
for policy in size mtime ctime; do
  without b2 "echo one >by-$policy; echo one >again"
  without b1 "echo two, longer >by-$policy; echo two, longer >again"
  cat mount/by-$policy 2>/dev/null && fails "by-$policy was served"
  gluster volume set v cluster.favorite-child-policy $policy >/dev/null
  gluster volume set v cluster.self-heal-daemon on >/dev/null
  waits_for nothing_waits
  holds by-$policy "two, longer"
  holds again "two, longer"
  gluster volume set v cluster.self-heal-daemon off >/dev/null
  gluster volume set v cluster.favorite-child-policy none >/dev/null
done
umount mount
gluster volume stop v >/dev/null
check_bricks "$BRICKS"/b{1..2}
