#!/bin/bash
# suites_on_copies.sh [MODE...]: suites that others wrote, on a volume of three copies while one of them is away.
#   up         all bricks are there: what the others are compared with
#   downN      brick N is killed before, and stays away
#   killedN    brick N is killed and started again, every ten seconds
# Without a mode: up down1 killed1 killed2. Each gets a new volume. A case has to come out as in the first of the modes;
# after each mode everything is brought back, has to be healed without a command, and the copies must be equal.
#
# Needs git, sqlite3, and two suites built beforehand:
#   PJDFSTEST      directory of pjdfstest, built
#   XFSTESTS_LTP   directory `ltp` of xfstests, with its program fsx built
# May be told: SUITES (pjdfstest fsx git sqlite), PJDFSTEST_ONLY (folders of its tests), FSX_OPERATIONS (4000),
# LAYOUT ("replica 3", or "replica 3 arbiter 1").
modes=("$@")
[ $# -gt 0 ] || modes=(up down1 killed1 killed2)
[ -n "${LAB:-}" ] || exec "$(dirname "$(realpath "$0")")/../lab" -- bash "$(realpath "$0")" "${modes[@]}"
source "$SOURCE/tests/lab.sh"
read -ra suites <<<"${SUITES:-pjdfstest fsx git sqlite}"
read -ra layout <<<"${LAYOUT:-replica 3}"
case_seconds=300

[ -x "${PJDFSTEST:?}/pjdfstest" ] || fails "no pjdfstest in $PJDFSTEST"
[ -x "${XFSTESTS_LTP:?}/fsx" ] || fails "no fsx in $XFSTESTS_LTP"

# ---- The suites: each in the directory it is in, a line for each case: what it is, and what came of it.
one_case() { # NAME COMMAND...
  local name=$1 status=0
  shift
  timeout -k 5 $case_seconds "$@" >"$LAB/said" 2>&1 || status=$?
  echo "$name status $status"
  [ $status = 0 ] || tail -n 12 "$LAB/said" | sed 's/^/    /' >&2
}

run_pjdfstest() {
  local test planned failed
  (cd "$PJDFSTEST/tests" && find ${PJDFSTEST_ONLY:-.} -name '*.t' | sort) >"$LAB/tests"
  while read -r test; do
    timeout -k 5 $case_seconds bash "$PJDFSTEST/tests/$test" >"$LAB/said" 2>&1 </dev/null || true
    planned=$(sed -n 's/^1\.\.//p' "$LAB/said")
    failed=$(sed -n 's/^not ok \([0-9]*\).*/\1/p' "$LAB/said" | paste -sd,)
    echo "pjdfstest $test $(grep -c '^ok' "$LAB/said") of $planned, not ${failed:-one}"
    grep '^not ok' "$LAB/said" | grep -v '# TODO' | cut -c 1-200 | sed "s,^,    $test: ," >&2 || true
  done <"$LAB/tests"
}

run_fsx() {
  local fsx=("$XFSTESTS_LTP/fsx" -q -N "${FSX_OPERATIONS:-4000}")
  one_case "fsx all" "${fsx[@]}" -S 11 all
  one_case "fsx closed and opened" "${fsx[@]}" -S 12 -c 50 opened
  one_case "fsx without mappings" "${fsx[@]}" -S 13 -R -W unmapped
  one_case "fsx direct" "${fsx[@]}" -S 14 -Z -R -W -r 4096 -w 4096 -t 4096 direct
}

run_git() {
  one_case "git" bash -ec '
    mkdir made; cd made; git init -q; git config user.email a@b; git config user.name n
    for file in $(seq 150); do mkdir -p d$((file % 10)); seq $file $((file * 40)) >d$((file % 10))/$file; done
    git add .; git commit -qm 1
    for turn in 1 2 3; do echo $turn >>d1/1; git commit -qam $turn; done
    git gc -q; git fsck --strict
    cd ..; git clone -q made cloned; cd cloned; git fsck --strict
    [ $(git log --oneline | wc -l) = 4 ]; [ -z "$(git status --porcelain)" ]'
}

run_sqlite() {
  local journal
  for journal in delete wal truncate; do
    one_case "sqlite $journal" bash -ec "
      for turn in 1 2 3; do
        sqlite3 $journal.db 'pragma journal_mode=$journal; create table if not exists t(a integer primary key, b text);
          with recursive c(x) as (select 1 union all select x + 1 from c where x < 2000)
            insert into t(b) select hex(randomblob(60)) from c;
          update t set b = b || 1 where a % 7 = 0; delete from t where a % 11 = 0;' >/dev/null
      done
      sqlite3 $journal.db 'pragma integrity_check' | grep -qx ok"
  done
  one_case "sqlite two writers" bash -ec '
    sqlite3 two.db "create table t(a)"
    writes() { for turn in $(seq 30); do sqlite3 -cmd ".timeout 60000" two.db "insert into t values($turn)"; done; }
    writes & first=$!; writes & second=$!
    wait $first; wait $second
    [ "$(sqlite3 two.db "select count(*) from t")" = 60 ]'
}

# ---- Copies that are away
bricks() { echo "$BRICKS/$1"{1..3}; }
with_content() { # an arbiter has names only
  case " ${layout[*]} " in
    *' arbiter '*) bricks "$1" | cut -d' ' -f1,2 ;;
    *) bricks "$1" ;;
  esac
}
brick_pid_of() { cat "/run/gluster/vols/$1/$HOST$(tr / - <<<"$BRICKS/$1$2").pid"; } # VOLUME NUMBER
online() { [ "$(gluster volume status "$1" | grep -c ' Y  ')" = 4 ]; } # its bricks and the self-heal daemon
comes_and_goes() { # VOLUME NUMBER, until the file `enough` is there
  while [ ! -e "$LAB/enough" ]; do
    kill -9 "$(brick_pid_of "$1" "$2")"
    echo x >>"$LAB/kills"
    sleep 5
    gluster volume start "$1" force >/dev/null
    waits_for online "$1"
    sleep 5
  done
}
waiting() { gluster volume heal "$1" info | sed -n 's/^Number of entries: //p' | paste -sd' '; }
marks() { # shellcheck disable=SC2046 # words
  getfattr -R -d -m trusted.afr -e hex $(bricks "$1") 2>/dev/null | grep '^trusted.afr' | grep -v '=0x0*$'
}
healed_within() { # SECONDS VOLUME
  local until=$((SECONDS + $1))
  until [ "$(waiting "$2")" = "0 0 0" ]; do
    if [ $SECONDS -ge $until ]; then
      gluster volume heal "$2" info
      marks "$2"
      echo "$2: not healed after $1 s"
      return 1
    fi
    sleep 0.5
  done
}

