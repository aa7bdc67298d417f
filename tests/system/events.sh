#!/bin/bash
# Webhooks are told what happens on two servers: by whom, with tokens and signatures that hold, also by https; one that hangs
# or refuses keeps nobody waiting; what gluster-eventsapi prints is what GlusterFS's prints.
source "$(dirname "$(realpath "$0")")/../lab.sh"
in_lab
source "$SOURCE/tests/servers.sh"

server server1 1
server server2 2
cat >receiver.py <<'END'
import http.server, json, ssl, sys, threading, time
class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        if self.path == "/hangs":
            time.sleep(60)
        with lock, open("told", "a") as told:
            told.write(json.dumps({"path": self.path, "authorization": self.headers.get("Authorization", ""),
                                   "from": self.client_address[0], "body": body}) + "\n")
        self.send_response(500 if self.path == "/refuses" else 200)
        self.send_header("Content-Length", "0")
        self.end_headers()
    def log_message(self, *_):
        pass
lock = threading.Lock()
plain = http.server.ThreadingHTTPServer(("10.99.0.254", 9000), Handler)
secure = http.server.ThreadingHTTPServer(("10.99.0.254", 9443), Handler)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain("certificate.pem", "key.pem")
secure.socket = context.wrap_socket(secure.socket, server_side=True)
threading.Thread(target=secure.serve_forever, daemon=True).start()
plain.serve_forever()
END
openssl req -x509 -newkey ed25519 -nodes -keyout key.pem -out certificate.pem -subj /CN=elsewhere 2>/dev/null
touch told
python3 receiver.py &
receiver=http://10.99.0.254:9000
waits_for bash -c 'exec 3<>/dev/tcp/10.99.0.254/9000'

api() { # SERVER WORDS...
  local name=$1
  shift
  on "$name" gluster-eventsapi "$@"
}
prints() { # TEXT COMMAND...
  local wanted=$1 said
  shift
  said=$("$@" 2>&1) || true
  [ "$said" = "$wanted" ] || fails "'$*' says: $said"
}
ends_with() { # STATUS COMMAND...
  local wanted=$1 status=0
  shift
  "$@" >out 2>&1 || status=$?
  [ "$status" = "$wanted" ] || fails "'$*' ends with $status instead of $wanted: $(cat out)"
}
# Whether the webhook at PATH was told EVENT from the server's address with FIELDS of the message (JSON), and others at most
# where they are followed by "...".
was_told() { # PATH EVENT ADDRESS FIELDS [...]
  python3 - "$@" <<'END'
import json, sys
path, event, address, fields, *more = sys.argv[1:]
fields = json.loads(fields)
for line in open("told"):
    record = json.loads(line)
    if record["path"] != path or record["from"] != address or not record["body"]:
        continue
    body = json.loads(record["body"])
    if body["event"] != event or set(body) != {"event", "message", "nodeid", "ts"}:
        continue
    if fields == body["message"] or (more and fields.items() <= body["message"].items()):
        sys.exit(0)
sys.exit(1)
END
}
told() { waits_for was_told "$@"; }
how_many() { grep -c "\"path\": \"$1\"" told || true; }

# ---- one server
daemons server1
prints 'Webhooks: None

+-----------+-------------+-----------------------+
|    NODE   | NODE STATUS | GLUSTEREVENTSD STATUS |
+-----------+-------------+-----------------------+
| localhost |          UP |                    OK |
+-----------+-------------+-----------------------+' api server1 status
prints '+-----------+-------------+-------------+
|    NODE   | NODE STATUS | SYNC STATUS |
+-----------+-------------+-------------+
| localhost |          UP |          OK |
+-----------+-------------+-------------+' api server1 webhook-add $receiver/listen
ends_with 5 api server1 webhook-add $receiver/listen
[ "$(cat out)" = "Webhook already exists" ] || fails "$(cat out)"
ends_with 6 api server1 webhook-mod $receiver/other --secret x
ends_with 6 api server1 webhook-del $receiver/other --json
[ "$(cat out)" = '{"output": "", "error": "Webhook does not exists"}' ] || fails "$(cat out)"
ends_with 1 api server1 webhook-add elsewhere
ends_with 2 api server1 webhook-add
run_gluster server1 volume create vol server1:/data/vol >/dev/null
told /listen VOLUME_CREATE 10.99.0.1 '{"name": "vol", "bricks": "server1:/data/vol"}'
run_gluster server1 volume set vol storage.health-check-interval 1 >/dev/null # before the first look at the disk
run_gluster server1 volume start vol force >/dev/null
told /listen VOLUME_START 10.99.0.1 '{"name": "vol", "force": true}'
told /listen BRICK_CONNECTED 10.99.0.1 '{"peer": "server1", "volume": "vol", "brick": "/data/vol"}'

