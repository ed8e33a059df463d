# What a backup holds and how it is looked through: sourced by script/backup and script/restore.
# shellcheck shell=bash disable=SC2034

# All in var/ that is neither in the database nor made anew by a start: photos of cases,
# delivered originals, delivered rasters, the terrain. Not: uploads that were never
# imported, exports and downloads (gone in a day), the sample, static files, logs, tools.
DATA=(cases imports rasters terrain.tif)

# The keys of sealed personal values, in the backup apart from all else.
SEALING=${SEALING_KEYS:-$VAR/keys}

place_of() { if [ "$1" = cases ]; then echo "${CASE_FILES:-$VAR/cases}"; else echo "$VAR/$1"; fi; }

# Lead libpq's programs to the city's database as its owner, the password on no command line.
use_database() {
    local setting url major
    url=$("$ROOT/script/database" owner-url)
    while IFS= read -r setting; do export "${setting?}"; done < <(python3 - "$url" <<'PY'
import sys
from urllib.parse import parse_qs, unquote, urlparse

parts = urlparse(sys.argv[1])
asked = {name: values[-1] for name, values in parse_qs(parts.query).items()}
known = {"host": parts.hostname, "port": parts.port, "user": parts.username,
         "password": parts.password, "dbname": parts.path.lstrip("/")}
known = {name: unquote(str(value)) for name, value in known.items() if value} | asked
names = {"dbname": "PGDATABASE"}
for name, value in known.items():
    print(f"{names.get(name, 'PG' + name.upper())}={value}")
PY
    )
    BIN=/usr/lib/postgresql/$(majors | tail -n 1)/bin
    major=$(sql -c 'SHOW server_version_num') || fail "数据库连不上" "请先运行 script/database start，或检查 DATABASE_URL"
    if [ -x "/usr/lib/postgresql/${major%????}/bin/pg_dump" ]; then BIN=/usr/lib/postgresql/${major%????}/bin; fi
}

sql() { "$BIN/psql" -X -v ON_ERROR_STOP=1 -qAt "$@"; }

OURS="n.nspname <> 'information_schema' AND n.nspname !~ '^pg_' AND NOT EXISTS
    (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')"

# How many rows each table has: a query that makes the queries.
COUNTS="SELECT format('SELECT %L, count(*) FROM %I.%I', n.nspname || '.' || c.relname, n.nspname, c.relname)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'r' AND $OURS ORDER BY n.nspname, c.relname \\gexec"

IS_EMPTY="SELECT NOT EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm') AND $OURS)"

# Whole and readable? The keys may have been put elsewhere.
check_backup() {
    local dir=$1
    [ -f "$dir/manifest.json" ] || fail "$dir 不是完整的备份（没有 manifest.json）" "名字以 .part 结尾的是中断的备份，可以删除"
    (cd "$dir" && sha256sum --quiet --check SHA256SUMS)
    [ ! -d "$dir/keys" ] || (cd "$dir/keys" && sha256sum --quiet --check SHA256SUMS)
    "$BIN/pg_restore" --list "$dir/database.dump"
}

# copy FROM TO: the files below a folder, as they are; one that goes meanwhile is no fault.
copy() {
    mkdir -p "$2"
    { tar -C "$1" -cf - . || [ $? = 1 ]; } | tar -C "$2" --no-same-owner -xf -
}

files_in() { if [ -d "$1" ]; then find "$1" -type f | wc -l; elif [ -e "$1" ]; then echo 1; else echo 0; fi; }
