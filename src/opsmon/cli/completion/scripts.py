"""`opsmon completion SHELL`: what a shell has to be told once, so that TAB completes commands and names."""

from enum import StrEnum
from typing import Annotated

import typer

from opsmon.cli.completion.answer import ASK_FOR_FILES, WORD
from opsmon.cli.option import CHOSEN_ROOT, RootOption
from opsmon.cli.output import say


class Shell(StrEnum):
    """The shells that scripts are written for."""

    BASH = "bash"
    ZSH = "zsh"
    FISH = "fish"


# Bash cuts words at `:` and `=`, and replaces only what is behind the last of them: it is told the rest of the word.
_BASH = f"""\
_opsmon() {{
    local line="${{COMP_LINE:0:COMP_POINT}}" IFS=$'\\n'
    COMPREPLY=($(command opsmon {WORD} bash "${{COMP_WORDS[COMP_CWORD]}}" "$line" 2>/dev/null))
    if [[ "${{COMPREPLY[0]}}" == "{ASK_FOR_FILES}" ]]; then
        COMPREPLY=()
        compopt -o default
    elif [[ ${{#COMPREPLY[@]}} -eq 1 && "${{COMPREPLY[0]}}" == *= ]]; then
        compopt -o nospace
    fi
}}
complete -F _opsmon opsmon
"""
_ZSH = f"""\
#compdef opsmon
_opsmon() {{
    local -a found
    local line="${{(j: :)${{(@)words[1,CURRENT]}}}}"
    found=("${{(@f)$(command opsmon {WORD} zsh "${{words[CURRENT]}}" "$line" 2>/dev/null)}}")
    if [[ "$found[1]" == "{ASK_FOR_FILES}" ]]; then
        _files
    elif [[ -n "$found[1]" ]]; then
        _describe -V opsmon found
    fi
}}
if [[ "$funcstack[1]" == _opsmon ]]; then _opsmon "$@"; else compdef _opsmon opsmon; fi
"""
_FISH = f"""\
function __opsmon_complete
    set -l found (command opsmon {WORD} fish (commandline -ct) (commandline -cp) 2>/dev/null)
    if test "$found[1]" = "{ASK_FOR_FILES}"
        __fish_complete_path (commandline -ct)
    else
        printf '%s\\n' $found
    end
end
complete -c opsmon -f -k -a '(__opsmon_complete)'
"""
SCRIPTS = {Shell.BASH: _BASH, Shell.ZSH: _ZSH, Shell.FISH: _FISH}
ShellArgument = Annotated[Shell, typer.Argument(metavar="SHELL", help="bash, zsh or fish.")]


def completion(shell: ShellArgument, root: RootOption = CHOSEN_ROOT) -> None:
    """A script for the shell: TAB completes commands and names.

    bash: `source <(opsmon completion bash)` in ~/.bashrc. zsh: the same with zsh in ~/.zshrc, behind `compinit`.
    fish: `opsmon completion fish > ~/.config/fish/completions/opsmon.fish`.
    """
    say(SCRIPTS[shell].rstrip("\n"))