# ---- a token, and a signature
api server1 webhook-mod $receiver/listen --bearer_token open-sesame >/dev/null
run_gluster server1 volume set vol user.one 1 user.two 2 >/dev/null
told /listen VOLUME_SET 10.99.0.1 '{"name": "vol", "options": [["user.one", "1"], ["user.two", "2"]]}'
tail -n 1 told | grep -q '"authorization": "Bearer open-sesame"' || fails "no token is shown: $(tail -n 1 told)"
api server1 webhook-mod $receiver/listen --secret known-to-few >/dev/null
run_gluster server1 volume reset vol user.one >/dev/null
told /listen VOLUME_RESET 10.99.0.1 '{"name": "vol", "option": "user.one"}'
python3 - "$(tail -n 1 told)" <<'END' || fails "the signature does not hold: $(tail -n 1 told)"
import base64, hashlib, hmac, json, sys, time
record = json.loads(sys.argv[1])
head, claims, signature = record["authorization"].removeprefix("Bearer ").split(".")
decode = lambda text: base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
assert json.loads(decode(head)) == {"alg": "HS256", "typ": "JWT"}
made = hmac.new(b"known-to-few", (head + "." + claims).encode(), hashlib.sha256).digest()
assert hmac.compare_digest(made, decode(signature))
claims, event = json.loads(decode(claims)), json.loads(record["body"])
assert claims["iss"] == "gluster" and claims["sub"] == "VOLUME_RESET" and claims["iat"] == event["ts"]
assert time.time() < claims["exp"] <= time.time() + 60
END

# ---- two servers: each tells what it sees
daemons server2
run_gluster server1 peer probe server2 >/dev/null 2>&1
told /listen PEER_ATTACH 10.99.0.1 '{"host": "server2"}'
id() { run_gluster "$1" system:: uuid get | sed 's/UUID: //'; }
told /listen PEER_CONNECT 10.99.0.1 "{\"host\": \"server2\", \"uuid\": \"$(id server2)\"}"
told /listen PEER_CONNECT 10.99.0.2 "{\"host\": \"server1\", \"uuid\": \"$(id server1)\"}"
prints "Webhooks: 
$receiver/listen

+-----------+-------------+-----------------------+
|    NODE   | NODE STATUS | GLUSTEREVENTSD STATUS |
+-----------+-------------+-----------------------+
|  server1  |          UP |                    OK |
| localhost |          UP |                    OK |
+-----------+-------------+-----------------------+" api server2 status
run_gluster server2 volume create other server2:/data/other >/dev/null
told /listen VOLUME_CREATE 10.99.0.2 '{"name": "other", "bricks": "server2:/data/other"}'

# ---- tests of webhooks
ends_with 0 api server2 webhook-test $receiver/tried -t word
[ "$(how_many /tried)" = 2 ] || fails "not both servers have tried the webhook"
ends_with 3 api server2 webhook-test $receiver/refuses --json
grep -q '"node": "server1", "node_status": "UP", "webhook_status": "NOT OK", "error": "500"' out || fails "$(cat out)"
ends_with 3 api server1 webhook-test http://10.99.0.254:9999/
grep -q '| NOT OK: .*10.99.0.254 port 9999' out || fails "$(cat out)"
ends_with 0 api server1 webhook-test https://10.99.0.254:9443/secure
[ "$(how_many /secure)" = 2 ] || fails "the webhook with https was not tried"

