#!/bin/sh
# A volume with ganesha.enable on is exported by the NFS-Ganesha of this server, which was told how in an export file.
. "$(dirname "$0")/../../words.sh"
is_on "$(option ganesha.enable)" || exit 0
export=/etc/ganesha/exports/export.$volume.conf
[ -f "$export" ] && has dbus-send && pidof ganesha.nfsd >/dev/null || exit 0
dbus-send --system --dest=org.ganesha.nfsd /org/ganesha/nfsd/ExportMgr org.ganesha.nfsd.exportmgr.AddExport \
  string:"$export" string:"EXPORT(Path=/$volume)"
