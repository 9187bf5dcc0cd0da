# shellcheck shell=sh disable=SC2034
# As much of HTTP as the stand-ins need. nc runs the script that sources this once for each connection.

# Reads one request into $method, $path and $body.
read_request() {
    carriage_return=$(printf '\r')
    length=0
    read -r method path _ || exit 0
    while read -r line; do
        line=${line%"$carriage_return"}
        case $line in
            '') break ;;
            [Cc]ontent-[Ll]ength:*) length=${line#*:} length=${length# } ;;
        esac
    done
    body=$(head -c "$length")
}

# answer STATUS BODY
answer() {
    printf 'HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s\n' \
        "$1" "${content_type:-application/json}" "$((${#2} + 1))" "$2"
}

# listen PORT SCRIPT: the main process of a container. A shell with a trap, because process 1 ignores the signals that
# it has no handler for, and `docker stop` would have to wait and kill.
listen() {
    nc -ll -p "$1" -e "$2" &
    trap 'kill $!; exit 0' TERM INT
    wait
}
