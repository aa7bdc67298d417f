#!/bin/bash
# A mounted volume of three bricks, shared by Debian's smbd as docs/samba.md says, used by smbclient from a machine of
# its own (a second network namespace).
source "$(dirname "$(realpath "$0")")/../lab.sh"
in_lab

daemon
gluster volume create v "$HOST:$BRICKS/b"{1,2,3} force >/dev/null
gluster volume start v >/dev/null
mounted v "$MNT"

ip netns add windows
ip link add share type veth peer name eth0 netns windows
ip addr add 192.168.77.1/24 dev share
ip link set share up
ip -n windows addr add 192.168.77.2/24 dev eth0
ip -n windows link set eth0 up

# The share is the one of the document; only where Samba keeps its state is this lab's.
useradd --no-create-home anna
mkdir -p samba "$MNT/office"
chown anna "$MNT/office"
{
  echo "[global]"
  for folder in "private dir" "ncalrpc dir" "lock directory" "state directory" "cache directory" "pid directory"; do
    echo "$folder = $PWD/samba"
  done
  echo "log file = $PWD/samba/log"
  sed -n '/^    \[global\]/,/^$/s/^    //p' "$SOURCE/docs/samba.md" | grep -v '^\[global\]'
  sed -n '/^    \[office\]/,/^$/s/^    //p' "$SOURCE/docs/samba.md" | sed "s|/mnt/v|$MNT|"
} >smb.conf
testparm -s smb.conf >/dev/null 2>testparm.out || fails "the configuration of the document: $(cat testparm.out)"
printf 'secret\nsecret\n' | smbpasswd -c "$PWD/smb.conf" -s -a anna >/dev/null
smbd --foreground --no-process-group -s "$PWD/smb.conf" &
client() { ip netns exec windows smbclient -s "$PWD/smb.conf" -U anna%secret //192.168.77.1/office -c "$1" 2>&1; }
smb() {
  local output
  output=$(client "$1") && ! grep -q NT_STATUS <<<"$output" || fails "smbclient, $1: $output"
  echo "$output"
}
waits_for client ls

mkdir local back
head -c 200M /dev/urandom >local/large.bin
for number in $(seq 50); do echo "letter $number" >"local/letter$number.txt"; done
umlauts=$'\u00c4rger \u00fcber \u00d6l, Gr\u00f6\u00dfe 5\u20ac.txt'
echo umlauts >"local/$umlauts"

smb "lcd local; put large.bin; prompt; mput letter*.txt; put \"$umlauts\"; mkdir sub; cd sub; put letter1.txt" >/dev/null
cmp local/large.bin "$MNT/office/large.bin"
cmp "local/$umlauts" "$MNT/office/$umlauts"
[ "$(stat -c %U "$MNT/office/large.bin")" = anna ] || fails "what anna wrote is not hers"

listed=$(smb ls)
for name in large.bin letter17.txt "$umlauts" sub; do
  grep -qF "$name" <<<"$listed" || fails "$name is not listed: $listed"
done
[ "$(grep -c 'letter[0-9]*\.txt' <<<"$listed")" = 50 ] || fails "not all letters are listed once"

smb "lcd back; get large.bin; get \"$umlauts\"" >/dev/null
cmp local/large.bin back/large.bin
cmp "local/$umlauts" "back/$umlauts"

# In place of another, longer one; names in other letters; between folders, each likely on another brick.
smb "lcd local; put letter2.txt letter1.txt" >/dev/null
cmp local/letter2.txt "$MNT/office/letter1.txt"
smb "lcd back; get LETTER3.TXT upper" >/dev/null
cmp local/letter3.txt back/upper
for number in $(seq 20); do echo "rename letter$number.txt sub\\moved$number.txt"; done >renames
smb "$(paste -sd ';' renames)" >/dev/null
[ "$(ls "$MNT/office/sub" | grep -c moved)" = 20 ] || fails "not all were moved"
smb "rename sub folder; del letter*; del \"$umlauts\"" >/dev/null
[ "$(cd "$MNT/office" && echo *)" = "folder large.bin" ] || fails "left: $(ls "$MNT/office")"

# What Windows keeps beside a file: attributes, and named streams.
smb 'lcd local; put letter4.txt large.bin:note' >/dev/null
smb 'lcd back; get large.bin:note note' >/dev/null
cmp local/letter4.txt back/note
smb "setmode large.bin +rh; allinfo large.bin" | grep -q '^attributes:.*RH' || fails "attributes do not stay"
smb "setmode large.bin -rh; deltree folder; del large.bin" >/dev/null
[ -z "$(ls -A "$MNT/office")" ] || fails "left: $(ls -A "$MNT/office")"

umount "$MNT"
gluster volume stop v >/dev/null
check_bricks "$BRICKS"/b{1,2,3}
