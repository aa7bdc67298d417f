# Sourced after lab.sh by scripts that hold our answers against stock's: NAME.cmd says what was asked, on which server, and
# how the command left; NAME.txt, .err, .xml and .xml.err what it said.
#   sample NAME...     asks the same, as text and as XML, and compares
#   all_are_compared   fails where answers differed, or where a sample was not asked for
# The script sets `samples` to the folder, and defines
#   asks SERVER COMMAND   runs a shell's command there
#   plain FILE            the text without what is a matter of the moment

field() { sed -n "s/^$2: //p" "$samples/$1.cmd" | head -n 1; } # SAMPLE FIELD

differ=0 compared=
answers() { # SAMPLE cmd|xml-cmd exit|xml-exit OUTPUT ERRORS
  local sample=$1 command expected status=0 file
  command=$(field "$sample" "$2")
  [ -n "$command" ] || return 0
  expected=$(field "$sample" "$3")
  eval "printf '%b' $(field "$sample" stdin)" >input
  asks "$(field "$sample" node)" "$command" >out 2>err <input || status=$?
  for file in out:$4 err:$5; do
    if [ -e "$samples/$sample.${file#*:}" ]; then plain "$samples/$sample.${file#*:}"; fi >wanted
    plain "${file%%:*}" >said
    cmp -s wanted said && continue
    echo "$sample: ${file%%:*} of \`$command\` differs"
    diff wanted said || true
    differ=$((differ + 1))
  done
  [ "$status" = "$expected" ] || { echo "$sample: \`$command\` left with $status, not $expected"; differ=$((differ + 1)); }
}

sample() { # NAME...
  local name
  for name; do
    answers "$name" cmd exit txt err
    answers "$name" xml-cmd xml-exit xml xml.err
    compared+=$name$'\n'
  done
}

all_are_compared() {
  ls "$samples" | sed -n 's/\.cmd$//p' | sort >there
  [ "$(sort -u <<<"$compared" | sed '/^$/d')" = "$(cat there)" ] ||
    fails "not every sample is compared: $(sort -u <<<"$compared" | sed '/^$/d' | comm -3 - there)"
  [ $differ = 0 ] || fails "$differ answers differ from stock's"
}
