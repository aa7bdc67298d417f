#!/bin/bash
# Two mounts of a volume: how long a change by one needs to be seen by the other, with notices of the brick and without, and
# after a connection was cut. What is known is kept for a minute with notices, so whatever is seen sooner was told.
source "$(dirname "$(realpath "$0")")/../lab.sh"
in_lab

cat >changes.py <<'END'
import ctypes, mmap, os, stat, sys, time
one, two, limit, label = sys.argv[1], sys.argv[2], float(sys.argv[3]), sys.argv[4]
only = [word for word in sys.argv[5:] if not word.startswith('-')]
never = [word[1:] for word in sys.argv[5:] if word.startswith('-')]

def write(path, text, flags=os.O_CREAT | os.O_TRUNC):
    file = os.open(path, os.O_WRONLY | flags, 0o644)
    os.write(file, text)
    os.close(file)

def read(path):
    with open(path, 'rb') as file: return file.read()

def value(function, *arguments):
    try: return function(*arguments)
    except OSError as error: return error.errno

class Mapped:
    def __init__(self, path):
        self.file = open(path, 'rb')
        self.bytes = mmap.mmap(self.file.fileno(), 0, prot=mmap.PROT_READ)
    def __call__(self, path): return self.bytes[:]

# NAME: what mount two looks at, what mount one changes. Each has a directory of its own with the file "f" in it.
def mode(at): return os.stat(at + '/f').st_mode
def entries(at): return sorted(os.listdir(at))
def walk(at): return [entries(f'{at}/{name}') for name in entries(at) if name[0] == 'w']
cases = {
    'content':   (lambda at: read(at + '/f'), lambda at: write(at + '/f', b'NEW', 0)),
    'mapped':    (lambda at: mapped(at + '/f'), lambda at: write(at + '/f', b'NEW', 0)),
    'size':      (lambda at: os.stat(at + '/f').st_size, lambda at: write(at + '/f', b'more', os.O_APPEND)),
    'truncated': (lambda at: os.stat(at + '/f').st_size, lambda at: os.truncate(at + '/f', 1)),
    'mode':      (mode, lambda at: os.chmod(at + '/f', 0o600)),
    'owner':     (lambda at: os.stat(at + '/f').st_uid, lambda at: os.chown(at + '/f', 7, 7)),
    'times':     (lambda at: os.stat(at + '/f').st_mtime, lambda at: os.utime(at + '/f', (1, 1))),
    'new name':  (lambda at: os.path.exists(at + '/new'), lambda at: write(at + '/new', b'')),
    'listing':   (entries, lambda at: write(at + '/new', b'')),
    'walked':    (walk, lambda at: write(at + '/w7/new', b'')),
    'directory': (lambda at: os.stat(at).st_mtime_ns, lambda at: write(at + '/new', b'')),
    'emptied':   (lambda at: os.stat(at).st_mtime_ns, lambda at: os.unlink(at + '/unseen')),
    'removed':   (lambda at: os.path.exists(at + '/f'), lambda at: os.unlink(at + '/f')),
    'renamed':   (lambda at: os.path.exists(at + '/f'), lambda at: os.rename(at + '/f', at + '/moved')),
    'replaced':  (lambda at: read(at + '/f'), lambda at: os.rename(at + '/unseen', at + '/f')),
    'one link':  (lambda at: (os.path.exists(at + '/l1'), os.path.exists(at + '/l2')), lambda at: os.unlink(at + '/l1')),
    'links':     (lambda at: os.stat(at + '/f').st_nlink, lambda at: os.link(at + '/f', at + '/more')),
    'rmdir':     (lambda at: os.path.isdir(at + '/d'), lambda at: os.rmdir(at + '/d')),
    'dir moved': (lambda at: os.path.exists(at + '/d'), lambda at: os.rename(at + '/d', at + '/e')),
    'xattr':     (lambda at: os.getxattr(at + '/f', 'user.x'), lambda at: os.setxattr(at + '/f', 'user.x', b'new')),
    'xattr gone': (lambda at: os.listxattr(at + '/f'), lambda at: os.removexattr(at + '/f', 'user.x')),
    'ctime':     (lambda at: os.stat(at + '/f').st_ctime_ns, lambda at: os.setxattr(at + '/f', 'user.x', b'new')),
}
slow, seen = [], []
for name, (look, change) in cases.items():
    if only and name not in only or name in never: continue
    at = f'/{label}.{name}'.replace(' ', '_')
    os.mkdir(one + at)
    os.mkdir(one + at + '/d')
    if name == 'walked':
        for number in range(8): os.mkdir(f'{one}{at}/w{number}')
    write(one + at + '/f', b'old')
    write(one + at + '/unseen', b'other')
    os.link(one + at + '/f', one + at + '/l1')
    os.link(one + at + '/f', one + at + '/l2')
    os.setxattr(one + at + '/f', 'user.x', b'old')
    if name == 'mapped': mapped = Mapped(two + at + '/f')
    time.sleep(0.05)  # notices of all that have come
    for _ in range(3): before = value(look, two + at)
    time.sleep(0.05)
    if value(look, two + at) != before: sys.exit(f'{name}: changes by itself')
    start = time.monotonic()
    change(one + at)
    expected = value(look, one + at) if name != 'mapped' else b'NEW'
    while value(look, two + at) != expected and time.monotonic() < start + limit + 1: time.sleep(0.0005)
    took = time.monotonic() - start
    seen.append(f'{name} {took * 1000:.1f}')
    if took > limit: slow.append(f'{name} after {took:.2f} s')
