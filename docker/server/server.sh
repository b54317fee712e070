#!/bin/sh
# Asks the database once a second, as a server would, until it is told to stop.
set -u
trap 'echo "server: told to stop"; exit 0' TERM INT
export PGHOST="$POSTGRES_HOST" PGDATABASE="$POSTGRES_DB" PGUSER="$POSTGRES_USER" PGPASSWORD="$POSTGRES_PASSWORD"
echo "server: ready"
while :; do
	if count=$(psql -X -A -t -q -c 'select count(*) from events'); then
		echo "$count" >/tmp/healthy
	else
		rm -f /tmp/healthy
		echo "server: a query failed"
	fi
	sleep 1 &
	wait $!
done
