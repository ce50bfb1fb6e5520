#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Signs a driver with a certificate made for the occasion, for machines in test
# mode (bcdedit /set testsigning on), and verifies it. Never for release: that
# takes an EV certificate and Microsoft's attestation or WHQL.
#
#   platform/win/driver/sign_test.sh IN.sys OUT.sys [FOLDER]
#
# Key and certificate are kept in FOLDER (default: beside OUT), so that a test
# machine need trust one certificate only once.
set -eu

in=$1
out=$2
folder=${3:-$(dirname "$out")}
mkdir -p "$folder"
if [ ! -f "$folder/test.pem" ]; then
    (umask 077 && openssl req -x509 -newkey rsa:3072 -nodes -days 365 -sha256 \
        -subj "/CN=Sonda test signing, not for release" \
        -addext extendedKeyUsage=codeSigning \
        -keyout "$folder/test.key" -out "$folder/test.pem" 2>/dev/null)
fi
rm -f "$out"
osslsigncode sign -h sha256 -n Sonda -certs "$folder/test.pem" -key "$folder/test.key" \
    -in "$in" -out "$out" >/dev/null
osslsigncode verify -CAfile "$folder/test.pem" -in "$out" >"$folder/verify.log" 2>&1 || {
    cat "$folder/verify.log" >&2
    exit 1
}
echo "$out: signed with $folder/test.pem"