settled() { # what a mount held is given back after it has gone
  [ -z "$(find "$BRICKS/$1"{1..3}/.glusterfs/indices/dirty -type f ! -name 'dirty-*')" ]
}

# ---- One mode after the other
daemon
wrong=0
run_mode() { # MODE
  local volume=$1 mount=$PWD/mount suite killer= number=${1##*[a-z]} from=$SECONDS
  # shellcheck disable=SC2046 # words
  gluster volume create "$volume" "${layout[@]}" $(bricks "$volume" | sed "s,$BRICKS,$HOST:&,g") force >/dev/null
  gluster volume set "$volume" cluster.brick-restart off >/dev/null
  gluster volume start "$volume" >/dev/null
  mkdir -p "$mount"
  mounted "$volume" "$mount"
  rm -f enough kills
  touch kills
  case $volume in
    up) ;;
    down?) kill -9 "$(brick_pid_of "$volume" "$number")" ;;
    killed?) comes_and_goes "$volume" "$number" & killer=$! ;;
    *) fails "no such mode: $volume" ;;
  esac
  for suite in "${suites[@]}"; do
    mkdir "mount/$suite"
    (cd "mount/$suite" && "run_$suite") 2>>"$LAB/failures.$volume"
  done >"results.$volume"
  if [ -n "$killer" ]; then
    touch enough
    wait $killer || fails "$volume: brick $number did not come back"
  fi
  gluster volume start "$volume" force >/dev/null
  waits_for online "$volume"
  healed_within 300 "$volume" || wrong=1
  umount mount
  waits_for settled "$volume"
  # shellcheck disable=SC2046 # words
  if ! python3 "$SOURCE/tests/copies/compare.py" $(with_content "$volume"); then
    echo "$volume: the copies differ"
    wrong=1
  fi
  # shellcheck disable=SC2046 # words
  check_bricks $(bricks "$volume")
  echo "$volume: $(wc -l <"results.$volume") cases, $(wc -l <kills) kills, $((SECONDS - from)) s"
  if ! diff "results.${modes[0]}" "results.$volume"; then
    echo "$volume: cases come out otherwise than with ${modes[0]}"
    wrong=1
  fi
  cat "failures.$volume"
  gluster volume stop "$volume" >/dev/null
}
for mode in "${modes[@]}"; do run_mode "$mode"; done
exit $wrong
