# Sourced after lab.sh by scripts in which disks lose what they have not written.
#   make_disk NAME          an ext4 at $BRICKS/NAME that writes its journal every 300 s only, unless it is told to
#   disk_goes_down NAME     it writes nothing any more, the journal included, and every access to it fails
#   disk_is_back NAME       at $BRICKS/NAME again, with what it had written; whoever uses the former one has ended
#   machine_starts [NAME]   from now on the kernel tells of another start of the machine; NAME: of servers.sh, whose disk
#                           is back

make_disk() {
  mkdir -p "$BRICKS/$1"
  truncate -s 400M "$LAB/$1.img"
  mkfs.ext4 -q "$LAB/$1.img"
  mount -o loop,commit=300 "$LAB/$1.img" "$BRICKS/$1"
}

# EXT4_IOC_SHUTDOWN with EXT4_GOING_FLAGS_NOLOGFLUSH.
disk_goes_down() {
  perl -e 'open(my $d, "<", $ARGV[0]) or die; my $how = pack("L", 2); ioctl($d, 0x8004587d, $how) or die $!' "$BRICKS/$1"
  ! touch "$BRICKS/$1/x" 2>/dev/null || fails "the disk of $1 is not down"
}

# The former one may still be mounted in other namespaces: it is another device.
disk_is_back() {
  umount -l "$BRICKS/$1"
  mount -o commit=300 "$(losetup --find --show "$LAB/$1.img")" "$BRICKS/$1"
}

machine_starts() {
  cat /proc/sys/kernel/random/uuid >"$LAB/${1:-this}.boot_id"
  local place=/proc/sys/kernel/random/boot_id
  if [ $# -eq 0 ]; then
    umount "$place" 2>/dev/null || true
    mount --bind "$LAB/this.boot_id" "$place"
    return
  fi
  disk_is_back "$1"
  on "$1" umount "$place" 2>/dev/null || true
  on "$1" mount --bind "$LAB/$1.boot_id" "$place"
  on "$1" umount -l /data
  on "$1" mount -o commit=300 "$(findmnt -no SOURCE "$BRICKS/$1")" /data
}
