#!/bin/bash
# rebalance fix-layout: after bricks were added, the names of all directories are spread over them while the volume is in
# use; files stay where they are and are found. Cut off at any point, it goes on, or is begun again.
source "$(dirname "$(realpath "$0")")/../lab.sh"
in_lab

range() { getfattr --absolute-names --only-values -n trusted.glusterfs.dht "$BRICKS/$1/$2" | od -An -tx1 -v | tr -d ' \n' | cut -c 17-; }
has_names() { [[ "$(range "$1" "$2" 2>/dev/null)" =~ ^[0-9a-f]*[1-9a-f] ]]; }
holds() { find "$BRICKS/$1/$2" -maxdepth 1 -type f ! -perm 1000 | wc -l; }
state() { gluster volume rebalance v status | awk '$1 == "localhost" {print $2, $3}'; }
is_over() { [ "$(state)" = "fix-layout completed" ]; }
pid_file() { echo /var/lib/glusterd/vols/v/rebalance/*.pid; }
kills() { # PID..., and then the walk, which may be over at any moment: who sees it fail does not begin it again
  local pid
  for pid in "$@" $(cat "$(pid_file)" 2>/dev/null); do
    kill -9 "$pid" 2>/dev/null || true
    waits_for has_ended "$pid"  # a daemon that is just dying keeps its successor from starting
  done
}
has_ended() { ! kill -0 "$1" 2>/dev/null; }

daemon
gluster volume create v "$HOST:$BRICKS/b"{1,2} force
refused() {  # SENTENCE WORD...
  local sentence=$1 said
  shift
  said=$(gluster volume rebalance "$@" 2>&1) && fails "rebalance $* is done"
  [ "$said" = "volume rebalance: $1: failed: $sentence" ] || fails "rebalance $* says $said"
}
refused "Volume v needs to be started to perform rebalance" v status
gluster volume start v
refused "Rebalance not started for volume v." v status
refused "Rebalance not started for volume v." v stop
refused "Volume w does not exist" w fix-layout start
mkdir mount
mounted v "$PWD/mount"
mkdir mount/old
for dir in $(seq 40); do
  mkdir -p "mount/old/$dir/deep"
  for file in $(seq 10); do echo "$dir/$file" >"mount/old/$dir/$file"; done
done
gluster volume add-brick v "$HOST:$BRICKS/b"{3,4} force
has_names b3 old && fails "an old directory has names on a new brick already"

# Users go on meanwhile.
cat >user.py <<'END_OF_USER'
import os, random, sys
at, stop, seed = sys.argv[1], sys.argv[2], int(sys.argv[3])
choose = random.Random(seed)
mine = {}
while not os.path.exists(stop):
    directory = f'{at}/old/{choose.randrange(1, 41)}'
    name = f'{directory}/u{seed}.{choose.randrange(30)}'
    what = choose.randrange(4)
    if name not in mine:
        with open(name, 'x') as file: file.write(name)
        mine[name] = name
    elif what == 0:
        os.unlink(name)
        del mine[name]
    elif what == 1:
        other = f'{at}/old/{choose.randrange(1, 41)}/u{seed}.{choose.randrange(30)}'
        os.rename(name, other)
        if other != name: mine[other] = mine.pop(name)
    else:
        with open(name) as file:
            if file.read() != mine[name]: sys.exit(f'{name} holds something else')
for name, text in mine.items():
    with open(name) as file:
        if file.read() != text: sys.exit(f'{name} holds something else in the end')
print(len(mine))
END_OF_USER
for user in 1 2; do python3 user.py mount stop $user >"user.$user" 2>&1 & done

out=$(gluster volume rebalance v fix-layout start)
id=$(sed -n 's/^ID: //p' <<<"$out")
[ "$(head -n 1 <<<"$out")" = "volume rebalance: v: success: Rebalance on v has been started successfully. Use rebalance status command to check status of the rebalance process." ] || fails "$out"
waits_for is_over
touch stop
wait
for user in 1 2; do grep -qx '[0-9]*' "user.$user" || fails "user $user: $(cat "user.$user")"; done
gluster volume rebalance v status
gluster volume status v | grep -A 4 "^Task Status" | grep -q "^ID                   : $id" || fails "$(gluster volume status v)"
gluster volume status v | grep -q "^Status               : fix-layout completed" || fails "$(gluster volume status v)"
[ -s /var/log/glusterfs/v-rebalance.log ] || fails "the rebalance has no log"
waits_for bash -c "! ls /var/lib/glusterd/vols/v/rebalance/*.pid"

for brick in b1 b2 b3 b4; do
  for dir in . old old/1 old/40/deep; do has_names $brick $dir || fails "$brick has no names of $dir"; done
done
# Old files are found though some belong elsewhere now, and new ones go where they belong.
for dir in $(seq 40); do
  for file in $(seq 10); do [ "$(cat "mount/old/$dir/$file")" = "$dir/$file" ] || fails "old/$dir/$file is lost"; done
done
for file in $(seq 200); do echo new >"mount/old/1/new$file"; done
[ "$(($(holds b3 old/1) + $(holds b4 old/1)))" -gt 50 ] || fails "new bricks hold $(holds b3 old/1) and $(holds b4 old/1) new files"

# Killed, it has failed; begun again, it comes to its end. Stopped, it is forgotten.
tree() { for dir in $(seq 400); do mkdir -p "mount/$1/$dir/deep"; done; }
tree many
gluster volume add-brick v "$HOST:$BRICKS/b5" force
gluster volume rebalance v fix-layout start >/dev/null
kills
waits_for bash -c "gluster volume rebalance v status | grep -qE 'fix-layout (failed|completed)'"
gluster volume rebalance v fix-layout start >/dev/null
waits_for is_over
for dir in . old old/1 old/40/deep; do has_names b5 $dir || fails "b5 has no names of $dir"; done

gluster volume add-brick v "$HOST:$BRICKS/b6" force
gluster volume rebalance v fix-layout start >/dev/null
walker=$(cat "$(pid_file)")
kill -STOP "$walker"  # it would be done too soon on a fast machine
refused "Rebalance on v is already started" v fix-layout start
added=$(gluster volume add-brick v "$HOST:$BRICKS/b7" force 2>&1) && fails "a brick is added to a volume in rebalance"
[ "$added" = "volume add-brick: failed: Volume name v rebalance is in progress. Please retry after completion" ] || fails "$added"
stopped=$(gluster volume stop v 2>&1) && fails "a volume in rebalance is stopped"
[ "$stopped" = "volume stop: v: failed: rebalance session is in progress for the volume 'v'" ] || fails "$stopped"
kill -CONT "$walker"
gluster volume rebalance v stop | grep -q "fix-layout stopped" || fails "the rebalance is not stopped"
waits_for has_ended "$walker"
refused "Rebalance not started for volume v." v status

# A daemon that comes back finds the one that runs, and begins the one that does not run any more.
gluster volume rebalance v fix-layout start >/dev/null
pid=$(pgrep -x glusterd)
kill -9 "$pid"
waits_for has_ended "$pid"
daemon
waits_for is_over
[ -e "$BRICKS/b6/many/400" ] && has_names b6 many/400 || fails "b6 has no names of many/400"
gluster volume add-brick v "$HOST:$BRICKS/b7" force
gluster volume rebalance v fix-layout start >/dev/null
kills "$(pgrep -x glusterd)"
daemon
waits_for is_over
has_names b7 many/400 || fails "b7 has no names of many/400"
gluster volume rebalance v start >said 2>&1 && fails "data is moved"
grep -q "cannot move data" said || fails "$(cat said)"
umount mount
waits_for gluster volume stop v
check_bricks "$BRICKS"/b{1..7}
