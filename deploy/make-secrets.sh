#!/usr/bin/env bash
# Makes the secrets that compose.yaml wants, in ./secrets. What is there already is left alone.
set -euo pipefail
cd "$(dirname "$0")"
mkdir -p secrets
chmod 700 secrets
random() { od -An -N24 -tx1 /dev/urandom | tr -d ' \n'; }
# The folder keeps others out; within the containers their users must be able to read the files.
put() { printf '%s\n' "$2" > "secrets/$1"; chmod 444 "secrets/$1"; }

if [ ! -e secrets/postgres_password ]; then
    password=$(random)
    put database_url "postgres://maru:$password@postgres:5432/maru"
    put postgres_password "$password"
fi
if [ ! -e secrets/redis.conf ]; then
    password=$(random)
    put redis_url "redis://:$password@redis:6379"
    put redis.conf "requirepass $password
maxmemory 256mb
maxmemory-policy noeviction
save \"\"
appendonly no"
fi
echo "The secrets are in $PWD/secrets."
