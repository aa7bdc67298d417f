node: server1
cmd: gluster --mode=script volume create pd server1:/data/pd server3:/data/pd
exit: 1
stdout-bytes: 0  stderr-bytes: 54
