# Sourced: what the labs do on a mount. `work_on DIRECTORY` ends the script where something is wrong.
work_on() {
  local dir=$1/work
  mkdir "$dir"
  (
    set -e
    cd "$dir"
    tar -C /usr/include -cf - linux | tar -xf -
    diff -r linux /usr/include/linux
    git init -q repository
    cd repository
    cp -r ../linux .
    git add .
    git -c user.name=lab -c user.email=lab@localhost commit -qm headers
    git fsck --strict 2>/dev/null
    git clone -q . ../clone
    test -z "$(git -C ../clone status --porcelain)"
    cd ..
    sqlite3 bank.db 'PRAGMA journal_mode=WAL; CREATE TABLE a(i INTEGER PRIMARY KEY, b INTEGER);
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<5000) INSERT INTO a SELECT i, i FROM n;
      UPDATE a SET b=b+1 WHERE i%3=0;' >/dev/null
    sqlite3 bank.db 'PRAGMA integrity_check; SELECT sum(b) FROM a;' | tr '\n' ' ' | grep -q '^ok 12504166 '
    fio --name=verify --filename="$dir/verify.dat" --size=32M --rw=randwrite --bs=16k --verify=crc32c --do_verify=1 \
      --verify_fatal=1 --minimal --output=/dev/null
    # unlinked but open, renames over others, links, attributes, sparse files
    exec 5<>gone
    rm gone
    echo still >&5
    test "$(cat /proc/self/fd/5)" = still
    exec 5<&-
    echo 1 >one; echo 2 >two; mv two one; test "$(cat one)" = 2; test ! -e two
    ln one three; test "$(stat -c %h one)" = 2; rm one; test "$(stat -c %h three)" = 1
    ln -s three four; test "$(readlink four)" = three; test "$(cat four)" = 2
    mkfifo pipe; mknod null c 1 3; test -p pipe; test -c null
    chmod 640 three; chown 1:2 three; test "$(stat -c %a:%u:%g three)" = 640:1:2
    touch -d '2001-02-03 04:05:06 UTC' three; test "$(stat -c %Y three)" = 981173106
    setfattr -n user.colour -v blue three; test "$(getfattr --only-values -n user.colour three)" = blue
    setfattr -x user.colour three; ! getfattr -n user.colour three 2>/dev/null
    truncate -s 1G sparse; echo end >>sparse; test "$(tail -c 4 sparse)" = end; test "$(stat -c %b sparse)" -lt 100
    fallocate -p -o 0 -l 4096 three
    mkdir -p deep/er; ! rmdir deep 2>/dev/null
    mv deep moved; test -d moved/er
    seq 1 2000 | xargs touch; ls | wc -l | grep -q '^20[0-9][0-9]$'
    seq 1 2000 | xargs rm
  ) || fails "the work on $1 went wrong"
}

leave_nothing_on() {
  rm -rf "$1/work"
  test -z "$(ls -A "$1")" || fails "$1 is not empty: $(ls -A "$1")"
}
