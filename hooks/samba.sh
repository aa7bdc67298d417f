# Sourced behind words.sh: the share of a volume in Samba's configuration.
samba=/etc/samba/smb.conf
[ -f "$samba" ] || exit 0

share_wanted() { # unless the volume says otherwise
  for key in user.smb user.cifs; do
    case $(option $key) in off | no | false | disable | 0) return 1 ;; esac
  done
}

remove_share() {
  grep -qx "\[gluster-$volume\]" "$samba" || return 0
  awk -v name="[gluster-$volume]" '/^\[/ { inside = $0 == name } !inside' "$samba" >"$samba.gluster" &&
    cat "$samba.gluster" >"$samba" # its owner, mode and links stay
  rm -f "$samba.gluster"
  reload_samba
}

add_share() {
  ! grep -qx "\[gluster-$volume\]" "$samba" || return 0
  cat >>"$samba" <<END
[gluster-$volume]
comment = The volume $volume
vfs objects = glusterfs
glusterfs:volume = $volume
glusterfs:logfile = /var/log/samba/glusterfs-$volume.%M.log
glusterfs:loglevel = 7
path = /
read only = no
kernel share modes = no
END
  reload_samba
}

reload_samba() {
  if has smbcontrol; then smbcontrol smbd reload-config >/dev/null 2>&1 || true; fi
}
