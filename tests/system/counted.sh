#!/bin/bash
# What create + write 4 KiB + close costs, counted: system calls of the brick and of the client, and requests on the wire.
# The limits are those of the design, over io_uring; the figures over epoll are printed beside them.
source "$(dirname "$(realpath "$0")")/../lab.sh"
in_lab

# A client traced from its first call on, and all that a traced glusterd starts: one file of calls for each thread.
traced() { strace -ff -qq -o "$LAB/trace/$engine" "${refused[@]}" -- "$@"; }

cat >count.py <<'END'
import collections, glob, os, re, sys, time
mount, trace, engine, brick, client = sys.argv[1:6]
number = 200
TRANSPORT = re.compile(r'(io_uring_enter|epoll_\w+|send\w*|recv\w*|poll)$')
# Between the loop and its workers: none while the disk is quick, which it is not always on a busy machine.
HANDOVER = re.compile(r'(futex|write|read)$')
ours = {'brick': int(brick), 'client': int(client)}

def calls(pid):
    found = collections.Counter()
    for task in os.listdir(f'/proc/{pid}/task'):
        with open(f'{trace}/{engine}.{task}') as lines:
            found.update(line.split('(')[0] for line in lines if re.match(r'\w+\(', line))
    return found

def requests_sent():
    for old in glob.glob('/run/gluster/glusterdump.*'): os.unlink(old)
    os.kill(ours['client'], 10)
    for _ in range(100):
        time.sleep(0.1)
        for path in glob.glob('/run/gluster/glusterdump.*.dump.*[0-9]'):
            text = open(path).read()
            if 'DUMP-END-TIME' in text: return int(re.search(r'^msgs_sent=(\d+)', text, re.M).group(1))
    sys.exit('no state dump came')

def create(names):
    for name in names:
        file = os.open(f'{mount}/warm/{name}', os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o644)
        os.write(file, b'x' * 4096)
        os.close(file)

os.mkdir(f'{mount}/warm')
create(f'first{i}' for i in range(20))
time.sleep(0.5)
requests = requests_sent()
before = {who: calls(pid) for who, pid in ours.items()}
create(f'file{i}' for i in range(number))
time.sleep(0.5)
after = {who: calls(pid) for who, pid in ours.items()}
requests = (requests_sent() - requests) / number

rates = {who: {name: count / number for name, count in (after[who] - before[who]).items()} for who in ours}
transport = sum(rate for name, rate in rates['brick'].items() if TRANSPORT.match(name))
handover = sum(rate for name, rate in rates['brick'].items() if HANDOVER.match(name))
# A loop that looks out for an answer yields its core again and again: that is waiting, not work.
looking = {who: rates[who].pop('sched_yield', 0) for who in ours}
files = sum(rates['brick'].values()) - transport - handover
client_calls = sum(rates['client'].values())
def shown(table):
    return ', '.join(f'{name} {rate:.2f}' for name, rate in sorted(table.items(), key=lambda one: -one[1]) if rate >= 0.02)

print(f'{engine}: brick {files:.2f} file system calls, {transport:.2f} for transport; '
      f'client {client_calls:.2f} calls; {requests:.2f} requests; '
      f'waited with {looking["brick"]:.0f} and {looking["client"]:.0f} yields')
print(f'  brick: {shown(rates["brick"])}')
print(f'  client: {shown(rates["client"])}')
limits = {'file system calls of the brick': (files, 16), 'transport calls of the brick': (transport, 12),
          'calls of the client': (client_calls, 28), 'requests': (requests, 4)}
slack = 1  # timers, and looks for an answer that were in vain, which are many while calls are traced
over = [f'{what}: {count:.2f} of {limit}' for what, (count, limit) in limits.items() if count > limit + slack]
if engine == 'io_uring' and over: sys.exit('over the budget: ' + '; '.join(over))
END

mkdir trace
for engine in io_uring epoll; do
  refused=()
  [ $engine = io_uring ] || refused=(-e inject=io_uring_setup:error=ENOSYS)
  traced glusterd &
  waits_for gluster volume list
  volume $engine
  # An old brick has all its folders of handles; in a new one each of the first 65536 files makes one more.
  python3 -c 'import os, sys
for first in range(256):
    for second in range(256): os.makedirs(f"{sys.argv[1]}/.glusterfs/{first:02x}/{second:02x}", 0o700, True)' "$BRICKS/$engine"
  gluster volume stop $engine >/dev/null
  gluster volume start $engine >/dev/null
  traced mount -t glusterfs "$HOST:/$engine" "$MNT" &
  waits_for mountpoint -q "$MNT"
  client=$(pgrep -x glusterfs)
  [ "$(grep -l '^io_uring_setup(.*= [0-9]' trace/$engine.* | wc -l)" -gt 0 ] || [ $engine = epoll ] || {
    echo "io_uring is refused on this machine: its budget is not looked at"
    sed -i 's/engine == .io_uring./False/' count.py
  }
  python3 count.py "$MNT" "$LAB/trace" $engine "$(brick_pid $engine)" "$client"
  umount "$MNT"
  gluster volume stop $engine >/dev/null
  kill "$(pgrep -x glusterd)"
  wait
done
