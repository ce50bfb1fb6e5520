# SPDX-License-Identifier: Apache-2.0
# bash completion for sonda

_sonda()
{
    local current=${COMP_WORDS[COMP_CWORD]}
    local before=${COMP_WORDS[COMP_CWORD - 1]}
    local command=${COMP_WORDS[1]}
    local words=

    if [[ $COMP_CWORD -eq 1 ]]; then
        words="run replay record compile test explain inspect doctor version --help --version"
        mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
        return
    fi
    case $command:$before in
        run:--output | replay:--output) words="text findings matches ocsf" ;;
        explain:--output) words="text json" ;;
        *:--min-level | *:-l) words="informational low medium high critical" ;;
        *:--format | *:-F) words="recording json sysmon audit evtx etl" ;;
        *:--for | *:-t | *:--throttle) words="10s 1m 10m 1h" ;;
        *:--disable | *:-d | *:--jobs | *:-j | *:--tenant) return ;;
    esac
    if [[ -z $words && $current == -* ]]; then
        case $command in
            run) words="--rules --pack --filter --placeholders --min-level --disable --throttle
                --policy --observe --enforce --switches --tenant
                --output --events --for
                --allow-unsigned --config --no-config --help" ;;
            replay) words="--rules --pack --filter --placeholders --min-level --disable --throttle
                --policy --observe --enforce --switches --tenant
                --output --events --format --jobs
                --allow-unsigned --config --help" ;;
            record) words="--for --output --help" ;;
            compile) words="--output --placeholders --policy --report --report=json --strict --help" ;;
            test) words="--rules --pack --filter --placeholders --jobs --junit --require-cases --help" ;;
            explain) words="--rule --rules --pack --filter --placeholders --min-level --disable
                --output --format --config --help" ;;
            doctor) words="--config --no-config --help" ;;
            inspect | version) words="--help" ;;
        esac
    fi
    if [[ -n $words ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
    else
        compopt -o filenames 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -f -- "$current")
    fi
}
complete -F _sonda sonda