print(f'{label}: seen after ms: ' + ', '.join(seen))
if slow: sys.exit(f'{label}: not seen within {limit} s: ' + ', '.join(slow))
END

# How many requests a mount has sent so far.
requests() {
  rm -f /run/gluster/glusterdump.*
  kill -USR1 "$1"
  waits_for bash -c 'grep -q DUMP-END-TIME /run/gluster/glusterdump.*'
  sed -n 's/^msgs_sent=//p' /run/gluster/glusterdump.* | head -n 1
}
client_of() { pgrep -f "glusterfs .*$1\$"; }

daemon
volume v
[ "$(gluster volume get v features.cache-invalidation | awk '/^features/ {print $2}')" = on ] || fails "notices are not the default"
mkdir one two
mounted v "$PWD/one"
mounted v "$PWD/two"
first=$(client_of one) second=$(client_of two)

python3 changes.py one two 0.5 notices

# What is known is not asked for again, for longer than a second.
mkdir one/known
for file in $(seq 100); do echo $file >one/known/$file; done
mapfile -t files < <(seq -f two/known/%g 100)  # listing is always asked for
cat "${files[@]}" >/dev/null
stat "${files[@]}" >/dev/null  # once more: reading makes the kernel doubt the time of access
before=$(requests "$second")
for _ in 1 2 3; do sleep 0.8; stat "${files[@]}" >/dev/null; cat "${files[@]}" >/dev/null; done
after=$(requests "$second")
echo "300 looks and 300 reads of known files took $((after - before)) requests"
[ $((after - before)) -le 10 ] || fails "what is known is asked for again: $((after - before)) requests"

# Cut off: the second client is held up while the brick dies, comes back and hears of a change.
cat >cut.py <<'END'
import os, sys, time, signal
one, two, second = sys.argv[1], sys.argv[2], int(sys.argv[3])
names = [f'/known/{number}' for number in range(1, 101)]
for number, name in enumerate(names):
    with open(one + name, 'r+') as file: file.write(f'CUT {number}')
start = time.monotonic()
os.kill(second, signal.SIGCONT)
def stale():
    found = []
    for number, name in enumerate(names):
        try:
            with open(two + name) as file:
                if file.read() != f'CUT {number}': found.append(name)
        except OSError: found.append(name)
    return found
