#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What shells complete of falcoc's words: bash and fish are asked for real, zsh reads its file.
# shellcheck source=common
. "$(dirname "$0")/common"

run completion
expect "no shell" 2 err "one of bash, zsh, fish"
run completion tcsh
expect "a shell that is not known" 2 err "one of bash, zsh, fish"

"$FALCOC" completion bash >falcoc.bash
mkdir rules.d && touch rules.yaml
# words WORD...: what bash offers for the last one, on one line
words() {
	bash -c '. ./falcoc.bash
		compopt() { :; }
		COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
		_falcoc
		echo "${COMPREPLY[*]}"' falcoc falcoc "$@" 2>err | sed 's/^/ /; s/$/ /' >out
	status=$?
}
words va
expect "bash: a command" 0 out " validate "
words list fie
expect "bash: an argument" 0 out " fields " "!events"
words dns --e
expect "bash: an option" 0 out " --explain "
words --no-dns
expect "bash: an option of run, left out" 0 out " --no-dns-queries " " --no-dns-observe "
words dns --format j
expect "bash: a value" 0 out " json " "!text"
words -r ru
expect "bash: a file" 0 out " rules.yaml " " rules.d "
words help sche
expect "bash: what help is of" 0 out " schema "

# formats: those that the command takes are offered, and no other
wrong=
for command in $("$FALCOC" help --commands); do
	"$FALCOC" help --all "$command" | grep -q -- '--format FORMAT' || continue
	words "$command" --format ''
	cp out offered
	for format in text html json csv markdown; do
		run "$command" --format $format x x x
		takes=yes
		! grep -q -- '--format' err || takes=no
		grep -q " $format " offered && offers=yes || offers=no
		[ "$takes" = "$offers" ] || wrong="$wrong $command:$format"
	done
done
verdict "bash: formats are those that the command takes" "${wrong:-ok}"

# every option of every command is offered
lacks=
for command in $("$FALCOC" help --commands); do
	words "$command" --
	for option in $("$FALCOC" help --all "$command" | grep -oE '^  (-., |    )--[a-z-]+' | grep -oE -- '--[a-z-]+$'); do
		grep -q -- " $option " out || lacks="$lacks $command:$option"
	done
done
verdict "bash: every option" "${lacks:-ok}"

if command -v fish >/dev/null; then
	"$FALCOC" completion fish >falcoc.fish
	offers() { HOME=$PWD fish --no-config -c "source falcoc.fish; complete -C'$1'" >out 2>err; status=$?; }
	offers "falcoc va"
	expect "fish: a command" 0 out "validate"
	offers "falcoc list fie"
	expect "fish: an argument" 0 out "fields"
	offers "falcoc dns --e"
	expect "fish: an option" 0 out "--explain" "!--check"
	offers "falcoc dns --format j"
	expect "fish: a value" 0 out "json" "!markdown"
else
	echo "SKIP completion: no fish"
fi
if command -v zsh >/dev/null; then
	"$FALCOC" completion zsh >_falcoc
	zsh -n _falcoc >out 2>err
	status=$?
	expect "zsh reads it" 0 err
	# zsh on a terminal: a word is begun, Tab is pressed, and what stands in the line then is shown by ^X
	cat >.zshrc <<'Z'
autoload -Uz compinit && compinit -u -D
fpath=($PWD $fpath)
source ./_falcoc
shown() { print -r -- "LINE<$BUFFER>"; exit }
zle -N shown
bindkey '^X' shown
bindkey '^I' complete-word
PS1=ready
Z
	completes() {
		ZDOTDIR=$PWD TERM=xterm timeout 200 python3 "$here/on_terminal.py" 200 "ready=$2"'\t\x18' zsh -d -i 2>&1 |
			tr -d '\r' | sed -n 's/.*LINE<\(.*\)>.*/\1/p' >out
		verdict "zsh: $1" "$([ "$(cat out)" = "$3" ] && echo ok || cat out)"
	}
	completes "a command" "falcoc vali" "falcoc validate "
	completes "an argument" "falcoc list fie" "falcoc list fields "
	completes "an option" "falcoc dns --exp" "falcoc dns --explain "
	completes "a value" "falcoc report --format mark" "falcoc report --format markdown "
else
	echo "SKIP completion: no zsh"
fi
finish
