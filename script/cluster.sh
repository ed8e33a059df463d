# Where the private cluster lives, who runs it and how it is set: sourced by script/database.
# shellcheck shell=bash

SOCKET_PORT=54329

is_root() { [ "$(id -u)" = 0 ]; }

# The user that runs the server, which refuses to be root.
owner() {
    local dir=$1 user
    if ! is_root; then id -u; return; fi
    user=$(stat -c %u "$dir" 2>/dev/null || echo 0)
    if [ "$user" != 0 ]; then echo "$user"; else
        id -u postgres 2>/dev/null || fail "没有系统用户 postgres" "请先运行 script/bootstrap"
    fi
}

as_user() {
    local user=$1 group
    shift
    group=$(id -g "$user" 2>/dev/null || echo "$user")
    if is_root; then (cd / && exec setpriv --reuid="$user" --regid="$group" --clear-groups "$@")
    else (cd / && exec "$@"); fi
}
as_owner() { as_user "$OWNER" "$@"; }

# Can a cluster live there? Its owner must get in, and socket paths end at 107 bytes.
suits() {
    local bytes
    bytes=$(printf '%s/.s.PGSQL.%s' "$1" $SOCKET_PORT | wc -c)
    case $1 in *[\'\",\\]*) return 1 ;; esac
    [ "$bytes" -le 107 ] || return 1
    ! is_root || as_user "$(owner "$1")" test -x "$(existing_parent "$1")"
}

existing_parent() {
    local dir=${1%/*}
    while [ ! -d "${dir:-/}" ]; do dir=${dir%/*}; done
    echo "${dir:-/}"
}

# Something is there, even if we may not look into it.
occupied() { [ -d "$1/data" ] || { [ -d "$1" ] && [ ! -x "$1" ]; }; }

checkout_id() { printf '%s' "$ROOT" | sha256sum | cut -c1-12; }

# var/pg, else a directory elsewhere named after this folder. One that exists comes
# first: a permission that changed must never make us start a second, empty city.
# home SUFFIX: the same for another cluster of this folder.
home() {
    local here=$VAR/pg${1:-} away
    if is_root; then away=/var/lib/tujing; else away=${XDG_STATE_HOME:-$HOME/.local/state}/tujing; fi
    away=$away/$(checkout_id)${1:-}
    if occupied "$here" || { ! occupied "$away" && suits "$here"; }; then echo "$here"; else echo "$away"; fi
}

# The tests' cluster: in memory where there is room, else on disk. Nothing of it is missed:
# where it is gone it is made anew.
TESTS_NEED_MB=3072
MEMORY=/dev/shm
tests_home() {
    local dir
    dir=$MEMORY/tujing-$(id -u)-$(checkout_id)
    if occupied "$dir" || { [ -w $MEMORY ] && [ "$(free_mb $MEMORY)" -ge $TESTS_NEED_MB ]; }; then echo "$dir"
    else home -tests; fi
}

# The processes of PostgreSQL in our data directory.
remains() {
    local cwd pid
    for cwd in $(as_owner find /proc/[0-9]*/cwd -maxdepth 0 -lname "$DIR/data" 2>/dev/null); do
        pid=${cwd#/proc/}
        pid=${pid%/cwd}
        case "$(as_owner readlink "/proc/$pid/exe" 2>/dev/null)" in */postgres | */postgres\ *) echo "$pid" ;; esac
    done
}

# Take the tests' clusters of this user out of memory whose checkout is gone, unless a server
# still uses them. Each says in the file "checkout" whose it is.
sweep_tests() {
    local dir checkout
    for dir in "$MEMORY/tujing-$(id -u)"-*; do
        if [ ! -d "$dir" ] || [ -L "$dir" ] || [ ! -s "$dir/checkout" ]; then continue; fi
        checkout=$(cat "$dir/checkout")
        if [ -e "$checkout" ] || [ -n "$(DIR=$dir OWNER=$(id -u) remains)" ]; then continue; fi
        rm -rf "$dir"
        say "已清除无主的测试数据库 / tests' database of a checkout that is gone: $checkout"
    done
}

# The version of the cluster that is there; else the newest server installed.
major() { as_owner cat "$DIR/data/PG_VERSION" 2>/dev/null || majors | tail -n 1; }

# Memory in MB: the machine's, or the container's where that is less.
memory() {
    local limit
    limit=$(cat /sys/fs/cgroup/memory.max 2>/dev/null || echo max)
    awk -v limit="$limit" '/^MemTotal/ {
        mb = $2 / 1024
        if (limit != "max" && limit / 1048576 < mb) mb = limit / 1048576
        print int(mb)}' /proc/meminfo
}

at_most() { echo $(($1 < $2 ? $1 : $2)); }

settings() {
    local mb
    mb=$(memory)
    cat <<CONF
# Written by script/database at every start; your own settings go to local.conf.
listen_addresses = ''
port = $SOCKET_PORT
unix_socket_directories = '"$DIR"'
max_connections = 100
shared_buffers = $(at_most $((mb / 4)) 4096)MB
effective_cache_size = $((mb * 6 / 10))MB
work_mem = $(at_most $((mb / 256 + 4)) 64)MB
maintenance_work_mem = $(at_most $((mb / 20 + 32)) 1024)MB
max_wal_size = 2GB
random_page_cost = 1.1
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
logging_collector = on
log_directory = '$DIR/log'
log_filename = 'postgresql-%a.log'
log_truncate_on_rotation = on
log_rotation_age = 1d
log_rotation_size = 0
log_line_prefix = '%m [%p] '
include_if_exists 'local.conf'
CONF
}

# What the tests' cluster has besides: it may lose everything in a crash, and is faster for it.
tests_settings() {
    cat <<CONF
fsync = off
full_page_writes = off
synchronous_commit = off
wal_level = minimal
max_wal_senders = 0
shared_buffers = $(at_most $(($(memory) / 8)) 256)MB
max_wal_size = 256MB
CONF
}
