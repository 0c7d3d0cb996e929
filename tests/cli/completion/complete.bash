# Sources the script the program prints and shows what bash would offer for each line of words.
source <(retouch completion bash)
while read -r line; do
    [[ $line ]] || continue
    read -ra COMP_WORDS <<<"$line"
    [[ $line != *'|' ]] || COMP_WORDS[-1]=
    COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
    COMPREPLY=()
    _retouch
    printf '%s  -> %s\n' "$line" "$(printf '%s\n' "${COMPREPLY[@]}" | sort | sed 's/^/ /' | tr -d '\n')"
done <<'LINES'
retouch |
retouch im
retouch --c
retouch --color |
retouch --color ne
retouch plan --f
retouch plan --format |
retouch plan --format = |
retouch plan --format = j
retouch plan web
retouch plan |
retouch --catalog lab apply --g
retouch apply --guest h
retouch apply --events ne
retouch completion |
retouch completion f
retouch show |
retouch images --var
LINES
