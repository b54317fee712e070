#!/usr/bin/env bash
# What the entrypoint of the official image does, as far as the tests can tell them apart: POSTGRES_USER,
# POSTGRES_PASSWORD and POSTGRES_DB, a server at the socket only while the data is initialised, then the real one.
set -euo pipefail

if [ "${1:-}" != postgres ]; then
	exec "$@"
fi
if [ "$(id -u)" = 0 ]; then
	mkdir -p "$PGDATA" /var/run/postgresql
	chown postgres:postgres "$PGDATA" /var/run/postgresql
	chmod 700 "$PGDATA"
	exec setpriv --reuid=postgres --regid=postgres --init-groups -- "$0" "$@"
fi

user=${POSTGRES_USER:-postgres}
database=${POSTGRES_DB:-$user}
if [ ! -s "$PGDATA/PG_VERSION" ]; then
	: "${POSTGRES_PASSWORD:?is needed to initialise the database}"
	initdb -D "$PGDATA" --username="$user" --pwfile=<(echo "$POSTGRES_PASSWORD") \
		--auth-local=trust --auth-host=scram-sha-256 --encoding=UTF8
	echo "host all all all scram-sha-256" >>"$PGDATA/pg_hba.conf"
	pg_ctl -D "$PGDATA" -w -o "-c listen_addresses='' -k /var/run/postgresql" start
	if [ "$database" != postgres ]; then
		psql -X -v ON_ERROR_STOP=1 --username="$user" --dbname=postgres -v database="$database" \
			<<<'create database :"database";'
	fi
	for file in /docker-entrypoint-initdb.d/*.sql; do
		[ -e "$file" ] || continue
		psql -X -v ON_ERROR_STOP=1 --username="$user" --dbname="$database" --file="$file"
	done
	pg_ctl -D "$PGDATA" -m fast -w stop
	echo "PostgreSQL init process complete; ready for start up."
fi
exec "$@" -c listen_addresses='*' -k /var/run/postgresql
