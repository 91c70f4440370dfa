#!/usr/bin/env bash
# Speaks every prompt of configs/prompts/prompts.yaml with espeak-ng and writes
# the WAV files beside it. Run by hand (`make prompts`) after a text changed;
# the files are committed, so nobody needs these programs to build or run.
# `scripts/make-prompts.sh NAME…` makes only those.
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
only=" $* "

readonly pinyin_pro=pinyin-pro@3.29.4
readonly speech_level=-20 # dBFS, mean power while speaking; all prompts equally loud
readonly music_level=-27  # under the announcements
readonly edge='silence 1 0.005 0.4%'
readonly pauses='silence -l 1 0.005 0.4% -1 0.25 0.4%' # within a prompt, none above 0.25 s

# speak NAME PINYIN: telephone band, silence cut at both ends, levelled.
speak() {
	local name=$1 pinyin=$2 speed=195 tail=0.10
	case $name in
	digit_*) speed=150 ;;                              # to be written down while listening
	num_* | date_* | time_* | money_*) speed=170 tail=0.03 ;; # joined to a number
	esac
	espeak-ng -v cmn-latn-pinyin -s "$speed" -p 45 -a 90 -w "$work/raw.wav" "$pinyin"
	# -R and -D: the same file at every run.
	# shellcheck disable=SC2086 # both are several words
	sox -R -D "$work/raw.wav" -r 8000 -c 1 -b 16 "$work/cut.wav" \
		gain -6 highpass 200 lowpass 3400 $pauses reverse $edge reverse
	level "$work/cut.wav" "$name.wav" "$speech_level" pad 0.04 "$tail"
}

# level IN OUT DBFS EFFECT…: brings the mean power to DBFS, then adds the effects.
level() {
	local in=$1 out=$2 want=$3 is
	shift 3
	is=$(sox "$in" -n stats 2>&1 | awk '/RMS lev dB/ {print $4}')
	sox -R -D "$in" "$out" gain -l "$(awk -v want="$want" -v is="$is" 'BEGIN {printf "%.2f", want - is}')" "$@"
}

# pinyin_of TEXT: numbered pinyin, for an entry that gives none.
pinyin_of() {
	[[ -d $work/node_modules ]] || npm install --silent --no-fund --no-audit --prefix "$work" "$pinyin_pro" >/dev/null
	NODE_PATH=$work/node_modules node -e '
		const { pinyin } = require("pinyin-pro");
		const spoken = process.argv[1].replace(/\d/g, (d) => "零幺二三四五六七八九"[d]);
		const marks = { "，": ",", "、": ",", "：": ",", "。": ".", "？": "?" };
		console.log(pinyin(spoken, { toneType: "num", v: true })
			.replace(/([a-zü])0(?= |$)/g, "$15")
			.replace(/ ?([，、：。？])/g, (_, mark) => marks[mark]));' "$1"
}

# sound NAME KIND: what is no speech.
sound() {
	local name=$1
	case $2 in
	pause) sox -R -D -n -r 8000 -c 1 -b 16 "$name.wav" trim 0 0.3 ;;
	pause_long) sox -R -D -n -r 8000 -c 1 -b 16 "$name.wav" trim 0 0.8 ;;
	beep) sox -R -D -n -r 8000 -c 1 -b 16 "$name.wav" synth 0.4 sine 1000 gain -12 fade t 0.02 0.4 0.02 pad 0.1 0.1 ;;
	hold_music) music "$name.wav" ;;
	*) echo "$name: no sound is called $2" >&2; exit 1 ;;
	esac
}

# music OUT: our own eight bars of three seconds, plucked notes over soft chords.
# The last bar fades into the first, so that it can be looped.
music() {
	local bar=0 chord notes
	while IFS='|' read -r chord notes; do
		bar=$((bar + 1))
		local parts=() note n=0
		# shellcheck disable=SC2086 # one frequency each
		for note in $chord; do
			sox -R -D -n -r 8000 -c 1 -b 16 "$work/c$n.wav" synth 3 sine "$note" gain -18 fade t 0.4 3 0.5
			parts+=("$work/c$n.wav"); n=$((n + 1))
		done
		local at=0
		# shellcheck disable=SC2086
		for note in $notes; do
			sox -R -D -n -r 8000 -c 1 -b 16 "$work/n$n.wav" synth 1.2 pluck "$note" gain -10 fade t 0.005 1.2 0.4 pad "$at"
			parts+=("$work/n$n.wav"); n=$((n + 1)); at=$(awk -v at="$at" 'BEGIN {print at + 0.6}')
		done
		sox -R -D -m "${parts[@]}" -b 16 "$work/bar$bar.wav" trim 0 3 lowpass 2800 fade t 0.02 3 0.06
	done <<'END'
261.6 329.6 392.0|523.3 659.3 784.0 659.3
220.0 261.6 329.6|440.0 523.3 659.3 523.3
174.6 220.0 261.6|440.0 523.3 698.5 523.3
196.0 246.9 293.7|493.9 587.3 784.0 587.3
261.6 329.6 392.0|784.0 659.3 523.3 392.0
164.8 196.0 246.9|493.9 392.0 329.6 392.0
174.6 220.0 261.6|523.3 440.0 349.2 440.0
196.0 246.9 293.7|392.0 493.9 587.3 493.9
END
	sox -R -D "$work"/bar[1-8].wav "$work/music.wav"
	level "$work/music.wav" "$1" "$music_level"
}

report() {
	printf '%-22s %5.2f s  ' "$1" "$(soxi -D "$1.wav")"
	sox "$1.wav" -n stats 2>&1 | awk '/Pk lev dB/ {p=$4} /RMS lev dB/ {r=$4} END {print "peak " p " dBFS, mean " r " dBFS"}'
}

# make_one: an entry has been read to its end.
make_one() {
	[[ -z $name ]] && return
	[[ $only != '  ' && $only != *" $name "* ]] && return
	if [[ -n $kind ]]; then
		sound "$name" "$kind"
	else
		speak "$name" "${pinyin:-$(pinyin_of "$zh")}"
	fi
	report "$name"
}

name='' zh='' pinyin='' kind=''
while IFS= read -r line; do
	case $line in
	'  - name: '*) make_one; name=${line#*name: } zh='' pinyin='' kind='' ;;
	'    zh: '*) zh=${line#*zh: } ;;
	'    pinyin: '*) pinyin=${line#*pinyin: } ;;
	'    sound: '*) kind=${line#*sound: } ;;
	esac
done <prompts.yaml
make_one
