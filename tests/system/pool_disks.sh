#!/bin/bash
# The disk below one server's configuration is full, read-only, or has damaged files on it: what still works, how it is
# said and mended, and that nothing that was acknowledged is lost.
source "$(dirname "$(realpath "$0")")/../lab.sh"
in_lab
source "$SOURCE/tests/servers.sh"

state=/var/lib/glusterd
kept=$state/mortar
own_disk() { # NAME SIZE: what glusterd keeps there is on a disk of its own
  truncate -s "$2" "$BRICKS/$1.img"
  mkfs.ext4 -q -m 0 "$BRICKS/$1.img"
  on "$1" mount -o loop "$BRICKS/$1.img" $state
}
fill() { # what was replaced just now is free only once the file system has settled
  local turn
  for turn in 1 2 3; do
    on "$1" dd if=/dev/zero of=$state/fill bs=1k oflag=append conv=notrunc 2>/dev/null || true
    on "$1" sync -f $state
  done
}
free() { on "$1" rm $state/fill; }
end_etcd() {
  local pid
  pid=$(on "$1" cat $kept/etcd/pid) && kill -9 "$pid" 2>/dev/null || true
}
halt() { # glusterd and etcd; bricks go on
  kill_daemon "$1"
  end_etcd "$1"
}
start() { on "$1" glusterd -p /run/glusterd.pid; }
says() { # WORDS COMMAND...
  local words=$1
  shift
  grep -qF -- "$words" <<<"$("$@" 2>&1)"
}
must_say() { says "$@" || fails "'${*:2}' does not say '$1': $("${@:2}" 2>&1)"; }
logged() { on "$1" grep -qF -- "$2" /var/log/glusterfs/glusterd.log || fails "the log of $1 does not say '$2'"; }
refuses() {
  local words=$1
  shift
  ! "$@" >/dev/null 2>&1 || fails "'$*' is not refused"
  must_say "$words" "$@"
}
has_option() { says "user.$2: $3" run_gluster "$1" volume info vol; }

# ---- a server that is alone
server single 4
own_disk single 8M
daemons single
run_gluster single volume create vol single:/data/b >/dev/null
run_gluster single volume set vol user.a 1 >/dev/null
fill single
refuses "No space left on device" run_gluster single volume set vol user.a 2
has_option single a 1 || fails "a change that was refused is made"
must_say "localhost: $kept cannot be written (No space left on device): make room there" run_gluster single pool status
kill_daemon single
start single
waits_for has_option single a 1
free single
run_gluster single volume set vol user.a 2 >/dev/null
! says "cannot be written" run_gluster single pool status || fails "trouble that is over is shown"

version() { on single head -n 1 "$1" | awk '{ print $2 }'; }
older=$kept/document.0 newer=$kept/document.1
[ "$(version $older)" -lt "$(version $newer)" ] || { older=$kept/document.1 newer=$kept/document.0; }
kill_daemon single
on single cp -a $kept /data/saved
on single truncate -s 100 $older
start single
waits_for has_option single a 2
logged single "$older is damaged"
must_say "$older is damaged" run_gluster single pool status
run_gluster single volume set vol user.a 3 >/dev/null
! says "is damaged" run_gluster single pool status || fails "trouble that is over is shown"
kill_daemon single
for document in 0 1; do on single dd if=/dev/zero of=$kept/document.$document bs=1 count=1 seek=20 conv=notrunc 2>/dev/null; done
refuses "no whole copy of the pool's configuration in $kept" start single
logged single "put one back from a backup"
on single rm $kept/document.0 $kept/document.1
on single cp -a /data/saved/document.{0,1} $kept
start single
waits_for has_option single a 2
kill_daemon single

# ---- one of three
for number in 1 2 3; do server "server$number" "$number"; done
own_disk server3 256M
names="server1 server2 server3"
daemons $names
for name in server2 server3; do run_gluster server1 peer probe $name >/dev/null; done
for name in $names; do waits_for votes $name; done
run_gluster server1 volume create vol server1:/data/b server2:/data/b server3:/data/b >/dev/null
run_gluster server1 volume start vol >/dev/null