# ---- one that hangs, and one that refuses
api server1 webhook-add $receiver/hangs >/dev/null
api server1 webhook-add $receiver/refuses >/dev/null
from=$SECONDS
for number in $(seq 10); do run_gluster server1 volume set vol user.number "$number" >/dev/null; done
told /listen VOLUME_SET 10.99.0.1 '{"name": "vol", "options": [["user.number", "10"]]}'
told /refuses VOLUME_SET 10.99.0.1 '{"name": "vol", "options": [["user.number", "10"]]}'
[ $((SECONDS - from)) -lt 8 ] || fails "a webhook that hangs kept commands waiting"
waits_for on server1 grep -q "$receiver/refuses does not take the event VOLUME_SET: 500" /var/log/glusterfs/glusterd.log
api server2 webhook-del $receiver/hangs >/dev/null
api server2 webhook-del $receiver/refuses >/dev/null
waits_for on server1 grep -qv hangs /var/lib/glusterd/events/webhooks.json

# ---- clients, where they are asked for
mkdir -p "$LAB/mnt"
mount -t glusterfs server1:/vol "$LAB/mnt"
umount "$LAB/mnt"
api server1 config-set client-events true >/dev/null
api server1 config-get | grep -q '|   client-events    |  True |' || fails "client-events is not shown"
mount -t glusterfs server1:/vol "$LAB/mnt"
told /listen CLIENT_CONNECT 10.99.0.1 '{"brick_path": "/data/vol", "subdir_mount": "/"}' ...
umount "$LAB/mnt"
told /listen CLIENT_DISCONNECT 10.99.0.1 '{"brick_path": "/data/vol"}' ...
api server2 config-reset client-events >/dev/null
[ "$(grep -c CLIENT_CONNECT told)" = 1 ] || fails "clients were told of that nobody had asked for"

# ---- bricks and servers that go
kill -9 "$(on server1 cat /run/gluster/vols/vol/server1-data-vol.pid)"
told /listen BRICK_DISCONNECTED 10.99.0.1 '{"peer": "server1", "volume": "vol", "brick": "/data/vol"}'
kill_daemon server2
told /listen PEER_DISCONNECT 10.99.0.1 "{\"peer\": \"server2\", \"uuid\": \"$(on server2 sed -n 's/^UUID=//p' /var/lib/glusterd/glusterd.info)\", \"state\": \"Peer in Cluster\"}"
ends_with 4 api server1 webhook-add $receiver/later
grep -q '|  server2  |        DOWN | NOT OK: N/A |' out || fails "$(cat out)"
daemons server2
waits_for on server2 grep -q $receiver/later /var/lib/glusterd/events/webhooks.json
waits_for api server1 sync

# ---- a disk that fails
waits_for on server1 rm /data/vol/.glusterfs/health_check
on server1 mkdir /data/vol/.glusterfs/health_check
told /listen POSIX_HEALTH_CHECK_FAILED 10.99.0.1 '{"brick": "server1:/data/vol", "path": "/data/vol/.glusterfs/health_check"}' ...

# ---- settings
prints '+--------------------+-------+
|        NAME        | VALUE |
+--------------------+-------+
|     log-level      |  INFO |
|        port        | 55555 |
| disable-events-log | False |
+--------------------+-------+' api server2 config-get
ends_with 2 api server1 config-set log-level INFO
ends_with 7 api server1 config-set colour red
ends_with 0 api server1 config-set disable-events-log true
prints '{"output": {"disable-events-log": true}, "error": ""}' api server2 config-get --name disable-events-log --json
waits_for on server2 grep -q '{"disable-events-log":true}' /var/lib/glusterd/events/config.json
run_gluster server1 volume set vol user.not-written yes >/dev/null
told /later VOLUME_SET 10.99.0.1 '{"name": "vol", "options": [["user.not-written", "yes"]]}'
! on server1 grep -q not-written /var/log/glusterfs/events.log || fails "events.log is written though it is off"
on server1 grep -q '"event":"VOLUME_RESET"' /var/log/glusterfs/events.log || fails "events.log does not have the events"
ends_with 0 api server1 config-reset all
ends_with 2 api server1 config-reset all

# ---- nobody reads secrets
[ "$(on server2 stat -c %a /var/lib/glusterd/events/webhooks.json)" = 600 ] || fails "others can read the webhooks' secrets"
for name in server1 server2; do
  on "$name" grep -q known-to-few /var/lib/glusterd/events/webhooks.json || fails "$name does not know the secret"
  ! on "$name" grep -rE 'known-to-few|open-sesame' /var/log/glusterfs || fails "$name writes secrets into a log"
  ! api "$name" status | grep -E 'known-to-few|open-sesame' || fails "$name shows secrets"
done
