#!/usr/bin/env bash
# Speaks every prompt of configs/prompts/prompts.yaml with espeak-ng and writes
# the WAV files beside it. Run by hand (`make prompts`) after a text changed;
# the files are committed, so nobody needs these programs to build or run.
#
# The voice is fed pinyin with tone numbers: from characters it reads wrongly.
# espeak-ng and sox are GPL programs; we run them and link nothing of theirs.
set -euo pipefail
cd "$(dirname "$0")/../configs/prompts"

for program in espeak-ng sox; do
	command -v "$program" >/dev/null || { echo "$program is missing: apt-get install espeak-ng sox" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

readonly speech_level=-20 # dBFS, mean power while speaking; all prompts equally loud
readonly edge='silence 1 0.005 0.4%'
readonly pauses='silence -l 1 0.005 0.4% -1 0.25 0.4%' # within a prompt, none above 0.25 s

# speak NAME PINYIN: telephone band, silence cut at both ends, levelled.
speak() {
	local name=$1 pinyin=$2 speed=195 level gain
	[[ $name == digit_* ]] && speed=150 # to be written down while listening
	espeak-ng -v cmn-latn-pinyin -s "$speed" -p 45 -a 90 -w "$work/raw.wav" "$pinyin"
	# -R and -D: the same file at every run.
	# shellcheck disable=SC2086 # both are several words
	sox -R -D "$work/raw.wav" -r 8000 -c 1 -b 16 "$work/cut.wav" \
		gain -6 highpass 200 lowpass 3400 $pauses reverse $edge reverse
	level=$(sox "$work/cut.wav" -n stats 2>&1 | awk '/RMS lev dB/ {print $4}')
	gain=$(awk -v want="$speech_level" -v is="$level" 'BEGIN {printf "%.2f", want - is}')
	sox -R -D "$work/cut.wav" "$name.wav" gain -l "$gain" pad 0.04 0.10
	printf '%-18s %5.2f s  ' "$name" "$(soxi -D "$name.wav")"
	sox "$name.wav" -n stats 2>&1 | awk '/Pk lev dB/ {p=$4} /RMS lev dB/ {r=$4} END {print "peak " p " dBFS, mean " r " dBFS"}'
}

while IFS= read -r line; do
	case $line in
	'  - name: '*) name=${line#*name: } ;;
	'    pinyin: '*) speak "$name" "${line#*pinyin: }" ;;
	esac
done <prompts.yaml
