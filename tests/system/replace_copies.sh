#!/bin/bash
# A copy is replaced, reset, added and taken out under a mount: the volume serves meanwhile, and what is written from then
# on is on the new one too.
source "$(dirname "$(realpath "$0")")/../lab.sh"
in_lab

online() { gluster volume status v | grep -c '^.* Y  '; }
has_online() { [ "$(online)" = "$1" ]; }
same() { diff -r --no-dereference "$BRICKS/$1/$3" "$BRICKS/$2/$3"; }
fill() {
  mkdir -p "mount/$1/below"
  for file in $(seq 30); do echo "$1 $file" >"mount/$1/below/$file"; done
  ln -s below "mount/$1/link"
}

daemon
gluster volume create v replica 2 "$HOST:$BRICKS/b"{1,2} force >/dev/null
gluster volume start v >/dev/null
mkdir mount
mounted v "$PWD/mount"
fill first

out=$(gluster volume add-brick v replica 3 "$HOST:$BRICKS/b3" force)
[ "$out" = "volume add-brick: success" ] || fails "$out"
gluster volume info v | grep -qx "Number of Bricks: 1 x 3 = 3"
waits_for has_online 4
fill second
waits_for same b1 b3 second

out=$(gluster volume replace-brick v "$HOST:$BRICKS/b2" "$HOST:$BRICKS/n2" commit force)
[ "$out" = "volume replace-brick: success: replace-brick commit force operation successful" ] || fails "$out"
waits_for has_online 4
grep -qx "brick-id=v-client-1" "/var/lib/glusterd/vols/v/bricks/$HOST:$(tr / - <<<"$BRICKS/n2")"
fill third
[ "$(cat mount/first/below/7)" = "first 7" ]
waits_for same b1 n2 third

out=$(gluster volume reset-brick v "$HOST:$BRICKS/n2" start)
[ "$out" = "volume reset-brick: success: reset-brick start operation successful" ] || fails "$out"
has_online 3 || fails "the brick still runs"
fill fourth
rm -rf "$BRICKS/n2"
mkdir "$BRICKS/n2"
out=$(gluster volume reset-brick v "$HOST:$BRICKS/n2" "$HOST:$BRICKS/n2" commit force)
[ "$out" = "volume reset-brick: success: reset-brick commit force operation successful" ] || fails "$out"
waits_for has_online 4
fill fifth
waits_for same b1 n2 fifth

out=$(gluster volume remove-brick v replica 2 "$HOST:$BRICKS/b1" force)
[ "$out" = "volume remove-brick commit force: success" ] || fails "$out"
gluster volume info v | grep -qx "Number of Bricks: 1 x 2 = 2"
[ "$(cat mount/fourth/below/7)" = "fourth 7" ]
fill sixth
waits_for same b3 n2 sixth
umount mount
gluster volume stop v >/dev/null
