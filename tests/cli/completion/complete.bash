# Sources the script the program prints and shows what bash would offer for each line of words, which
# are taken apart as bash does: at blanks, and at "=" and ":".
source <(retouch completion bash)
while read -r line; do
    mapfile -t COMP_WORDS < <(
        grep -oE "\"[^\"]*\"?|'[^']*'?|[=:]|(\\\\.|[^][:space:]\"'=:|\\\\])+" <<<"$line")
    [[ $line != *'|' ]] || COMP_WORDS+=("")
    COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
    COMPREPLY=()
    _retouch
    printf '%s  ->%s\n' "$line" "$(((${#COMPREPLY[@]})) && printf ' %s' "${COMPREPLY[@]}")"
done <<'LINES'
retouch |
retouch im
retouch --c
retouch --color |
retouch --color ne
retouch plan --f
retouch plan --format |
retouch plan --format=|
retouch plan --format=j
retouch plan web.y
retouch plan --policy=web.p
retouch --catalog lab apply --g
retouch apply --guest h
retouch apply --events ne
retouch completion |
retouch completion f
retouch images --var
retouch --catalog |
retouch --os-cloud n
retouch show |
retouch show Deb
retouch show Debian\ 1
retouch show "Debian 1
retouch show 'Debian 12
retouch show ubuntu:2
retouch show "x
retouch show x
retouch --catalog=lab show |
retouch --config nowhere.yaml show |
LINES