while stale() and time.monotonic() < start + 10: time.sleep(0.005)
took = time.monotonic() - start
print(f'after the cut: all seen {took:.2f} s after the client heard of it')
if took > 5: sys.exit(f'{len(stale())} files are stale after a cut connection')
END
kill -STOP "$second"
kill -9 "$(brick_pid v)"
waits_for timeout 2 touch one/up
python3 cut.py one two "$second" || { kill -CONT "$second"; fails "stale after a cut connection"; }
python3 changes.py one two 0.5 reconnected

# A name that is known goes when the brick is away, instead of being believed for a minute.
for _ in 1 2 3; do stat two/known/1 >/dev/null; done
gluster volume set v cluster.brick-restart off
kill -9 "$(brick_pid v)"
gone() { ! stat two/known/1; }
started=$(date +%s%N)
waits_for gone
echo "forgotten $((($(date +%s%N) - started) / 1000000)) ms after the brick had died"
gluster volume start v force
waits_for stat two/known/1
waits_for stat one/known/1

# Notices that can block, at their worst: both mounts change, look at, and map the same few names, all at once.
cat >storm.py <<'END'
import mmap, os, random, sys, time
from multiprocessing import Process, Value
mounts, seconds = sys.argv[1:3], float(sys.argv[3])
def work(at, seed, count):
    choose = random.Random(seed)
    end = time.time() + seconds
    while time.time() < end:
        path = f'{at}/storm/{choose.randrange(4)}'
        try:
            which = choose.randrange(8)
            if which == 0: os.unlink(path)
            elif which == 1: os.rename(path, f'{at}/storm/{choose.randrange(4)}')
            elif which == 2: os.listdir(f'{at}/storm')
            elif which == 3: os.stat(path)
            elif which == 4:
                with open(path, 'r+b') as file:
                    with mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ) as pages: pages[:]
            elif which == 5:
                with open(path, 'rb') as file: file.read()
            elif which == 6: os.link(path, f'{at}/storm/{choose.randrange(4)}')
            else:
                with open(path, 'wb') as file: file.write(os.urandom(choose.randrange(300000)))
        except (OSError, ValueError): pass
        count.value += 1
os.mkdir(mounts[0] + '/storm')
counts = [Value('i', 0) for _ in range(8)]
workers = [Process(target=work, args=(mounts[i % 2], i, counts[i])) for i in range(8)]
for worker in workers: worker.start()
last, stuck = [0] * 8, 0
while any(worker.is_alive() for worker in workers):
    time.sleep(4)
    now = [count.value for count in counts]
    if any(worker.is_alive() and after == before for worker, after, before in zip(workers, now, last)): stuck += 1
    last = now
    if stuck > 2: sys.exit(f'somebody is stuck: {now}')
print(f'{sum(last)} operations in the storm')
END
python3 storm.py one two 8

# Without notices the times of the mount and of the volume hold. Who only looks at mapped pages asks for nothing, ever.
gluster volume set v features.cache-invalidation off
sleep 1.5
python3 changes.py one two 1.6 silent -mapped
umount two
mount -t glusterfs -o attribute-timeout=3,entry-timeout=3 "$HOST:/v" "$PWD/two"
python3 changes.py one two 3.6 patient size removed renamed mode
# An explicit time of the mount also holds with notices, which come sooner.
gluster volume set v features.cache-invalidation on
sleep 1.5
python3 changes.py one two 0.5 both size removed renamed mode
umount one two
waits_for bash -c "! pgrep -x glusterfs"

# Volumes as stock makes them are to be had.
gluster volume stop v
gluster-brick-check "$BRICKS/v"
kill "$(pgrep -x glusterd)"
waits_for bash -c "! pgrep -x glusterd"
glusterd --xlator-option management.new-volume-cache-invalidation=off
waits_for gluster volume list
volume w
gluster volume info w | grep -q invalidation && fails "a volume that was to be as stock makes it has options of ours"
exit 0
