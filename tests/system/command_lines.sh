#!/bin/bash
# What the programs say of themselves, what they refuse and with which status, where their last words go; and what an
# installation has beside them.
. "$(dirname "$(realpath "$0")")/../lab.sh"
in_lab

says() { # STATUS STREAM PATTERN PROGRAM ARGUMENT...: the other stream stays empty
  local expected=$1 stream=$2 pattern=$3 status=0
  shift 3
  "$@" >stdout 2>stderr </dev/null || status=$?
  [ $status = "$expected" ] || fails "$* left with $status, not $expected: $(cat stdout stderr)"
  grep -q -e "$pattern" "$stream" || fails "$* did not say \"$pattern\": $(cat stdout stderr)"
  if [ "$stream" = stdout ]; then
    [ ! -s stderr ] || fails "$* complained: $(cat stderr)"
  else
    [ ! -s stdout ] || fails "$* answered in spite of the error: $(cat stdout)"
  fi
}

for program in glusterd glusterfs glusterfsd; do
  for option in '-?' --help --usage; do says 0 stdout "^Usage: $program " $program "$option"; done
  for option in -V --version; do says 0 stdout '^glusterfs 10\.3 (mortar ' $program $option; done
  says 0 stdout '^/var/log/glusterfs$' $program --print-logdir
  says 64 stderr "^Usage: $program " $program --nonsense
  says 64 stderr "^$program: unrecognized option '--nonsense'" $program --nonsense
  says 64 stderr "^$program: unrecognized option '-Z'" $program -Z
  says 64 stderr "^$program: --log-level=LOUD" $program --log-level=LOUD
done
says 0 stdout '^glusterfs 10\.3 (mortar ' mount.glusterfs -V
says 0 stdout '^Usage: ' mount.glusterfs -h
says 1 stderr '^Usage: ' mount.glusterfs -Z

# Who cannot start says so to whoever started it, and in its log.
says 1 stderr '^glusterfsd: pid file /proc/self/nowhere/pid' \
  glusterfsd -f /nowhere.vol -l "$LAB/brick.log" -p /proc/self/nowhere/pid
grep -q ' E .*pid file /proc/self/nowhere/pid' brick.log || fails "the brick's log does not say why it did not start"
says 1 stderr '^glusterd: pid file ' glusterd -l "$LAB/daemon.log" -p /proc/self/nowhere/pid
grep -q ' E .*pid file /proc/self/nowhere/pid' daemon.log || fails "the daemon's log does not say why it did not start"
says 1 stderr '^glusterfsd: cannot make /proc/self/nowhere' glusterfsd -f /nowhere.vol -l /proc/self/nowhere/log

# A brick that logs nothing, from a file.
mkdir "$BRICKS/b"
cat >b.vol <<VOLFILE
volume b
    type storage/posix
    option directory $BRICKS/b
end-volume

volume b-server
    type protocol/server
    option auth.addr.b.allow *
    subvolumes b
end-volume
VOLFILE
glusterfsd --log-level=NONE -f b.vol -l "$LAB/quiet.log" -p "$LAB/b.pid"
[ ! -s quiet.log ] || fails "log level NONE logs: $(cat quiet.log)"
kill -HUP "$(cat b.pid)" # the file was named from another folder than the process works in
sleep 0.5
kill "$(cat b.pid)"
waits_for test ! -e b.pid

# What is installed beside the programs.
prefix=$(dirname "$(dirname "$(realpath "$(command -v glusterd)")")")
for page in glusterd glusterfs glusterfsd gluster mount.glusterfs gluster-brick-check; do
  [ -s "$prefix/share/man/man8/$page.8" ] || fails "there is no manual page of $page"
done
unit=$prefix/lib/systemd/system/glusterd.service
daemon=$(sed -n 's/^ExecStart=\([^ ]*\).*/\1/p' "$unit")
[ -x "$daemon" ] || fails "the unit starts $daemon, which is not there"
[ "$(sed -n 's/^PIDFile=//p' "$unit")" = /var/run/glusterd.pid ] || fails "the unit knows another pid file"
if command -v systemd-analyze >/dev/null; then
  SYSTEMD_LOG_LEVEL=warning systemd-analyze verify --man=no "$unit" 2>message || fails "the unit: $(cat message)"
fi
grep -q '^/var/log/glusterfs/\*\.log ' "$prefix/etc/logrotate.d/glusterfs" || fails "logs are not rotated"
grep -q '^d /run/gluster ' "$prefix/lib/tmpfiles.d/mortar.conf" || fails "the run directory is not made"
if grep -r '@[a-z_]*@' "$unit" "$prefix/etc/logrotate.d/glusterfs"; then fails "a path was not filled in"; fi

# A prompt on a terminal completes words; bash completes with the words that gluster tells.
printf 'pee\the\t\nquit\n' | script -qec gluster /dev/null >prompt 2>&1 || fails "the prompt left with $?: $(cat prompt)"
grep -q '^gluster peer commands' prompt || fails "the prompt does not complete words: $(cat prompt)"
completes() { # LINE WORDS
  local words
  words=$(bash -c '. "$1"; COMP_LINE=$2 COMP_POINT=${#2}; _gluster; echo "${COMPREPLY[*]}"' - \
    "$prefix/share/bash-completion/completions/gluster" "$1")
  [ "$words" = "$2" ] || fails "bash completes \"$1\" with: $words"
}
completes 'gluster volume sta' 'start statedump status'
completes 'gluster --xml volume set v performance.cache-si' performance.cache-size
completes 'gluster volume quota ' help
completes 'gluster sys' system::
completes 'gluster --xm' --xml
