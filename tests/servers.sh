# Sourced after lab.sh by scripts that need several servers. Each has a network, names, a state and a disk of its own, as
# machines have; they are wired to one switch.
#   server NAME NUMBER      makes one, at 10.99.0.NUMBER, known to all by its name; its disk is at /data
#   on NAME COMMAND...      runs a command there
#   daemons NAME...         starts glusterd there, and waits for each
#   kill_daemon NAME        kills it with SIGKILL
#   end_daemon NAME         ends it
#   cut NAME / wire NAME    takes the server off the network, and puts it back
#   run_gluster NAME ...    the gluster command there, asking nothing
#   votes NAME              whether it keeps the pool's configuration
#   pool_of_three           makes server1 to server3, in `names`, with daemons that know each other
#   three_copies SECONDS    starts the volume v on them, a copy on each; the time after which a silent one is lost

declare -A server_pid=()
declare -A server_number=()

network() {
  ip link add switch type bridge
  ip address add 10.99.0.254/24 dev switch
  ip link set switch up
}

server() { # NAME NUMBER
  local name=$1 number=$2
  ip link show switch >/dev/null 2>&1 || network
  grep -q " $name\$" /etc/hosts || echo "10.99.0.$number $name" >>/etc/hosts
  mkdir -p "$BRICKS/$name" "$LAB/servers/$name"
  unshare --net --mount --uts -- bash -c "
    set -e
    mount --make-rprivate /
    hostname $name
    mount -t tmpfs run /run
    mkdir -p /run/gluster /run/lock /data
    mkdir -p $LAB/servers/$name/state $LAB/servers/$name/log/bricks
    mount --bind $LAB/servers/$name/state /var/lib/glusterd
    mount --bind $LAB/servers/$name/log /var/log/glusterfs
    mount --bind $BRICKS/$name /data
    ip link set lo up
    touch $LAB/servers/$name/ready
    exec sleep infinity" &
  server_pid[$name]=$!
  server_number[$name]=$number
  waits_for test -e "$LAB/servers/$name/ready"
  ip link add "port$number" type veth peer name eth0 netns "${server_pid[$name]}"
  ip link set "port$number" master switch up
  on "$name" ip address add "10.99.0.$number/24" dev eth0
  on "$name" ip link set eth0 up
}

on() {
  local name=$1
  shift
  nsenter --target "${server_pid[$name]}" --net --mount --uts -- "$@"
}

run_gluster() {
  local name=$1
  shift
  on "$name" gluster --mode=script "$@"
}

daemons() {
  local name
  for name in "$@"; do on "$name" glusterd -p /run/glusterd.pid; done
  for name in "$@"; do waits_for run_gluster "$name" volume list; done
}

votes() { on "$1" grep -q voting /var/lib/glusterd/mortar/standing; }

daemon_pid() { on "$1" cat /run/glusterd.pid; }

kill_daemon() {
  local pid
  pid=$(daemon_pid "$1")
  kill -9 "$pid"
  waits_for test ! -d "/proc/$pid"
}

end_daemon() {
  local pid
  pid=$(daemon_pid "$1")
  kill "$pid"
  waits_for test ! -d "/proc/$pid"
}

cut() { ip link set "port${server_number[$1]}" down; }
wire() { ip link set "port${server_number[$1]}" up; }

knows_all() { [ "$(run_gluster "$1" pool list | grep -c Connected)" = ${#names[@]} ]; }

three_copies() {
  waits_for run_gluster server1 volume create v replica 3 server{1,2,3}:/data/v
  run_gluster server1 volume set v network.ping-timeout "$1" >/dev/null
  # A brick that is killed stays away until it is started. The daemon of GlusterFS knows nothing else.
  if run_gluster server1 volume set help | grep -q cluster.brick-restart; then
    run_gluster server1 volume set v cluster.brick-restart off >/dev/null
  fi
  run_gluster server1 volume start v >/dev/null
  waits_for serves_copies server1
}
serves_copies() { [ "$(run_gluster "$1" volume status v | grep -c ' Y  ')" = 6 ]; } # three bricks, three healers

pool_of_three() {
  local number name
  names=(server1 server2 server3)
  for number in 1 2 3; do server "server$number" "$number"; done
  daemons "${names[@]}"
  run_gluster server1 peer probe server2 >/dev/null 2>&1
  run_gluster server1 peer probe server3 >/dev/null
  for name in "${names[@]}"; do waits_for knows_all "$name"; done
}