turn=0
change() { # NAME: what is said to be done there is known to all in the end, on their disks too
  turn=$((turn + 1))
  local said
  said=$(run_gluster "$1" volume set vol user.turn $turn 2>&1) || fails "$1 cannot change the volume: $said"
}
agrees() { on "$1" grep -q "^user.turn=$turn\$" $state/vols/vol/info && has_option "$1" turn $turn; }
trouble() { says "$2" run_gluster "$1" pool status; }
sound() { # the third server keeps the configuration like the others, and nobody complains
  local said
  said=$(run_gluster server1 pool status) || return 1
  [ "$(grep -c 'Connected.*yes$' <<<"$said")" = 3 ] && ! grep -q "^server3: " <<<"$said" && votes server3
}
sound_again() { # WHAT WAS WRONG
  local start=$SECONDS
  until sound && agrees server3; do
    [ $((SECONDS - start)) -lt 60 ] || fails "$1: server3 is not mended: $(run_gluster server1 pool status)"
    sleep 0.2
  done
  change server3
  for name in $names; do waits_for agrees $name; done
  echo "$1: mended after $((SECONDS - start)) s"
}
change server1
sound_again "nothing"

# full, until etcd gives up
fill server3
for _ in 1 2 3 4 5; do
  change server1
  change server3
done
waits_for trouble server1 "server3: $kept cannot be written (No space left on device): make room there"
must_say "localhost: $kept cannot be written" run_gluster server3 pool status
end_etcd server3
waits_for trouble server2 "server3: etcd, which keeps the configuration in $kept/etcd, does not run"
change server2
change server3
kill_daemon server3
start server3
waits_for has_option server3 turn $turn
must_say "/data/b" run_gluster server3 volume status vol
change server3
free server3
sound_again "a full disk"

# read-only, as an error of the disk leaves it
on server3 mount -o remount,abort $state 2>/dev/null || true
for _ in 1 2 3; do
  change server1
  change server3
done
waits_for trouble server1 "server3: $kept cannot be written (Read-only file system)"
waits_for trouble server3 "localhost: $kept cannot be written (Read-only file system)"
kill_daemon server3
refuses "Read-only file system" start server3
logged server3 "Read-only file system"
end_etcd server3
on server3 umount $state
e2fsck -fy "$BRICKS/server3.img" >/dev/null 2>&1 || [ $? -le 2 ] || fails "the disk cannot be mended"
on server3 mount -o loop "$BRICKS/server3.img" $state
start server3
sound_again "a read-only disk"

# damaged files
halt server3
change server1
for document in 0 1; do on server3 truncate -s 50 $kept/copy/document.$document; done
on server3 truncate -s 8k $kept/etcd/data/member/snap/db
start server3
waits_for trouble server1 "server3: etcd, which keeps the configuration in $kept/etcd, does not run"
logged server3 "$kept/copy/document.0 is damaged"
change server3
sound_again "etcd's database and the copy damaged"

halt server3
change server2
on server3 rm -r $kept/etcd/data/member/wal $kept/standing
start server3
logged server3 "$kept/standing is missing"
change server3
sound_again "etcd's log and the standing lost"

on server3 dd if=/dev/urandom of=$kept/etcd/data/member/snap/db bs=4k count=8 conv=notrunc 2>/dev/null
end_etcd server3
change server1
change server3
sound_again "etcd's database damaged while it runs"

on server3 rm -r $kept/etcd/data
end_etcd server3
change server1
change server3
sound_again "etcd's data lost while it runs"

# a server that cannot know which pool it is in
halt server3
on server3 cp -a $kept /data/saved
on server3 dd if=/dev/zero of=$kept/standing bs=10 count=1 2>/dev/null
on server3 rm -r $kept/copy
refuses "which pool this server is in is not known" start server3
logged server3 "$kept/standing is damaged"
on server3 cp -a /data/saved/{standing,copy} $kept/
start server3
sound_again "the copy and the standing put back"
