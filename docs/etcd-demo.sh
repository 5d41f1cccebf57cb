#!/bin/bash
# Two minutes: three members of etcd, three servers, and one token that is deleted while the leader is being killed.
# Needs etcd (Debian: etcd-server), curl and holdfast. Everything is on this machine, in a directory of its own, and gone at the end.
set -euo pipefail
holdfast=${HOLDFAST:-npx holdfast}
base=${BASE_PORT:-23790}
home=$(mktemp -d)
cd "$home"
trap 'kill -KILL $(jobs -p) 2>/dev/null; rm -rf "$home"' EXIT
say() { printf '\n== %s\n' "$*"; }
client() { echo $((base + $1)); }
peer() { echo $((base + 10 + $1)); }

member() {
  etcd --name "m$1" --data-dir "m$1" --log-level error --logger zap \
    --listen-client-urls "http://127.0.0.1:$(client "$1")" --advertise-client-urls "http://127.0.0.1:$(client "$1")" \
    --listen-peer-urls "http://127.0.0.1:$(peer "$1")" --initial-advertise-peer-urls "http://127.0.0.1:$(peer "$1")" \
    --initial-cluster "m0=http://127.0.0.1:$(peer 0),m1=http://127.0.0.1:$(peer 1),m2=http://127.0.0.1:$(peer 2)" >/dev/null 2>&1 &
  members[$1]=$!
}
# The status line of a request: 200, 401 or 503.
ask() { curl -s -o /dev/null -w '%{http_code}' --max-time 5 -H @header "$1/auth" || true; }
# Which member leads, by its own status.
leader() {
  for n in 0 1 2; do
    status=$(curl -s --max-time 2 -X POST -d '{}' "http://127.0.0.1:$(client "$n")/v3/maintenance/status" || true)
    self=$(sed -n 's/.*"member_id":"\([0-9]*\)".*/\1/p' <<<"$status")
    if [ -n "$self" ] && grep -q "\"leader\":\"$self\"" <<<"$status"; then echo "$n"; return; fi
  done
}

say 'three members of etcd'
for n in 0 1 2; do member "$n"; done
export HOLDFAST_STORE="etcd://127.0.0.1:$(client 0),127.0.0.1:$(client 1),127.0.0.1:$(client 2)/demo"
export HOLDFAST_KEYS_FILE="$home/keys"
until [ -n "$(leader)" ]; do sleep 0.2; done

say 'a key that seals, a credential and a token'
$holdfast key create --file keys
echo sk-demo-1234567890abcdef | $holdfast auth set anthropic
$holdfast auth token create --name demo --out token
(umask 077; printf 'Authorization: Bearer %s' "$(cat token)" >header)

say 'three servers, each with the same store'
for n in 0 1 2; do
  $holdfast serve --port 0 >"serve$n" 2>"serve$n.log" &
done
for n in 0 1 2; do
  until grep -q listening "serve$n"; do sleep 0.2; done
  url[$n]=$(sed -n 's/listening on //p' "serve$n")
  until [ "$(ask "${url[$n]}")" = 200 ]; do sleep 0.2; done
  echo "${url[$n]} lets the token in"
done

at=$(leader)
say "member $at leads, and is killed; the token is deleted at the same time"
kill -KILL "${members[$at]}"
id=$(cut -d_ -f2 token)
# Exit code 4: an attempt whose outcome was unknown has deleted it, and has waited for nobody.
until $holdfast auth token delete "$id" || { [ $? = 4 ] && sleep 2; }; do sleep 0.2; done

say 'as soon as that has returned, every server refuses it: 401, or 503 while it reaches no majority, and never 200'
for round in 1 2 3 4 5 6 7 8 9 10; do
  line=
  for n in 0 1 2; do
    code=$(ask "${url[$n]}")
    line="$line $code"
    if [ "$code" = 200 ]; then echo "a deleted token was let in"; exit 1; fi
  done
  echo "round $round:$line"
  sleep 0.3
done
for n in 0 1 2; do until [ "$(ask "${url[$n]}")" = 401 ]; do sleep 0.2; done; done
echo 'all three say 401'
