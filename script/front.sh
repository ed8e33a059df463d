# nginx before the web processes, where it is installed: sourced by script/server.
# Its rules are those of docs/nginx.conf, the example for a site of one's own; what differs here
# is filled in where that file says <<<. NGINX= (empty) does without it, NGINX=/path names another.
# shellcheck shell=bash

FRONT=$VAR/run/front
FRONT_CONF=$FRONT/nginx.conf
FRONT_LOG=$VAR/log/nginx.log
# shellcheck disable=SC2034  # of script/server
SOCKET=var/run/front/web.sock  # from $ROOT: the path of a socket has a bound of 107 characters
TILES_MB=512

# The program: as named, else as installed; of who is not root /usr/sbin is not on the path.
nginx_program() {
    if [ -n "${NGINX+set}" ]; then echo "$NGINX"; return; fi
    command -v nginx || { [ ! -x /usr/sbin/nginx ] || echo /usr/sbin/nginx; }
}

# The example with the values of this checkout.
front_site() {
    sed -E \
        -e "s|^( *)server 127\.0\.0\.1:8000;.*<<<.*|\1server unix:$SOCKET;|" \
        -e "s|^( *)listen 80;.*<<<.*|\1listen 127.0.0.1:$PORT;|" \
        -e "s|^( *)server_name .*<<<.*|\1server_name _;|" \
        -e "s|^( *)root .*<<<.*|\1root \"$VAR\";|" \
        -e "s|^( *)alias [^ ]*;.*<<<.*|\1alias \"$VAR/\";|" \
        -e "s|^( *)proxy_set_header X-Accel-Mapping .*<<<.*|\1proxy_set_header X-Accel-Mapping \"$VAR=/allowed\";|" \
        -e "s|/var/cache/nginx/tujing|\"$FRONT/tiles\"|; s|max_size=5g|max_size=${TILES_MB}m|" \
        "$ROOT/docs/nginx.conf"
}

write_front() {
    mkdir -p "$FRONT/tiles"
    rm -f "$ROOT/$SOCKET"
    front_site >"$FRONT/site.conf"
    {
        # Workers are of this account, which alone may read what is kept; without root this is ours anyhow.
        [ "$(id -u)" != 0 ] || echo "user root;"
        cat <<EOF
worker_processes 2;
daemon off;
pid "$FRONT/nginx.pid";
error_log "$FRONT_LOG" warn;
events { worker_connections 1024; }
http {
    include /etc/nginx/mime.types;
    default_type application/octet-stream;
    sendfile on;
    client_body_temp_path "$FRONT/body";
    proxy_temp_path "$FRONT/proxy";
    fastcgi_temp_path "$FRONT/fastcgi";
    uwsgi_temp_path "$FRONT/uwsgi";
    scgi_temp_path "$FRONT/scgi";
    include "$FRONT/site.conf";
}
EOF
    } >"$FRONT_CONF"
}

run_front() { exec setsid setpriv --pdeathsig TERM "$nginx" -p "$ROOT" -e "$FRONT_LOG" -c "$FRONT_CONF" >>"$FRONT_LOG" 2>&1; }
